use shared::{base::ids::EventId, cloud::events::EmailRequested, identity::mail_token};
use sqlx::PgPool;

use crate::support::{Email, token};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_verification_mail_has_the_token_whose_hash_is_stored(db: PgPool) {
    let email = Email::start(db).await;
    email.subscribe().await;
    let verification_id = email.registration().await;
    let event = EmailRequested::Verification { verification_id };
    let id = email.record(&event).await;
    let mail = email.mail().await;
    assert_eq!(mail.subject, "Confirm your address");
    assert_eq!(mail.message_id, Some(format!("{id}@alta.test")));
    let start = "https://app.test/verify-email?token=";
    let token = token(&mail.text, start);
    let stored: Vec<u8> =
        sqlx::query_scalar("select token_hash from email_verification_tokens where id = $1")
            .bind(verification_id)
            .fetch_one(&email.platform.db)
            .await
            .expect("a registration");
    assert_eq!(mail_token::hash(token), stored);
    assert!(mail.text.contains("4 May 2031, 09:30 UTC"), "{}", mail.text);
    let html = mail.html.expect("HTML").replace("&#x2f;", "/");
    assert!(html.contains(&format!("href=\"{start}{token}\"")), "{html}");
    email.platform.pubsub.quiescent().await;
    assert_eq!(email.deliveries().await, 1);
    assert_eq!(email.platform.events::<EmailRequested>().await, [event]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_event_that_is_delivered_five_times_sends_one_mail(db: PgPool) {
    let email = Email::start(db).await;
    let event = EmailRequested::Verification { verification_id: email.registration().await };
    let id = EventId::new();
    for _ in 0..5 {
        email.deliver(id, &event).await.assert_status(204);
    }
    let mails = email.mails();
    assert_eq!((mails.len(), mails[0].copies), (1, 1));
    assert_eq!(email.deliveries().await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn concurrent_and_repeated_deliveries_merge_into_one_mail(db: PgPool) {
    let email = Email::start(db).await;
    let event = EmailRequested::Verification { verification_id: email.registration().await };
    let id = EventId::new();
    for answer in futures::future::join_all((0..5).map(|_| email.deliver(id, &event))).await {
        answer.assert_status(204);
    }
    // A crash between sending the mail and recording it.
    sqlx::query("delete from mail_deliveries").execute(&email.platform.db).await.expect("a crash");
    email.deliver(id, &event).await.assert_status(204);
    let mails = email.mails();
    assert_eq!(mails.len(), 1);
    assert!((2..=6).contains(&mails[0].copies), "{}", mails[0].copies);
    // A resend is a separate event with the same link.
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mails = email.mails();
    assert_eq!((mails.len(), &mails[0].text), (2, &mails[1].text));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn verified_and_deleted_users_get_no_mail(db: PgPool) {
    let email = Email::start(db).await;
    let used = email.registration().await;
    email.platform.change("update email_verification_tokens set used_at = now() where id = $1", used.0).await;
    let superseded = email.registration().await;
    email.platform.change("delete from email_verification_tokens where id = $1", superseded.0).await;
    let without_account = email.registration().await;
    let deliver = async |verification_id| {
        email
            .deliver(EventId::new(), &EmailRequested::Verification { verification_id })
            .await
            .assert_status(204);
    };
    deliver(used).await;
    deliver(superseded).await;
    email.platform.change("update users set deleted_at = now() where id = $1", email.user.0).await;
    deliver(without_account).await;
    assert_eq!((email.mails().len(), email.deliveries().await), (0, 0));
}
