use sqlx::PgPool;
use time::Duration;

use crate::support::{Auth, PASSWORD};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_link_can_be_opened_twice(db: PgPool) {
    let auth = Auth::start(db).await;
    let token = auth.register("ada@example.org", PASSWORD).await;
    auth.verify(&token).await;
    auth.verify(&token).await;
    auth.platform.clock.advance(Duration::days(2));
    auth.verify(&token).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_unknown_token_is_refused(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.client.get("/auth/verify-email?token=made-up").await.assert_problem(400, "token_invalid");
    auth.client.get("/auth/verify-email?token=").await.assert_problem(400, "token_invalid");
    auth.client.get("/auth/verify-email").await.assert_problem(422, "invalid_fields");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn parameters_that_mail_programs_add_to_a_link_are_ignored(db: PgPool) {
    let auth = Auth::start(db).await;
    let token = auth.register("ada@example.org", PASSWORD).await;
    let path = format!("/auth/verify-email?utm_source=mail&token={token}&fbclid=x");
    assert_eq!(auth.client.get(&path).await.assert_status(200).body["status"], "verified");
    auth.login("ada@example.org", PASSWORD).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_expired_link_is_refused(db: PgPool) {
    let auth = Auth::start(db).await;
    let token = auth.register("ada@example.org", PASSWORD).await;
    auth.platform.clock.advance(Duration::hours(24) + Duration::seconds(1));
    auth.client.get(&format!("/auth/verify-email?token={token}")).await.assert_problem(400, "token_expired");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_opened_link_determines_the_password(db: PgPool) {
    let auth = Auth::start(db).await;
    let attackers = auth.register("ada@example.org", "the attacker's password").await;
    let attackers_session = auth.login("ada@example.org", "the attacker's password").await;
    auth.signed_in(&attackers_session).get("/auth/me").await.assert_status(200);

    let owners = auth.register("ada@example.org", PASSWORD).await;
    auth.verify(&owners).await;

    auth.signed_in(&attackers_session).get("/auth/me").await.assert_problem(401, "unauthenticated");
    let attempt = serde_json::json!({"email": "ada@example.org", "password": "the attacker's password"});
    auth.client.post("/auth/login", attempt).await.assert_problem(401, "invalid_credentials");
    auth.client
        .get(&format!("/auth/verify-email?token={attackers}"))
        .await
        .assert_problem(400, "token_invalid");
    auth.login("ada@example.org", PASSWORD).await;
}
