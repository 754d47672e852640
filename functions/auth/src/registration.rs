//! Registration: creating an account and mailing the link that verifies its address.

use shared::{
    audit::{self, Action, Entry},
    base::{
        clock::Clock,
        ids::{UserId, VerificationId},
        text::{EmailAddress, Name, NewPassword},
    },
    cloud::{events::EmailRequested, outbox::Outbox},
    http::problem::Result,
    identity::{
        mail_token::{MailTokens, Purpose},
        passwords::Passwords,
    },
};

use crate::queries::{self, NewVerification};

shared::use_case! {
    /// Creates accounts and mails verification links. Neither the result nor the response time reveals which addresses
    /// have an account.
    pub(crate) struct Registration {
        outbox: Outbox,
        mail_tokens: MailTokens,
        passwords: Passwords,
        clock: Clock,
    }
}

impl Registration {
    /// Creates an account. If a verified account exists, its owner is told by mail about the attempt instead.
    pub(crate) async fn register(
        &self,
        email: &EmailAddress,
        password: &NewPassword,
        display_name: Option<&Name>,
    ) -> Result<()> {
        // Hashed even if it is not needed, so that the response time does not reveal known addresses.
        let password_hash = self.passwords.hash_new("password", password, Some(email)).await?;
        let now = self.clock.now();
        let verification_id = VerificationId::new();
        let mut tx = self.outbox.begin().await?;
        let user = queries::find_or_insert_user(&mut tx, UserId::new(), email, now).await?;
        let event = if user.verified {
            EmailRequested::AccountExists { user_id: user.id }
        } else {
            let verification = NewVerification {
                id: verification_id,
                user_id: user.id,
                password_hash: &password_hash,
                display_name: display_name.map(Name::as_str),
                token: self.mail_tokens.derive(Purpose::Verification, verification_id.0),
            };
            queries::insert_verification(&mut tx, &verification, now).await?;
            EmailRequested::Verification { verification_id }
        };
        audit::record(&mut tx, Entry::success(None, Action::UserRegistered, user.id.0), now).await?;
        tx.record(&event).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Mails the newest verification link of an address again and extends its lifetime.
    pub(crate) async fn resend(&self, email: &EmailAddress) -> Result<()> {
        let mut tx = self.outbox.begin().await?;
        let unverified = queries::extend_verification(&mut tx, email, self.clock.now()).await?;
        // An event is recorded even if there is nothing to verify, to keep the response time equal. `email` discards
        // ids without a row.
        let verification_id = unverified.unwrap_or_else(VerificationId::new);
        tx.record(&EmailRequested::Verification { verification_id }).await?;
        tx.commit().await?;
        Ok(())
    }
}
