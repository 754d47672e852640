//! `Idempotency-Key`: a repeated POST creates its resource only once (draft-ietf-httpapi-idempotency-key-header).
//!
//! The transaction of the change stores the key for the user and route, with a hash of the request and the id of the
//! created resource. The response is not stored: a repeat passes the guard and is rendered like any request, so it
//! never shows data that the caller may no longer see. A concurrent repeat waits for the first request at the unique
//! index.

use aws_lc_rs::digest::{Context, SHA256};
use axum::{
    body::{Body, to_bytes},
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    base::ids::UserId,
    http::{
        openapi::{Described, Describes},
        problem::{Code, Problem},
    },
};

/// The name of the `Idempotency-Key` header.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// The time for which a key is stored.
pub const LIFETIME: Duration = Duration::hours(24);
/// The maximum length of a key, in characters.
const MAX_LENGTH: usize = 255;

/// The idempotency key of a request. A request without a key is never treated as a repeat.
#[derive(Debug, Clone, Default)]
pub struct IdempotencyKey(Option<Known>);

#[derive(Debug, Clone)]
struct Known {
    route: String,
    key: String,
    request_hash: Vec<u8>,
}

/// The result of reserving a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reservation {
    /// This is the first request with this key.
    First,
    /// An earlier request with this key created this resource.
    Repeat(Uuid),
}

impl IdempotencyKey {
    /// Returns the key of one resource of a batch, by its index.
    #[must_use]
    pub fn part(&self, number: usize) -> Self {
        let part = |known: &Known| Known { route: format!("{}#{number}", known.route), ..known.clone() };
        Self(self.0.as_ref().filter(|_| number > 0).map(part).or_else(|| self.0.clone()))
    }

    /// Reserves the key for a resource that is about to be created in the same transaction.
    ///
    /// # Errors
    /// 422 if the key was already used for a different request.
    pub async fn reserve(
        &self,
        db: &mut PgConnection,
        user: UserId,
        resource: Uuid,
        now: OffsetDateTime,
    ) -> Result<Reservation, Problem> {
        let Some(Known { route, key, request_hash }) = &self.0 else { return Ok(Reservation::First) };
        // An expired key can be reused, even if the purge has not deleted it yet.
        let reserved = sqlx::query!(
            "
            insert into idempotency_keys as kept (user_id, route, key, request_hash, resource_id, created_at)
            values ($1, $2, $3, $4, $5, $6)
            on conflict on constraint idempotency_keys_pkey do update
            set request_hash = excluded.request_hash,
                resource_id = excluded.resource_id,
                created_at = excluded.created_at
            where kept.created_at <= $7
            ",
            user.0,
            route,
            key,
            request_hash,
            resource,
            now,
            now - LIFETIME,
        )
        .execute(&mut *db)
        .await?;
        if reserved.rows_affected() == 1 {
            return Ok(Reservation::First);
        }
        let kept = sqlx::query!(
            "select request_hash, resource_id from idempotency_keys where user_id = $1 and route = $2 and key = $3",
            user.0,
            route,
            key,
        )
        .fetch_one(db)
        .await?;
        if kept.request_hash == *request_hash {
            Ok(Reservation::Repeat(kept.resource_id))
        } else {
            Err(Problem::new(Code::IdempotencyMismatch))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(Self::default()) };
        let key = read(value)?;
        let Some(RequestHash(request_hash)) = parts.extensions.get::<RequestHash>().cloned() else {
            return Err(Problem::internal("the server does not hash requests with an Idempotency-Key"));
        };
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        Ok(Self(Some(Known { route: format!("{} {path}", parts.method), key, request_hash })))
    }
}

impl Describes for IdempotencyKey {
    fn describe(operation: &mut Described<'_>) {
        let operation = operation.problem(StatusCode::BAD_REQUEST).problem(StatusCode::UNPROCESSABLE_ENTITY);
        operation.header(
            "Idempotency-Key",
            "A repeated request with the same key creates the resource only once.",
        );
    }
}

/// Parses the header. Quotes are optional: the draft requires them (`"8e03…"`), but most clients send none.
fn read(value: &HeaderValue) -> Result<String, Problem> {
    let text = value.to_str().unwrap_or_default();
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let plain = key.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && (1..=MAX_LENGTH).contains(&key.len()) {
        Ok(key.to_owned())
    } else {
        let detail = "The Idempotency-Key must have 1 to 255 visible ASCII characters.";
        Err(Problem::new(Code::Malformed).detail(detail))
    }
}

#[derive(Clone)]
struct RequestHash(Vec<u8>);

/// A layer of the server that hashes the path and body of each POST with a key.
pub(crate) async fn hash_request(State(limit): State<usize>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, limit).await else {
        return Problem::new(Code::BodyTooLarge).into_response();
    };
    let mut hash = Context::new(&SHA256);
    hash.update(parts.uri.path().as_bytes());
    hash.update(&[0]);
    hash.update(&bytes);
    parts.extensions.insert(RequestHash(hash.finish().as_ref().to_vec()));
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::read;

    #[test]
    fn a_key_is_equal_with_and_without_quotes() {
        let key = |text: &'static str| read(&HeaderValue::from_static(text)).ok();
        assert_eq!(key("\"8e03978e-40d5\""), key("8e03978e-40d5"));
        for wrong in ["", "\"\"", "two words"] {
            assert_eq!(key(wrong), None, "{wrong:?}");
        }
        assert!(read(&HeaderValue::from_str(&"k".repeat(256)).expect("a value")).is_err());
    }
}
