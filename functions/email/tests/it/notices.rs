//! Mails that tell an owner what was done with their account.

use shared::{
    events::EmailRequested,
    ids::{EventId, PasskeyId, SessionId},
};
use sqlx::PgPool;

use crate::support::{ADA, Email};

impl Email {
    async fn insert(&self, statement: &'static str, id: uuid::Uuid) {
        let inserted = sqlx::query(statement).bind(id).bind(self.user).execute(&self.platform.db).await;
        inserted.expect("a row");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_new_passkey_is_told_by_its_name(db: PgPool) {
    let email = Email::start(db).await;
    let passkey_id = PasskeyId::new();
    let statement = "insert into passkeys (id, user_id, credential_id, credential, name, created_at)
                     values ($1, $2, 'x', '{}', 'Ada''s phone', '2031-05-04 09:30:00Z')";
    email.insert(statement, passkey_id.0).await;
    let event = EmailRequested::PasskeyAdded { passkey_id };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "A passkey was added"));
    for told in ["Ada's phone", "4 May 2031, 09:30 UTC", "https://app.test/account"] {
        assert!(mail.text.contains(told), "{}", mail.text);
    }
    // One that was removed again needs no mail.
    email.platform.change("delete from passkeys where id = $1", passkey_id.0).await;
    email.deliver(EventId::new(), &event).await.assert_status(204);
    assert_eq!(email.mails().len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_sign_in_is_told_in_our_own_words(db: PgPool) {
    let email = Email::start(db).await;
    let session_id = SessionId::new();
    let statement = "insert into sessions (id, user_id, ip_address, user_agent, created_at, authenticated_at,
                         last_used_at, expires_at)
                     values ($1, $2, '203.0.113.9', 'Chrome/1 (Windows) https://evil.example', '2031-05-04 09:30:00Z',
                         now(), now(), now())";
    email.insert(statement, session_id.0).await;
    let event = EmailRequested::NewSignIn { session_id };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "A new sign-in"));
    for told in ["Chrome on Windows", "203.0.113.9", "4 May 2031, 09:30 UTC", "https://app.test/account"] {
        assert!(mail.text.contains(told), "{}", mail.text);
    }
    assert!(!mail.text.contains("evil") && !mail.html.expect("HTML").contains("evil"));
}
