//! Errors, with the statuses of Google's API.

use std::io;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

/// An error from a call to the API or from opening the data folder.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The real service would reject the request.
    #[error("{0}")]
    InvalidArgument(String),
    /// The topic or subscription does not exist.
    #[error("Resource not found (resource={0}).")]
    NotFound(String),
    /// The topic or subscription already exists.
    #[error("Resource already exists in the project (resource={0}).")]
    AlreadyExists(String),
    /// The call has no valid bearer token of the service account.
    #[error("Request had invalid authentication credentials. Expected OAuth 2 access token.")]
    Unauthenticated,
    /// No method has this HTTP method and path.
    #[error("Method not found.")]
    Unimplemented,
    /// The instance was shut down.
    #[error("The service is currently unavailable.")]
    Unavailable,
    /// The data folder could not be read or written.
    #[error("the data folder: {0}")]
    Storage(#[from] io::Error),
    /// A stored topic, subscription or message could not be read.
    #[error("stored data: {0}")]
    Stored(#[from] serde_json::Error),
    /// The HTTP client for push deliveries could not be created.
    #[error("the push client: {0}")]
    Client(#[from] reqwest::Error),
    /// The data folder is in use by another instance.
    #[error("the data folder is in use by another process")]
    Locked,
    /// There is no Tokio runtime.
    #[error("no Tokio runtime is running")]
    NoRuntime,
}

impl Error {
    /// Returns the HTTP status, the canonical name and the gRPC code
    /// (<https://cloud.google.com/apis/design/errors>).
    fn status(&self) -> (StatusCode, &'static str, tonic::Code) {
        match self {
            Self::InvalidArgument(_) => {
                (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", tonic::Code::InvalidArgument)
            }
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "NOT_FOUND", tonic::Code::NotFound),
            Self::AlreadyExists(_) => (StatusCode::CONFLICT, "ALREADY_EXISTS", tonic::Code::AlreadyExists),
            Self::Unauthenticated => {
                (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", tonic::Code::Unauthenticated)
            }
            Self::Unimplemented => (StatusCode::NOT_IMPLEMENTED, "UNIMPLEMENTED", tonic::Code::Unimplemented),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", tonic::Code::Unavailable),
            Self::Storage(_) | Self::Stored(_) | Self::Client(_) | Self::Locked | Self::NoRuntime => {
                (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", tonic::Code::Internal)
            }
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (code, status, _) = self.status();
        let body = json!({"error": {"code": code.as_u16(), "message": self.to_string(), "status": status}});
        (code, [(http::header::CONTENT_TYPE, "application/json; charset=UTF-8")], body.to_string())
            .into_response()
    }
}

impl From<Error> for tonic::Status {
    fn from(error: Error) -> Self {
        let (_, _, code) = error.status();
        Self::new(code, error.to_string())
    }
}
