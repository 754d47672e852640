//! The function `analytics` under AWS Lambda.

use shared::testing::{Lambda, Platform};
use sqlx::PgPool;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn it_answers_under_lambda(db: PgPool) {
    let platform = Platform::start(db).await;
    let ada = platform.user("ada@example.org").await;
    let project = platform.project(&ada).await;
    let mut lambda = Lambda::start(env!("CARGO_BIN_EXE_analytics"), &platform.env()).await;
    let path = format!("/analytics/summary?project_id={project}&timeframe=7d&timezone=Europe%2FBerlin");
    lambda.assert_answers(&ada, &path, true).await;
    let invalid = lambda.get(&path.replace("Berlin", "Atlantis")).await;
    assert_eq!(invalid.assert_status(422).invalid_fields(), ["timezone"]);
}
