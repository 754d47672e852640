//! Errors in the JSON of Google's APIs: <https://cloud.google.com/apis/design/errors>.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// An error as Google answers it.
#[derive(Clone, Debug)]
pub struct Fault {
    status: StatusCode,
    code: RpcCode,
    message: String,
    reason: &'static str,
    metadata: BTreeMap<&'static str, String>,
}

/// The number and name of a `google.rpc.Code`.
type RpcCode = (i32, &'static str);

fn rpc_code(status: StatusCode) -> RpcCode {
    match status.as_u16() {
        400 => (3, "INVALID_ARGUMENT"),
        401 => (16, "UNAUTHENTICATED"),
        403 => (7, "PERMISSION_DENIED"),
        404 => (5, "NOT_FOUND"),
        409 => (10, "ABORTED"),
        429 => (8, "RESOURCE_EXHAUSTED"),
        499 => (1, "CANCELLED"),
        500 => (13, "INTERNAL"),
        501 => (12, "UNIMPLEMENTED"),
        503 => (14, "UNAVAILABLE"),
        504 => (4, "DEADLINE_EXCEEDED"),
        _ => (2, "UNKNOWN"),
    }
}

impl Fault {
    fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self { status, code: rpc_code(status), message: message.into(), reason, metadata: BTreeMap::new() }
    }

    pub(crate) fn invalid(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason, message)
    }

    pub(crate) fn failed_precondition(reason: &'static str, message: impl Into<String>) -> Self {
        Self { code: (9, "FAILED_PRECONDITION"), ..Self::invalid(reason, message) }
    }

    pub(crate) fn broken(message: impl Into<String>) -> Self {
        Self::invalid("INVALID_DOCUMENT", message)
    }

    pub(crate) fn too_many_pages(pages: usize, limit: usize) -> Self {
        Self::invalid("PAGE_LIMIT_EXCEEDED", format!("Document pages exceed the limit: {limit} got {pages}"))
            .with("page_limit", limit)
            .with("pages", pages)
    }

    pub(crate) fn too_large(size: u64, limit: u64) -> Self {
        Self::invalid("DOCUMENT_SIZE_EXCEEDED", format!("Document size ({size}) exceeds the limit: {limit}."))
            .with("size_limit", limit)
            .with("size", size)
    }

    pub(crate) fn not_found(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, reason, message)
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "CREDENTIALS_MISSING",
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or \
             other valid authentication credential.",
        )
    }

    pub(crate) fn quota(limit: u32) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "RATE_LIMIT_EXCEEDED",
            "Quota exceeded for quota metric 'Online process requests' and limit 'Online process requests per \
             minute' of service 'documentai.googleapis.com'.",
        )
        .with("quota_limit_value", limit)
    }

    pub(crate) fn batch_quota(limit: usize) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "RATE_LIMIT_EXCEEDED",
            "Quota exceeded for quota metric 'Concurrent batch process requests' and limit 'Concurrent batch \
             process requests per project' of service 'documentai.googleapis.com'.",
        )
        .with("quota_limit_value", limit)
    }

    pub(crate) fn cancelled() -> Self {
        let status = StatusCode::from_u16(499).unwrap_or(StatusCode::CONFLICT);
        Self::new(status, "CANCELLED", "The operation was cancelled.")
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", message)
    }

    pub(crate) fn too_slow() -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED", "The document took too long to process.")
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "Internal error encountered.")
    }

    pub(crate) fn injected(status: StatusCode) -> Self {
        let reason = if status == StatusCode::TOO_MANY_REQUESTS { "RATE_LIMIT_EXCEEDED" } else { "INJECTED" };
        Self::new(status, reason, "This answer was asked for by a test.")
    }

    fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.metadata.insert(key, value.to_string());
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The `reason` of the error's `google.rpc.ErrorInfo`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// The name of the `google.rpc.Code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code.1
    }

    /// The number of the `google.rpc.Code`.
    #[must_use]
    pub fn code_number(&self) -> i32 {
        self.code.0
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.code(), self.message)
    }
}

impl std::error::Error for Fault {}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let domain = match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS => "googleapis.com",
            _ => "documentai.googleapis.com",
        };
        let body = json!({"error": {
            "code": self.status.as_u16(),
            "message": self.message,
            "status": self.code(),
            "details": [{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": self.reason,
                "domain": domain,
                "metadata": self.metadata,
            }],
        }});
        let mut response = json_response(self.status, &body);
        if self.status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("Bearer realm=\"https://accounts.google.com/\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
        }
        response
    }
}

/// An answer in JSON.
pub(crate) fn json_response(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body.to_string()).into_response()
}
