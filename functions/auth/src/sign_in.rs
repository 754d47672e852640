//! Sign-in: checking a password or a passkey assertion.

use shared::{
    audit::Outcome,
    base::{clock::Clock, ids::UserId, text::GivenPassword},
    http::problem::{Code, Problem, Result},
    identity::{
        account::GlobalRole,
        passwords::{self, Passwords},
    },
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    passkeys::{AssertionResult, Passkeys, Refusal},
    proof::Assertion,
    queries::{self, PasskeyOwner},
};

/// The result of checking a proof.
pub(crate) enum Attempt {
    /// The proof is valid.
    Verified(Verified),
    /// The proof is invalid.
    Failed(Failed),
}

/// A user whose proof was valid.
pub(crate) struct Verified {
    pub(crate) id: UserId,
    pub(crate) global_role: GlobalRole,
    /// Id of the current password when the proof was checked.
    pub(crate) password_id: Option<Uuid>,
    /// `password` or `passkey`, as recorded in the audit log.
    pub(crate) method: &'static str,
}

/// A failed sign-in, as recorded in the audit log.
pub(crate) struct Failed {
    /// The account of the given address or passkey, if it exists.
    pub(crate) user: Option<UserId>,
    pub(crate) method: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) reason: &'static str,
}

/// The result of checking an assertion.
enum AssertionCheck {
    /// The assertion is valid and the passkey's new counter is stored.
    Verified(PasskeyOwner),
    /// The assertion is rejected. Holds the owner of the passkey, if it is registered, and the reason.
    Refused(Option<PasskeyOwner>, Refusal),
}

shared::use_case! {
    /// Checks passwords and passkey assertions.
    pub(crate) struct SignIn {
        db: PgPool,
        passwords: Passwords,
        passkeys: Passkeys,
        clock: Clock,
    }
}

impl SignIn {
    /// Checks the password of an address. Takes the same time for an unknown address.
    pub(crate) async fn by_password(&self, email: &str, password: &GivenPassword) -> Result<Attempt> {
        let email = email.trim().to_lowercase();
        let account = queries::find_credentials(&self.db, &email).await?;
        let hash = account.as_ref().and_then(|account| account.password_hash.clone());
        let password = password.normalized();
        let matches = self.passwords.verify(&password, hash.clone()).await?;
        let user = account.as_ref().map(|account| account.id);
        let Some(account) = account.filter(|account| matches && !account.suspended) else {
            let (outcome, reason) = (Outcome::Failure, "invalid_password");
            return Ok(Attempt::Failed(Failed { user, method: "password", outcome, reason }));
        };
        if let Some(outdated) = hash.filter(|hash| passwords::is_outdated(hash)) {
            let hash = self.passwords.hash(&password).await?;
            queries::rehash_password(&self.db, account.id, &outdated, &hash).await?;
        }
        Ok(Attempt::Verified(Verified {
            id: account.id,
            global_role: account.global_role,
            password_id: account.password_id,
            method: "password",
        }))
    }

    /// Checks a passkey assertion.
    pub(crate) async fn by_passkey(&self, assertion: &Assertion) -> Result<Attempt> {
        Ok(match self.check(assertion).await? {
            AssertionCheck::Verified(owner) => Attempt::Verified(Verified {
                id: owner.id,
                global_role: owner.global_role,
                password_id: owner.password_id,
                method: "passkey",
            }),
            AssertionCheck::Refused(owner, refusal) => Attempt::Failed(Failed {
                user: owner.map(|owner| owner.id),
                method: "passkey",
                outcome: Outcome::Denied,
                reason: refusal.as_str(),
            }),
        })
    }

    /// Checks the password of a user who is already signed in.
    pub(crate) async fn has_password(&self, user: UserId, password: &GivenPassword) -> Result<bool> {
        let hash = queries::find_password_hash(&self.db, user).await?;
        self.passwords.verify(&password.normalized(), hash).await
    }

    /// Checks that an assertion is valid and belongs to a user who is already signed in.
    pub(crate) async fn has_passkey(&self, user: UserId, assertion: &Assertion) -> Result<bool> {
        let asserted = self.check(assertion).await?;
        Ok(matches!(asserted, AssertionCheck::Verified(owner) if owner.id == user))
    }

    /// Checks an assertion. Its ceremony is consumed even if the check fails.
    async fn check(&self, assertion: &Assertion) -> Result<AssertionCheck> {
        let credential = assertion.credential.get()?;
        let now = self.clock.now();
        let state = queries::take_authentication(&self.db, assertion.ceremony_id, now)
            .await?
            .ok_or_else(|| Problem::new(Code::CeremonyInvalid))?;
        let mut tx = self.db.begin().await?;
        let Some(passkey) = queries::lock_passkey(&mut tx, credential).await? else {
            return Ok(AssertionCheck::Refused(None, Refusal::Invalid));
        };
        match self.passkeys.finish_authentication(credential, state, passkey.credential)? {
            AssertionResult::Valid(_) if passkey.suspended => {
                Ok(AssertionCheck::Refused(Some(passkey.owner), Refusal::Suspended))
            }
            AssertionResult::Valid(credential) => {
                queries::use_passkey(&mut tx, passkey.id, &credential, now).await?;
                tx.commit().await?;
                Ok(AssertionCheck::Verified(passkey.owner))
            }
            AssertionResult::Refused(refusal) => Ok(AssertionCheck::Refused(Some(passkey.owner), refusal)),
        }
    }
}
