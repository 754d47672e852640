//! The authenticated caller: a live session, loaded from the database in one query.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts, MatchedPath},
    http::{header, request::Parts},
};
use secrecy::SecretString;
use sqlx::PgPool;
use time::Duration;

use crate::{
    audit::Refusals,
    base::{
        clock::Clock,
        context,
        ids::{ProjectId, SessionId, UserId},
    },
    http::{
        openapi::{Described, Describes},
        problem::{Code, Problem},
    },
    identity::{
        access_token::{Claims, Verifier},
        account::{Account, GlobalRole},
    },
};

/// The time for which a session counts as recent after its user has authenticated.
pub const RECENT: Duration = Duration::minutes(10);
/// The maximum length of an access token, in bytes. Tokens of this platform have about 600 bytes.
const MAX_TOKEN: usize = 4 << 10;

/// The dependencies of authorization, part of the state of every function with routes.
#[derive(Clone)]
pub struct Authority {
    /// The database with sessions and roles.
    pub db: PgPool,
    /// Verifies access tokens.
    pub tokens: Verifier,
    /// Records denied requests in the audit log.
    pub refusals: Refusals,
    /// The source of the current time.
    pub clock: Clock,
}

impl Authority {
    /// Creates an authority that reads sessions and roles from this database.
    #[must_use]
    pub fn new(db: PgPool, tokens: Verifier, refusals: Refusals, clock: Clock) -> Self {
        Self { db, tokens, refusals, clock }
    }

    /// Records that the caller's role does not allow the request, and returns the problem for the response.
    pub async fn refuse(&self, parts: &Parts, user: UserId, project: Option<ProjectId>) -> Problem {
        let path = parts.extensions.get::<MatchedPath>().map_or("-", MatchedPath::as_str);
        self.refusals.record(user, project, &format!("{} {path}", parts.method)).await;
        Problem::new(Code::Forbidden)
    }
}

/// A user with a live session and a verified address.
#[derive(Debug, Clone, Copy)]
pub struct Principal {
    /// The id of the user.
    pub user_id: UserId,
    /// The id of the session that the request belongs to.
    pub session_id: SessionId,
    /// The user's role on the whole platform.
    pub global_role: GlobalRole,
}

/// A super admin with a live session and a verified address.
#[derive(Debug, Clone, Copy)]
pub struct SuperAdmin(pub Principal);

/// A user with a live session, even with an unverified address; for the few routes that allow it.
#[derive(Debug, Clone, Copy)]
pub struct AnySession(pub Principal);

/// The account of a user with a live session, even with an unverified address.
#[derive(Debug, Clone)]
pub struct CurrentAccount(pub Account);

/// The account of a user with a live session and a verified address.
#[derive(Debug, Clone)]
pub struct VerifiedAccount(pub Account);

/// A user with a verified address who authenticated within the last ten minutes.
#[derive(Debug, Clone, Copy)]
pub struct RecentSession(pub Principal);

/// The account of a user with a verified address who authenticated within the last ten minutes.
#[derive(Debug, Clone)]
pub struct RecentAccount(pub Account);

/// A user with a verified address, for a route that accepts another proof of identity instead of a recent session.
#[derive(Debug, Clone)]
pub struct MaybeRecentSession(Session);

impl MaybeRecentSession {
    /// Returns the user, who may still have to prove their identity.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.0.principal
    }

    /// Requires a recent session, unless the user has just `proven` their identity.
    ///
    /// # Errors
    /// 403 when the session is not recent and the identity is not proven.
    pub fn or_else(self, proven: bool) -> Result<RecentSession, Problem> {
        if self.0.recent || proven {
            Ok(RecentSession(self.0.principal))
        } else {
            Err(Problem::new(Code::ReauthenticationRequired))
        }
    }
}

