use serde_json::json;
use shared::{
    base::ids::{EventId, PasswordResetId},
    cloud::events::EmailRequested,
    identity::mail_token::{self, Purpose},
};
use sqlx::PgPool;

use crate::support::{ADA, Email, token};

impl Email {
    /// Creates a password reset, and returns the token hash in its row.
    async fn reset(&self) -> (PasswordResetId, Vec<u8>) {
        let id = PasswordResetId::new();
        let row = json!({"user_id": self.user});
        (id, self.link("password_reset_tokens", Purpose::PasswordReset, id.0, row).await)
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_password_reset_mail_has_the_token_whose_hash_is_stored(db: PgPool) {
    let email = Email::start(db).await;
    let (reset_id, stored) = email.reset().await;
    let event = EmailRequested::PasswordReset { reset_id };
    let id = EventId::new();
    for _ in 0..2 {
        email.deliver(id, &event).await.assert_status(204);
    }
    let mail = email.mail().await;
    assert_eq!((mail.subject.as_str(), mail.copies), ("Set a new password", 1));
    let start = "https://app.test/reset-password?token=";
    let token = token(&mail.text, start);
    assert_eq!(mail_token::hash(token), stored);
    let html = mail.html.expect("HTML").replace("&#x2f;", "/");
    assert!(html.contains(&format!("href=\"{start}{token}\"")), "{html}");

    email.platform.change("delete from password_reset_tokens where id = $1", reset_id.0).await;
    email.deliver(EventId::new(), &event).await.assert_status(204);
    assert_eq!(email.mails().len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_password_changed_mail_has_no_token(db: PgPool) {
    let email = Email::start(db).await;
    let event = EmailRequested::PasswordChanged { user_id: email.user };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "Your password was changed"));
    assert!(mail.text.contains("https://app.test/") && !mail.text.contains("token="), "{}", mail.text);
    assert!(mail.html.is_some());
}
