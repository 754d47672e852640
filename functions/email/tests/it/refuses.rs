use serde_json::json;
use shared::{
    base::{config::Env, ids::EventId},
    cloud::events::EmailRequested,
    testing::{envelope, start_error},
};
use sqlx::PgPool;

use crate::support::{Email, PATH};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_malformed_event_is_refused_and_becomes_a_dead_letter(db: PgPool) {
    let email = Email::start(db).await;
    let attributes = json!({"event_id": EventId::new()});
    for data in [
        &b""[..],
        b"{",
        b"{}",
        br#"{"mail": "greeting"}"#,
        br#"{"mail": "verification", "verification_id": 7}"#,
    ] {
        email.client.post(PATH, envelope("1", &attributes, data)).await.assert_problem(400, "malformed");
    }
    email
        .client
        .post(PATH, json!({"message": {"messageId": "1", "data": "%"}, "subscription": "s"}))
        .await
        .assert_problem(400, "malformed");
    email.client.post(PATH, json!({})).await.assert_problem(400, "malformed");
    assert_eq!((email.mails().len(), email.deliveries().await), (0, 0));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_event_without_an_id_is_not_mailed(db: PgPool) {
    let email = Email::start(db).await;
    let event = serde_json::to_vec(&EmailRequested::AccountExists { user_id: email.user }).expect("JSON");
    for attributes in [json!({}), json!({"event_id": "7"})] {
        email.client.post(PATH, envelope("1", &attributes, &event)).await.assert_status(204);
    }
    assert_eq!(email.mails().len(), 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_push_without_a_valid_token_sends_no_mail(db: PgPool) {
    let email = Email::start(db).await;
    let event = serde_json::to_vec(&EmailRequested::AccountExists { user_id: email.user }).expect("JSON");
    let body = envelope("1", &json!({"event_id": EventId::new()}), &event);
    let foreign =
        format!("Bearer {}", email.platform.identity().id_token("ocr", email.platform.identity().email()));
    for authorization in ["", "Bearer made-up", &foreign] {
        let client = email.client.with("authorization", authorization);
        client.post(PATH, body.clone()).await.assert_problem(401, "unauthenticated");
    }
    assert_eq!((email.mails().len(), email.deliveries().await), (0, 0));
}

#[tokio::test]
async fn a_missing_variable_fails_the_start_and_is_named() {
    let error = start_error::<email::Email>(&Env::default());
    for name in ["SMTP_HOST", "MAIL_FROM", "FRONTEND_URL", "MAIL_TOKEN_KEYS", "PUSH_SERVICE_ACCOUNT"] {
        assert!(error.contains(&format!("the environment variable {name} is not set")), "{error}");
    }
}
