//! Sessions: opening one after a sign-in and extending it with refresh tokens.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use shared::{
    audit::{self, Action, Entry, Outcome},
    base::{
        clock::Clock,
        context,
        ids::{SessionId, UserId},
    },
    cloud::{
        events::EmailRequested,
        outbox::{Outbox, Outgoing},
    },
    http::problem::{Code, Problem, Result},
    identity::{
        access_token::{self, Signer},
        account::GlobalRole,
        rate_limit::Network,
    },
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::{
    model::{TokenType, Tokens},
    queries::{self, NewSession},
    refresh_token::RefreshTokens,
    sign_in::{Failed, Verified},
};

/// Time in which a used refresh token still returns its successor, for parallel tabs and for retries after a lost
/// response.
const GRACE: Duration = Duration::seconds(10);

/// Time after which an unused session expires.
const IDLE: Duration = Duration::days(30);

/// Maximum age of a session, however often it is refreshed.
#[derive(Clone, Copy)]
pub(crate) struct SessionLifetime(pub(crate) Duration);

impl SessionLifetime {
    /// Returns the expiry time of a session that began at `created_at` and is used now.
    fn expires_at(self, created_at: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
        (created_at + self.0).min(now + IDLE)
    }
}

shared::use_case! {
    /// Opens and refreshes sessions.
    pub(crate) struct Sessions {
        db: PgPool,
        outbox: Outbox,
        signer: Signer,
        refresh_tokens: RefreshTokens,
        lifetime: SessionLifetime,
        clock: Clock,
    }
}

impl Sessions {
    /// Opens a session and mails the account owner if the network or the device is new.
    ///
    /// # Errors
    /// 401 when the password changed or the account was closed after the proof was checked.
    pub(crate) async fn open(&self, user: &Verified) -> Result<Tokens> {
        let (id, now) = (SessionId::new(), self.clock.now());
        let context = context::current();
        let address = context.as_ref().and_then(|context| context.client_address);
        let session = NewSession {
            id,
            user_id: user.id,
            password_id: user.password_id,
            ip_address: address.map(|address| address.to_string()),
            network: Network::of(address),
            user_agent: context.and_then(|context| context.user_agent.clone()),
            expires_at: self.lifetime.expires_at(now, now),
        };
        let entry = Entry::success(Some(user.id), Action::UserLogin, user.id.0);
        let entry = entry.with(json!({"method": user.method}));
        let notice = Outgoing::of(&EmailRequested::NewSignIn { session_id: id })?;
        let opened = queries::insert_session(&self.db, &session, entry, &notice, now).await?;
        let opened = opened.ok_or_else(|| Problem::new(Code::InvalidCredentials))?;
        if opened.unfamiliar {
            self.outbox.publish_in_time(vec![notice]).await;
        }
        self.tokens(user.id, user.global_role, id, 0)
    }

    /// Records a failed sign-in. The returned problem does not reveal the reason.
    pub(crate) async fn refuse(&self, failed: &Failed) -> Result<Problem> {
        let user = failed.user.map(|user| user.0);
        let entry = Entry::success(None, Action::UserLogin, user.unwrap_or_default());
        let metadata = json!({"method": failed.method, "reason": failed.reason});
        let entry = Entry { outcome: failed.outcome, resource: user, ..entry.with(metadata) };
        let mut db = self.db.acquire().await?;
        audit::record(&mut db, entry, self.clock.now()).await?;
        Ok(Problem::new(Code::InvalidCredentials))
    }

    /// Exchanges a refresh token for the next tokens of its session.
    ///
    /// # Errors
    /// 401 when the token is invalid. Reuse of an old token also ends its session.
    pub(crate) async fn refresh(&self, token: &SecretString) -> Result<Tokens> {
        let refused = || Problem::new(Code::Unauthenticated);
        let (id, counter) = self.refresh_tokens.read(token).ok_or_else(refused)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let session = queries::lock_session(&mut tx, id, now).await?.ok_or_else(refused)?;
        let recent = session.rotated_at.is_some_and(|at| now - at <= GRACE);
        match session.refresh_counter - counter {
            0 => {
                let expires_at = self.lifetime.expires_at(session.created_at, now);
                queries::rotate_session(&mut tx, id, expires_at, now).await?;
                tx.commit().await?;
                self.tokens(session.user_id, session.global_role, id, counter + 1)
            }
            1 if recent => self.tokens(session.user_id, session.global_role, id, session.refresh_counter),
            _ => {
                queries::revoke_session(&mut tx, id, now).await?;
                let entry = Entry::success(Some(session.user_id), Action::UserRefreshReused, id.0);
                audit::record(&mut tx, Entry { outcome: Outcome::Denied, ..entry }, now).await?;
                tx.commit().await?;
                Err(Problem::new(Code::RefreshReused))
            }
        }
    }

    /// Issues the tokens of a session after the given number of rotations.
    fn tokens(&self, user: UserId, role: GlobalRole, session: SessionId, rotations: i32) -> Result<Tokens> {
        let access_token =
            self.signer.sign(user, role.as_str(), session, self.clock.now()).map_err(Problem::internal)?;
        Ok(Tokens {
            access_token: access_token.expose_secret().to_owned(),
            token_type: TokenType::Bearer,
            expires_in: access_token::LIFETIME.whole_seconds(),
            refresh_token: self.refresh_tokens.derive(session, rotations).expose_secret().to_owned(),
        })
    }
}
