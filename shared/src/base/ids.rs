//! Typed ids, so that a project id cannot be used as a user id. All ids are UUIDv7 (RFC 9562).

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        $(
            $(#[$doc])*
            #[derive(
                Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
                serde::Serialize, serde::Deserialize, sqlx::Type, utoipa::ToSchema,
            )]
            #[serde(transparent)]
            #[sqlx(transparent)]
            pub struct $name(pub uuid::Uuid);

            impl $name {
                /// Generates a new id. Later ids sort after earlier ids.
                #[must_use]
                #[allow(clippy::new_without_default, reason = "each id is unique, so there is no default")]
                #[allow(clippy::disallowed_methods, reason = "the only place that generates ids")]
                pub fn new() -> Self {
                    Self(uuid::Uuid::now_v7())
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    self.0.fmt(formatter)
                }
            }

            impl std::str::FromStr for $name {
                type Err = uuid::Error;

                fn from_str(text: &str) -> Result<Self, Self::Err> {
                    text.parse().map(Self)
                }
            }
        )*
    };
}

ids! {
    /// The id of a user.
    UserId,
    /// The id of a session, which is one sign-in on one device.
    SessionId,
    /// The id of a project.
    ProjectId,
    /// The id of a user's membership in a project.
    MembershipId,
    /// The id of an invitation to a project and its mailed link.
    InvitationId,
    /// The id of an item: a document or a voice sample.
    ItemId,
    /// The id of an email verification: one registration and its mailed link.
    VerificationId,
    /// The id of a password. A changed password has a new id.
    PasswordId,
    /// The id of a password reset and its mailed link.
    PasswordResetId,
    /// The platform's id of a passkey, which differs from the authenticator's credential id.
    PasskeyId,
    /// The id of a passkey registration or sign-in that has started and not finished.
    CeremonyId,
    /// The id of an event in the outbox.
    EventId,
    /// The id of an audit row.
    AuditId,
    /// The id of a dead letter: a message that could not be delivered.
    DeadLetterId,
    /// The id of a project export: a file with the items of a project.
    ExportId,
}
