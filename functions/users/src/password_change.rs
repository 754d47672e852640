//! Changing the password, with the current password as proof where required.

use shared::{
    audit::{self, Action, Entry, Outcome},
    base::{
        clock::Clock,
        ids::PasswordId,
        text::{GivenPassword, NewPassword},
    },
    cloud::{events::EmailRequested, outbox::Outbox},
    http::problem::{Code, Problem, Result},
    identity::{passwords::Passwords, principal::Principal, rate_limit::RateLimitCharges},
};
use sqlx::PgPool;

use crate::queries;

shared::use_case! {
    /// Checks the current password and sets a new one.
    pub(crate) struct PasswordChange {
        db: PgPool,
        outbox: Outbox,
        passwords: Passwords,
        clock: Clock,
    }
}

impl PasswordChange {
    /// Checks the current password of the caller.
    ///
    /// # Errors
    /// 401 when the password is wrong, even in a recent session.
    pub(crate) async fn prove(
        &self,
        principal: &Principal,
        password: &GivenPassword,
        charges: &RateLimitCharges,
    ) -> Result<()> {
        let user = principal.user_id;
        let hash = queries::find_password_hash(&self.db, user).await?;
        if self.passwords.verify(&password.normalized(), hash).await? {
            return Ok(());
        }
        charges.failed().await;
        let entry = Entry::success(Some(user), Action::UserPasswordChanged, user.0);
        let mut db = self.db.acquire().await?;
        audit::record(&mut db, Entry { outcome: Outcome::Failure, ..entry }, self.clock.now()).await?;
        Err(Problem::new(Code::InvalidCredentials))
    }

    /// Sets the password, ends all other sessions, suspends all passkeys and notifies the account owner by mail.
    pub(crate) async fn set(&self, principal: &Principal, password: &NewPassword) -> Result<()> {
        let password_hash = self.passwords.hash_new("new_password", password, None).await?;
        let (user, now) = (principal.user_id, self.clock.now());
        let mut tx = self.outbox.begin().await?;
        queries::lock_account(&mut tx, principal, now).await?;
        queries::change_password(&mut tx, principal, &password_hash, PasswordId::new(), now).await?;
        audit::record(&mut tx, Entry::success(Some(user), Action::UserPasswordChanged, user.0), now).await?;
        tx.record(&EmailRequested::PasswordChanged { user_id: user }).await?;
        tx.commit().await?;
        Ok(())
    }
}
