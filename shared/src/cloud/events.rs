//! The events that functions publish to each other. They contain ids and versions, never rows or secrets.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use strum::{IntoStaticStr, VariantNames};

use crate::{
    base::ids::{
        ExportId, InvitationId, ItemId, PasskeyId, PasswordResetId, SessionId, UserId, VerificationId,
    },
    cloud::names::Topic,
};

/// An event that is published to a topic.
pub trait Event: Serialize + DeserializeOwned + Send + Sync {
    /// The topic that the event is published to.
    const TOPIC: Topic;
    /// The version, which increases when a field changes its meaning. During a rollout, consumers accept both versions.
    const VERSION: u32;
}

/// Requests that a mail is rendered and sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "mail", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EmailRequested {
    /// The link that verifies an email address.
    Verification {
        /// The email verification whose link is sent.
        verification_id: VerificationId,
    },
    /// A notice that someone tried to register with the address of an existing account.
    AccountExists {
        /// The user who has the account.
        user_id: UserId,
    },
    /// The link that sets a new password.
    PasswordReset {
        /// The password reset whose link is sent.
        reset_id: PasswordResetId,
    },
    /// The link with which the first super admin sets a password and signs up.
    SuperAdmin {
        /// The password reset whose link is sent.
        reset_id: PasswordResetId,
    },
    /// A notice that the password was changed, with the passkeys that the change suspended.
    PasswordChanged {
        /// The user whose password was changed.
        user_id: UserId,
    },
    /// A notice that a passkey was added.
    PasskeyAdded {
        /// The passkey that was added.
        passkey_id: PasskeyId,
    },
    /// A notice that a passkey was removed.
    PasskeyRemoved {
        /// The user who had the passkey.
        user_id: UserId,
    },
    /// The link to accept an invitation to a project.
    Invitation {
        /// The invitation whose link is sent.
        invitation_id: InvitationId,
    },
    /// A notice that an item was rejected.
    ItemRejected {
        /// The item that was rejected.
        item_id: ItemId,
        /// The item's version after the decision.
        version: i32,
    },
    /// A notice that a project export can be downloaded.
    ExportReady {
        /// The project export that is ready.
        export_id: ExportId,
    },
    /// A notice of a sign-in with a combination of user agent and network that the account has not used before.
    NewSignIn {
        /// The session that the sign-in created.
        session_id: SessionId,
    },
}

impl Event for EmailRequested {
    const TOPIC: Topic = Topic::EmailRequested;
    const VERSION: u32 = 1;
}

impl EmailRequested {
    /// Returns the kind of mail, which is the name in the event's JSON, in template names and in logs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.into()
    }
}

/// Requests the next step of a project export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequested {
    /// The project export to continue.
    pub export_id: ExportId,
    /// The number of the step, from 0. A completed step is not repeated.
    pub step: i32,
}

impl Event for ExportRequested {
    const TOPIC: Topic = Topic::ExportRequested;
    const VERSION: u32 = 1;
}
