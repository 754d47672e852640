// Generated from the platform's OpenAPI document by `npm run generate`. Do not edit.

export interface paths {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the public keys for access tokens
         * @description Returns the JWK set (RFC 7517) that verifies the signatures of access tokens.
         */
        get: operations["get_jwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/audit-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List audit log entries of the platform
         * @description Newest first. With `Accept: application/x-ndjson`, the response contains all matching entries as newline-delimited
         *     JSON, whatever the limit.
         */
        get: operations["list_audit_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List dead letters
         * @description Newest first.
         */
        get: operations["list_dead_letters"];
        put?: never;
        post?: never;
        /**
         * Delete the dead letters that match a filter
         * @description Oldest first, at most 1,000 per call. Their messages are lost and can no longer be replayed.
         */
        delete: operations["delete_dead_letters"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/dead-letters/{dead_letter_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a dead letter
         * @description Its message is lost and can no longer be replayed.
         */
        delete: operations["delete_dead_letter"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/dead-letters/{dead_letter_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay a dead letter
         * @description Publishes the message again with its original event id, so that steps that succeeded are not repeated. If delivery
         *     fails again, a new dead letter is stored.
         */
        post: operations["replay_dead_letter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/dead-letters/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay the dead letters that match a filter
         * @description Oldest first, at most 1,000 per call. Dead letters that cannot be replayed do not match.
         */
        post: operations["replay_dead_letters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users
         * @description All users of the platform that match the filters, newest first.
         */
        get: operations["list_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user
         * @description Includes the last activity and the project memberships.
         */
        get: operations["get_user"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update a user
         * @description Changes the global role, or suspends or restores the user. The last super admin cannot be demoted or
         *     suspended, and the only admin of a project cannot be suspended.
         */
        patch: operations["update_user"];
        trace?: never;
    };
    "/analytics/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Summarize totals, daily trend, durations and top contributors
         * @description New activity may take 30 seconds to appear. Durations, contributors and reviewers are counted by whole hours (UTC).
         */
        get: operations["get_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Send a password, as JSON or as the OAuth 2 password form, or a passkey assertion for a ceremony started with
         *     `POST /auth/passkeys/login/start`.
         */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out
         * @description Ends the session that the access token belongs to.
         */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the current user
         * @description Also works before the email address is verified.
         */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/passkeys/login/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a sign-in with a passkey
         * @description Pass `options` through `PublicKeyCredential.parseRequestOptionsFromJSON` to `navigator.credentials.get`, and send
         *     the result to `POST /auth/login` or `POST /auth/reauthenticate` within five minutes. No email address is needed.
         */
        post: operations["start_passkey_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/passkeys/register/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Finish a passkey registration
         * @description Stores the passkey and notifies the account owner by mail. Each ceremony can be finished once, even if this request
         *     fails.
         */
        post: operations["finish_passkey_registration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/passkeys/register/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a passkey registration
         * @description Pass `options` through `PublicKeyCredential.parseCreationOptionsFromJSON` to `navigator.credentials.create`, and
         *     send the result to `POST /auth/passkeys/register/finish` within five minutes. The passkey must be discoverable and
         *     verify its user.
         */
        post: operations["start_passkey_registration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password/forgot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request a password reset link
         * @description Mails a link that is valid for one hour. The response does not reveal whether the address has an account.
         */
        post: operations["forgot_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset the password
         * @description Sets a new password with the token from a mailed link. Ends all sessions, suspends all passkeys until their owner
         *     confirms them, and invalidates all other links.
         */
        post: operations["reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/reauthenticate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reauthenticate in the current session
         * @description Send the password or a passkey assertion. Required before changing the password, adding or removing a passkey, or
         *     deleting the account.
         */
        post: operations["reauthenticate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh a session
         * @description Exchanges a refresh token for a new access token and the next refresh token. A repeated request within ten seconds
         *     returns the same refresh token. After that, reusing an old token ends the session.
         */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an account
         * @description Mails a link that verifies the address. If the address already has a verified account, the response is the same and
         *     its owner is told about the attempt by mail. Where only invited addresses may register, other addresses get the same
         *     response and no mail.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/verify-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Verify an email address
         * @description The account gets the password and name of the registration that the opened link belongs to. Sessions opened with
         *     another password end. Opening a link twice is allowed, since mail scanners open links too.
         */
        get: operations["verify_email"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/verify-email/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resend the verification link
         * @description Mails the newest link again and extends its lifetime by 24 hours. The link in the earlier mail stays valid. The
         *     response does not reveal whether the address has an unverified account.
         */
        post: operations["resend_verification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List documents
         * @description The newest items come first. With `q`, the best matches come first.
         */
        get: operations["list_documents"];
        put?: never;
        /** Create a document and return a signed upload URL */
        post: operations["create_document"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/{document_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a document with its text */
        get: operations["get_document"];
        put?: never;
        post?: never;
        /**
         * Delete a document
         * @description The item disappears immediately. Its file is deleted after the retention period.
         */
        delete: operations["delete_document"];
        options?: never;
        head?: never;
        /** Update a document */
        patch: operations["update_document"];
        trace?: never;
    };
    "/documents/{document_id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Create a link to the file of a document
         * @description The link expires. The file is served as an attachment, under a name that ends in the extension of its type. A file
         *     of no accepted type is not served.
         */
        get: operations["download_document"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/{document_id}/pages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the pages of a document
         * @description Each page has its text, confidence and layout.
         */
        get: operations["list_pages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/{document_id}/reprocess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reprocess a failed document */
        post: operations["reprocess_document"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/{document_id}/upload-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew the upload URL of a document
         * @description A draft gets a new URL for the same upload. A failed or rejected document gets a URL for its next upload, which may
         *     have another name, type or size. The document keeps its current file until the new one arrives.
         */
        post: operations["renew_upload_url"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create up to 100 documents, with a result for each */
        post: operations["create_documents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the events of a project
         * @description Sends item transitions as server-sent events. Each `transition` event carries the JSON object described here, and
         *     its id is the position to resume from. Comments are heartbeats. An `end` event, with a problem code in `{"code"}`,
         *     means that you lost access: do not reconnect. If the stream ends without one, reconnect with the last id, as
         *     `EventSource` does automatically.
         */
        get: operations["stream_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an event ticket
         * @description The ticket authenticates `GET /events` for a browser's `EventSource`, which cannot send headers. It is valid for one
         *     hour and can be used any number of times.
         */
        post: operations["create_event_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the exports of a project
         * @description The newest exports come first.
         */
        get: operations["list_exports"];
        put?: never;
        /**
         * Create an export of the items of a project
         * @description The export contains the items created before this request, documents first, in the order of their creation. Each
         *     item has its text as of the moment it is written. The file is written in the background. The caller gets a mail when
         *     it is ready.
         *
         *     In CSV (RFC 4180, UTF-8), a cell that a spreadsheet could interpret as a formula begins with an apostrophe.
         */
        post: operations["create_export"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/exports/{export_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an export
         * @description The response contains the progress and, once the file is ready, a link to it. The file is served as an attachment.
         */
        get: operations["get_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/invitations/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an invitation by its token
         * @description Requires no sign-in: anyone with the link can see the invitation.
         */
        get: operations["get_invitation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/invitations/{token}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description Makes the caller a member of the project. The caller must be signed in with the invited email address.
         */
        post: operations["accept_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List documents and voice samples together
         * @description The newest items come first. Each has its `kind` and the fields of that kind.
         */
        get: operations["list_items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List projects
         * @description Returns the projects of the caller, newest first. Super admins can list all projects.
         */
        get: operations["list_projects"];
        put?: never;
        /**
         * Create a project
         * @description The caller becomes its first project admin.
         */
        post: operations["create_project"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a project */
        get: operations["get_project"];
        /**
         * Update a project
         * @description Replaces the name, description and language. Omitted fields are cleared.
         */
        put: operations["update_project"];
        post?: never;
        /**
         * Delete a project
         * @description Deletes the project and everything in it.
         */
        delete: operations["delete_project"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/audit-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List audit log entries of a project
         * @description Returns entries newest first. Only for project admins.
         */
        get: operations["list_project_audit_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List invitations
         * @description Returns invitations of every status, newest first.
         */
        get: operations["list_invitations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/invitations/{invitation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an invitation
         * @description Its link stops working immediately.
         */
        delete: operations["revoke_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/invitations/{invitation_id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resend an invitation
         * @description Mails the link of an open or expired invitation again and extends its lifetime. The link in the earlier mail stays
         *     valid.
         */
        post: operations["resend_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Invite an email address to a project
         * @description Mails a link. The address does not need to have an account yet.
         */
        post: operations["create_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List members
         * @description Returns members in the order in which they joined.
         */
        get: operations["list_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a member or leave the project
         * @description Admins can remove any member. Other members can remove only themselves. The last admin cannot be removed.
         */
        delete: operations["delete_member"];
        options?: never;
        head?: never;
        /**
         * Change the role of a member
         * @description The last admin of a project cannot be given another role.
         */
        patch: operations["update_member"];
        trace?: never;
    };
    "/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List items awaiting review, excluding those claimed by others */
        get: operations["list_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/review/{item_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Approve or reject an item */
        patch: operations["decide_item"];
        trace?: never;
    };
    "/review/{item_id}/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim an item
         * @description A claim excludes other reviewers for 15 minutes. Repeat the request to renew it.
         */
        post: operations["claim_item"];
        /**
         * Release a claim
         * @description Only the caller's own claim is released. A claim of another reviewer is unaffected.
         */
        delete: operations["release_item"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/review/{item_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the history of an item
         * @description The latest change comes first. Each has the user, the time, and the text before and after.
         */
        get: operations["list_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/review/{item_id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reopen a decided item
         * @description The item awaits a decision again.
         */
        post: operations["reopen_item"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/review/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide on up to 100 items, with a result for each */
        post: operations["decide_items"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/review/next": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim the next item
         * @description Returns the item that the caller has already claimed, or else claims the first unclaimed item. Fails with
         *     `too_many_claims` if the caller holds the maximum number of claims in other queues.
         */
        post: operations["claim_next"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get your account
         * @description Requires a verified email address. Use `GET /auth/me` before the address is verified.
         */
        get: operations["get_account"];
        put?: never;
        post?: never;
        /**
         * Delete your account
         * @description Ends all sessions. Fails with `last_admin` while a project would be left without an admin, and with
         *     `last_super_admin` for the last super admin. Requires a recent sign-in or reauthentication.
         */
        delete: operations["delete_account"];
        options?: never;
        head?: never;
        /**
         * Update your account
         * @description Send the `ETag` of the account as `If-Match` to avoid overwriting a concurrent change.
         */
        patch: operations["update_account"];
        trace?: never;
    };
    "/users/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export your account data
         * @description Downloads all data that the platform holds about the caller as one JSON document.
         */
        get: operations["export_account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your passkeys
         * @description Returns passkeys in the order of their creation, newest first.
         */
        get: operations["list_passkeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/me/passkeys/{passkey_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete one of your passkeys
         * @description The passkey can no longer be used to sign in. You are notified by mail. Requires a recent sign-in or reauthentication.
         */
        delete: operations["delete_passkey"];
        options?: never;
        head?: never;
        /** Rename one of your passkeys */
        patch: operations["update_passkey"];
        trace?: never;
    };
    "/users/me/passkeys/{passkey_id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm one of your passkeys
         * @description A password reset or change suspends all passkeys. A confirmed passkey can be used to sign in again. Requires a recent
         *     sign-in or reauthentication.
         */
        post: operations["confirm_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your password
         * @description Ends all other sessions, suspends all passkeys until you confirm them, and invalidates password reset links. You are
         *     notified by mail.
         */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your sessions
         * @description Returns live sessions only, newest first.
         */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        /**
         * End all your other sessions
         * @description The session that sends this request stays open.
         */
        delete: operations["delete_other_sessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/me/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one of your sessions
         * @description Its access and refresh tokens stop working immediately.
         */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/voice": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List voice samples
         * @description The newest items come first. With `q`, the best matches come first.
         */
        get: operations["list_voice_samples"];
        put?: never;
        /** Create a voice sample and return a signed upload URL */
        post: operations["create_voice_sample"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/voice/{voice_sample_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a voice sample with its text */
        get: operations["get_voice_sample"];
        put?: never;
        post?: never;
        /**
         * Delete a voice sample
         * @description The item disappears immediately. Its file is deleted after the retention period.
         */
        delete: operations["delete_voice_sample"];
        options?: never;
        head?: never;
        /** Update a voice sample */
        patch: operations["update_voice_sample"];
        trace?: never;
    };
    "/voice/{voice_sample_id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Create a link to the file of a voice sample
         * @description The link expires. The file is served as an attachment, under a name that ends in the extension of its type. A file
         *     of no accepted type is not served.
         */
        get: operations["download_voice_sample"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/voice/{voice_sample_id}/reprocess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reprocess a failed voice sample */
        post: operations["reprocess_voice_sample"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/voice/{voice_sample_id}/upload-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew the upload URL of a voice sample
         * @description A draft gets a new URL for the same upload. A failed or rejected voice sample gets a URL for its next upload, which
         *     may have another name, type or size. The voice sample keeps its current file until the new one arrives.
         */
        post: operations["renew_voice_upload_url"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/voice/{voice_sample_id}/words": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the words of a voice sample
         * @description Each word has its start and end times and its confidence.
         */
        get: operations["list_words"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/voice/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create up to 100 voice samples, with a result for each */
        post: operations["create_voice_samples"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The account of the signed-in user. */
        Account: {
            /**
             * Format: date-time
             * @description The time when the account was created.
             */
            created_at: string;
            /** @description The name shown to other users; null when the user has not set one. */
            display_name?: string | null;
            /** @description The email address that the user signs in with. */
            email: string;
            /** @description The user's role on the whole platform. */
            global_role: components["schemas"]["GlobalRole"];
            /** @description The user's id. */
            id: components["schemas"]["UserId"];
            /** @description True once the user has opened a verification link mailed to the address. */
            is_verified: boolean;
            /**
             * Format: int32
             * @description The version of the account. Every change increments it, and the `ETag` is derived from it.
             */
            version: number;
        };
        /** @description All data that the platform holds about a user. */
        AccountExport: {
            account: components["schemas"]["Account"];
            /** @description Actions of the user, and actions of others on the account. */
            audit_logs: components["schemas"]["ExportedAuditLog"][];
            /** Format: date-time */
            exported_at: string;
            /** @description Feedback that the user wrote as a reviewer. */
            feedback: components["schemas"]["ExportedFeedback"][];
            /** @description Invitations to the user's address. */
            invitations: components["schemas"]["ExportedInvitation"][];
            /** @description Texts of these items. */
            item_texts: components["schemas"]["ExportedText"][];
            /** @description Items that the user uploaded. */
            items: components["schemas"]["ExportedItem"][];
            memberships: components["schemas"]["ExportedMembership"][];
            passkeys: components["schemas"]["Passkey"][];
            /** @description Project exports that the user requested. */
            project_exports: components["schemas"]["ExportedProjectExport"][];
            /** @description All sessions, including those that have ended. */
            sessions: components["schemas"]["ExportedSession"][];
        };
        /** @description An item of any kind. */
        AnyItem: (components["schemas"]["Document"] & {
            /** @enum {string} */
            kind: "document";
        }) | (components["schemas"]["VoiceSample"] & {
            /** @enum {string} */
            kind: "voice";
        });
        /** @description A passkey assertion for a ceremony started with `POST /auth/passkeys/login/start`. */
        Assertion: {
            /** @description Id of the ceremony that this request finishes. */
            ceremony_id: components["schemas"]["CeremonyId"];
            /** @description The result of `navigator.credentials.get`, serialized with `toJSON()`. */
            credential: Record<string, unknown>;
        };
        /**
         * Format: uuid
         * @description The id of an audit row.
         */
        AuditId: string;
        /** @description A row of the audit log. */
        AuditLog: {
            /** @description The action, in the form `resource.verb`. */
            action: string;
            actor_user_id?: components["schemas"]["UserId"] | null;
            /**
             * Format: date-time
             * @description The time of the action.
             */
            created_at: string;
            /** @description Values that the actor wrote, such as a new name; null when there are none or they were erased. */
            details?: Record<string, unknown> | null;
            /** @description The row's id. Ids sort by time. */
            id: components["schemas"]["AuditId"];
            /** @description The client's IP address; null when unknown or erased. */
            ip_address?: string | null;
            /** @description Further facts about the action, without personal data. */
            metadata: Record<string, unknown>;
            project_id?: components["schemas"]["ProjectId"] | null;
            /**
             * Format: uuid
             * @description The id of the resource acted on.
             */
            resource_id?: string | null;
            /** @description The type of the resource acted on. */
            resource_type: string;
            /** @description The outcome of the action. */
            status: components["schemas"]["AuditStatus"];
            /** @description The client's user agent; null when unknown or erased. */
            user_agent?: string | null;
        };
        /**
         * @description The outcome of an audited action.
         * @enum {string}
         */
        AuditStatus: "success" | "failure" | "denied";
        /** @description The results of a batch, in the order of the request. */
        Batch_DecidedItem: {
            items: components["schemas"]["Outcome_DecidedItem"][];
        };
        /** @description The results of a batch, in the order of the request. */
        Batch_DocumentUpload: {
            items: components["schemas"]["Outcome_DocumentUpload"][];
        };
        /** @description The results of a batch, in the order of the request. */
        Batch_VoiceUpload: {
            items: components["schemas"]["Outcome_VoiceUpload"][];
        };
        /** @description A project of which the user is the only active admin. */
        BlockingProject: {
            id: components["schemas"]["ProjectId"];
            name: string;
        };
        /**
         * Format: uuid
         * @description The id of a passkey registration or sign-in that has started and not finished.
         */
        CeremonyId: string;
        /** @description A WebAuthn ceremony that has started. */
        CeremonyStarted: {
            /** @description Identifies the ceremony in the request that finishes it. */
            ceremony_id: components["schemas"]["CeremonyId"];
            /** @description `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON` (WebAuthn 3, 5.1). */
            options: Record<string, unknown>;
        };
        /** @description The new password, and the current one as proof. */
        ChangePassword: {
            /**
             * Format: password
             * @description Current password. Optional within ten minutes of a sign-in or reauthentication.
             */
            current_password?: string | null;
            /**
             * Format: password
             * @description New password of 12 to 128 characters.
             */
            new_password: string;
        };
        /**
         * @description A stable, machine-readable problem code.
         * @enum {string}
         */
        Code: "malformed" | "token_invalid" | "token_expired" | "ceremony_invalid" | "unauthenticated" | "invalid_credentials" | "refresh_reused" | "ticket_invalid" | "email_not_verified" | "reauthentication_required" | "registration_closed" | "forbidden" | "wrong_account" | "not_found" | "method_not_allowed" | "invalid_state" | "passkey_exists" | "already_member" | "already_invited" | "invitation_used" | "invitation_expired" | "already_decided" | "claimed" | "too_many_claims" | "own_submission" | "last_admin" | "last_super_admin" | "not_replayable" | "stale" | "body_too_large" | "unsupported_media_type" | "invalid_fields" | "idempotency_mismatch" | "too_many_requests" | "quota_exceeded" | "internal" | "unavailable" | "timed_out";
        /** @description A user and their number of uploads. */
        Contributor: {
            /** @description The display name. Null if the user has none or the account was deleted. */
            display_name?: string | null;
            /** Format: int64 */
            uploaded: number;
            user_id: components["schemas"]["UserId"];
        };
        /** @description Up to 100 items of one kind and project. */
        CreateBatch_CreateDocument: {
            /** @description The items, each as in the request that creates a single item. Each succeeds or fails on its own. */
            items: {
                content_type: components["schemas"]["DocumentMediaType"];
                /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
                crc32c?: string | null;
                /** @description A label for grouping documents, chosen by the team. */
                domain?: string | null;
                /** @description The name of the file, without a path. */
                filename: string;
                /** @description The project that the item belongs to. */
                project_id: components["schemas"]["ProjectId"];
                /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
                resumable?: boolean;
                /**
                 * Format: int64
                 * @description The exact size of the file. Cloud Storage refuses an upload of another size.
                 */
                size_bytes: number;
            }[];
            /** @description The project of all items. Items may omit `project_id`; an item that names another project is refused. */
            project_id: components["schemas"]["ProjectId"];
        };
        /** @description Up to 100 items of one kind and project. */
        CreateBatch_CreateVoiceSample: {
            /** @description The items, each as in the request that creates a single item. Each succeeds or fails on its own. */
            items: {
                content_type: components["schemas"]["VoiceMediaType"];
                /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
                crc32c?: string | null;
                /** @description The name of the file, without a path. */
                filename: string;
                /** @description The spoken language, as a BCP 47 tag. Defaults to the language of the project. */
                language?: string | null;
                /** @description The project that the item belongs to. */
                project_id: components["schemas"]["ProjectId"];
                /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
                resumable?: boolean;
                /**
                 * Format: int64
                 * @description The exact size of the file. Cloud Storage refuses an upload of another size.
                 */
                size_bytes: number;
            }[];
            /** @description The project of all items. Items may omit `project_id`; an item that names another project is refused. */
            project_id: components["schemas"]["ProjectId"];
        };
        /** @description The description of a document to be uploaded. */
        CreateDocument: {
            content_type: components["schemas"]["DocumentMediaType"];
            /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
            crc32c?: string | null;
            /** @description A label for grouping documents, chosen by the team. */
            domain?: string | null;
            /** @description The name of the file, without a path. */
            filename: string;
            /** @description The project that the item belongs to. */
            project_id: components["schemas"]["ProjectId"];
            /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
            resumable?: boolean;
            /**
             * Format: int64
             * @description The exact size of the file. Cloud Storage refuses an upload of another size.
             */
            size_bytes: number;
        };
        /** @description The project for which a ticket is created. */
        CreateEventTicket: {
            /** @description The project whose event stream the ticket opens. */
            project_id: components["schemas"]["ProjectId"];
        };
        /** @description The request for a project export. */
        CreateExport: {
            /**
             * @description The file format of a project export.
             * @enum {string}
             */
            format: "ndjson" | "csv";
            /** @description The project whose items are exported. */
            project_id: components["schemas"]["ProjectId"];
            /** @description Exports only items with this status. */
            status?: ("draft" | "processing" | "pending_review" | "approved" | "rejected" | "failed" | "deleted") | null;
        };
        /** @description The address to invite and its role. */
        CreateInvitation: {
            email: components["schemas"]["EmailAddress"];
            role: components["schemas"]["ProjectRole"];
        };
        /** @description The description of a voice sample to be uploaded. */
        CreateVoiceSample: {
            content_type: components["schemas"]["VoiceMediaType"];
            /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
            crc32c?: string | null;
            /** @description The name of the file, without a path. */
            filename: string;
            /** @description The spoken language, as a BCP 47 tag. Defaults to the language of the project. */
            language?: string | null;
            /** @description The project that the item belongs to. */
            project_id: components["schemas"]["ProjectId"];
            /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
            resumable?: boolean;
            /**
             * Format: int64
             * @description The exact size of the file. Cloud Storage refuses an upload of another size.
             */
            size_bytes: number;
        };
        /** @description The activity of a day. An item that was uploaded on one day and approved on the next counts on both days. */
        Day: {
            /**
             * Format: int64
             * @description Approvals by a reviewer, or automatic ones in a project without reviewers.
             */
            approved: number;
            /** Format: date */
            date: string;
            /**
             * Format: int64
             * @description The number of uploads whose processing failed.
             */
            failed: number;
            /**
             * Format: int64
             * @description The number of uploads that were processed successfully.
             */
            processed: number;
            /** Format: int64 */
            rejected: number;
            /**
             * Format: int64
             * @description The number of uploaded files.
             */
            uploaded: number;
        };
        /**
         * @description A Pub/Sub message that could not be delivered within the maximum number of attempts. Of several messages about the same
         *     work, the last one is kept.
         */
        DeadLetter: {
            attributes: Record<string, unknown>;
            /** @description The error of the last delivery attempt, if known. */
            cause?: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description The payload of the message, in base64. */
            data: string;
            /** Format: int32 */
            delivery_attempts?: number | null;
            id: components["schemas"]["DeadLetterId"];
            message_id: string;
            /** @description True if the message can be replayed. */
            replayable: boolean;
            /** @description The subscription that the message could not be delivered to. */
            subscription: string;
        };
        /**
         * Format: uuid
         * @description The id of a dead letter: a message that could not be delivered.
         */
        DeadLetterId: string;
        /** @description The result of a call for all dead letters that match a filter. */
        DeadLettersDone: {
            /** @description Number of dead letters that this call replayed or deleted. */
            done: number;
            /**
             * Format: int64
             * @description Number of matching dead letters that are left. Repeat the call until it is 0.
             */
            remaining: number;
        };
        /** @description The item after a decision of a batch. */
        DecidedItem: {
            item: components["schemas"]["ReviewItem"];
        };
        /** @description Up to 100 decisions on items of one project. */
        DecideItems: {
            /** @description The decisions. Each has an `item_id` and the fields of `PATCH /review/{item_id}`. */
            decisions: components["schemas"]["ItemDecision"][];
            /** @description The project of all items. */
            project_id: components["schemas"]["ProjectId"];
        };
        /** @description A decision of a reviewer on an item. */
        Decision: {
            /** @description The corrected text. The text from the engine is kept. */
            corrected_text?: string | null;
            /** @description The feedback for the uploader. Required to reject an item. */
            feedback?: string | null;
            status: components["schemas"]["Verdict"];
        };
        /** @description A document with its metadata, without its text. */
        Document: components["schemas"]["Item"] & {
            /** @description A label for grouping documents, chosen by the team. */
            domain?: string | null;
            /** Format: int32 */
            page_count?: number | null;
        };
        /**
         * @description An accepted media type of an upload.
         * @enum {string}
         */
        DocumentMediaType: "application/pdf" | "image/png" | "image/jpeg" | "image/tiff" | "image/gif" | "image/bmp" | "image/webp";
        /** @description A page of a document. */
        DocumentPage: {
            /**
             * Format: float
             * @description The confidence of the engine, from 0 to 1.
             */
            confidence: number;
            /** @description The main language, as a BCP 47 tag. */
            language?: string | null;
            /**
             * @description The text blocks: `{"text", "confidence", "box": [left, top, width, height]}`. Boxes are in fractions of the
             *     page size.
             */
            layout: Record<string, unknown>[];
            /**
             * Format: int32
             * @description The number of the page, from 1.
             */
            page_number: number;
            text: string;
        };
        /** @description A document and the signed request that uploads its file. */
        DocumentUpload: {
            document: components["schemas"]["Document"];
            upload: components["schemas"]["Upload"];
        };
        /** @description A document with its text. */
        DocumentWithText: components["schemas"]["Document"] & {
            /** @description The text as corrected by a reviewer; null if no reviewer corrected it. */
            corrected_text?: string | null;
            /** @description The recognized text of all pages; null until processing has succeeded. */
            ocr_text?: string | null;
        };
        /** @description The number of documents of a domain. */
        DomainCount: {
            /** Format: int64 */
            documents: number;
            /** @description The domain. Null for documents without a domain. */
            domain?: string | null;
        };
        /** @description A signed URL to download a file. */
        Download: {
            /**
             * Format: date-time
             * @description The time at which the URL expires.
             */
            expires_at: string;
            /** @description The URL to download the file from. It authorizes the download, so keep it secret. */
            url: string;
        };
        /** @description Statistics of a duration. Quantiles are within 5% of the exact values. */
        Durations: {
            /**
             * Format: int64
             * @description The number of durations.
             */
            count: number;
            /**
             * Format: double
             * @description The median. Null if there are no durations.
             */
            median_seconds?: number | null;
            /**
             * Format: double
             * @description The 90th percentile. Null if there are no durations.
             */
            p90_seconds?: number | null;
        };
        /**
         * Format: email
         * @description An email address, trimmed and in lower case.
         */
        EmailAddress: string;
        /** @description A ticket for the event stream of one project. */
        EventTicket: {
            /** Format: date-time */
            expires_at: string;
            /**
             * @description The value of the query parameter `ticket`. It grants access to this project's events while the session that
             *     created it is valid.
             */
            ticket: string;
        };
        /** @description Extension members of a `quota_exceeded` problem. */
        Exceeded: {
            /** @description The name of the limit, such as `open_drafts_per_user`. */
            limit: string;
        };
        /** @description A project export: a file with the items of a project. */
        Export: {
            /**
             * Format: date-time
             * @description When the export became ready or failed.
             */
            completed_at?: string | null;
            /** Format: date-time */
            created_at: string;
            failure?: components["schemas"]["Failure"] | null;
            /**
             * @description The file format of a project export.
             * @enum {string}
             */
            format: "ndjson" | "csv";
            id: components["schemas"]["ExportId"];
            item_status?: components["schemas"]["ItemStatus"] | null;
            /**
             * Format: date-time
             * @description When the export and its file are deleted.
             */
            kept_until: string;
            progress: components["schemas"]["ExportProgress"];
            project_id: components["schemas"]["ProjectId"];
            requested_by_id: components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description The size of the file; null until the export is ready.
             */
            size_bytes?: number | null;
            /**
             * @description The status of an export.
             * @enum {string}
             */
            status: "processing" | "ready" | "failed";
        };
        /** @description An audit log entry in the account data export: an action of the user, or of someone else on the account. */
        ExportedAuditLog: {
            action: string;
            /** Format: date-time */
            created_at: string;
            /** @description Values that the user wrote in a change. */
            details?: Record<string, unknown> | null;
            id: components["schemas"]["AuditId"];
            /** @description IP address of the user. Null if someone else acted or the actor is unknown. */
            ip_address?: string | null;
            metadata: Record<string, unknown>;
            project_id?: components["schemas"]["ProjectId"] | null;
            /** Format: uuid */
            resource_id?: string | null;
            resource_type: string;
            status: string;
            /** @description `User-Agent` header of the user. Null if someone else acted or the actor is unknown. */
            user_agent?: string | null;
        };
        /** @description Feedback in the account data export: what the user wrote when deciding on an item. */
        ExportedFeedback: {
            feedback: string;
            item_id: components["schemas"]["ItemId"];
            /**
             * Format: int32
             * @description Version of the item after the decision.
             */
            version: number;
        };
        /** @description An invitation in the account data export. */
        ExportedInvitation: {
            /** Format: date-time */
            accepted_at?: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            id: components["schemas"]["InvitationId"];
            project_id: components["schemas"]["ProjectId"];
            project_name: string;
            /** Format: date-time */
            revoked_at?: string | null;
            role: components["schemas"]["ProjectRole"];
        };
        /** @description An item in the account data export. Excludes text that other users wrote about it. */
        ExportedItem: {
            content_type: string;
            /** Format: date-time */
            created_at: string;
            id: components["schemas"]["ItemId"];
            kind: components["schemas"]["ItemKind"];
            language?: string | null;
            original_filename: string;
            /** Format: date-time */
            processed_at?: string | null;
            project_id: components["schemas"]["ProjectId"];
            /** Format: date-time */
            reviewed_at?: string | null;
            /** Format: int64 */
            size_bytes: number;
            status: components["schemas"]["ItemStatus"];
            /** Format: date-time */
            submitted_at?: string | null;
        };
        /** @description A project membership in the account data export. */
        ExportedMembership: {
            /** Format: date-time */
            created_at: string;
            project_id: components["schemas"]["ProjectId"];
            project_name: string;
            role: components["schemas"]["ProjectRole"];
        };
        /** @description A project export in the account data export. */
        ExportedProjectExport: {
            /** Format: date-time */
            completed_at?: string | null;
            /** Format: date-time */
            created_at: string;
            format: components["schemas"]["ExportFormat"];
            id: components["schemas"]["ExportId"];
            item_status?: components["schemas"]["ItemStatus"] | null;
            project_id: components["schemas"]["ProjectId"];
            status: string;
        };
        /** @description A session in the account data export, live or ended. */
        ExportedSession: {
            /** Format: date-time */
            authenticated_at: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            id: components["schemas"]["SessionId"];
            ip_address?: string | null;
            /** Format: date-time */
            last_used_at: string;
            /** Format: date-time */
            revoked_at?: string | null;
            user_agent?: string | null;
        };
        /** @description A text of an item in the account data export. */
        ExportedText: {
            item_id: components["schemas"]["ItemId"];
            /**
             * Format: int32
             * @description Number of the page or segment, from 1; 0 for the text as corrected in the review.
             */
            number: number;
            text: string;
        };
        /**
         * @description The file format of a project export.
         * @enum {string}
         */
        ExportFormat: "ndjson" | "csv";
        /**
         * Format: uuid
         * @description The id of a project export: a file with the items of a project.
         */
        ExportId: string;
        /** @description The progress of a project export, in items. */
        ExportProgress: {
            /** Format: int64 */
            done: number;
            /**
             * Format: int64
             * @description The number of items to export: null until counted, and an estimate until the export is ready.
             */
            total?: number | null;
        };
        /** @description A project export, with a link to its file once it is ready. */
        ExportWithLink: components["schemas"]["Export"] & {
            /**
             * Format: date-time
             * @description When the link expires. Get the export again for a new link.
             */
            expires_at?: string | null;
            /** @description A link to the file, once it is ready. Anyone with the link can read the file, so keep it secret. */
            url?: string | null;
        };
        /** @description The reason why an item or an export failed. */
        Failure: {
            /** @description A stable code for programs. */
            code: string;
            /** @description A message for people, with what they can do about the failure. */
            message: string;
        };
        /** @description An invalid field of a request. */
        FieldError: {
            /** @description The kind of error: `required`, `unknown`, `type` or `invalid`. */
            code: string;
            /** @description The path of the field, such as `name` or `items[3].size_bytes`. */
            field: string;
            /** @description A message for people, which completes a sentence that begins with the field's name. */
            message: string;
        };
        /** @description A new passkey for a ceremony started with `POST /auth/passkeys/register/start`. */
        FinishPasskeyRegistration: {
            /** @description Id of the ceremony that this request finishes. */
            ceremony_id: components["schemas"]["CeremonyId"];
            /** @description The result of `navigator.credentials.create`, serialized with `toJSON()`. */
            credential: Record<string, unknown>;
            name?: components["schemas"]["Name"] | null;
        };
        /** @description A request for a password reset link. */
        ForgotPassword: {
            email: components["schemas"]["EmailAddress"];
        };
        /** @description A fragment of a text that matches a search. */
        Fragment: {
            /** @description True if this fragment matches the search, false for the text around a match. */
            highlighted: boolean;
            text: string;
        };
        /**
         * @description A user's role on the whole platform.
         * @enum {string}
         */
        GlobalRole: "super_admin" | "user";
        /** @description A status change of an item. */
        HistoryEntry: {
            actor_id?: components["schemas"]["UserId"] | null;
            actor_name?: string | null;
            /** Format: date-time */
            at: string;
            /** @description The code of the failure; null unless processing failed. */
            failure_code?: string | null;
            feedback?: string | null;
            from?: components["schemas"]["ItemStatus"] | null;
            /** @description The text after the decision, if the decision changed it. */
            text_after?: string | null;
            /** @description The text before the decision, if the decision changed it. */
            text_before?: string | null;
            to: components["schemas"]["ItemStatus"];
            /**
             * Format: int32
             * @description The version of the item after the change.
             */
            version: number;
        };
        /** @description An invitation to a project, as shown to its admins. */
        Invitation: {
            /** Format: date-time */
            accepted_at?: string | null;
            /** Format: date-time */
            created_at: string;
            email: string;
            /** Format: date-time */
            expires_at: string;
            id: components["schemas"]["InvitationId"];
            invited_by_id: components["schemas"]["UserId"];
            project_id: components["schemas"]["ProjectId"];
            role: components["schemas"]["ProjectRole"];
            status: components["schemas"]["InvitationStatus"];
        };
        /**
         * Format: uuid
         * @description The id of an invitation to a project and its mailed link.
         */
        InvitationId: string;
        /** @description The project and role that an invitation offers. */
        InvitationPreview: {
            /** @description The only address that can accept the invitation. */
            email: string;
            /** Format: date-time */
            expires_at: string;
            /** @description Display name of the admin who sent the invitation, or their email address if they have no name. */
            invited_by?: string | null;
            project_name: string;
            role: components["schemas"]["ProjectRole"];
        };
        /**
         * @description The state of an invitation.
         * @enum {string}
         */
        InvitationStatus: "open" | "accepted" | "revoked" | "expired";
        /** @description The fields that all kinds of items share. */
        Item: {
            /**
             * Format: float
             * @description The engine's confidence, from 0 to 1.
             */
            confidence?: number | null;
            content_type: string;
            /** Format: date-time */
            created_at: string;
            duplicate_of?: components["schemas"]["ItemId"] | null;
            failure?: components["schemas"]["Failure"] | null;
            feedback?: string | null;
            id: components["schemas"]["ItemId"];
            /** @description The main language, as a BCP 47 tag. */
            language?: string | null;
            original_filename: string;
            /**
             * Format: date-time
             * @description When processing ended.
             */
            processed_at?: string | null;
            progress?: components["schemas"]["Progress"] | null;
            project_id: components["schemas"]["ProjectId"];
            /** Format: date-time */
            reviewed_at?: string | null;
            reviewed_by_id?: components["schemas"]["UserId"] | null;
            /** Format: int64 */
            size_bytes: number;
            status: components["schemas"]["ItemStatus"];
            /**
             * Format: date-time
             * @description When the upload was complete.
             */
            submitted_at?: string | null;
            uploaded_by_id: components["schemas"]["UserId"];
            /**
             * Format: int32
             * @description Increases with every change. The `ETag` header is derived from it.
             */
            version: number;
        };
        /** @description A decision of a batch, with the id of the item. */
        ItemDecision: components["schemas"]["Decision"] & {
            item_id: components["schemas"]["ItemId"];
        };
        /**
         * Format: uuid
         * @description The id of an item: a document or a voice sample.
         */
        ItemId: string;
        /**
         * @description The kind of an item: a document or a voice sample.
         * @enum {string}
         */
        ItemKind: "document" | "voice";
        /**
         * @description The status of an item.
         * @enum {string}
         */
        ItemStatus: "draft" | "processing" | "pending_review" | "approved" | "rejected" | "failed" | "deleted";
        /** @description A transition of an item's status. */
        ItemTransition: {
            /** Format: date-time */
            at: string;
            /** @description The failure code, if the new status is `failed`. */
            failure_code?: string | null;
            from?: components["schemas"]["ItemStatus"] | null;
            item_id: components["schemas"]["ItemId"];
            kind: components["schemas"]["ItemKind"];
            project_id: components["schemas"]["ProjectId"];
            /** @description The new status. */
            to: components["schemas"]["ItemStatus"];
            /**
             * Format: int32
             * @description The item's version after the transition. Ignore the event if you already have a newer version.
             */
            version: number;
        };
        /** @description Extension members of a `last_admin` problem. */
        LastAdmin: {
            /** @description Projects that would be left without an admin. */
            projects: components["schemas"]["BlockingProject"][];
        };
        /** @description A problem with the code `last_admin`. */
        LastAdminProblem: components["schemas"]["Problem"] & components["schemas"]["LastAdmin"];
        /** @description The engines' mean confidence, from 0 to 1. Null if nothing was processed. */
        MeanConfidence: {
            /** Format: double */
            documents?: number | null;
            /** Format: double */
            voice?: number | null;
        };
        /** @description A member of a project. */
        Member: {
            display_name?: string | null;
            email: string;
            /** Format: date-time */
            joined_at: string;
            role: components["schemas"]["ProjectRole"];
            user_id: components["schemas"]["UserId"];
        };
        /** @description Membership of the caller in a project. */
        Membership: {
            /** Format: date-time */
            joined_at: string;
            project_id: components["schemas"]["ProjectId"];
            project_name: string;
            role: components["schemas"]["ProjectRole"];
        };
        /**
         * @description The name of a person, a project or a passkey: one line of 1 to 200 characters. Domains and URLs are refused, because
         *     names appear in mails, where programs turn them into links.
         */
        Name: string;
        /** @description Describes the next upload. Omitted fields keep their values, but a new type or size clears the checksum. */
        NextDocumentUpload: {
            content_type?: components["schemas"]["DocumentMediaType"] | null;
            /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
            crc32c?: string | null;
            /** @description The name of the file, without a path. */
            filename?: string | null;
            /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
            resumable?: boolean | null;
            /** @description The exact size of the file. Cloud Storage refuses an upload of another size. */
            size_bytes?: number | null;
        };
        /** @description Describes the next upload. Omitted fields keep their values, but a new type or size clears the checksum. */
        NextVoiceUpload: {
            content_type?: components["schemas"]["VoiceMediaType"] | null;
            /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
            crc32c?: string | null;
            /** @description The name of the file, without a path. */
            filename?: string | null;
            /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
            resumable?: boolean | null;
            /** @description The exact size of the file. Cloud Storage refuses an upload of another size. */
            size_bytes?: number | null;
        };
        /** @description The result for one item of a batch. */
        Outcome_DecidedItem: ({
            item: components["schemas"]["ReviewItem"];
        } & {
            /**
             * Format: int32
             * @description The HTTP status that a request for this item alone would return.
             */
            status: number;
        }) | {
            /** @description The problem that a request for this item alone would return. */
            problem: components["schemas"]["Problem"];
            /**
             * Format: int32
             * @description The HTTP status that a request for this item alone would return.
             */
            status: number;
        };
        /** @description The result for one item of a batch. */
        Outcome_DocumentUpload: ({
            document: components["schemas"]["Document"];
            upload: components["schemas"]["Upload"];
        } & {
            /**
             * Format: int32
             * @description The HTTP status that a request for this item alone would return.
             */
            status: number;
        }) | {
            /** @description The problem that a request for this item alone would return. */
            problem: components["schemas"]["Problem"];
            /**
             * Format: int32
             * @description The HTTP status that a request for this item alone would return.
             */
            status: number;
        };
        /** @description The result for one item of a batch. */
        Outcome_VoiceUpload: ({
            upload: components["schemas"]["Upload"];
            voice_sample: components["schemas"]["VoiceSample"];
        } & {
            /**
             * Format: int32
             * @description The HTTP status that a request for this item alone would return.
             */
            status: number;
        }) | {
            /** @description The problem that a request for this item alone would return. */
            problem: components["schemas"]["Problem"];
            /**
             * Format: int32
             * @description The HTTP status that a request for this item alone would return.
             */
            status: number;
        };
        /** @description A page of a list. */
        Page_AnyItem: {
            /** @description The entries of this page. */
            items: ((components["schemas"]["Document"] & {
                /** @enum {string} */
                kind: "document";
            }) | (components["schemas"]["VoiceSample"] & {
                /** @enum {string} */
                kind: "voice";
            }))[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_AuditLog: {
            /** @description The entries of this page. */
            items: {
                /** @description The action, in the form `resource.verb`. */
                action: string;
                actor_user_id?: components["schemas"]["UserId"] | null;
                /**
                 * Format: date-time
                 * @description The time of the action.
                 */
                created_at: string;
                /** @description Values that the actor wrote, such as a new name; null when there are none or they were erased. */
                details?: Record<string, unknown> | null;
                /** @description The row's id. Ids sort by time. */
                id: components["schemas"]["AuditId"];
                /** @description The client's IP address; null when unknown or erased. */
                ip_address?: string | null;
                /** @description Further facts about the action, without personal data. */
                metadata: Record<string, unknown>;
                project_id?: components["schemas"]["ProjectId"] | null;
                /**
                 * Format: uuid
                 * @description The id of the resource acted on.
                 */
                resource_id?: string | null;
                /** @description The type of the resource acted on. */
                resource_type: string;
                /** @description The outcome of the action. */
                status: components["schemas"]["AuditStatus"];
                /** @description The client's user agent; null when unknown or erased. */
                user_agent?: string | null;
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_DeadLetter: {
            /** @description The entries of this page. */
            items: {
                attributes: Record<string, unknown>;
                /** @description The error of the last delivery attempt, if known. */
                cause?: string | null;
                /** Format: date-time */
                created_at: string;
                /** @description The payload of the message, in base64. */
                data: string;
                /** Format: int32 */
                delivery_attempts?: number | null;
                id: components["schemas"]["DeadLetterId"];
                message_id: string;
                /** @description True if the message can be replayed. */
                replayable: boolean;
                /** @description The subscription that the message could not be delivered to. */
                subscription: string;
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_DocumentPage: {
            /** @description The entries of this page. */
            items: {
                /**
                 * Format: float
                 * @description The confidence of the engine, from 0 to 1.
                 */
                confidence: number;
                /** @description The main language, as a BCP 47 tag. */
                language?: string | null;
                /**
                 * @description The text blocks: `{"text", "confidence", "box": [left, top, width, height]}`. Boxes are in fractions of the
                 *     page size.
                 */
                layout: Record<string, unknown>[];
                /**
                 * Format: int32
                 * @description The number of the page, from 1.
                 */
                page_number: number;
                text: string;
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_Export: {
            /** @description The entries of this page. */
            items: {
                /**
                 * Format: date-time
                 * @description When the export became ready or failed.
                 */
                completed_at?: string | null;
                /** Format: date-time */
                created_at: string;
                failure?: components["schemas"]["Failure"] | null;
                /**
                 * @description The file format of a project export.
                 * @enum {string}
                 */
                format: "ndjson" | "csv";
                id: components["schemas"]["ExportId"];
                item_status?: components["schemas"]["ItemStatus"] | null;
                /**
                 * Format: date-time
                 * @description When the export and its file are deleted.
                 */
                kept_until: string;
                progress: components["schemas"]["ExportProgress"];
                project_id: components["schemas"]["ProjectId"];
                requested_by_id: components["schemas"]["UserId"];
                /**
                 * Format: int64
                 * @description The size of the file; null until the export is ready.
                 */
                size_bytes?: number | null;
                /**
                 * @description The status of an export.
                 * @enum {string}
                 */
                status: "processing" | "ready" | "failed";
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_HistoryEntry: {
            /** @description The entries of this page. */
            items: {
                actor_id?: components["schemas"]["UserId"] | null;
                actor_name?: string | null;
                /** Format: date-time */
                at: string;
                /** @description The code of the failure; null unless processing failed. */
                failure_code?: string | null;
                feedback?: string | null;
                from?: components["schemas"]["ItemStatus"] | null;
                /** @description The text after the decision, if the decision changed it. */
                text_after?: string | null;
                /** @description The text before the decision, if the decision changed it. */
                text_before?: string | null;
                to: components["schemas"]["ItemStatus"];
                /**
                 * Format: int32
                 * @description The version of the item after the change.
                 */
                version: number;
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_Invitation: {
            /** @description The entries of this page. */
            items: {
                /** Format: date-time */
                accepted_at?: string | null;
                /** Format: date-time */
                created_at: string;
                email: string;
                /** Format: date-time */
                expires_at: string;
                id: components["schemas"]["InvitationId"];
                invited_by_id: components["schemas"]["UserId"];
                project_id: components["schemas"]["ProjectId"];
                role: components["schemas"]["ProjectRole"];
                status: components["schemas"]["InvitationStatus"];
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_Listed_Document: {
            /** @description The entries of this page. */
            items: ((components["schemas"]["Item"] & {
                /** @description A label for grouping documents, chosen by the team. */
                domain?: string | null;
                /** Format: int32 */
                page_count?: number | null;
            }) & {
                /** @description An excerpt of the text with the matches. Present only in search results. */
                snippet?: components["schemas"]["Fragment"][] | null;
            })[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_Listed_VoiceSample: {
            /** @description The entries of this page. */
            items: ((components["schemas"]["Item"] & {
                /** Format: double */
                duration_seconds?: number | null;
                /** @description The requested language, as a BCP 47 tag; null if the language of the project applies. */
                requested_language?: string | null;
            }) & {
                /** @description An excerpt of the text with the matches. Present only in search results. */
                snippet?: components["schemas"]["Fragment"][] | null;
            })[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_Member: {
            /** @description The entries of this page. */
            items: {
                display_name?: string | null;
                email: string;
                /** Format: date-time */
                joined_at: string;
                role: components["schemas"]["ProjectRole"];
                user_id: components["schemas"]["UserId"];
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_Passkey: {
            /** @description The entries of this page. */
            items: {
                /**
                 * Format: date-time
                 * @description The time when the passkey was added.
                 */
                created_at: string;
                /** @description The passkey's id in this API, which differs from the WebAuthn credential id. */
                id: components["schemas"]["PasskeyId"];
                /**
                 * Format: date-time
                 * @description The time of the last authentication with the passkey; null if it was never used.
                 */
                last_used_at?: string | null;
                /** @description The name chosen by the owner. */
                name: string;
                /**
                 * Format: date-time
                 * @description The time when a password reset or change suspended the passkey; null if it can sign in. Confirm it with
                 *     `POST /users/me/passkeys/{passkey_id}/confirm`.
                 */
                suspended_at?: string | null;
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_Project: {
            /** @description The entries of this page. */
            items: {
                /** Format: date-time */
                created_at: string;
                created_by_id: components["schemas"]["UserId"];
                description?: string | null;
                id: components["schemas"]["ProjectId"];
                /** @description Default language of voice samples, as a BCP 47 tag. A sample can override it. */
                language?: string | null;
                name: string;
                role?: components["schemas"]["ProjectRole"] | null;
                /** Format: date-time */
                updated_at: string;
                /**
                 * Format: int32
                 * @description Increases with every change. Returned as `ETag`, to be sent as `If-Match`.
                 */
                version: number;
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_ReviewItem: {
            /** @description The entries of this page. */
            items: {
                claimed_by_id?: components["schemas"]["UserId"] | null;
                /**
                 * Format: date-time
                 * @description When the claim expires.
                 */
                claimed_until?: string | null;
                /**
                 * Format: float
                 * @description The engine's confidence, from 0 to 1.
                 */
                confidence?: number | null;
                content_type: string;
                /** Format: double */
                duration_seconds?: number | null;
                feedback?: string | null;
                id: components["schemas"]["ItemId"];
                kind: components["schemas"]["ItemKind"];
                /** @description The main language, as a BCP 47 tag. */
                language?: string | null;
                original_filename: string;
                /** Format: int32 */
                page_count?: number | null;
                /** Format: date-time */
                processed_at?: string | null;
                project_id: components["schemas"]["ProjectId"];
                /** Format: date-time */
                reviewed_at?: string | null;
                reviewed_by_id?: components["schemas"]["UserId"] | null;
                status: components["schemas"]["ItemStatus"];
                uploaded_by_id: components["schemas"]["UserId"];
                /**
                 * Format: int32
                 * @description Increases with every change. The `ETag` header is derived from it.
                 */
                version: number;
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_Session: {
            /** @description The entries of this page. */
            items: {
                /** Format: date-time */
                created_at: string;
                /** @description True for the session that sent this request. */
                current: boolean;
                id: components["schemas"]["SessionId"];
                /** @description IP address of the sign-in. */
                ip_address?: string | null;
                /**
                 * Format: date-time
                 * @description Time of the last token refresh, or of the sign-in.
                 */
                last_used_at: string;
                /** @description `User-Agent` header of the sign-in. */
                user_agent?: string | null;
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_User: {
            /** @description The entries of this page. */
            items: {
                /** Format: date-time */
                created_at: string;
                display_name?: string | null;
                email: string;
                global_role: components["schemas"]["GlobalRole"];
                id: components["schemas"]["UserId"];
                is_verified: boolean;
                status: components["schemas"]["UserStatus"];
                /**
                 * Format: int32
                 * @description Increases with every change. The `ETag` is derived from it.
                 */
                version: number;
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A page of a list. */
        Page_Word: {
            /** @description The entries of this page. */
            items: {
                /**
                 * Format: double
                 * @description The confidence of the engine, from 0 to 1; null if the engine reported none.
                 */
                confidence?: number | null;
                /**
                 * Format: double
                 * @description The end of the word, in seconds from the beginning.
                 */
                end?: number | null;
                /**
                 * Format: double
                 * @description The start of the word, in seconds from the beginning.
                 */
                start?: number | null;
                word: string;
            }[];
            /** @description The `cursor` for the next page. Null on the last page. */
            next_cursor?: string | null;
        };
        /** @description A passkey: a key pair on one of the user's authenticators, or synchronized between several. */
        Passkey: {
            /**
             * Format: date-time
             * @description The time when the passkey was added.
             */
            created_at: string;
            /** @description The passkey's id in this API, which differs from the WebAuthn credential id. */
            id: components["schemas"]["PasskeyId"];
            /**
             * Format: date-time
             * @description The time of the last authentication with the passkey; null if it was never used.
             */
            last_used_at?: string | null;
            /** @description The name chosen by the owner. */
            name: string;
            /**
             * Format: date-time
             * @description The time when a password reset or change suspended the passkey; null if it can sign in. Confirm it with
             *     `POST /users/me/passkeys/{passkey_id}/confirm`.
             */
            suspended_at?: string | null;
        };
        /**
         * Format: uuid
         * @description The platform's id of a passkey, which differs from the authenticator's credential id.
         */
        PasskeyId: string;
        /** @description The caller's current password. */
        Password: {
            /** Format: password */
            password: string;
        };
        /** @description The OAuth 2 password form (RFC 6749, 4.3.2). Unknown parameters are ignored, as the RFC requires (3.2). */
        PasswordForm: {
            /** Format: password */
            password: string;
            username: string;
        };
        /** @description Credentials for signing in with a password. */
        PasswordLogin: {
            /** Format: email */
            email: string;
            /** Format: password */
            password: string;
        };
        /** @description The body of an error response (RFC 9457). */
        Problem: {
            /** @description A stable, machine-readable code. */
            code: components["schemas"]["Code"];
            /** @description Details about this request, if there are any. */
            detail?: string | null;
            /** @description All invalid fields of the request. Only present for `invalid_fields`. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The id of the request, as in the `X-Request-Id` header and in the logs. */
            request_id?: string | null;
            /**
             * Format: int32
             * @description The HTTP status code of the response.
             */
            status: number;
            /** @description A short summary of the problem, the same for every problem with this code. */
            title: string;
            /** @description A URI reference that identifies the problem type and links to its documentation. */
            type: string;
        };
        /** @description The progress of processing. */
        Progress: {
            /** Format: int64 */
            done: number;
            /**
             * Format: int64
             * @description The amount of work, an estimate until the last part is stored.
             */
            total: number;
            /** @description The unit of `done` and `total`: `pages` or `percent`. */
            unit: string;
        };
        /** @description A project, with the role of the caller. */
        Project: {
            /** Format: date-time */
            created_at: string;
            created_by_id: components["schemas"]["UserId"];
            description?: string | null;
            id: components["schemas"]["ProjectId"];
            /** @description Default language of voice samples, as a BCP 47 tag. A sample can override it. */
            language?: string | null;
            name: string;
            role?: components["schemas"]["ProjectRole"] | null;
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: int32
             * @description Increases with every change. Returned as `ETag`, to be sent as `If-Match`.
             */
            version: number;
        };
        /**
         * Format: uuid
         * @description The id of a project.
         */
        ProjectId: string;
        /**
         * @description A member's role in a project.
         * @enum {string}
         */
        ProjectRole: "admin" | "contributor" | "reviewer";
        /** @description The fields of a project that an admin sets. Omitted fields are null. */
        ProjectValues: {
            /** @description Description of at most 2,000 characters. */
            description?: string | null;
            /** @description Default language of voice samples, as a BCP 47 tag. */
            language?: string | null;
            name: components["schemas"]["Name"];
        };
        /** @description A password or a passkey assertion. The fields of the body decide which one it is. */
        Proof_Password: {
            /** Format: password */
            password: string;
        } | components["schemas"]["Assertion"];
        /** @description A password or a passkey assertion. The fields of the body decide which one it is. */
        Proof_PasswordLogin: {
            /** Format: email */
            email: string;
            /** Format: password */
            password: string;
        } | components["schemas"]["Assertion"];
        /** @description A problem with the code `quota_exceeded`. */
        QuotaProblem: components["schemas"]["Problem"] & components["schemas"]["Exceeded"];
        /** @description End of the period in which the session counts as recent. */
        RecentUntil: {
            /** Format: date-time */
            recent_until: string;
        };
        /** @description A refresh token to exchange. */
        Refresh: {
            refresh_token: string;
        };
        /** @description The data of a new account. */
        Register: {
            display_name?: components["schemas"]["Name"] | null;
            email: components["schemas"]["EmailAddress"];
            /**
             * Format: password
             * @description 12 to 128 characters. Must differ from the email address and from common passwords.
             */
            password: string;
        };
        /** @description The result of a replay. */
        Replayed: {
            /** @description The outcome of the request: always `replayed`. */
            status: string;
        };
        /** @description A project export that has been accepted. */
        RequestedExport: {
            id: components["schemas"]["ExportId"];
            /**
             * @description The status of an export.
             * @enum {string}
             */
            status: "processing" | "ready" | "failed";
        };
        /** @description A request to resend the verification link. */
        ResendVerification: {
            email: components["schemas"]["EmailAddress"];
        };
        /** @description A new password and the token that permits setting it. */
        ResetPassword: {
            /**
             * Format: password
             * @description New password of 12 to 128 characters.
             */
            password: string;
            /** @description Token from the mailed link. */
            token: string;
        };
        /** @description The result of a password reset request, the same for every address. */
        ResetStatus: {
            /** @description Always `reset_sent`, even if the address has no account. */
            status: string;
        };
        /** @description A user and their number of review decisions. */
        Reviewer: {
            /** Format: int64 */
            approved: number;
            /** @description The display name. Null if the user has none or the account was deleted. */
            display_name?: string | null;
            /** Format: int64 */
            rejected: number;
            user_id: components["schemas"]["UserId"];
        };
        /** @description An item in the review queue. Get its text from `/documents/{id}` or `/voice/{id}`. */
        ReviewItem: {
            claimed_by_id?: components["schemas"]["UserId"] | null;
            /**
             * Format: date-time
             * @description When the claim expires.
             */
            claimed_until?: string | null;
            /**
             * Format: float
             * @description The engine's confidence, from 0 to 1.
             */
            confidence?: number | null;
            content_type: string;
            /** Format: double */
            duration_seconds?: number | null;
            feedback?: string | null;
            id: components["schemas"]["ItemId"];
            kind: components["schemas"]["ItemKind"];
            /** @description The main language, as a BCP 47 tag. */
            language?: string | null;
            original_filename: string;
            /** Format: int32 */
            page_count?: number | null;
            /** Format: date-time */
            processed_at?: string | null;
            project_id: components["schemas"]["ProjectId"];
            /** Format: date-time */
            reviewed_at?: string | null;
            reviewed_by_id?: components["schemas"]["UserId"] | null;
            status: components["schemas"]["ItemStatus"];
            uploaded_by_id: components["schemas"]["UserId"];
            /**
             * Format: int32
             * @description Increases with every change. The `ETag` header is derived from it.
             */
            version: number;
        };
        /** @description A session: one sign-in on one device. */
        Session: {
            /** Format: date-time */
            created_at: string;
            /** @description True for the session that sent this request. */
            current: boolean;
            id: components["schemas"]["SessionId"];
            /** @description IP address of the sign-in. */
            ip_address?: string | null;
            /**
             * Format: date-time
             * @description Time of the last token refresh, or of the sign-in.
             */
            last_used_at: string;
            /** @description `User-Agent` header of the sign-in. */
            user_agent?: string | null;
        };
        /**
         * Format: uuid
         * @description The id of a session, which is one sign-in on one device.
         */
        SessionId: string;
        /** @description The number of items in each status. */
        StatusCounts: {
            /** Format: int64 */
            approved: number;
            /** Format: int64 */
            draft: number;
            /** Format: int64 */
            failed: number;
            /** Format: int64 */
            pending_review: number;
            /** Format: int64 */
            processing: number;
            /** Format: int64 */
            rejected: number;
        };
        /** @description The current totals, and the activity within the timeframe. */
        Summary: {
            /** @description The users with the most uploads, in descending order. */
            contributors: components["schemas"]["Contributor"][];
            /** @description Every day of the timeframe, oldest first. */
            daily: components["schemas"]["Day"][];
            /**
             * @description The domains with the most documents now, in descending order. Documents without a domain have an entry with
             *     null.
             */
            domains: components["schemas"]["DomainCount"][];
            /**
             * Format: date-time
             * @description The start of the first day.
             */
            from: string;
            mean_confidence: components["schemas"]["MeanConfidence"];
            /**
             * Format: int64
             * @description The number of documents of all other domains.
             */
            other_domains: number;
            /**
             * Format: int64
             * @description The number of processed pages. Pages of a document that was processed twice count twice.
             */
            pages: number;
            project_id?: components["schemas"]["ProjectId"] | null;
            /** @description The users with the most decisions, in descending order. */
            reviewers: components["schemas"]["Reviewer"][];
            /** @description The time from the text, or from reopening the item, to the reviewer's decision. */
            time_to_decision: components["schemas"]["Durations"];
            /** @description The time from an upload to its text. */
            time_to_text: components["schemas"]["Durations"];
            timeframe: components["schemas"]["Timeframe"];
            /** @description The IANA name of the time zone in which days begin at midnight. */
            timezone: string;
            /**
             * Format: date-time
             * @description The time at which the figures were calculated: up to 30 seconds ago.
             */
            to: string;
            totals: components["schemas"]["Totals"];
            /**
             * Format: double
             * @description Minutes of transcribed speech.
             */
            voice_minutes: number;
        };
        /**
         * @description The period of a summary, in whole days including today.
         * @enum {string}
         */
        Timeframe: "7d" | "30d" | "90d" | "365d" | "all";
        /** @description The tokens of a session (RFC 6749, 5.1). */
        Tokens: {
            /** @description Bearer token for the `Authorization` header, valid for 15 minutes. */
            access_token: string;
            /**
             * Format: int64
             * @description Lifetime of the access token in seconds.
             */
            expires_in: number;
            /** @description Exchange it for the next tokens at `POST /auth/refresh`. Valid for one use. */
            refresh_token: string;
            /** @description The token type, always `bearer`. */
            token_type: string;
        };
        /** @description The current number of items by kind and status. */
        Totals: {
            documents: components["schemas"]["StatusCounts"];
            voice: components["schemas"]["StatusCounts"];
        };
        /** @description A merge patch (RFC 7396). Omitted fields stay unchanged, and `null` clears a field. */
        UpdateAccount: {
            display_name?: components["schemas"]["Name"] | null;
        };
        /** @description A merge patch (RFC 7396): an omitted field keeps its value, null clears it. */
        UpdateDocument: {
            /** @description A label for grouping documents, chosen by the team; null removes it. */
            domain?: string | null;
        };
        /** @description A merge patch (RFC 7396). Omitted fields stay unchanged. The role cannot be cleared. */
        UpdateMember: {
            role?: components["schemas"]["ProjectRole"] | null;
        };
        /** @description A merge patch (RFC 7396). Omitted fields stay unchanged. The name cannot be cleared. */
        UpdatePasskey: {
            name?: components["schemas"]["Name"] | null;
        };
        /** @description A merge patch of a user (RFC 7396). Omitted fields keep their value. No field accepts null. */
        UpdateUser: {
            global_role?: components["schemas"]["GlobalRole"] | null;
            /** @description `true` signs the user out everywhere and blocks sign-in, `false` restores the user. */
            suspended?: boolean | null;
        };
        /** @description A merge patch (RFC 7396): an omitted field keeps its value, null clears it. */
        UpdateVoiceSample: {
            /** @description The spoken language, as a BCP 47 tag, for the next transcription; null for the language of the project. */
            language?: string | null;
        };
        /** @description A signed URL to upload a file, with the method and headers to send. */
        Upload: {
            /**
             * Format: date-time
             * @description The time at which the URL expires.
             */
            expires_at: string;
            /** @description The headers to send with the request, unchanged. */
            headers: {
                [key: string]: string;
            };
            /** @description The HTTP method: `PUT`, or `POST` for a resumable session. */
            method: string;
            /** @description True if the URL starts a resumable session. */
            resumable: boolean;
            /**
             * @description The URL to send the file to. For a resumable session, send an empty POST and upload the file to the `Location`
             *     of the response. The URL authorizes the upload, so keep it secret.
             */
            url: string;
        };
        /** @description A user of the platform. */
        User: {
            /** Format: date-time */
            created_at: string;
            display_name?: string | null;
            email: string;
            global_role: components["schemas"]["GlobalRole"];
            id: components["schemas"]["UserId"];
            is_verified: boolean;
            status: components["schemas"]["UserStatus"];
            /**
             * Format: int32
             * @description Increases with every change. The `ETag` is derived from it.
             */
            version: number;
        };
        /** @description A user with their memberships. */
        UserDetail: components["schemas"]["User"] & {
            /**
             * Format: date-time
             * @description The last time that the user signed in or refreshed a session.
             */
            last_seen_at?: string | null;
            /** @description The user's memberships, newest first, at most 200. */
            memberships: components["schemas"]["UserMembership"][];
        };
        /**
         * Format: uuid
         * @description The id of a user.
         */
        UserId: string;
        /** @description A user's membership in a project. */
        UserMembership: {
            project_id: components["schemas"]["ProjectId"];
            project_name: string;
            role: components["schemas"]["ProjectRole"];
        };
        /**
         * @description The status of an account.
         * @enum {string}
         */
        UserStatus: "active" | "suspended";
        /**
         * @description The verdict of a reviewer.
         * @enum {string}
         */
        Verdict: "approved" | "rejected";
        /**
         * @description The states of an email verification.
         * @enum {string}
         */
        VerificationState: "verification_sent" | "verified";
        /** @description The state of an email verification. */
        VerificationStatus: {
            status: components["schemas"]["VerificationState"];
        };
        /**
         * @description An accepted media type of an upload.
         * @enum {string}
         */
        VoiceMediaType: "audio/wav" | "audio/x-wav" | "audio/flac" | "audio/mpeg" | "audio/mp4" | "audio/ogg" | "audio/webm";
        /** @description A voice sample with its metadata, without its text. */
        VoiceSample: components["schemas"]["Item"] & {
            /** Format: double */
            duration_seconds?: number | null;
            /** @description The requested language, as a BCP 47 tag; null if the language of the project applies. */
            requested_language?: string | null;
        };
        /** @description A voice sample with its text. */
        VoiceSampleWithText: components["schemas"]["VoiceSample"] & {
            /** @description The text as corrected by a reviewer; null if no reviewer corrected it. */
            corrected_text?: string | null;
            /** @description The transcribed text; null until processing has succeeded. */
            transcription_text?: string | null;
        };
        /** @description A voice sample and the signed request that uploads its file. */
        VoiceUpload: {
            upload: components["schemas"]["Upload"];
            voice_sample: components["schemas"]["VoiceSample"];
        };
        /** @description A word of a voice sample. */
        Word: {
            /**
             * Format: double
             * @description The confidence of the engine, from 0 to 1; null if the engine reported none.
             */
            confidence?: number | null;
            /**
             * Format: double
             * @description The end of the word, in seconds from the beginning.
             */
            end?: number | null;
            /**
             * Format: double
             * @description The start of the word, in seconds from the beginning.
             */
            start?: number | null;
            word: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_jwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JWK set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit_logs: {
        parameters: {
            query?: {
                /** @description The name of the action, such as `user.login`. */
                action?: string;
                /** @description The id of the user who performed the action. */
                actor?: components["schemas"]["UserId"];
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The start of the period (inclusive). */
                from?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
                /** @description The id of the project. */
                project_id?: components["schemas"]["ProjectId"];
                /** @description The id of the affected resource. */
                resource_id?: string;
                /** @description The type of the affected resource, such as `user`. */
                resource_type?: string;
                /** @description The end of the period (exclusive). */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditLog"];
                    "application/x-ndjson": components["schemas"]["AuditLog"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_dead_letters: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DeadLetter"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_dead_letters: {
        parameters: {
            query?: {
                /** @description Text that the cause contains, ignoring case. */
                cause?: string;
                /** @description The start of the period (inclusive). */
                from?: string;
                /** @description The subscription, such as `email-email-requested`. */
                subscription?: string;
                /** @description The end of the period (exclusive). */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLettersDone"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                dead_letter_id: components["schemas"]["DeadLetterId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                dead_letter_id: components["schemas"]["DeadLetterId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_dead_letters: {
        parameters: {
            query?: {
                /** @description Text that the cause contains, ignoring case. */
                cause?: string;
                /** @description The start of the period (inclusive). */
                from?: string;
                /** @description The subscription, such as `email-email-requested`. */
                subscription?: string;
                /** @description The end of the period (exclusive). */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLettersDone"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
                /** @description Text that the mail address or the display name contains, ignoring case. */
                q?: string;
                role?: components["schemas"]["GlobalRole"];
                status?: components["schemas"]["UserStatus"];
                /** @description Filters by whether the user's mail address is verified. */
                verified?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_User"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserDetail"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change. */
                "If-Match"?: string | null;
            };
            path: {
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateUser"];
                "application/merge-patch+json": components["schemas"]["UpdateUser"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["LastAdminProblem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_summary: {
        parameters: {
            query?: {
                /**
                 * @description The project. Without it, the summary covers all projects that you administer, or the whole platform for a super
                 *     admin.
                 */
                project_id?: components["schemas"]["ProjectId"];
                /** @description The period, in whole days including today. */
                timeframe?: "7d" | "30d" | "90d" | "365d" | "all";
                /** @description The IANA name of the time zone in which days begin at midnight, such as `Europe/Berlin`. */
                timezone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Summary"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proof_PasswordLogin"];
                "application/x-www-form-urlencoded": components["schemas"]["PasswordForm"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_passkey_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CeremonyStarted"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finish_passkey_registration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FinishPasskeyRegistration"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    start_passkey_registration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CeremonyStarted"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forgot_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForgotPassword"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetStatus"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetPassword"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reauthenticate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proof_Password"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecentUntil"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Register"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationStatus"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verify_email: {
        parameters: {
            query: {
                /** @description Token from the mailed link. */
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationStatus"];
                };
            };
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resend_verification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResendVerification"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationStatus"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_documents: {
        parameters: {
            query: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description Lists only documents with this label. */
                domain?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
                /** @description The project whose items are listed. */
                project_id: components["schemas"]["ProjectId"];
                /** @description Searches file names and texts, best matches first. Supports `"a phrase"`, `or` and `-excluded`. */
                q?: string;
                /** @description Lists only items with this status. */
                status?: "draft" | "processing" | "pending_review" | "approved" | "rejected" | "failed" | "deleted";
                /** @description Lists only the caller's own uploads. */
                uploaded_by?: "me";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Listed_Document"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_document: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key creates the resource only once. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateDocument"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentUpload"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentWithText"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_document: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change. */
                "If-Match"?: string | null;
            };
            path: {
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_document: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change. */
                "If-Match"?: string | null;
            };
            path: {
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateDocument"];
                "application/merge-patch+json": components["schemas"]["UpdateDocument"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Document"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    download_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Download"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_pages: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
            };
            header?: never;
            path: {
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DocumentPage"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reprocess_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Document"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renew_upload_url: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NextDocumentUpload"] | null;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentUpload"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_documents: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key creates the resource only once. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBatch_CreateDocument"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch_DocumentUpload"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_events: {
        parameters: {
            query: {
                /** @description The id of the last received event. The stream resumes after it. The header `Last-Event-ID` takes precedence. */
                last_event_id?: string;
                /** @description The project whose events are streamed. */
                project_id: components["schemas"]["ProjectId"];
                /** @description A ticket from `POST /events/tickets`, instead of a bearer token. */
                ticket?: string;
            };
            header?: {
                /** @description The id of the last received event. */
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["ItemTransition"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_event_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEventTicket"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventTicket"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_exports: {
        parameters: {
            query: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
                /** @description The project whose exports are listed. */
                project_id: components["schemas"]["ProjectId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Export"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_export: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key creates the resource only once. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateExport"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestedExport"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_export: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                export_id: components["schemas"]["ExportId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportWithLink"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationPreview"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeat with the same key does not join twice. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Membership"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_items: {
        parameters: {
            query: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
                /** @description The project whose items are listed. */
                project_id: components["schemas"]["ProjectId"];
                /** @description Lists only items with this status. */
                status?: "draft" | "processing" | "pending_review" | "approved" | "rejected" | "failed" | "deleted";
                /** @description Lists only the caller's own uploads. */
                uploaded_by?: "me";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AnyItem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_projects: {
        parameters: {
            query?: {
                /** @description List all projects on the platform. Only for super admins. */
                all?: boolean;
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
                /** @description Part of the project name, case-insensitive. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Project"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_project: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key creates the resource only once. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectValues"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_project: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_project: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change. */
                "If-Match"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectValues"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_project: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of the version to delete. */
                "If-Match"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_project_audit_logs: {
        parameters: {
            query?: {
                /** @description Action, for example `member.removed`. */
                action?: string;
                /** @description User who performed the action. */
                actor?: components["schemas"]["UserId"];
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description Start of the period (inclusive). */
                from?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
                /** @description Id of the affected resource. */
                resource_id?: string;
                /** @description Type of the affected resource, for example `invitation`. */
                resource_type?: string;
                /** @description End of the period (exclusive). */
                to?: string;
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditLog"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_invitations: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Invitation"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invitation_id: components["schemas"]["InvitationId"];
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resend_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invitation_id: components["schemas"]["InvitationId"];
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_invitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key creates the resource only once. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateInvitation"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_members: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Member"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["LastAdminProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateMember"];
                "application/merge-patch+json": components["schemas"]["UpdateMember"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["LastAdminProblem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_queue: {
        parameters: {
            query: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description Selects only documents or only voice samples. */
                kind?: "document" | "voice";
                /** @description The maximum number of entries on the page. */
                limit?: number;
                /** @description The order of the queue: oldest first, or lowest confidence first. */
                order?: "oldest" | "confidence";
                /** @description The project whose queue is used. */
                project_id: components["schemas"]["ProjectId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ReviewItem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide_item: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change. */
                "If-Match"?: string | null;
            };
            path: {
                item_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Decision"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewItem"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    claim_item: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                item_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewItem"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    release_item: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                item_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_history: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
            };
            header?: never;
            path: {
                item_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_HistoryEntry"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reopen_item: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change. */
                "If-Match"?: string | null;
            };
            path: {
                item_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewItem"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide_items: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecideItems"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch_DecidedItem"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    claim_next: {
        parameters: {
            query: {
                /** @description Selects only documents or only voice samples. */
                kind?: "document" | "voice";
                /** @description The order of the queue: oldest first, or lowest confidence first. */
                order?: "oldest" | "confidence";
                /** @description The project whose queue is used. */
                project_id: components["schemas"]["ProjectId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewItem"];
                };
            };
            /** @description No item is available. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_account: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of the version to delete. */
                "If-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["LastAdminProblem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_account: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change. */
                "If-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateAccount"];
                "application/merge-patch+json": components["schemas"]["UpdateAccount"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_account: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountExport"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_passkeys: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Passkey"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey_id: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey_id: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdatePasskey"];
                "application/merge-patch+json": components["schemas"]["UpdatePasskey"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirm_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey_id: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description Seconds to wait before the next request. */
                    "retry-after"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Session"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_other_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_voice_samples: {
        parameters: {
            query: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
                /** @description The project whose items are listed. */
                project_id: components["schemas"]["ProjectId"];
                /** @description Searches file names and texts, best matches first. Supports `"a phrase"`, `or` and `-excluded`. */
                q?: string;
                /** @description Lists only items with this status. */
                status?: "draft" | "processing" | "pending_review" | "approved" | "rejected" | "failed" | "deleted";
                /** @description Lists only the caller's own uploads. */
                uploaded_by?: "me";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Listed_VoiceSample"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_voice_sample: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key creates the resource only once. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateVoiceSample"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VoiceUpload"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_voice_sample: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VoiceSampleWithText"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_voice_sample: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change. */
                "If-Match"?: string | null;
            };
            path: {
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_voice_sample: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the version to change. */
                "If-Match"?: string | null;
            };
            path: {
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateVoiceSample"];
                "application/merge-patch+json": components["schemas"]["UpdateVoiceSample"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VoiceSample"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Precondition Failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    download_voice_sample: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Download"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reprocess_voice_sample: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VoiceSample"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renew_voice_upload_url: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NextVoiceUpload"] | null;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VoiceUpload"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_words: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the previous page, valid with the same path and filters. Omit it for the first page. */
                cursor?: string;
                /** @description The maximum number of entries on the page. */
                limit?: number;
            };
            header?: never;
            path: {
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Word"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_voice_samples: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated request with the same key creates the resource only once. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBatch_CreateVoiceSample"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch_VoiceUpload"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Payload Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["QuotaProblem"];
                };
            };
            /** @description Any other problem, identified by its `code`. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
