//! `Idempotency-Key`: a repeated POST creates its resource only once (draft-ietf-httpapi-idempotency-key-header).
//!
//! The transaction of the change stores the key for the user and route, with a hash of the request and the id of the
//! created resource. The response is not stored: a repeat passes the guard and is rendered like any request, so it
//! never shows data that the caller may no longer see. A concurrent repeat waits for the first request at the unique
//! index.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::digest::{Context, SHA256};
use axum::{
    body::Body,
    extract::{FromRequestParts, MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, request::Parts},
};
use futures::TryStreamExt as _;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    base::ids::UserId,
    http::{
        openapi::{Described, Describes, RequestHeader},
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
    request_hash: RequestHash,
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

    /// Reserves the key for a resource that is about to be created in the same transaction. The hash of the request
    /// covers only the part of the body that was read before this call.
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
        let request_hash = request_hash.finish();
        // An expired key can be reused, even if the purge has not deleted it yet.
        let reserved = sqlx::query!(
            "
            insert into idempotency_keys as stored (user_id, route, key, request_hash, resource_id, created_at)
            values ($1, $2, $3, $4, $5, $6)
            on conflict on constraint idempotency_keys_pkey do update
            set request_hash = excluded.request_hash,
                resource_id = excluded.resource_id,
                created_at = excluded.created_at
            where stored.created_at <= $7
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
        let stored = sqlx::query!(
            "select request_hash, resource_id from idempotency_keys where user_id = $1 and route = $2 and key = $3",
            user.0,
            route,
            key,
        )
        .fetch_one(db)
        .await?;
        if stored.request_hash == request_hash {
            Ok(Reservation::Repeat(stored.resource_id))
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
        let Some(request_hash) = parts.extensions.get::<RequestHash>().cloned() else {
            return Err(Problem::internal("the server does not hash requests with an Idempotency-Key"));
        };
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        Ok(Self(Some(Known { route: format!("{} {path}", parts.method), key, request_hash })))
    }
}

impl Describes for IdempotencyKey {
    fn describe(operation: &mut Described<'_>) {
        operation.problems(&[Code::Malformed, Code::IdempotencyMismatch]).header(&RequestHeader {
            name: "Idempotency-Key",
            description: "1 to 255 visible ASCII characters, in quotes or without. Within 24 hours, a repeated request \
                          with the same key creates the resource only once.",
            pattern: Some("^([!#-~][!-~]{0,254}|\"[!-~]{1,255}\")$"),
            example: "8e03978e-40d5-43e8-bc93-6894a57f9324",
        });
    }
}

/// Parses the header. Quotes are optional: the draft requires them (`"8e03…"`), but most clients send none.
fn read(value: &HeaderValue) -> Result<String, Problem> {
    let text = value.to_str().unwrap_or_default();
    let key = match text.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"').unwrap_or_default(),
        None => text,
    };
    let plain = key.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && (1..=MAX_LENGTH).contains(&key.len()) {
        Ok(key.to_owned())
    } else {
        let detail = "The Idempotency-Key must have 1 to 255 visible ASCII characters.";
        Err(Problem::new(Code::Malformed).detail(detail))
    }
}

/// The hash of a request's path and of the part of its body that was read.
#[derive(Clone)]
struct RequestHash(Arc<Mutex<Context>>);

impl RequestHash {
    fn update(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
    }

    fn finish(&self) -> Vec<u8> {
        let hash = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        hash.finish().as_ref().to_vec()
    }
}

impl fmt::Debug for RequestHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RequestHash")
    }
}

/// A layer of the server that hashes the path and body of each POST with a key. The body is hashed while it is read, so
/// that a request that is refused before its body is read costs nothing.
pub(crate) async fn hash_request(request: Request) -> Request {
    if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return request;
    }
    let hash = RequestHash(Arc::new(Mutex::new(Context::new(&SHA256))));
    let (mut parts, body) = request.into_parts();
    hash.update(parts.uri.path().as_bytes());
    hash.update(&[0]);
    parts.extensions.insert(hash.clone());
    let body = body.into_data_stream().inspect_ok(move |bytes| hash.update(bytes));
    Request::from_parts(parts, Body::from_stream(body))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::read;

    #[test]
    fn a_key_is_equal_with_and_without_quotes() {
        let key = |text: &'static str| read(&HeaderValue::from_static(text)).ok();
        assert_eq!(key("\"8e03978e-40d5\""), key("8e03978e-40d5"));
        for invalid in ["", "\"\"", "\"", "\"open", "two words"] {
            assert_eq!(key(invalid), None, "{invalid:?}");
        }
        assert!(read(&HeaderValue::from_str(&"k".repeat(256)).expect("a value")).is_err());
    }
}
