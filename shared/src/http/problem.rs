//! Error responses: `application/problem+json` (RFC 9457) with a stable code.

mod code;
mod quota;

use std::{error::Error as StdError, time::Duration};

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use self::{code::Code, quota::QuotaProblem};
use crate::base::{context, database::Failure};

/// The result of a handler, with [`Problem`] as its error.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// An invalid field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The path of the field, such as `name` or `items[3].size_bytes`.
    pub field: String,
    /// The kind of error.
    pub code: FieldErrorCode,
    /// A message for people, which completes a sentence that begins with the field's name.
    pub message: String,
}

/// The kind of an invalid field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldErrorCode {
    /// The field is missing.
    Required,
    /// The request has no such field.
    Unknown,
    /// The value has another type.
    Type,
    /// The value is not accepted.
    Invalid,
}

/// An error that becomes an HTTP response.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    errors: Vec<FieldError>,
    /// Extension members that are specific to the code (RFC 9457, 3.2).
    extension: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The underlying error. It is logged once with a 5xx response and never sent to clients.
    source: Option<Box<dyn StdError + Send + Sync>>,
    /// True if the request can succeed when it is repeated.
    rolled_back: bool,
}

/// Marks the response of a request whose transaction was rolled back and can succeed when it is repeated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RolledBack;

/// The body of an error response (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// A URI reference that identifies the problem type and links to its documentation.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    kind: String,
    /// A short summary of the problem, the same for every problem with this code.
    title: &'a str,
    /// The HTTP status code of the response.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// Details about this request, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    detail: Option<&'a str>,
    /// A stable, machine-readable code.
    code: Code,
    /// The id of the request, as in the `X-Request-Id` header and in the logs.
    request_id: Option<String>,
    /// All invalid fields of the request. Only present for `invalid_fields`.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
    #[serde(flatten)]
    #[schema(ignore)]
    extension: &'a Map<String, Value>,
}

/// The `Retry-After` of a 503 response.
const RETRY_AFTER_UNAVAILABLE: Duration = Duration::from_secs(5);

impl Problem {
    /// Creates a problem with a code.
    #[must_use]
    pub fn new(code: Code) -> Self {
        let problem = Self {
            code,
            detail: None,
            errors: Vec::new(),
            extension: Map::new(),
            headers: Vec::new(),
            source: None,
            rolled_back: false,
        };
        match code.status() {
            StatusCode::UNAUTHORIZED => {
                problem.with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            StatusCode::SERVICE_UNAVAILABLE => problem.retry_after(RETRY_AFTER_UNAVAILABLE),
            _ => problem,
        }
    }

    /// Creates a 422 that lists all invalid fields.
    #[must_use]
    pub fn invalid_fields(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Code::InvalidFields) }
    }

    /// Creates a 422 for one invalid field.
    #[must_use]
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        let (field, message) = (field.to_owned(), message.into());
        Self::invalid_fields(vec![FieldError { field, code: FieldErrorCode::Invalid, message }])
    }

    /// Creates a 500 whose cause is logged but not sent to the client.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::new(Code::Internal) }
    }

    /// Creates a 503 whose cause is logged but not sent to the client.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::new(Code::Unavailable) }
    }

    /// Sets the detail, which explains the problem with this request.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds extension members (RFC 9457, 3.2).
    ///
    /// The problem becomes a 500 if `extension` does not serialize to a JSON object.
    #[must_use]
    pub fn extended(self, extension: &impl Serialize) -> Self {
        match serde_json::to_value(extension) {
            Ok(Value::Object(extension)) => Self { extension, ..self },
            Ok(_) => Self::internal("the extension of a problem is not an object"),
            Err(error) => Self::internal(error),
        }
    }

    /// Adds a `Retry-After` header of at least one second.
    #[must_use]
    pub fn retry_after(self, after: Duration) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)))
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Returns the JSON body, for a response or for one item of a batch.
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

    /// Returns the cause for logs and dead letters. Excludes email addresses, because logs and dead letters are stored
    /// longer than a deleted account. It must never be sent to clients.
    #[must_use]
    pub fn cause(&self) -> String {
        without_addresses(match (&self.source, &self.detail) {
            (Some(source), _) => chain(source.as_ref()),
            (None, Some(detail)) => detail.clone(),
            (None, None) => self.code.title().to_owned(),
        })
    }

    /// Returns the problem's code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        if self.rolled_back {
            let cause = self.cause();
            tracing::warn!(code = self.code.as_str(), cause, "the transaction was rolled back");
        } else if status.is_server_error() {
            let cause = self.cause();
            tracing::error!(code = self.code.as_str(), cause, "the request failed");
        }
        let bytes = serde_json::to_vec(&self.body()).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], bytes).into_response();
        response.headers_mut().extend(self.headers);
        if self.rolled_back {
            response.extensions_mut().insert(RolledBack);
        }
        response
    }
}

/// Formats an error and its chain of causes in one line.
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

/// Replaces the words with an `@`.
fn without_addresses(text: String) -> String {
    if !text.contains('@') {
        return text;
    }
    let ends_word = |character: char| character.is_whitespace() || "<>()[]{}\"'`,;=".contains(character);
    let replace = |piece: &str| {
        let word = piece.trim_end_matches(ends_word);
        if word.contains('@') { format!("[address]{}", &piece[word.len()..]) } else { piece.to_owned() }
    };
    text.split_inclusive(ends_word).map(replace).collect()
}

/// Converts a missing row into a 404.
pub trait OrNotFound {
    /// The value that was found.
    type Found;

    /// Returns the value that was found.
    ///
    /// # Errors
    /// 404 if nothing was found.
    fn or_not_found(self) -> Result<Self::Found>;
}

impl<T> OrNotFound for Option<T> {
    type Found = T;

    fn or_not_found(self) -> Result<T> {
        self.ok_or_else(|| Problem::new(Code::NotFound))
    }
}

/// True if a statement found its row.
impl OrNotFound for bool {
    type Found = ();

    fn or_not_found(self) -> Result<()> {
        self.then_some(()).or_not_found()
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        let failure = Failure::of(&error);
        let code = match failure {
            Failure::Wrong => Code::Internal,
            Failure::TimedOut => Code::TimedOut,
            Failure::Unavailable | Failure::RolledBack => Code::Unavailable,
        };
        let rolled_back = failure == Failure::RolledBack;
        Self { source: Some(error.into()), rolled_back, ..Self::new(code) }
    }
}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn a_cause_contains_no_mail_address() {
        for (source, cause) in [
            ("no mailbox <ada@example.org>: moved", "no mailbox <[address]>: moved"),
            ("Key (email)=(ada@example.org) exists", "Key (email)=([address]) exists"),
            ("ada@example.org", "[address]"),
            ("to 'ada@example.org', \"bob@example.org\"", "to '[address]', \"[address]\""),
            ("timed out after 5 s", "timed out after 5 s"),
        ] {
            assert_eq!(Problem::internal(source).cause(), cause);
        }
    }
}
