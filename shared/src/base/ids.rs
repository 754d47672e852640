//! Typed ids, so that a project's id is never taken for a user's. All are UUIDv7 (RFC 9562).

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
                /// A new id; later ids sort after earlier ones.
                #[must_use]
                #[allow(clippy::new_without_default, reason = "every id is another one: there is no default")]
                #[allow(clippy::disallowed_methods, reason = "the one place that makes ids")]
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
    /// A user.
    UserId,
    /// A session: one sign-in on one device.
    SessionId,
    /// A project.
    ProjectId,
    /// A membership of a user in a project.
    MembershipId,
    /// An invitation to a project and the link that was mailed for it.
    InvitationId,
    /// A document or a voice sample.
    ItemId,
    /// An e-mail verification: one registration and the link that was mailed for it.
    VerificationId,
    /// A password, as opposed to the one that it replaced.
    PasswordId,
    /// A request for a new password and the link that was mailed for it.
    PasswordResetId,
    /// A passkey, as opposed to what its authenticator calls it.
    PasskeyId,
    /// A passkey's registration, or a sign-in with one, between its start and its finish.
    CeremonyId,
    /// An event in the outbox.
    EventId,
    /// An audit row.
    AuditId,
    /// A message that Pub/Sub gave up on.
    DeadLetterId,
    /// An export: a file with the items of a project.
    ExportId,
}
