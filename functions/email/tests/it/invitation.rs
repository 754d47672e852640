use serde_json::json;
use shared::{
    base::ids::{EventId, InvitationId},
    cloud::events::EmailRequested,
    identity::mail_token::{self, Purpose},
};
use sqlx::PgPool;

use crate::support::{ADA, Email, token};

impl Email {
    /// Creates an invitation of Ada's address by an admin who chose their own name and the project's name.
    async fn invitation(&self) -> (InvitationId, Vec<u8>) {
        let eve = self.platform.user("eve@example.org").await;
        let project = self.platform.project(&eve).await;
        self.platform.change("update projects set name = 'You have won' where id = $1", project.0).await;
        self.platform.change("update users set display_name = 'Your bank' where id = $1", eve.id.0).await;
        let id = InvitationId::new();
        let row = json!({
            "project_id": project, "email": ADA, "role": "reviewer", "invited_by_id": eve.id,
        });
        (id, self.link("project_invitations", Purpose::Invitation, id.0, row).await)
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_unverified_address_gets_a_link_and_no_names_that_a_stranger_chose(db: PgPool) {
    let email = Email::start(db).await;
    let (invitation_id, stored) = email.invitation().await;
    let event = EmailRequested::Invitation { invitation_id };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "You are invited to a project"));
    let html = mail.html.expect("HTML");
    for chosen in ["You have won", "Your bank"] {
        assert!(!mail.text.contains(chosen) && !html.contains(chosen), "{}", mail.text);
    }
    let start = "https://app.test/invitation?token=";
    let token = token(&mail.text, start);
    assert_eq!(mail_token::hash(token), stored);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_verified_address_gets_the_names_of_the_project_and_the_inviter(db: PgPool) {
    let email = Email::start(db).await;
    let (invitation_id, _) = email.invitation().await;
    email.platform.change("update users set email_verified_at = now() where id = $1", email.user.0).await;
    let event = EmailRequested::Invitation { invitation_id };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mail = email.mail().await;
    assert!(mail.text.contains("You have won") && mail.text.contains("Your bank"), "{}", mail.text);

    // A revoked invitation sends no mail.
    email
        .platform
        .change("update project_invitations set revoked_at = now() where id = $1", invitation_id.0)
        .await;
    email.deliver(EventId::new(), &event).await.assert_status(204);
    assert_eq!(email.mails().len(), 1);
}
