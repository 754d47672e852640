use serde_json::json;
use shared::cloud::events::EmailRequested;
use sqlx::PgPool;
use time::Duration;

use crate::support::{Auth, PASSWORD};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_resent_link_is_the_same_and_is_extended(db: PgPool) {
    let auth = Auth::start(db).await;
    let first = auth.register("ada@example.org", PASSWORD).await;
    auth.platform.clock.advance(Duration::hours(23));
    auth.client
        .post("/auth/verify-email/resend", json!({"email": "ADA@example.org"}))
        .await
        .assert_status(202);
    let second = auth.mailed_token().await;
    assert_eq!(first, second);
    auth.platform.clock.advance(Duration::hours(23));
    auth.verify(&first).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_response_does_not_reveal_unverified_addresses(db: PgPool) {
    let auth = Auth::start(db).await;
    let token = auth.register("ada@example.org", PASSWORD).await;
    auth.verify(&token).await;
    for email in ["ada@example.org", "nobody@example.org"] {
        let response = auth.client.post("/auth/verify-email/resend", json!({"email": email})).await;
        response.assert_status(202);
        assert_eq!(response.body, json!({"status": "verification_sent"}));
    }
    // Events are published in both cases, some with unknown ids, so that the response time reveals nothing.
    assert_eq!(auth.platform.events::<EmailRequested>().await.len(), 2);
    let tokens: i64 =
        auth.platform.value("select count(*) from email_verification_tokens where used_at is null").await;
    assert_eq!(tokens, 0);
    let invalid = auth.client.post("/auth/verify-email/resend", json!({"email": "ada"})).await;
    assert_eq!(invalid.assert_problem(422, "invalid_fields").invalid_fields(), ["email"]);
}
