//! Streams are not for AWS Lambda.

use shared::testing::Platform;
use sqlx::PgPool;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn it_says_that_it_does_not_start_under_lambda(db: PgPool) {
    let platform = Platform::start(db).await;
    assert!(events::service(&platform.env()).await.is_ok());
    let env = platform.env().with("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001");
    let error = events::service(&env).await.err().expect("a refusal").to_string();
    assert_eq!(
        error,
        "the environment variable AWS_LAMBDA_RUNTIME_API is wrong: event streams cannot be served under AWS Lambda"
    );
}
