//! Responses with the version of a resource as their `ETag`.

use axum::{
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::http::{
    extract::Json,
    openapi::{Described, DescribesResponse},
};

/// A resource whose version increases with every change.
pub trait HasVersion {
    /// Returns the current version of the resource.
    fn version(&self) -> i32;
}

/// A JSON response with the resource's version as its `ETag`.
#[derive(Debug, Clone, Copy)]
pub struct Versioned<T>(pub T);

/// A `201 Created` response with a `Location`, a JSON body, and the resource's version as its `ETag`.
#[derive(Debug, Clone)]
pub struct Created<T> {
    /// The path of the new resource.
    pub location: String,
    /// The new resource.
    pub body: T,
}

impl<T: HasVersion + Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        ([(header::ETAG, etag(self.0.version()))], Json(self.0)).into_response()
    }
}

impl<T: HasVersion + Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let location: [(HeaderName, String); 1] = [(header::LOCATION, self.location)];
        (StatusCode::CREATED, location, Versioned(self.body)).into_response()
    }
}

impl<T> DescribesResponse for Versioned<T> {
    fn describe_response(operation: &mut Described<'_>) {
        operation.response_header("ETag");
    }
}

impl<T> DescribesResponse for Created<T> {
    fn describe_response(operation: &mut Described<'_>) {
        operation.response_header("ETag").response_header("Location");
    }
}

/// Returns the strong entity tag of a version (RFC 9110, 8.8.3).
#[must_use]
pub fn etag(version: i32) -> String {
    format!("\"{version}\"")
}