macro_rules! extractors {
    ($($extractor:ident: [$($code:ident),*] |$session:ident| $read:expr;)*) => {
        $(
            impl<S> FromRequestParts<S> for $extractor
            where
                S: Send + Sync,
                Authority: FromRef<S>,
            {
                type Rejection = Problem;

                async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
                    let $session = authenticate(parts, &Authority::from_ref(state)).await?;
                    $read
                }
            }

            impl Describes for $extractor {
                fn describe(operation: &mut Described<'_>) {
                    operation.bearer().problems(&[$(Code::$code),*]);
                }
            }
        )*
    };
}

extractors! {
    AnySession: [Unauthenticated] |session| Ok(Self(session.principal));
    CurrentAccount: [Unauthenticated] |session| Ok(Self(session.account));
    Principal: [Unauthenticated, EmailNotVerified] |session| session.verified().map(|session| session.principal);
    VerifiedAccount: [Unauthenticated, EmailNotVerified] |session| session.verified().map(|session| Self(session.account));
    MaybeRecentSession: [Unauthenticated, EmailNotVerified, ReauthenticationRequired] |session| session.verified().map(Self);
    RecentSession: [Unauthenticated, EmailNotVerified, ReauthenticationRequired] |session| MaybeRecentSession(session.verified()?).or_else(false);
    RecentAccount: [Unauthenticated, EmailNotVerified, ReauthenticationRequired] |session| {
        let account = session.account.clone();
        MaybeRecentSession(session.verified()?).or_else(false).map(|_| Self(account))
    };
}

impl<S> FromRequestParts<S> for SuperAdmin
where
    S: Send + Sync,
    Authority: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let principal = Principal::from_request_parts(parts, state).await?;
        if principal.global_role == GlobalRole::SuperAdmin {
            Ok(Self(principal))
        } else {
            Err(Authority::from_ref(state).refuse(parts, principal.user_id, None).await)
        }
    }
}

impl Describes for SuperAdmin {
    fn describe(operation: &mut Described<'_>) {
        Principal::describe(operation.problems(&[Code::Forbidden]));
    }
}

/// A live session with its user. `recent` is true within [`RECENT`] of the last authentication.
#[derive(Debug, Clone)]
struct Session {
    principal: Principal,
    account: Account,
    recent: bool,
}

impl Session {
    fn verified(self) -> Result<Self, Problem> {
        if self.account.is_verified { Ok(self) } else { Err(Problem::new(Code::EmailNotVerified)) }
    }
}

async fn authenticate(parts: &Parts, authority: &Authority) -> Result<Session, Problem> {
    let claims = claims(parts, authority)?;
    let now = authority.clock.now();
    let row = sqlx::query!(
        r#"
        select user_id as "id!: UserId", email as "email!", display_name, global_role as "global_role!: GlobalRole",
               is_verified as "is_verified!", version as "version!", created_at as "created_at!",
               authenticated_at as "authenticated_at!"
        from live_session($1, $2, $3) as caller
        "#,
        claims.sid.0,
        claims.user_id.0,
        now,
    )
    .fetch_optional(&authority.db)
    .await?
    .ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    let account = Account {
        id: row.id,
        email: row.email,
        display_name: row.display_name,
        global_role: row.global_role,
        is_verified: row.is_verified,
        version: row.version,
        created_at: row.created_at,
    };
    let principal = Principal { user_id: row.id, session_id: claims.sid, global_role: row.global_role };
    Ok(Session { principal, account, recent: now - row.authenticated_at <= RECENT })
}

/// Returns the claims of the request's bearer token (RFC 6750). They identify the caller and grant no permissions.
pub(crate) fn claims(parts: &Parts, authority: &Authority) -> Result<Arc<Claims>, Problem> {
    let claims = bearer(parts)
        .and_then(|token| authority.tokens.verify(secrecy::ExposeSecret::expose_secret(&token)))
        .ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    context::describe("user_id", claims.user_id);
    Ok(claims)
}

/// Returns the bearer token from the `Authorization` header.
pub(crate) fn bearer(parts: &Parts) -> Option<SecretString> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ').filter(|(_, token)| token.len() <= MAX_TOKEN)?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().into())
}
