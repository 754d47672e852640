//! Mails that tell an owner what was done with their account.

use shared::{
    base::ids::{EventId, ExportId, PasskeyId, SessionId},
    cloud::events::EmailRequested,
    identity::guard::ProjectRole,
    testing::TestUser,
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

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn whoever_asked_for_an_export_is_led_to_its_page_while_they_may_have_it(db: PgPool) {
    let email = Email::start(db).await;
    let platform = &email.platform;
    let admin = platform.user("admin@example.org").await;
    let project = platform.project(&admin).await;
    platform.change("update projects set name = 'Letters' where id = $1", project.0).await;
    let export_id = ExportId::new();
    sqlx::query(
        "insert into exports (id, project_id, requested_by_id, format, status, generation, file_attempt, created_at,
                              kept_until)
         values ($1, $2, $3, 'csv', 'ready', 7, 1, now(), '2031-05-04 09:30:00Z')",
    )
    .bind(export_id)
    .bind(project)
    .bind(email.user)
    .execute(&platform.db)
    .await
    .expect("an export");
    let event = EmailRequested::ExportReady { export_id };
    // Whoever is no admin any more, or has left, may not have it.
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let join = "insert into project_members (id, project_id, user_id, role, created_at) values ($1, $2, $3, 'reviewer', now())";
    let join = sqlx::query(join).bind(ExportId::new()).bind(project).bind(email.user);
    join.execute(&platform.db).await.expect("a membership");
    email.deliver(EventId::new(), &event).await.assert_status(204);
    assert_eq!(email.mails().len(), 0);

    platform.change("update project_members set role = 'admin' where user_id = $1", email.user.0).await;
    let id = EventId::new();
    for _ in 0..2 {
        email.deliver(id, &event).await.assert_status(204);
    }
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "Your export is ready"));
    let link = format!("https://app.test/project?id={project}&export={export_id}");
    for told in ["\"Letters\"", "4 May 2031, 09:30 UTC", &link] {
        assert!(mail.text.contains(told), "{}", mail.text);
    }
    assert_eq!(email.mails().len(), 1);

    for statement in [
        "update exports set kept_until = now() where id = $1",
        "update exports set kept_until = now() + interval '1 day', status = 'processing', generation = null where id = $1",
    ] {
        platform.change(statement, export_id.0).await;
        email.deliver(EventId::new(), &event).await.assert_status(204);
    }
    assert_eq!(email.mails().len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_rejection_is_told_to_its_uploader_while_it_stands(db: PgPool) {
    let email = Email::start(db).await;
    let platform = &email.platform;
    let project = platform.project(&platform.user("admin@example.org").await).await;
    let ada = TestUser { id: email.user, session: SessionId::new(), token: String::new() };
    platform.member(project, &ada, ProjectRole::Contributor).await;
    let item_id = platform.draft(project, &ada, "application/pdf", 5).await.item_id;
    platform
        .change("update items set status = 'rejected', feedback = 'Blurred.' where id = $1", item_id.0)
        .await;
    for version in [2, 1] {
        let event = EmailRequested::ItemRejected { item_id, version };
        email.deliver(EventId::new(), &event).await.assert_status(204);
    }
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "Your upload was rejected"));
    let link = format!("https://app.test/item?kind=document&id={item_id}");
    for told in ["\"letter\"", "\"Letters\"", "Blurred.", &link] {
        assert!(mail.text.contains(told), "{}", mail.text);
    }
    assert_eq!(email.mails().len(), 1);
}
