//! Error responses, with the codes of the XML API and the reasons of the JSON API
//! (<https://cloud.google.com/storage/docs/xml-api/reference-status>,
//! <https://cloud.google.com/storage/docs/json_api/v1/status-codes>).

use std::{fmt::Write as _, io};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// The kind of error, under its name in the XML API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    AccessDenied,
    AuthenticationRequired,
    BadDigest,
    Cancelled,
    EntityTooLarge,
    EntityTooSmall,
    ExpiredToken,
    IncompleteBody,
    InternalError,
    InvalidArgument,
    InvalidDigest,
    InvalidRange,
    InvalidSecurity,
    MalformedSecurityHeader,
    MethodNotAllowed,
    MissingSecurityHeader,
    NoSuchBucket,
    NoSuchKey,
    NoSuchUpload,
    NotModified,
    PreconditionFailed,
    RequestTimeTooSkewed,
    ServiceUnavailable,
    SignatureDoesNotMatch,
}

impl Kind {
    /// Returns the status, the XML API's code, the JSON API's reason and the message.
    fn row(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::AccessDenied => (403, "AccessDenied", "forbidden", "Access denied."),
            Self::AuthenticationRequired => {
                (401, "AuthenticationRequired", "required", "Authentication required.")
            }
            Self::BadDigest => {
                (400, "BadDigest", "invalid", "The checksum you specified did not match what we received.")
            }
            Self::Cancelled => (499, "Cancelled", "cancelled", "The upload was canceled."),
            Self::EntityTooLarge => (
                400,
                "EntityTooLarge",
                "uploadTooLarge",
                "Your proposed upload is larger than the maximum object size specified in your Policy Document.",
            ),
            Self::EntityTooSmall => (
                400,
                "EntityTooSmall",
                "invalid",
                "Your proposed upload is smaller than the minimum object size specified in your Policy Document.",
            ),
            Self::ExpiredToken => (400, "ExpiredToken", "invalid", "Invalid argument."),
            Self::IncompleteBody => (
                400,
                "IncompleteBody",
                "badRequest",
                "You did not provide the number of bytes specified by the Content-Length HTTP header.",
            ),
            Self::InternalError => {
                (500, "InternalError", "backendError", "We encountered an internal error. Please try again.")
            }
            Self::InvalidArgument => (400, "InvalidArgument", "invalid", "Invalid argument."),
            Self::InvalidDigest => (
                400,
                "InvalidDigest",
                "invalid",
                "The Content-MD5 or checksum value that you specified was invalid.",
            ),
            Self::InvalidRange => (
                416,
                "InvalidRange",
                "requestedRangeNotSatisfiable",
                "The requested range cannot be satisfied.",
            ),
            Self::InvalidSecurity => {
                (403, "InvalidSecurity", "forbidden", "The provided security credentials are not valid.")
            }
            Self::MalformedSecurityHeader => {
                (400, "MalformedSecurityHeader", "invalid", "Your request has a malformed header.")
            }
            Self::MethodNotAllowed => (
                405,
                "MethodNotAllowed",
                "httpMethodNotAllowed",
                "The specified method is not allowed against this resource.",
            ),
            Self::MissingSecurityHeader => {
                (400, "MissingSecurityHeader", "required", "Your request was missing a required header.")
            }
            Self::NoSuchBucket => (404, "NoSuchBucket", "notFound", "The specified bucket does not exist."),
            Self::NoSuchKey => (404, "NoSuchKey", "notFound", "The specified key does not exist."),
            Self::NoSuchUpload => (404, "NoSuchUpload", "notFound", "The requested upload was not found."),
            Self::NotModified => (304, "NotModified", "notModified", "Not modified."),
            Self::PreconditionFailed => (
                412,
                "PreconditionFailed",
                "conditionNotMet",
                "At least one of the pre-conditions you specified did not hold.",
            ),
            Self::RequestTimeTooSkewed => (
                403,
                "RequestTimeTooSkewed",
                "forbidden",
                "The difference between the request time and the server's time is too large.",
            ),
            Self::ServiceUnavailable => {
                (503, "ServiceUnavailable", "backendError", "Service unavailable. Please try again.")
            }
            Self::SignatureDoesNotMatch => (403, "SignatureDoesNotMatch", "forbidden", "Access denied."),
        }
    }
}

/// A rejected request.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    /// Additional elements of the XML response, such as `Details`.
    elements: Vec<(&'static str, String)>,
}

impl Fault {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, elements: Vec::new() }
    }

    pub(crate) fn details(self, details: impl Into<String>) -> Self {
        self.element("Details", details)
    }

    pub(crate) fn element(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.elements.push((name, text.into()));
        self
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.row().0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn message(&self) -> &str {
        let details = self.elements.iter().find(|(name, _)| *name == "Details");
        details.map_or(self.kind.row().3, |(_, text)| text)
    }

    /// Renders the error as the XML API does.
    pub(crate) fn xml(self) -> Response {
        let (_, code, _, message) = self.kind.row();
        let mut body = format!(
            "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message>"
        );
        for (name, text) in &self.elements {
            // Writing to a String cannot fail.
            let _ = write!(body, "<{name}>{}</{name}>", escape(text));
        }
        body.push_str("</Error>");
        self.response(body, "application/xml; charset=UTF-8")
    }

    /// Renders the error as the JSON API does.
    pub(crate) fn json(self) -> Response {
        let (code, _, reason, _) = self.kind.row();
        let message = self.message();
        let body = json!({"error": {
            "code": code,
            "message": message,
            "errors": [{"message": message, "domain": "global", "reason": reason}],
        }});
        self.response(body.to_string(), "application/json; charset=UTF-8")
    }

    /// Renders the error as the JSON API does for uploads and media reads, which have no JSON error body.
    pub(crate) fn text(self) -> Response {
        let body = self.message().to_owned();
        self.response(body, "text/plain; charset=utf-8")
    }

    fn response(self, body: String, content_type: &'static str) -> Response {
        let status = self.status();
        if status == StatusCode::NOT_MODIFIED {
            return (status, Body::empty()).into_response();
        }
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=0"));
        if status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("Bearer realm=\"https://accounts.google.com/\"");
            headers.insert(header::WWW_AUTHENTICATE, realm);
        }
        response
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        tracing::error!(%error, "a disk operation failed");
        Self::new(Kind::InternalError)
    }
}

fn escape(text: &str) -> String {
    text.chars().filter(|character| !character.is_control() || matches!(character, '\n' | '\t')).fold(
        String::with_capacity(text.len()),
        |mut escaped, character| {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                _ => escaped.push(character),
            }
            escaped
        },
    )
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.message())
    }
}
