use shared::{
    base::{
        config::Settings as _,
        ids::{EventId, InvitationId},
    },
    cloud::events::EmailRequested,
    identity::mail_token::{self, MailTokenSettings, MailTokens, Purpose},
};
use sqlx::PgPool;

use crate::support::{ADA, Email};

impl Email {
    /// An invitation of Ada's address by an admin whose name and whose project's name are their own choice.
    async fn invitation(&self) -> (InvitationId, Vec<u8>) {
        let eve = self.platform.user("eve@example.org").await;
        let project = self.platform.project(&eve).await;
        self.platform.change("update projects set name = 'You have won' where id = $1", project.0).await;
        self.platform.change("update users set display_name = 'Your bank' where id = $1", eve.id.0).await;
        let settings = MailTokenSettings::from_env(&self.platform.env()).expect("settings");
        let id = InvitationId::new();
        let derived = MailTokens::new(&settings).expect("keys").derive(Purpose::Invitation, id.0);
        let inserted = sqlx::query(
            "insert into project_invitations (id, project_id, email, role, invited_by_id, key_id, token_hash,
                 expires_at, mailed_at, created_at)
             values ($1, $2, $3, 'reviewer', $4, $5, $6, '2031-05-04 09:30:00Z', array[now()], now())",
        )
        .bind(id)
        .bind(project)
        .bind(ADA)
        .bind(eve.id)
        .bind(derived.key_id)
        .bind(&derived.hash)
        .execute(&self.platform.db)
        .await;
        inserted.expect("an invitation");
        (id, derived.hash)
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_unverified_address_gets_a_link_and_no_word_that_a_stranger_chose(db: PgPool) {
    let email = Email::start(db).await;
    let (invitation_id, kept) = email.invitation().await;
    let event = EmailRequested::Invitation { invitation_id };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mail = email.mail().await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "You are invited to a project"));
    let html = mail.html.expect("HTML");
    for chosen in ["You have won", "Your bank"] {
        assert!(!mail.text.contains(chosen) && !html.contains(chosen), "{}", mail.text);
    }
    let start = "https://app.test/invitation?token=";
    let token =
        mail.text.split(start).nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link");
    assert_eq!(mail_token::hash(token), kept);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_verified_address_is_told_the_project_and_who_invites(db: PgPool) {
    let email = Email::start(db).await;
    let (invitation_id, _) = email.invitation().await;
    email.platform.change("update users set email_verified_at = now() where id = $1", email.user.0).await;
    let event = EmailRequested::Invitation { invitation_id };
    email.deliver(EventId::new(), &event).await.assert_status(204);
    let mail = email.mail().await;
    assert!(mail.text.contains("You have won") && mail.text.contains("Your bank"), "{}", mail.text);

    // Taken back meanwhile: nothing to send any more.
    email
        .platform
        .change("update project_invitations set revoked_at = now() where id = $1", invitation_id.0)
        .await;
    email.deliver(EventId::new(), &event).await.assert_status(204);
    assert_eq!(email.mails().len(), 1);
}
