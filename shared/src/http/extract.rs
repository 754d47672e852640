//! The extractors `Json`, `Path` and `Query`, used instead of axum's. They reject with problem+json, report all invalid
//! fields at once, and refuse unknown fields.

mod faults;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use garde::Validate;
use serde::{Serialize, de::DeserializeOwned};

pub(super) use self::faults::read_pairs;

use crate::http::{
    openapi::{Described, Describes},
    problem::{Code, Problem},
};

/// A validated JSON request body, or a JSON response body.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(
                Problem::new(Code::UnsupportedMediaType).detail("Send a body of type application/json.")
            );
        }
        let bytes = body(request, state).await?;
        json_from_slice(&bytes).map(Self)
    }
}

impl<T> Describes for Json<T> {
    fn describe(operation: &mut Described<'_>) {
        operation.problems(&[
            Code::Malformed,
            Code::BodyTooLarge,
            Code::UnsupportedMediaType,
            Code::InvalidFields,
        ]);
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        #[allow(clippy::disallowed_types, reason = "only rejections differ from axum's; responses do not")]
        axum::Json(self.0).into_response()
    }
}

/// Parses and validates a JSON text.
///
/// # Errors
/// 400 if it is not JSON, 422 with every invalid field.
pub fn json_from_slice<T: DeserializeOwned + Validate<Context = ()>>(bytes: &[u8]) -> Result<T, Problem> {
    let value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(Code::Malformed).detail(format!("The body is not JSON: {error}.")))?;
    faults::read_json(value, bytes.len()).map_err(Problem::invalid_fields)
}

/// Parses and validates a form (`application/x-www-form-urlencoded`) or a query, which has the same syntax.
///
/// # Errors
/// 422 with every invalid field.
pub fn form_from_slice<T: DeserializeOwned + Validate<Context = ()>>(bytes: &[u8]) -> Result<T, Problem> {
    let pairs = url::form_urlencoded::parse(bytes);
    read_pairs(pairs.into_owned().collect(), bytes.len()).map_err(Problem::invalid_fields)
}

/// Reads the whole request body, up to the limit of the route.
///
/// # Errors
/// 415 if it is compressed (RFC 9110, 15.5.16), 413 if it is too large, 400 if it is incomplete.
pub async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let mut codings = request.headers().get_all(header::CONTENT_ENCODING).iter();
    if codings.any(|coding| !coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity")) {
        return Err(Problem::new(Code::UnsupportedMediaType)
            .detail("Send the body without compression.")
            .with_header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")));
    }
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(error) if error.status() == 413 => {
            Problem::new(Code::BodyTooLarge)
        }
        _ => Problem::new(Code::Malformed).detail("The body is incomplete."),
    })
}

/// Returns true if `Content-Type` declares a JSON body (RFC 8259, RFC 6839).
#[must_use]
pub fn is_json(headers: &HeaderMap) -> bool {
    content_type(headers).is_some_and(|kind| kind == "application/json" || kind.ends_with("+json"))
}

/// Returns the media type of the body without its parameters, in lower case.
#[must_use]
pub fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
}

/// A JSON body that may be missing or null, which means the default of `T`.
#[derive(Debug, Clone, Copy)]
pub struct OptionalJson<T>(pub T);

impl<S, T> FromRequest<S> for OptionalJson<T>
where
    S: Send + Sync,
    T: Default + DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = body(request, state).await?;
        if bytes.is_empty() || *bytes == *b"null" {
            return Ok(Self(T::default()));
        }
        if !is_json {
            let detail = "Send a body of type application/json, or no body.";
            return Err(Problem::new(Code::UnsupportedMediaType).detail(detail));
        }
        json_from_slice(&bytes).map(Self)
    }
}

impl<T> Describes for OptionalJson<T> {
    fn describe(operation: &mut Described<'_>) {
        Json::<T>::describe(operation);
    }
}

/// The path parameters of a request.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_| Problem::new(Code::Malformed).detail("The path contains an invalid id."))
    }
}

impl<T> Describes for Path<T> {
    fn describe(operation: &mut Described<'_>) {
        operation.problems(&[Code::Malformed]);
    }
}

/// The validated query parameters of a request.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S, T> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        form_from_slice(parts.uri.query().unwrap_or_default().as_bytes()).map(Self)
    }
}

impl<T> Describes for Query<T> {
    fn describe(operation: &mut Described<'_>) {
        operation.problems(&[Code::InvalidFields]);
    }
}
