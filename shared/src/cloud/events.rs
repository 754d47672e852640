//! The events that functions tell each other about: ids and a version, never rows or secrets.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use strum::{IntoStaticStr, VariantNames};

use crate::{
    base::ids::{
        ExportId, InvitationId, ItemId, PasskeyId, PasswordResetId, SessionId, UserId, VerificationId,
    },
    cloud::names::Topic,
};

/// Something that happened, published to a topic.
pub trait Event: Serialize + DeserializeOwned + Send + Sync {
    /// The topic.
    const TOPIC: Topic;
    /// Grows when a field changes its meaning; both are consumed while a roll-out lasts.
    const VERSION: u32;
}

/// A mail is to be rendered and sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "mail", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EmailRequested {
    /// The link that verifies an address.
    Verification {
        /// The registration.
        verification_id: VerificationId,
    },
    /// Somebody registered with an address that has an account.
    AccountExists {
        /// Whose address.
        user_id: UserId,
    },
    /// The link that sets a new password.
    PasswordReset {
        /// The request for it.
        reset_id: PasswordResetId,
    },
    /// The password was changed.
    PasswordChanged {
        /// Whose.
        user_id: UserId,
    },
    /// A passkey was added.
    PasskeyAdded {
        /// The passkey.
        passkey_id: PasskeyId,
    },
    /// The link that leads into a project.
    Invitation {
        /// The invitation.
        invitation_id: InvitationId,
    },
    /// An item was rejected.
    ItemRejected {
        /// The item.
        item_id: ItemId,
        /// Its version after the decision.
        version: i32,
    },
    /// An export can be downloaded.
    ExportReady {
        /// The export.
        export_id: ExportId,
    },
    /// Somebody signed in with a user agent from a network that the account has not used.
    NewSignIn {
        /// The session that it opened.
        session_id: SessionId,
    },
}

impl Event for EmailRequested {
    const TOPIC: Topic = Topic::EmailRequested;
    const VERSION: u32 = 1;
}

impl EmailRequested {
    /// The event's name: the one in its JSON, of its mail's templates, in logs and records.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.into()
    }
}

/// The next step of an export is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequested {
    /// The export.
    pub export_id: ExportId,
    /// Which step, from 0; one that was done already is not done again.
    pub step: i32,
}

impl Event for ExportRequested {
    const TOPIC: Topic = Topic::ExportRequested;
    const VERSION: u32 = 1;
}
