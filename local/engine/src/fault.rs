//! Errors in the JSON format of Google's APIs (<https://cloud.google.com/apis/design/errors>).

use std::{collections::BTreeMap, fmt};

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::http_api::json_response;

/// An error as Google's APIs return it.
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
    /// Creates an error with the code that matches the status.
    pub fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self { status, code: rpc_code(status), message: message.into(), reason, metadata: BTreeMap::new() }
    }

    /// Creates an `INVALID_ARGUMENT` error.
    pub fn invalid(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason, message)
    }

    /// Creates a `FAILED_PRECONDITION` error.
    pub fn failed_precondition(reason: &'static str, message: impl Into<String>) -> Self {
        Self { code: (9, "FAILED_PRECONDITION"), ..Self::invalid(reason, message) }
    }

    /// Creates a `NOT_FOUND` error.
    pub fn not_found(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, reason, message)
    }

    /// Creates a `NOT_FOUND` error for a Cloud Storage object.
    #[must_use]
    pub fn no_object(uri: &str) -> Self {
        Self::not_found("OBJECT_NOT_FOUND", format!("The Cloud Storage object does not exist: {uri}"))
    }

    /// Creates an `INVALID_ARGUMENT` error for a request that is too large.
    #[must_use]
    pub fn payload_too_large(limit: u64) -> Self {
        let message = format!("Request payload size exceeds the limit: {limit} bytes.");
        Self::invalid("PAYLOAD_SIZE_EXCEEDED", message).with("size_limit", limit)
    }

    /// Creates an `UNAUTHENTICATED` error for a missing or invalid token.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "CREDENTIALS_MISSING",
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or \
             other valid authentication credential.",
        )
    }

    /// Creates a `RESOURCE_EXHAUSTED` error for a limit on requests per minute or per project.
    #[must_use]
    pub fn quota(service: &str, metric: &str, per: &str, limit: impl ToString) -> Self {
        let message = format!(
            "Quota exceeded for quota metric '{metric}' and limit '{metric} per {per}' of service '{service}'."
        );
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT_EXCEEDED", message)
            .with("quota_limit_value", limit)
    }

    /// Creates a `CANCELLED` error.
    #[must_use]
    pub fn canceled() -> Self {
        let status = StatusCode::from_u16(499).unwrap_or(StatusCode::CONFLICT);
        Self::new(status, "CANCELLED", "The operation was canceled.")
    }

    /// Creates an `UNAVAILABLE` error.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", message)
    }

    /// Creates a `DEADLINE_EXCEEDED` error for a file.
    #[must_use]
    pub fn deadline_exceeded() -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED", "The file took too long to process.")
    }

    /// Creates an `INTERNAL` error.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "Internal error encountered.")
    }

    pub(crate) fn injected(status: StatusCode) -> Self {
        let message = "A test requested this failure.";
        match status {
            StatusCode::PRECONDITION_FAILED => Self::failed_precondition("INJECTED", message),
            StatusCode::TOO_MANY_REQUESTS => Self::new(status, "RATE_LIMIT_EXCEEDED", message),
            _ => Self::new(status, "INJECTED", message),
        }
    }

    /// Adds an entry to the metadata of the `google.rpc.ErrorInfo`.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.metadata.insert(key, value.to_string());
        self
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the `reason` of the `google.rpc.ErrorInfo`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// Returns the number of the `google.rpc.Code`.
    #[must_use]
    pub fn code_number(&self) -> i32 {
        self.code.0
    }

    /// Returns the message for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the `google.rpc.Status` of a failed operation of a service, such as `speech.googleapis.com`.
    #[must_use]
    pub fn to_status(&self, service: &str) -> Value {
        json!({"code": self.code.0, "message": self.message, "details": [self.info(service)]})
    }

    /// Returns the HTTP response of a service.
    #[must_use]
    pub fn to_response(&self, service: &str) -> Response {
        let body = json!({"error": {
            "code": self.status.as_u16(),
            "message": self.message,
            "status": self.code.1,
            "details": [self.info(service)],
        }});
        let mut response = json_response(self.status, &body);
        if self.status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("Bearer realm=\"https://accounts.google.com/\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
        }
        response
    }

    fn info(&self, service: &str) -> Value {
        let domain = match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS => "googleapis.com",
            _ => service,
        };
        json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": self.reason,
            "domain": domain,
            "metadata": self.metadata,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code.1, self.message)
    }
}

impl std::error::Error for Fault {}
