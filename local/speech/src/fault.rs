//! Errors in the JSON of Google's APIs: <https://cloud.google.com/apis/design/errors>.

use std::{collections::BTreeMap, fmt, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// An error as Google answers it.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    status: StatusCode,
    message: String,
    reason: &'static str,
    metadata: BTreeMap<&'static str, String>,
}

impl Fault {
    fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), reason, metadata: BTreeMap::new() }
    }

    pub(crate) fn invalid(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason, message)
    }

    pub(crate) fn unsupported_audio() -> Self {
        Self::invalid(
            "UNSUPPORTED_AUDIO",
            "Audio data does not appear to be in a supported encoding. If you believe this to be incorrect, try \
             explicitly specifying the decoding parameters.",
        )
    }

    /// The audio is too long to be answered within the call.
    pub(crate) fn too_long(limit: Duration) -> Self {
        let limit = limit.as_secs();
        Self::invalid("AUDIO_LENGTH_EXCEEDED", format!("Audio can be of a maximum of {limit} seconds."))
            .with("limit_seconds", limit)
    }

    pub(crate) fn too_large(limit: u64) -> Self {
        Self::invalid(
            "PAYLOAD_SIZE_EXCEEDED",
            format!("Request payload size exceeds the limit: {limit} bytes."),
        )
        .with("size_limit", limit)
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
            "Quota exceeded for quota metric 'Recognize requests' and limit 'Recognize requests per minute' of \
             service 'speech.googleapis.com'.",
        )
        .with("quota_limit_value", limit)
    }

    pub(crate) fn too_many_batches(limit: usize) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "RATE_LIMIT_EXCEEDED",
            "Quota exceeded for quota metric 'Concurrent batch recognize requests' of service \
             'speech.googleapis.com'.",
        )
        .with("quota_limit_value", limit)
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", message)
    }

    pub(crate) fn too_slow() -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED", "The audio took too long to process.")
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

    /// The number and name of the `google.rpc.Code`.
    fn code(&self) -> (u8, &'static str) {
        match self.status.as_u16() {
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

    /// The `google.rpc.Status` of an operation, or of one of its files.
    pub(crate) fn to_status(&self) -> Value {
        json!({"code": self.code().0, "message": self.message, "details": [self.info()]})
    }

    fn info(&self) -> Value {
        let domain = match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS => "googleapis.com",
            _ => "speech.googleapis.com",
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
        write!(formatter, "{}: {}", self.code().1, self.message)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let body = json!({"error": {
            "code": self.status.as_u16(),
            "message": self.message,
            "status": self.code().1,
            "details": [self.info()],
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
pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body.to_string()).into_response()
}
