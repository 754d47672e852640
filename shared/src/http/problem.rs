//! Errors as clients see them: RFC 9457 `application/problem+json` with a stable code.

mod code;

use std::{error::Error as StdError, time::Duration};

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use self::code::Code;
use crate::base::context;

/// A handler's result.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// One invalid field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: `name`, `items[3].size_bytes`.
    pub field: String,
    /// What: `required`, `unknown`, `type`, `invalid`.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

/// An error answer.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    errors: Vec<FieldError>,
    /// Members that only problems of this code have (RFC 9457, 3.2).
    extension: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Logged once when it becomes a 5xx answer, and never sent.
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The body of an error answer (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// A URI reference that names the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// What the code means.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What happened this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// The stable code.
    code: Code,
    /// The id of the request, as in `X-Request-Id` and in the logs.
    request_id: Option<String>,
    /// The invalid fields, all of them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(flatten)]
    #[schema(ignore)]
    extension: &'a Map<String, Value>,
}

/// Says when to try again after a dependency was down.
const RETRY_AFTER_UNAVAILABLE: Duration = Duration::from_secs(5);

impl Problem {
    /// A problem of this kind.
    #[must_use]
    pub fn new(code: Code) -> Self {
        let problem = Self {
            code,
            detail: None,
            errors: Vec::new(),
            extension: Map::new(),
            headers: Vec::new(),
            source: None,
        };
        match code.status() {
            StatusCode::UNAUTHORIZED => {
                problem.with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            StatusCode::SERVICE_UNAVAILABLE => problem.retry_after(RETRY_AFTER_UNAVAILABLE),
            _ => problem,
        }
    }

    /// A 422 with every invalid field.
    #[must_use]
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Code::InvalidFields) }
    }

    /// A 422 with one invalid field.
    #[must_use]
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        let (field, message) = (field.to_owned(), message.into());
        Self::invalid_fields(vec![FieldError { field, code: "invalid", message }])
    }

    /// A 500 that keeps what happened to itself.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::new(Code::Internal) }
    }

    /// A 503 that keeps what happened to itself.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::new(Code::Unavailable) }
    }

    /// Adds what happened this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the members of a type that extends the problem (RFC 9457, 3.2).
    ///
    /// A type that is not serialized as an object makes this a 500.
    #[must_use]
    pub fn extended(self, extension: &impl Serialize) -> Self {
        match serde_json::to_value(extension) {
            Ok(Value::Object(extension)) => Self { extension, ..self },
            Ok(_) => Self::internal("the extension of a problem is not an object"),
            Err(error) => Self::internal(error),
        }
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(self, after: Duration) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)))
    }

    fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// As clients see it: the body of an answer, or one part of an answer about many things.
    #[must_use]
    pub fn body(&self) -> ProblemBody<'_> {
        ProblemBody {
            kind: format!("/docs/problems#{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.as_deref(),
            code: self.code,
            request_id: context::current().map(|context| context.request_id.clone()),
            errors: &self.errors,
            extension: &self.extension,
        }
    }

    /// What caused it, for logs; never for clients.
    #[must_use]
    pub fn cause(&self) -> String {
        match (&self.source, &self.detail) {
            (Some(source), _) => chain(source.as_ref()),
            (None, Some(detail)) => detail.clone(),
            (None, None) => self.code.title().to_owned(),
        }
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        if status.is_server_error() {
            let cause = self.cause();
            tracing::error!(code = self.code.as_str(), cause, "the request failed");
        }
        let bytes = serde_json::to_vec(&self.body()).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], bytes).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}

/// An error and everything that caused it, in one line.
#[must_use]
pub fn chain<'a>(error: &(dyn StdError + 'a)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

/// Turns the absence of a row into a 404.
pub trait OrNotFound {
    /// The row that was found.
    type Found;

    /// Returns what was found.
    ///
    /// # Errors
    /// 404 when there is nothing.
    fn or_not_found(self) -> Result<Self::Found>;
}

impl<T> OrNotFound for Option<T> {
    type Found = T;

    fn or_not_found(self) -> Result<T> {
        self.ok_or_else(|| Problem::new(Code::NotFound))
    }
}

/// Whether a statement found its row.
impl OrNotFound for bool {
    type Found = ();

    fn or_not_found(self) -> Result<()> {
        self.then_some(()).or_not_found()
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if crate::base::database::is_unavailable(&error) {
            Self::unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}
