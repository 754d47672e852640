//! The actions that the audit log knows.

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal;)*) => {
        /// What was done: `resource.verb`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Action {
            $( $(#[doc = $doc])* $name, )*
        }

        impl Action {
            /// Every action, with what it means.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, concat!($($doc),*).trim_ascii())),*];

            /// As it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

actions! {
    /// An account was made.
    UserRegistered = "user.registered";
    /// An address was verified.
    UserVerified = "user.verified";
    /// Somebody signed in, or tried to.
    UserLogin = "user.login";
    /// Somebody signed out.
    UserLogout = "user.logout";
    /// A refresh token came twice: its session was ended.
    UserRefreshReused = "user.refresh_reused";
    /// Somebody proved anew who they are, or tried to.
    UserReauthenticated = "user.reauthenticated";
    /// A link that sets a new password was asked for.
    UserPasswordResetRequested = "user.password_reset_requested";
    /// A new password was set by a mailed link.
    UserPasswordReset = "user.password_reset";
    /// An account's data were changed.
    UserUpdated = "user.updated";
    /// An account was deleted by its owner.
    UserDeleted = "user.deleted";
    /// A new password was set with the old one or in a recent session, or somebody tried to.
    UserPasswordChanged = "user.password_changed";
    /// A session was ended from another one.
    UserSessionRevoked = "user.session_revoked";
    /// All sessions but the present one were ended.
    UserSessionsRevoked = "user.sessions_revoked";
    /// Everything that is held on a user was handed out to them.
    UserExported = "user.exported";
    /// A passkey was added, or somebody tried to.
    UserPasskeyAdded = "user.passkey_added";
    /// A passkey got another name.
    UserPasskeyRenamed = "user.passkey_renamed";
    /// A passkey was taken away.
    UserPasskeyRemoved = "user.passkey_removed";
    /// A user got another global role.
    UserRoleChanged = "user.role_changed";
    /// An account was suspended.
    UserSuspended = "user.suspended";
    /// An account may sign in again.
    UserRestored = "user.restored";
    /// What was personal in a deleted account was erased.
    UserErased = "user.erased";
    /// A project was made.
    ProjectCreated = "project.created";
    /// A project's name or description was changed.
    ProjectUpdated = "project.updated";
    /// A project was deleted.
    ProjectDeleted = "project.deleted";
    /// A member got another role.
    MemberRoleChanged = "member.role_changed";
    /// A member was removed.
    MemberRemoved = "member.removed";
    /// A member left.
    MemberLeft = "member.left";
    /// Somebody was invited.
    InvitationCreated = "invitation.created";
    /// An invitation was mailed again and extended.
    InvitationResent = "invitation.resent";
    /// An invitation was taken back.
    InvitationRevoked = "invitation.revoked";
    /// An invitation was accepted, or somebody tried to with another account.
    InvitationAccepted = "invitation.accepted";
    /// Somebody was refused what their role does not allow.
    AccessDenied = "access.denied";
    /// A message that was given up was sent again.
    DeadLetterReplayed = "dead_letter.replayed";
    /// A message that was given up was thrown away.
    DeadLetterDeleted = "dead_letter.deleted";
    /// The audit log was handed out.
    AuditLogExported = "audit_log.exported";
    /// A document was announced.
    DocumentCreated = "document.created";
    /// A document's text was read.
    DocumentProcessed = "document.processed";
    /// A document could not be read.
    DocumentFailed = "document.failed";
    /// A document's label was changed.
    DocumentUpdated = "document.updated";
    /// A document was deleted.
    DocumentDeleted = "document.deleted";
    /// A document that could not be read is read again.
    DocumentReprocessed = "document.reprocessed";
    /// A link to a document's file was handed out.
    DocumentDownloaded = "document.downloaded";
    /// A document was approved.
    DocumentApproved = "document.approved";
    /// A document was rejected.
    DocumentRejected = "document.rejected";
    /// A document that was decided on waits for a reviewer again.
    DocumentReopened = "document.reopened";
    /// A voice sample was approved.
    VoiceApproved = "voice.approved";
    /// A voice sample was rejected.
    VoiceRejected = "voice.rejected";
    /// A voice sample that was decided on waits for a reviewer again.
    VoiceReopened = "voice.reopened";
    /// A voice sample was announced.
    VoiceCreated = "voice.created";
    /// A voice sample was transcribed.
    VoiceProcessed = "voice.processed";
    /// A voice sample could not be transcribed.
    VoiceFailed = "voice.failed";
    /// A voice sample's language was changed.
    VoiceUpdated = "voice.updated";
    /// A voice sample was deleted.
    VoiceDeleted = "voice.deleted";
    /// A voice sample that could not be transcribed is transcribed again.
    VoiceReprocessed = "voice.reprocessed";
    /// A link to a voice sample's file was handed out.
    VoiceDownloaded = "voice.downloaded";
    /// An export was asked for.
    ExportRequested = "export.requested";
    /// An export's file is there.
    ExportCompleted = "export.completed";
    /// An export could not be made.
    ExportFailed = "export.failed";
    /// A link to an export's file was handed out.
    ExportDownloaded = "export.downloaded";
}

impl Action {
    /// The kind of resource that the action is about.
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
