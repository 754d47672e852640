//! Errors as clients see them: RFC 9457 `application/problem+json` with a stable code.

use std::{error::Error as StdError, time::Duration};

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::base::{context, ids::ProjectId};

/// A handler's result.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal, $status:ident;)*) => {
        /// What went wrong: stable and machine-readable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $( $(#[doc = $doc])* $name, )*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as it is sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The HTTP status that goes with it.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),* }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),*).trim_ascii()),* }
            }
        }
    };
}

codes! {
    /// The request is malformed.
    Malformed = "malformed", BAD_REQUEST;
    /// The token in the link is not known.
    TokenInvalid = "token_invalid", BAD_REQUEST;
    /// The link has expired.
    TokenExpired = "token_expired", BAD_REQUEST;
    /// The ceremony is not known, was used, or has expired.
    CeremonyInvalid = "ceremony_invalid", BAD_REQUEST;
    /// Credentials are missing or no longer good.
    Unauthenticated = "unauthenticated", UNAUTHORIZED;
    /// The credentials are wrong.
    InvalidCredentials = "invalid_credentials", UNAUTHORIZED;
    /// The refresh token was used before; its session has ended.
    RefreshReused = "refresh_reused", UNAUTHORIZED;
    /// The ticket is not known, has expired, or is for another project.
    TicketInvalid = "ticket_invalid", UNAUTHORIZED;
    /// The e-mail address is not verified yet.
    EmailNotVerified = "email_not_verified", FORBIDDEN;
    /// Prove anew who you are: `POST /auth/reauthenticate`.
    ReauthenticationRequired = "reauthentication_required", FORBIDDEN;
    /// Your role does not allow this.
    Forbidden = "forbidden", FORBIDDEN;
    /// The invitation is for another address.
    WrongAccount = "wrong_account", FORBIDDEN;
    /// There is nothing here that you can see.
    NotFound = "not_found", NOT_FOUND;
    /// This method is not allowed here.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    /// The item is in a state that does not allow this.
    InvalidState = "invalid_state", CONFLICT;
    /// This passkey is registered already.
    PasskeyExists = "passkey_exists", CONFLICT;
    /// They are a member of the project already.
    AlreadyMember = "already_member", CONFLICT;
    /// An invitation of this address is open: send that one again, or revoke it.
    AlreadyInvited = "already_invited", CONFLICT;
    /// The invitation was accepted before.
    InvitationUsed = "invitation_used", CONFLICT;
    /// The invitation has expired.
    InvitationExpired = "invitation_expired", GONE;
    /// Somebody has decided already.
    AlreadyDecided = "already_decided", CONFLICT;
    /// Somebody else looks at it.
    Claimed = "claimed", CONFLICT;
    /// The caller looks at as many items as they may at once.
    TooManyClaims = "too_many_claims", CONFLICT;
    /// As many exports of the project are under way as may be at once.
    TooManyExports = "too_many_exports", CONFLICT;
    /// Nobody decides on their own upload.
    OwnSubmission = "own_submission", FORBIDDEN;
    /// A project would be left without an admin.
    LastAdmin = "last_admin", CONFLICT;
    /// The platform would be left without a super admin.
    LastSuperAdmin = "last_super_admin", CONFLICT;
    /// This message is none that can be sent again.
    NotReplayable = "not_replayable", CONFLICT;
    /// What you saw has changed since.
    Stale = "stale", PRECONDITION_FAILED;
    /// The body is too large.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE;
    /// The body's content type is not supported.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE;
    /// Some fields are not valid.
    InvalidFields = "invalid_fields", UNPROCESSABLE_ENTITY;
    /// This Idempotency-Key came with another request before.
    IdempotencyMismatch = "idempotency_mismatch", UNPROCESSABLE_ENTITY;
    /// Too many requests at once.
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS;
    /// Something went wrong on our side.
    Internal = "internal", INTERNAL_SERVER_ERROR;
    /// A service that this one needs is not available.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE;
    /// The request took too long.
    TimedOut = "timed_out", SERVICE_UNAVAILABLE;
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let codes = Self::ALL.iter().map(|code| code.as_str());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("What went wrong: stable and machine-readable."))
            .enum_values(Some(codes))
            .into()
    }
}

impl ToSchema for Code {}

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

/// A project that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BlockingProject {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
}

/// An error answer.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    errors: Vec<FieldError>,
    projects: Vec<BlockingProject>,
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
    /// The projects that stand in the way, with `last_admin`.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    projects: &'a [BlockingProject],
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
            projects: Vec::new(),
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

    /// A 409 with the projects that would be left without an admin.
    #[must_use]
    pub fn last_admin(projects: Vec<BlockingProject>) -> Self {
        Self { projects, ..Self::new(Code::LastAdmin) }
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
            projects: &self.projects,
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
