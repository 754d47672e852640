//! The extractor that lets a request in or not, before its handler runs.

use axum::{
    extract::{FromRef, FromRequest, FromRequestParts, MatchedPath, Request},
    http::{Extensions, request::Parts},
};

use super::{RateLimits, Spent};
use crate::{
    base::ids::UserId,
    http::{
        extract::{Json, Query},
        openapi::{Described, Describes},
        problem::Problem,
        rate_limit_fields::RateLimitFields,
    },
    identity::principal::{AnySession, UnprovenSession},
};

/// Whose account a request is about.
#[derive(Debug, Clone, Copy)]
pub enum Account<'a> {
    /// The account of an e-mail address, whether there is one or not.
    Email(&'a str),
    /// Whatever a token opens. Nobody guesses those, so no stranger can be in the way.
    Token(&'a str),
    /// The account of whoever is signed in, from all addresses: a stolen session gets no more guesses by
    /// moving around.
    User(UserId),
    /// Nobody's: only the client's address is limited.
    Nobody,
}

impl Account<'_> {
    pub(super) fn name(&self) -> Option<String> {
        match self {
            Self::Email(email) => Some(email.trim().to_lowercase()),
            Self::Token(token) => Some((*token).to_owned()),
            Self::User(user) => Some(user.to_string()),
            Self::Nobody => None,
        }
    }
}

/// A body or a query that is about an account.
pub trait Concerns {
    /// What such a request costs; [`MAIL`](super::MAIL) for one that sends a mail.
    const COST: u32 = 1;

    /// Whose account.
    fn account(&self) -> Account<'_>;
}

impl<T: Concerns> Concerns for Json<T> {
    const COST: u32 = T::COST;

    fn account(&self) -> Account<'_> {
        self.0.account()
    }
}

impl<T: Concerns> Concerns for Query<T> {
    const COST: u32 = T::COST;

    fn account(&self) -> Account<'_> {
        self.0.account()
    }
}

impl Concerns for AnySession {
    fn account(&self) -> Account<'_> {
        Account::User(self.0.user_id)
    }
}

impl Concerns for UnprovenSession {
    fn account(&self) -> Account<'_> {
        Account::User(self.principal().user_id)
    }
}

/// A request that says nothing about an account.
#[derive(Debug, Clone, Copy)]
pub struct Anybody;

impl<S: Send + Sync> FromRequestParts<S> for Anybody {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self)
    }
}

impl Concerns for Anybody {
    fn account(&self) -> Account<'_> {
        Account::Nobody
    }
}

/// A body, a query or a session that was let in by the limits of its route.
///
/// Without a body that can be read, the client's address is charged alone: faults are limited too.
pub struct Limited<T> {
    /// What was sent.
    pub body: T,
    /// What it cost.
    pub spent: Spent,
}

/// What the limits need to know of a request beside its body.
struct Asked {
    route: String,
    fields: RateLimitFields,
}

impl Asked {
    fn new(extensions: &Extensions) -> Self {
        Self {
            route: extensions.get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned()),
            fields: extensions.get::<RateLimitFields>().cloned().unwrap_or_default(),
        }
    }

    async fn admit<T: Concerns>(
        self,
        limits: RateLimits,
        body: Result<T, Problem>,
    ) -> Result<Limited<T>, Problem> {
        let account = body.as_ref().ok().map(Concerns::account);
        let spent = limits.admit(&self.route, account, T::COST, self.fields).await?;
        body.map(|body| Limited { body, spent })
    }
}

impl<S, T> FromRequest<S> for Limited<T>
where
    S: Send + Sync,
    RateLimits: FromRef<S>,
    T: FromRequest<S, Rejection = Problem> + Concerns + Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let asked = Asked::new(request.extensions());
        let body = T::from_request(request, state).await;
        asked.admit(RateLimits::from_ref(state), body).await
    }
}

impl<S, T> FromRequestParts<S> for Limited<T>
where
    S: Send + Sync,
    RateLimits: FromRef<S>,
    T: FromRequestParts<S, Rejection = Problem> + Concerns + Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let asked = Asked::new(&parts.extensions);
        let query = T::from_request_parts(parts, state).await;
        asked.admit(RateLimits::from_ref(state), query).await
    }
}

impl<T: Describes> Describes for Limited<T> {
    fn describe(operation: &mut Described<'_>) {
        T::describe(operation.too_many_requests());
    }
}

impl Describes for Anybody {
    fn describe(_: &mut Described<'_>) {}
}
