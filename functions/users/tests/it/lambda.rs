//! Runs the same binary on AWS Lambda.

use http::Method;
use serde_json::json;
use shared::testing::Lambda;
use sqlx::PgPool;

use crate::support::Users;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn it_serves_requests_on_lambda(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let mut lambda = Lambda::start(env!("CARGO_BIN_EXE_users"), &users.platform.env()).await;
    lambda.assert_answers(&ada, "/users/me/sessions", true).await;

    let patch = json!({"display_name": "Ada Lovelace"}).to_string();
    let kind = Some("application/merge-patch+json");
    let answer = lambda.send(Method::PATCH, "/users/me", kind, Some((patch.into(), false))).await;
    assert_eq!(answer.assert_status(200).body["display_name"], "Ada Lovelace");
    assert!(answer.headers.contains_key("etag"), "{:?}", answer.headers);
}
