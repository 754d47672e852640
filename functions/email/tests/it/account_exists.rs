use shared::{base::ids::EventId, cloud::events::EmailRequested};
use sqlx::PgPool;

use crate::support::{ADA, Email};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_account_exists_mail_has_a_sign_in_link_and_no_token(db: PgPool) {
    let email = Email::start(db).await;
    let event = EmailRequested::AccountExists { user_id: email.user };
    let id = EventId::new();
    email.deliver(id, &event).await.assert_status(204);
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "You already have an account"));
    assert_eq!(mail.message_id, Some(format!("{id}@alta.test")));
    assert!(mail.text.contains("https://app.test/sign-in") && !mail.text.contains("token="), "{}", mail.text);
    assert!(mail.html.expect("HTML").replace("&#x2f;", "/").contains("href=\"https://app.test/sign-in\""));
    email.platform.change("update users set deleted_at = now() where id = $1", email.user.0).await;
    email.deliver(EventId::new(), &event).await.assert_status(204);
    assert_eq!(email.mails().len(), 1);
}
