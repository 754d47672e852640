//! Streams are not for AWS Lambda.

use shared::testing::Platform;
use sqlx::PgPool;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn it_says_that_it_does_not_start_under_lambda(db: PgPool) {
    let platform = Platform::start(db).await;
    assert!(
        shared::function::service::<events::Events>(&platform.env(), shared::base::clock::Clock::default())
            .is_ok()
    );
    let env = platform.env().with("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001");
    let error = shared::function::service::<events::Events>(&env, shared::base::clock::Clock::default())
        .err()
        .expect("a refusal")
        .to_string();
    assert_eq!(
        error,
        "the environment variable AWS_LAMBDA_RUNTIME_API is wrong: event streams cannot be served under AWS Lambda"
    );
}
