use serde_json::json;
use shared::cloud::events::EmailRequested;
use sqlx::PgPool;

use crate::support::Auth;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_response_does_not_reveal_known_addresses(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    for email in ["ada@example.org", "nobody@example.org"] {
        let response = auth.client.post("/auth/password/forgot", json!({"email": email})).await;
        response.assert_status(202);
        assert_eq!(response.body, json!({"status": "reset_sent"}));
    }
    assert_eq!(auth.platform.events::<EmailRequested>().await.len(), 2);
    let rows: i64 = auth.platform.value("select count(*) from password_reset_tokens").await;
    assert_eq!(rows, 1);
    let invalid = auth.client.post("/auth/password/forgot", json!({"email": "ada"})).await;
    assert_eq!(invalid.assert_problem(422, "invalid_fields").invalid_fields(), ["email"]);
}
