//! What a sign-in comes to once somebody has proven who they are, or has not.

use serde_json::json;
use shared::{
    audit::{self, Action, Entry, Outcome},
    base::{
        context,
        ids::{SessionId, UserId},
    },
    cloud::{events::EmailRequested, outbox::Outgoing},
    http::problem::{Code, Problem, Result},
    identity::{principal::GlobalRole, rate_limit::Network},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    AppState,
    model::Tokens,
    queries::{self, NewSession},
};

/// Who has proven who they are.
pub(crate) struct Proven {
    pub(crate) id: UserId,
    pub(crate) global_role: GlobalRole,
    /// The password that the account had then.
    pub(crate) password_id: Option<Uuid>,
    /// `password` or `passkey`, for the audit log.
    pub(crate) method: &'static str,
}

/// A sign-in that failed: whose account it was about, and why, for the audit log.
pub(crate) struct Failed {
    pub(crate) user: Option<UserId>,
    pub(crate) method: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) reason: &'static str,
}

impl AppState {
    /// Opens a session, and mails the owner of the account when it was never used from there.
    pub(crate) async fn open_session(&self, user: &Proven, now: OffsetDateTime) -> Result<Tokens> {
        let id = SessionId::new();
        let context = context::current();
        let address = context.as_ref().and_then(|context| context.client_address);
        let session = NewSession {
            id,
            user_id: user.id,
            password_id: user.password_id,
            ip_address: address.map(|address| address.to_string()),
            network: Network::of(address),
            user_agent: context.and_then(|context| context.user_agent.clone()),
        };
        let entry = Entry::success(Some(user.id), Action::UserLogin, user.id.0);
        let entry = entry.with(json!({"method": user.method}));
        let notice = Outgoing::of(&EmailRequested::NewSignIn { session_id: id })?;
        let opened = queries::insert_session(&self.authority.db, &session, entry, &notice, now).await?;
        let opened = opened.ok_or_else(|| Problem::new(Code::InvalidCredentials))?;
        if opened.unfamiliar {
            self.outbox.publish_in_time(vec![notice]).await;
        }
        self.tokens(user.id, user.global_role, id, 0)
    }

    /// Records it; what the caller is told is the same for all of them.
    pub(crate) async fn refuse_sign_in(&self, failed: &Failed, now: OffsetDateTime) -> Result<Problem> {
        let user = failed.user.map(|user| user.0);
        let entry = Entry::success(None, Action::UserLogin, user.unwrap_or_default());
        let metadata = json!({"method": failed.method, "reason": failed.reason});
        let entry = Entry { outcome: failed.outcome, resource: user, ..entry.with(metadata) };
        let mut db = self.authority.db.acquire().await?;
        audit::record(&mut db, entry, now).await?;
        Ok(Problem::new(Code::InvalidCredentials))
    }
}
