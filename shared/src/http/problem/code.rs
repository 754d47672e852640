//! Problem codes with their HTTP status and title.

use axum::http::StatusCode;
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal, $status:ident;)*) => {
        /// A stable, machine-readable problem code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $( $(#[doc = $doc])* $name, )*
        }

        impl Code {
            /// All codes, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the code as it appears in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// Returns the HTTP status of the code.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),* }
            }

            /// Returns the title, which is the same for every problem with this code.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),*).trim_ascii()),* }
            }
        }
    };
}

codes! {
    /// Malformed request
    Malformed = "malformed", BAD_REQUEST;
    /// Invalid link
    TokenInvalid = "token_invalid", BAD_REQUEST;
    /// Link expired
    TokenExpired = "token_expired", BAD_REQUEST;
    /// Passkey request is invalid, used or expired
    CeremonyInvalid = "ceremony_invalid", BAD_REQUEST;
    /// Missing or invalid credentials
    Unauthenticated = "unauthenticated", UNAUTHORIZED;
    /// Incorrect credentials
    InvalidCredentials = "invalid_credentials", UNAUTHORIZED;
    /// Refresh token reused, session ended
    RefreshReused = "refresh_reused", UNAUTHORIZED;
    /// Ticket is invalid, expired or for another project
    TicketInvalid = "ticket_invalid", UNAUTHORIZED;
    /// Email address not verified
    EmailNotVerified = "email_not_verified", FORBIDDEN;
    /// Reauthentication required: `POST /auth/reauthenticate`
    ReauthenticationRequired = "reauthentication_required", FORBIDDEN;
    /// Registration is closed for this email domain
    RegistrationClosed = "registration_closed", FORBIDDEN;
    /// Forbidden for your role
    Forbidden = "forbidden", FORBIDDEN;
    /// Invitation is for another email address
    WrongAccount = "wrong_account", FORBIDDEN;
    /// Not found
    NotFound = "not_found", NOT_FOUND;
    /// Method not allowed
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    /// Not allowed in the item's current state
    InvalidState = "invalid_state", CONFLICT;
    /// Passkey already registered
    PasskeyExists = "passkey_exists", CONFLICT;
    /// Already a member of the project
    AlreadyMember = "already_member", CONFLICT;
    /// Invitation already open: resend or revoke it
    AlreadyInvited = "already_invited", CONFLICT;
    /// Invitation already accepted
    InvitationUsed = "invitation_used", CONFLICT;
    /// Invitation expired
    InvitationExpired = "invitation_expired", GONE;
    /// Item already decided
    AlreadyDecided = "already_decided", CONFLICT;
    /// Item is claimed by another reviewer
    Claimed = "claimed", CONFLICT;
    /// Too many claimed items
    TooManyClaims = "too_many_claims", CONFLICT;
    /// Reviewing your own item is not allowed
    OwnSubmission = "own_submission", FORBIDDEN;
    /// Project must keep at least one admin
    LastAdmin = "last_admin", CONFLICT;
    /// Platform must keep at least one super admin
    LastSuperAdmin = "last_super_admin", CONFLICT;
    /// This dead letter cannot be replayed
    NotReplayable = "not_replayable", CONFLICT;
    /// Changed since you last read it
    Stale = "stale", PRECONDITION_FAILED;
    /// Request body too large
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE;
    /// Unsupported content type
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE;
    /// Invalid fields
    InvalidFields = "invalid_fields", UNPROCESSABLE_ENTITY;
    /// Idempotency-Key already used for a different request
    IdempotencyMismatch = "idempotency_mismatch", UNPROCESSABLE_ENTITY;
    /// Too many requests
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS;
    /// Quota exceeded
    QuotaExceeded = "quota_exceeded", TOO_MANY_REQUESTS;
    /// Internal error
    Internal = "internal", INTERNAL_SERVER_ERROR;
    /// Service temporarily unavailable
    Unavailable = "unavailable", SERVICE_UNAVAILABLE;
    /// Request timed out
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
            .description(Some("A stable, machine-readable problem code."))
            .enum_values(Some(codes))
            .into()
    }
}

impl ToSchema for Code {}
