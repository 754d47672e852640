//! The codes of problems, each with its status and title.

use axum::http::StatusCode;
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

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
