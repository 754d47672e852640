//! The actions recorded in the audit log.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal;)*) => {
        /// An audited action, named `resource.verb`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Action {
            $( $(#[doc = $doc])* $name, )*
        }

        impl Action {
            /// All actions, each with its description.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, concat!($($doc),*).trim_ascii())),*];

            /// Returns the stored name, such as `user.login`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

actions! {
    /// An account was created.
    UserRegistered = "user.registered";
    /// An email address was verified.
    UserVerified = "user.verified";
    /// A user signed in, or an attempt to sign in failed.
    UserLogin = "user.login";
    /// A user signed out.
    UserLogout = "user.logout";
    /// A refresh token was used twice, so its session was revoked.
    UserRefreshReused = "user.refresh_reused";
    /// A user reauthenticated, or an attempt to do so failed.
    UserReauthenticated = "user.reauthenticated";
    /// A mail with a password reset link was requested.
    UserPasswordResetRequested = "user.password_reset_requested";
    /// A password was reset through a mailed link.
    UserPasswordReset = "user.password_reset";
    /// An account's details were changed.
    UserUpdated = "user.updated";
    /// An account was deleted by its owner.
    UserDeleted = "user.deleted";
    /// A password was changed by a signed-in user, or an attempt to do so failed.
    UserPasswordChanged = "user.password_changed";
    /// A session was revoked from another session of the same user.
    UserSessionRevoked = "user.session_revoked";
    /// All other sessions of a user were revoked.
    UserSessionsRevoked = "user.sessions_revoked";
    /// A user downloaded their account data export.
    UserExported = "user.exported";
    /// A passkey was added, or an attempt to add one failed.
    UserPasskeyAdded = "user.passkey_added";
    /// A passkey was renamed.
    UserPasskeyRenamed = "user.passkey_renamed";
    /// A suspended passkey was confirmed.
    UserPasskeyConfirmed = "user.passkey_confirmed";
    /// A passkey was deleted.
    UserPasskeyRemoved = "user.passkey_removed";
    /// A user's global role was changed.
    UserRoleChanged = "user.role_changed";
    /// An account was suspended.
    UserSuspended = "user.suspended";
    /// A suspended account was restored.
    UserRestored = "user.restored";
    /// The personal data of a deleted account was erased.
    UserErased = "user.erased";
    /// A project was created.
    ProjectCreated = "project.created";
    /// A project's name or description was changed.
    ProjectUpdated = "project.updated";
    /// A project was deleted.
    ProjectDeleted = "project.deleted";
    /// A member's role was changed.
    MemberRoleChanged = "member.role_changed";
    /// A member was removed.
    MemberRemoved = "member.removed";
    /// A member left the project.
    MemberLeft = "member.left";
    /// A person was invited to a project.
    InvitationCreated = "invitation.created";
    /// An invitation was mailed again and its expiry extended.
    InvitationResent = "invitation.resent";
    /// An invitation was revoked.
    InvitationRevoked = "invitation.revoked";
    /// An invitation was accepted, or another account tried to accept it.
    InvitationAccepted = "invitation.accepted";
    /// A request was denied because the caller's role does not allow it.
    AccessDenied = "access.denied";
    /// A dead letter was replayed.
    DeadLetterReplayed = "dead_letter.replayed";
    /// A dead letter was deleted.
    DeadLetterDeleted = "dead_letter.deleted";
    /// The audit log was exported.
    AuditLogExported = "audit_log.exported";
    /// A document was created.
    DocumentCreated = "document.created";
    /// A document was processed.
    DocumentProcessed = "document.processed";
    /// Processing of a document failed.
    DocumentFailed = "document.failed";
    /// A document's label was changed.
    DocumentUpdated = "document.updated";
    /// A document was deleted.
    DocumentDeleted = "document.deleted";
    /// A failed document was submitted for processing again.
    DocumentReprocessed = "document.reprocessed";
    /// A download URL for a document's file was issued.
    DocumentDownloaded = "document.downloaded";
    /// A document was approved.
    DocumentApproved = "document.approved";
    /// A document was rejected.
    DocumentRejected = "document.rejected";
    /// A decided document was reopened for review.
    DocumentReopened = "document.reopened";
    /// A voice sample was approved.
    VoiceApproved = "voice.approved";
    /// A voice sample was rejected.
    VoiceRejected = "voice.rejected";
    /// A decided voice sample was reopened for review.
    VoiceReopened = "voice.reopened";
    /// A voice sample was created.
    VoiceCreated = "voice.created";
    /// A voice sample was transcribed.
    VoiceProcessed = "voice.processed";
    /// Transcription of a voice sample failed.
    VoiceFailed = "voice.failed";
    /// A voice sample's language was changed.
    VoiceUpdated = "voice.updated";
    /// A voice sample was deleted.
    VoiceDeleted = "voice.deleted";
    /// A failed voice sample was submitted for processing again.
    VoiceReprocessed = "voice.reprocessed";
    /// A download URL for a voice sample's file was issued.
    VoiceDownloaded = "voice.downloaded";
    /// A project export was requested.
    ExportRequested = "export.requested";
    /// A project export was completed.
    ExportCompleted = "export.completed";
    /// A project export failed.
    ExportFailed = "export.failed";
    /// A download URL for a project export was issued.
    ExportDownloaded = "export.downloaded";
}

impl PartialSchema for Action {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("An audited action, named `resource.verb`."))
            .enum_values(Some(Self::ALL.iter().map(|(action, _)| action.as_str())))
            .into()
    }
}

impl ToSchema for Action {
    fn name() -> Cow<'static, str> {
        "AuditAction".into()
    }
}

impl Action {
    /// Returns the resource type, the part of the name before the dot.
    pub(super) fn resource_type(self) -> &'static str {
        self.as_str().split('.').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Action;

    #[test]
    fn every_action_is_named_once_as_resource_and_verb() {
        let names: BTreeSet<&str> = Action::ALL.iter().map(|(action, _)| action.as_str()).collect();
        assert_eq!(names.len(), Action::ALL.len());
        for name in names {
            assert!(name.split('.').count() == 2 && !name.contains(char::is_uppercase), "{name}");
        }
    }
}
