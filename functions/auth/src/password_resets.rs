//! Password resets: mailing the link and setting the new password.

use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::{
        clock::Clock,
        ids::{PasswordId, PasswordResetId},
        text::{EmailAddress, NewPassword},
    },
    cloud::{events::EmailRequested, outbox::Outbox},
    http::problem::{Code, Problem, Result},
    identity::{
        mail_caps::MailCaps,
        mail_token::{self, MailTokens, Purpose},
        passwords::Passwords,
    },
};

use crate::queries;

shared::use_case! {
    /// Mails password reset links and redeems them.
    pub(crate) struct PasswordResets {
        outbox: Outbox,
        mail_tokens: MailTokens,
        mail_caps: MailCaps,
        passwords: Passwords,
        clock: Clock,
    }
}

impl PasswordResets {
    /// Mails a reset link if the address belongs to an account. If the address has reached its mail cap, extends the
    /// newest link of the last day instead of mailing another. If there is no such link, mails one despite the cap,
    /// because other people's requests must not lock the owner out.
    ///
    /// # Errors
    /// 429 when the client has requested too many mails.
    pub(crate) async fn request(&self, email: &EmailAddress) -> Result<()> {
        let reset_id = PasswordResetId::new();
        let token = self.mail_tokens.derive(Purpose::PasswordReset, reset_id.0);
        let now = self.clock.now();
        let mut tx = self.outbox.begin().await?;
        let mut mailed = self.mail_caps.admit_request(&mut tx, email, now).await?;
        let mut user =
            if mailed { None } else { queries::extend_password_reset(&mut tx, email, now).await? };
        if user.is_none() {
            user = queries::insert_password_reset(&mut tx, reset_id, &token, email, now).await?;
            mailed |= user.is_some();
        }
        let entry = Entry::success(None, Action::UserPasswordResetRequested, reset_id.0);
        audit::record(&mut tx, Entry { resource: user.map(|user| user.0), ..entry }, now).await?;
        // The event is also recorded for unknown addresses, so that the response time is the same. `email` discards ids
        // without a row.
        if mailed {
            tx.record(&EmailRequested::PasswordReset { reset_id }).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Sets a new password with the token of a mailed link.
    ///
    /// # Errors
    /// 400 when the token is unknown or has expired.
    pub(crate) async fn reset(&self, token: &str, password: &NewPassword) -> Result<()> {
        let password_hash = self.passwords.hash_new("password", password, None).await?;
        let now = self.clock.now();
        let mut tx = self.outbox.begin().await?;
        let reset = queries::lock_password_reset(&mut tx, &mail_token::hash(token))
            .await?
            .ok_or_else(|| Problem::new(Code::TokenInvalid))?;
        if reset.expires_at <= now {
            return Err(Problem::new(Code::TokenExpired));
        }
        let user = reset.user_id;
        queries::reset_password(&mut tx, &reset, &password_hash, PasswordId::new(), now).await?;
        audit::record(&mut tx, Entry::success(Some(user), Action::UserPasswordReset, user.0), now).await?;
        if let Some(role) = reset.global_role {
            let metadata = json!({"before": "user", "after": role, "by": "operator"});
            let entry = Entry::success(None, Action::UserRoleChanged, user.0).with(metadata);
            audit::record(&mut tx, entry, now).await?;
        }
        tx.record(&EmailRequested::PasswordChanged { user_id: user }).await?;
        tx.commit().await?;
        Ok(())
    }
}
