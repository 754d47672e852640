use serde_json::json;
use sqlx::PgPool;

use crate::support::{Auth, PASSWORD};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_password_makes_a_session_recent(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let (access, _) = auth.tokens("ada@example.org").await;
    let client = auth.signed_in(&access);
    let recent = client.post("/auth/reauthenticate", json!({"password": PASSWORD})).await;
    recent.assert_status(200);
    assert!(recent.body["recent_until"].is_string(), "{}", recent.body);
    client
        .post("/auth/reauthenticate", json!({"password": "wrong"}))
        .await
        .assert_problem(401, "invalid_credentials");
    client.post("/auth/reauthenticate", json!({})).await.assert_problem(422, "invalid_fields");
    auth.client
        .post("/auth/reauthenticate", json!({"password": PASSWORD}))
        .await
        .assert_problem(401, "unauthenticated");
}
