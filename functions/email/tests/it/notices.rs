//! Tests of mails that notify users about their account, exports and uploads.

use serde_json::json;
use shared::{
    base::ids::{EventId, ExportId, PasskeyId, SessionId},
    cloud::events::EmailRequested,
    identity::guard::ProjectRole,
    items::ItemStatus,
    testing::{TestUser, Transition, transition},
};
use sqlx::PgPool;

use crate::support::{ADA, Email};

impl Email {
    fn ada(&self) -> TestUser {
        TestUser { id: self.user, session: SessionId::new(), token: String::new() }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_passkey_added_mail_names_the_passkey(db: PgPool) {
    let email = Email::start(db).await;
    let passkey_id = PasskeyId::new();
    let row = json!({
        "id": passkey_id, "user_id": email.user, "credential_id": "x", "credential": {}, "name": "Ada's phone",
        "created_at": "2031-05-04T09:30:00Z",
    });
    email.platform.insert("passkeys", row).await;
    let event = EmailRequested::PasskeyAdded { passkey_id };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "A passkey was added"));
    for fact in ["Ada's phone", "4 May 2031, 09:30 UTC", "https://app.test/account"] {
        assert!(mail.text.contains(fact), "{}", mail.text);
    }
    // A deleted passkey sends no mail.
    email.platform.change("delete from passkeys where id = $1", passkey_id.0).await;
    email.deliver(EventId::new(), &event).await.assert_status(204);
    assert_eq!(email.mails().len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_passkey_removed_mail_leads_to_a_new_password(db: PgPool) {
    let email = Email::start(db).await;
    let event = EmailRequested::PasskeyRemoved { user_id: email.user };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "A passkey was removed"));
    assert!(mail.text.contains("https://app.test/forgot-password"), "{}", mail.text);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_password_changed_mail_lists_suspended_passkeys(db: PgPool) {
    let email = Email::start(db).await;
    for (name, suspended_at) in [("Laptop", json!("now")), ("Phone", json!(null)), ("Key ring", json!("now"))]
    {
        let id = PasskeyId::new();
        let row = json!({
            "id": id, "user_id": email.user, "credential_id": format!("\\x{}", id.0.simple()), "credential": {},
            "name": name, "created_at": "2031-05-04T09:30:00Z", "suspended_at": suspended_at,
        });
        email.platform.insert("passkeys", row).await;
    }
    let event = EmailRequested::PasswordChanged { user_id: email.user };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let text = email.mail().await.text;
    let added = "added on 4 May 2031, 09:30 UTC";
    assert!(
        text.contains(&format!("- Laptop, {added}")) && text.contains(&format!("- Key ring, {added}")),
        "{text}"
    );
    assert!(!text.contains("Phone") && text.contains("https://app.test/account"), "{text}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_new_sign_in_mail_describes_the_device_by_known_names(db: PgPool) {
    let email = Email::start(db).await;
    let session_id = SessionId::new();
    let row = json!({
        "id": session_id, "user_id": email.user, "ip_address": "203.0.113.9",
        "user_agent": "Chrome/1 (Windows) https://evil.example", "created_at": "2031-05-04T09:30:00Z",
        "authenticated_at": "now", "last_used_at": "now", "expires_at": "now",
    });
    email.platform.insert("sessions", row).await;
    let event = EmailRequested::NewSignIn { session_id };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "A new sign-in"));
    for fact in ["Chrome on Windows", "203.0.113.9", "4 May 2031, 09:30 UTC", "https://app.test/account"] {
        assert!(mail.text.contains(fact), "{}", mail.text);
    }
    assert!(!mail.text.contains("evil") && !mail.html.expect("HTML").contains("evil"));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_export_ready_mail_is_sent_only_to_a_requester_who_still_has_access(db: PgPool) {
    let email = Email::start(db).await;
    let platform = &email.platform;
    let admin = platform.user("admin@example.org").await;
    let project = platform.project(&admin).await;
    platform.change("update projects set name = 'Letters' where id = $1", project.0).await;
    let export_id = ExportId::new();
    let row = json!({
        "id": export_id, "project_id": project, "requested_by_id": email.user, "format": "csv", "status": "ready",
        "generation": 7, "file_attempt": 1, "created_at": "now", "kept_until": "2031-05-04T09:30:00Z",
    });
    platform.insert("exports", row).await;
    let event = EmailRequested::ExportReady { export_id };
    // A user who is not a member or not a project admin has no access.
    email.deliver(EventId::new(), &event).await.assert_status(204);
    platform.member(project, &email.ada(), ProjectRole::Reviewer).await;
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
    for fact in ["\"Letters\"", "4 May 2031, 09:30 UTC", &link] {
        assert!(mail.text.contains(fact), "{}", mail.text);
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
async fn an_item_rejected_mail_is_sent_while_the_rejection_is_current_whatever_else_changes(db: PgPool) {
    let email = Email::start(db).await;
    let platform = &email.platform;
    let project = platform.project(&platform.user("admin@example.org").await).await;
    let ada = email.ada();
    platform.member(project, &ada, ProjectRole::Contributor).await;
    let item_id = platform.draft(project, &ada, "application/pdf", 5).await.item_id;
    let mut db = platform.db.acquire().await.expect("a connection");
    for (version, to) in (1..).zip([
        ItemStatus::Processing,
        ItemStatus::PendingReview,
        ItemStatus::Rejected,
        ItemStatus::PendingReview,
        ItemStatus::Rejected,
        // Another domain.
        ItemStatus::Rejected,
    ]) {
        let at = platform.clock.now();
        let change = Transition { item_id, version, to, failure: None, actor: None, at, details: json!({}) };
        assert_eq!(transition(&mut db, &change).await, Some(version + 1));
    }
    // Another language has no transition.
    platform
        .change("update items set version = version + 1, feedback = 'Blurred.' where id = $1", item_id.0)
        .await;
    let deliver = async |version| {
        let event = EmailRequested::ItemRejected { item_id, version };
        email.deliver(EventId::new(), &event).await.assert_status(204);
    };
    for version in [4, 5, 7, 8] {
        deliver(version).await;
    }
    assert_eq!(email.mails().len(), 0, "only the last rejection is current");
    deliver(6).await;
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "Your upload was rejected"));
    let link = format!("https://app.test/item?kind=document&id={item_id}");
    for fact in ["\"letter\"", "\"Letters\"", "Blurred.", &link] {
        assert!(mail.text.contains(fact), "{}", mail.text);
    }
    assert_eq!(email.mails().len(), 1);
}
