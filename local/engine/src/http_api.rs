//! Authentication, request bodies and responses, shared by all methods.

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest as _, Request, rejection::BytesRejection},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode, header};
use local_identity::Identity;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Fault;

/// The size limit of a request without its file.
const ENVELOPE_BYTES: u64 = 1 << 20;

/// Returns a body limit that fits a file of this size in base64.
pub fn body_limit(file_bytes: u64) -> DefaultBodyLimit {
    let bytes = file_bytes.div_ceil(3) * 4 + ENVELOPE_BYTES;
    DefaultBodyLimit::max(usize::try_from(bytes).unwrap_or(usize::MAX))
}

/// Checks the bearer token.
///
/// # Errors
/// `UNAUTHENTICATED` when the identity did not sign the token.
pub fn authenticate(identity: &Identity, headers: &HeaderMap) -> Result<(), Fault> {
    let accepted = identity.accepts_bearer(headers.get(header::AUTHORIZATION));
    if accepted { Ok(()) } else { Err(Fault::unauthenticated()) }
}

/// Parses the JSON body of a request.
///
/// # Errors
/// `INVALID_ARGUMENT` when the body does not match the method's format, or exceeds the size limit.
pub async fn body<T: DeserializeOwned>(request: Request, file_bytes: u64) -> Result<T, Fault> {
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Fault::payload_too_large(file_bytes)
        }
        _ => Fault::invalid("INVALID_REQUEST", "The request body could not be read."),
    })?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Fault::invalid("INVALID_REQUEST", format!("Invalid JSON payload received. {error}")))
}

/// Returns the response of a service's method.
#[must_use]
pub fn respond(result: Result<Value, Fault>, service: &str) -> Response {
    match result {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(fault) => fault.to_response(service),
    }
}

pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body.to_string()).into_response()
}
