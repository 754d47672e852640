//! The extractor that applies the rate limits before a handler runs.

use axum::{
    extract::{FromRef, FromRequest, FromRequestParts, MatchedPath, Request},
    http::{Extensions, request::Parts},
};

use super::{RateLimitCharges, RateLimits};
use crate::{
    base::ids::UserId,
    http::{
        extract::{Json, Query},
        openapi::{Described, Describes},
        problem::{Code, Problem},
        rate_limit_fields::RateLimitFields,
    },
    identity::principal::{AnySession, MaybeRecentSession},
};

/// The account that a request is about.
#[derive(Debug, Clone, Copy)]
pub enum Account<'a> {
    /// The account with an email address, whether or not it exists.
    Email(&'a str),
    /// The account, session or invitation that a token belongs to. Tokens cannot be guessed, so unknown addresses need no
    /// quota.
    Token(&'a str),
    /// The account of the signed-in user, counted over all addresses, so that a change of the address gains no guesses
    /// for a stolen session.
    User(UserId),
    /// No account: only the client's address is limited.
    Unnamed,
}

impl Account<'_> {
    pub(super) fn name(&self) -> Option<String> {
        match self {
            Self::Email(email) => Some(email.trim().to_lowercase()),
            Self::Token(token) => Some((*token).to_owned()),
            Self::User(user) => Some(user.to_string()),
            Self::Unnamed => None,
        }
    }
}

/// A request part that names the account it is about.
pub trait HasAccount {
    /// The cost of the request; [`MAIL`](super::MAIL) if it sends a mail.
    const COST: u32 = 1;

    /// Returns the account to limit.
    fn account(&self) -> Account<'_>;
}

impl<T: HasAccount> HasAccount for Json<T> {
    const COST: u32 = T::COST;

    fn account(&self) -> Account<'_> {
        self.0.account()
    }
}

impl<T: HasAccount> HasAccount for Query<T> {
    const COST: u32 = T::COST;

    fn account(&self) -> Account<'_> {
        self.0.account()
    }
}

impl HasAccount for AnySession {
    fn account(&self) -> Account<'_> {
        Account::User(self.0.user_id)
    }
}

impl HasAccount for MaybeRecentSession {
    fn account(&self) -> Account<'_> {
        Account::User(self.principal().user_id)
    }
}

/// A request that names no account.
#[derive(Debug, Clone, Copy)]
pub struct Anonymous;

impl<S: Send + Sync> FromRequestParts<S> for Anonymous {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self)
    }
}

impl HasAccount for Anonymous {
    fn account(&self) -> Account<'_> {
        Account::Unnamed
    }
}

/// A body, query or session admitted by the limits of its route.
///
/// The client's address is charged before anything is read, so that invalid requests are limited too, and a refused
/// request costs almost nothing.
pub struct RateLimited<T> {
    /// The extracted body, query or session.
    pub body: T,
    /// The charges for this request.
    pub charges: RateLimitCharges,
}

/// Admits a request by the client's address.
async fn admit<S, T: HasAccount>(extensions: &Extensions, state: &S) -> Result<RateLimitCharges, Problem>
where
    RateLimits: FromRef<S>,
{
    let route = extensions.get::<MatchedPath>().map_or_else(String::new, |path| path.as_str().to_owned());
    let fields = extensions.get::<RateLimitFields>().cloned().unwrap_or_default();
    RateLimits::from_ref(state).admit(route, T::COST, fields).await
}

impl<T: HasAccount> RateLimited<T> {
    /// Admits a request by the account that its body, query or session names.
    async fn admit(mut charges: RateLimitCharges, body: T) -> Result<Self, Problem> {
        charges.admit_account(body.account(), T::COST).await?;
        Ok(Self { body, charges })
    }
}

impl<S, T> FromRequest<S> for RateLimited<T>
where
    S: Send + Sync,
    RateLimits: FromRef<S>,
    T: FromRequest<S, Rejection = Problem> + HasAccount + Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let charges = admit::<S, T>(request.extensions(), state).await?;
        Self::admit(charges, T::from_request(request, state).await?).await
    }
}

impl<S, T> FromRequestParts<S> for RateLimited<T>
where
    S: Send + Sync,
    RateLimits: FromRef<S>,
    T: FromRequestParts<S, Rejection = Problem> + HasAccount + Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let charges = admit::<S, T>(&parts.extensions, state).await?;
        Self::admit(charges, T::from_request_parts(parts, state).await?).await
    }
}

impl<T: Describes> Describes for RateLimited<T> {
    fn describe(operation: &mut Described<'_>) {
        let operation = operation.problems(&[Code::TooManyRequests]);
        T::describe(operation.response_header("RateLimit").response_header("RateLimit-Policy"));
    }
}

impl Describes for Anonymous {
    fn describe(_: &mut Described<'_>) {}
}
