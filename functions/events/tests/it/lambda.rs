//! `events` refuses to start under AWS Lambda, which buffers responses.

use shared::testing::{Platform, start_error};
use sqlx::PgPool;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_start_under_lambda_fails_with_a_reason(db: PgPool) {
    let platform = Platform::start(db).await;
    let _starts = platform.router_of::<events::Events>(&[]);
    let env = platform.env().with("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001");
    assert_eq!(
        start_error::<events::Events>(&env),
        "the environment variable AWS_LAMBDA_RUNTIME_API is invalid: event streams cannot be served under AWS Lambda"
    );
}
