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
         * @description Newest first. With `Accept: application/x-ndjson`, returns all matching entries as newline-delimited JSON and
         *     ignores `limit`.
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
         * @description New activity may take 30 seconds to appear. Durations, contributors and reviewers are aggregated by UTC hour, so
         *     they can include the full hour in which the timeframe begins.
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
         * @description Stores the passkey and notifies the account owner by mail. A ceremony can be used once. If this request fails, start
         *     a new registration.
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
         *     send the result to `POST /auth/passkeys/register/finish` within five minutes. The passkey must be discoverable, and
         *     user verification is required.
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
         *     confirms them, and invalidates all other password reset links.
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
         * @description Send the password or a passkey assertion. Required if the sign-in is more than ten minutes old, before adding,
         *     confirming or deleting a passkey, deleting the account, or changing the password without the current one.
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
         * @description Mails a link that verifies the address. If the address already has a verified account, the response is the same, and
         *     its owner gets a mail about the attempt. Where only invited addresses may register, other addresses get the same
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
         * @description Each registration mails its own link. The link that is opened sets the password and name from its registration and
         *     ends sessions that used another password. Opening a link twice is allowed, since mail scanners open links too.
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
         * @description Mails the newest link again. The link, also in the earlier mail, is then valid for 24 hours. The response does not
         *     reveal whether the address has an unverified account.
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
        /**
         * Create a document and return a signed upload URL
         * @description The document is a draft until its file arrives. Send the file to `upload.url` with `upload.method` and `upload.headers`,
         *     before `upload.expires_at`. Processing starts automatically.
         */
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
        /**
         * Get a document with its text
         * @description The response has the text of all pages, and the text as corrected by a reviewer.
         */
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
        /**
         * Update a document
         * @description Only the label can be changed. Only the uploader and admins may change it.
         */
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
         * @description The link expires. The file is served as an attachment whose name has the extension of its media type. A file whose
         *     type is not accepted cannot be downloaded.
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
        /**
         * Reprocess a failed document
         * @description The uploaded file is processed again. Only for project admins.
         */
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
        /**
         * Create up to 100 documents, with a result for each
         * @description Items are created independently of each other. Results are in request order.
         */
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
         * @description Sends item transitions as server-sent events. The schema describes one event, whose `data` is sent as JSON. The id of
         *     an event is the position to resume from. Comments are heartbeats. An `end` event means that you lost access: do not
         *     reconnect. If the stream ends without an `end` event, reconnect with the last id, as `EventSource` does
         *     automatically.
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
         * List project exports
         * @description The newest exports come first.
         */
        get: operations["list_exports"];
        put?: never;
        /**
         * Create a project export
         * @description The export contains the items created before this request, documents first, in the order of their creation. The file
         *     is written in the background. Each item has the text that it has when it is written. The caller gets a mail when the
         *     export is ready.
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
         * Get a project export
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
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the platform and its dependencies
         * @description The status is `degraded` if an optional dependency is unavailable. A report is at most one second old.
         */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the process
         * @description The status is 200 while the process runs. Its dependencies are not checked.
         */
        get: operations["get_liveness"];
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
        /**
         * Get a project
         * @description The response has the role of the caller in the project.
         */
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
        /**
         * List items awaiting review, excluding those claimed by others
         * @description With `order=oldest`, the oldest items come first. With `order=confidence`, those with the lowest confidence do.
         */
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
        /**
         * Approve or reject an item
         * @description An item can be decided once, unless it is reopened. The uploader of a rejected item gets a mail with the feedback.
         *     You can decide on your own upload only if no other member can.
         */
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
         * @description The latest change comes first. Each entry has the user, the time, and the text before and after.
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
        /**
         * Decide on up to 100 items, with a result for each
         * @description Items are decided independently of each other. Results are in request order.
         */
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
        /**
         * Rename one of your passkeys
         * @description The name is shown to you only.
         */
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
        /**
         * Create a voice sample and return a signed upload URL
         * @description The voice sample is a draft until its file arrives. Send the file to `upload.url` with `upload.method` and
         *     `upload.headers`, before `upload.expires_at`. Processing starts automatically.
         */
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
        /**
         * Get a voice sample with its text
         * @description The response has the transcribed text, and the text as corrected by a reviewer.
         */
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
        /**
         * Update a voice sample
         * @description Only the requested language can be changed. It applies to the next transcription.
         */
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
         * @description The link expires. The file is served as an attachment whose name has the extension of its media type. A file whose
         *     type is not accepted cannot be downloaded.
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
        /**
         * Reprocess a failed voice sample
         * @description The uploaded file is transcribed again. Only for project admins.
         */
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
         * @description Each word has its start and end times, its confidence, and its channel if the channels of the recording were
         *     recognized separately.
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
        /**
         * Create up to 100 voice samples, with a result for each
         * @description Items are created independently of each other. Results are in request order.
         */
        post: operations["create_voice_samples"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/voice/languages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the languages that can be transcribed
         * @description A request may name a language by any BCP 47 tag. The closest language of this list is used: `en` becomes `en-US`,
         *     `en-KE` becomes `en-GB`, `nb-NO` becomes `no-NO`, and `he-IL` becomes `iw-IL`.
         */
        get: operations["list_languages"];
        put?: never;
        post?: never;
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
            display_name: string | null;
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
        /** @description An item of any kind, distinguished by `kind`. */
        AnyItem: components["schemas"]["Document"] | components["schemas"]["VoiceSample"];
        /** @description A page of a list. */
        AnyItemList: {
            /** @description The entries of this page. */
            items: components["schemas"]["AnyItem"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /** @description A passkey assertion for a ceremony started with `POST /auth/passkeys/login/start`. */
        Assertion: {
            /** @description Id of the ceremony that this request finishes. */
            ceremony_id: components["schemas"]["CeremonyId"];
            credential: components["schemas"]["AuthenticationResponseJSON"];
        };
        /**
         * @description The attestation that the server asks for.
         * @enum {string}
         */
        AttestationConveyancePreference: "none" | "indirect" | "direct";
        /**
         * @description An audited action, named `resource.verb`.
         * @enum {string}
         */
        AuditAction: "user.registered" | "user.verified" | "user.login" | "user.logout" | "user.refresh_reused" | "user.reauthenticated" | "user.password_reset_requested" | "user.password_reset" | "user.updated" | "user.deleted" | "user.password_changed" | "user.session_revoked" | "user.sessions_revoked" | "user.exported" | "user.passkey_added" | "user.passkey_renamed" | "user.passkey_confirmed" | "user.passkey_removed" | "user.role_changed" | "user.suspended" | "user.restored" | "user.erased" | "project.created" | "project.updated" | "project.deleted" | "member.role_changed" | "member.removed" | "member.left" | "invitation.created" | "invitation.resent" | "invitation.revoked" | "invitation.accepted" | "access.denied" | "dead_letter.replayed" | "dead_letter.deleted" | "audit_log.exported" | "document.created" | "document.processed" | "document.failed" | "document.updated" | "document.deleted" | "document.reprocessed" | "document.downloaded" | "document.approved" | "document.rejected" | "document.reopened" | "voice.approved" | "voice.rejected" | "voice.reopened" | "voice.created" | "voice.processed" | "voice.failed" | "voice.updated" | "voice.deleted" | "voice.reprocessed" | "voice.downloaded" | "export.requested" | "export.completed" | "export.failed" | "export.downloaded";
        /**
         * Format: uuid
         * @description The id of an audit row.
         */
        AuditId: string;
        /** @description A row of the audit log. */
        AuditLog: {
            /** @description The action, in the form `resource.verb`. */
            action: components["schemas"]["AuditAction"];
            actor_user_id: components["schemas"]["UserId"] | null;
            /**
             * Format: date-time
             * @description The time of the action.
             */
            created_at: string;
            /** @description Values that the actor wrote, such as a new name; null when there are none or they were erased. */
            details: Record<string, unknown> | null;
            /** @description The row's id. Ids sort by time. */
            id: components["schemas"]["AuditId"];
            /** @description The client's IP address; null when unknown or erased. */
            ip_address: string | null;
            /** @description Further facts about the action, without personal data. */
            metadata: Record<string, unknown>;
            project_id: components["schemas"]["ProjectId"] | null;
            /**
             * Format: uuid
             * @description The id of the resource acted on.
             */
            resource_id: string | null;
            /** @description The type of the resource acted on. */
            resource_type: string;
            /** @description The outcome of the action. */
            status: components["schemas"]["AuditStatus"];
            /** @description The client's user agent; null when unknown or erased. */
            user_agent: string | null;
        };
        /** @description A page of a list. */
        AuditLogList: {
            /** @description The entries of this page. */
            items: components["schemas"]["AuditLog"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /**
         * @description The outcome of an audited action.
         * @enum {string}
         */
        AuditStatus: "success" | "failure" | "denied";
        /** @description The result of `navigator.credentials.get`, serialized with `toJSON()`. */
        AuthenticationResponseJSON: {
            authenticatorAttachment?: components["schemas"]["AuthenticatorAttachment"];
            clientExtensionResults?: Record<string, unknown>;
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            id: string;
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            rawId: string;
            response: components["schemas"]["AuthenticatorAssertionResponseJSON"];
            type: components["schemas"]["PublicKeyCredentialType"];
        };
        /** @description The answer of an authenticator that signed a challenge. */
        AuthenticatorAssertionResponseJSON: {
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            authenticatorData: string;
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            clientDataJSON: string;
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            signature: string;
            userHandle?: string | null;
        };
        /**
         * @description The kind of authenticator.
         * @enum {string}
         */
        AuthenticatorAttachment: "platform" | "cross-platform";
        /** @description The answer of an authenticator that created a passkey. */
        AuthenticatorAttestationResponseJSON: {
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            attestationObject: string;
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            clientDataJSON: string;
            transports?: string[] | null;
        };
        /** @description The authenticators that may be used. */
        AuthenticatorSelectionCriteria: {
            authenticatorAttachment?: components["schemas"]["AuthenticatorAttachment"];
            requireResidentKey: boolean;
            residentKey: components["schemas"]["ResidentKeyRequirement"];
            userVerification: components["schemas"]["UserVerificationRequirement"];
        };
        /**
         * @description The way to reach an authenticator.
         * @enum {string}
         */
        AuthenticatorTransport: "usb" | "nfc" | "ble" | "internal" | "hybrid" | "smart-card";
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
        /** @description The new password, and the current password as proof. */
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
            display_name: string | null;
            /** Format: int64 */
            uploaded: number;
            user_id: components["schemas"]["UserId"];
        };
        /** @description The description of a document to be uploaded. */
        CreateDocument: {
            content_type: components["schemas"]["DocumentContentType"];
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
            /** @description The exact size of the file. Cloud Storage refuses an upload of another size. */
            size_bytes: components["schemas"]["DocumentSize"];
        };
        /** @description Up to 100 items of one kind and project. */
        CreateDocumentBatch: {
            /** @description The items, with the fields of a request for a single item. Items are created independently of each other. */
            items: {
                content_type: components["schemas"]["DocumentContentType"];
                /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
                crc32c?: string | null;
                /** @description A label for grouping documents, chosen by the team. */
                domain?: string | null;
                /** @description The name of the file, without a path. */
                filename: string;
                /** @description The project that the item belongs to. */
                project_id?: components["schemas"]["ProjectId"];
                /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
                resumable?: boolean;
                /** @description The exact size of the file. Cloud Storage refuses an upload of another size. */
                size_bytes: components["schemas"]["DocumentSize"];
            }[];
            /** @description The project of all items. Items may omit `project_id`. An item that names another project is refused. */
            project_id: components["schemas"]["ProjectId"];
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
            status?: components["schemas"]["StatusFilter"] | null;
        };
        /** @description The address to invite and its role. */
        CreateInvitation: {
            email: components["schemas"]["EmailAddress"];
            role: components["schemas"]["ProjectRole"];
        };
        /** @description The description of a voice sample to be uploaded. */
        CreateVoiceSample: {
            content_type: components["schemas"]["VoiceContentType"];
            /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
            crc32c?: string | null;
            /** @description The name of the file, without a path. */
            filename: string;
            /**
             * @description The spoken language, as a BCP 47 tag. The closest language of `GET /voice/languages` is used. Defaults to the
             *     language of the project.
             */
            language?: string | null;
            /** @description The project that the item belongs to. */
            project_id: components["schemas"]["ProjectId"];
            /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
            resumable?: boolean;
            /** @description The exact size of the file. Cloud Storage refuses an upload of another size. */
            size_bytes: components["schemas"]["VoiceSize"];
        };
        /** @description Up to 100 items of one kind and project. */
        CreateVoiceSampleBatch: {
            /** @description The items, with the fields of a request for a single item. Items are created independently of each other. */
            items: {
                content_type: components["schemas"]["VoiceContentType"];
                /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
                crc32c?: string | null;
                /** @description The name of the file, without a path. */
                filename: string;
                /**
                 * @description The spoken language, as a BCP 47 tag. The closest language of `GET /voice/languages` is used. Defaults to the
                 *     language of the project.
                 */
                language?: string | null;
                /** @description The project that the item belongs to. */
                project_id?: components["schemas"]["ProjectId"];
                /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
                resumable?: boolean;
                /** @description The exact size of the file. Cloud Storage refuses an upload of another size. */
                size_bytes: components["schemas"]["VoiceSize"];
            }[];
            /** @description The project of all items. Items may omit `project_id`. An item that names another project is refused. */
            project_id: components["schemas"]["ProjectId"];
        };
        /**
         * @description The protection of a passkey by its authenticator.
         * @enum {string}
         */
        CredentialProtectionPolicy: "userVerificationOptional" | "userVerificationOptionalWithCredentialIDList" | "userVerificationRequired";
        /** @description The activity of a day. An item that was uploaded on one day and approved on the next counts on both days. */
        Day: {
            /**
             * Format: int64
             * @description The number of approvals. Items of a project without reviewers are approved automatically.
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
         * @description A Pub/Sub message that could not be delivered within the maximum number of attempts. A later message about the same
         *     work replaces an earlier message.
         */
        DeadLetter: {
            attributes: Record<string, unknown>;
            /** @description The error of the last delivery attempt, if known. */
            cause: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description The payload of the message, in base64. */
            data: string;
            /** Format: int32 */
            delivery_attempts: number | null;
            id: components["schemas"]["DeadLetterId"];
            message_id: string;
            /** @description True if the message can be replayed. */
            replayable: boolean;
            /** @description The subscription to which the message could not be delivered. */
            subscription: string;
        };
        /**
         * Format: uuid
         * @description The id of a dead letter: a message that could not be delivered.
         */
        DeadLetterId: string;
        /** @description A page of a list. */
        DeadLetterList: {
            /** @description The entries of this page. */
            items: components["schemas"]["DeadLetter"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /** @description The result of replaying or deleting the dead letters that match a filter. */
        DeadLettersDone: {
            /** @description Number of dead letters that this call replayed or deleted. */
            done: number;
            /**
             * Format: int64
             * @description Number of matching dead letters that are left. Repeat the call until it is 0.
             */
            remaining: number;
        };
        /** @description The results of a batch, in the order of the request. */
        DecidedItemBatch: {
            items: components["schemas"]["DecidedItemOutcome"][];
        };
        /** @description The result for one item of a batch. */
        DecidedItemOutcome: {
            item: components["schemas"]["ReviewItem"];
            /**
             * @description The HTTP status that a request for this item alone would return.
             * @enum {integer}
             */
            status: 200 | 201;
        } | {
            /** @description The problem that a request for this item alone would return. */
            problem: components["schemas"]["Problem"];
            /**
             * @description The HTTP status that a request for this item alone would return.
             * @enum {integer}
             */
            status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 412 | 413 | 415 | 422 | 429 | 500 | 503;
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
        /** @description The health of one dependency. */
        DependencyHealth: {
            /**
             * Format: int64
             * @description The duration of the check, in milliseconds.
             */
            latency_ms: number;
            /** @example database */
            name: string;
            status: components["schemas"]["HealthStatus"];
        };
        /** @description A document with its metadata, without its text. */
        Document: {
            /**
             * Format: float
             * @description The mean of the engine's confidence in the pages or segments with text, from 0 to 1; null if there are none.
             */
            confidence: number | null;
            content_type: string;
            /** Format: date-time */
            created_at: string;
            /** @description A label for grouping documents, chosen by the team. */
            domain: string | null;
            duplicate_of: components["schemas"]["ItemId"] | null;
            failure: components["schemas"]["Failure"] | null;
            feedback: string | null;
            id: components["schemas"]["ItemId"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "document";
            /** @description The main language, as a BCP 47 tag. */
            language: string | null;
            original_filename: string;
            /** Format: int32 */
            page_count: number | null;
            /**
             * Format: date-time
             * @description When processing ended.
             */
            processed_at: string | null;
            progress: components["schemas"]["Progress"] | null;
            project_id: components["schemas"]["ProjectId"];
            /** Format: date-time */
            reviewed_at: string | null;
            reviewed_by_id: components["schemas"]["UserId"] | null;
            /** Format: int64 */
            size_bytes: number;
            status: components["schemas"]["ItemStatus"];
            /**
             * Format: date-time
             * @description When the upload was complete.
             */
            submitted_at: string | null;
            uploaded_by_id: components["schemas"]["UserId"];
            /**
             * Format: int32
             * @description Increases with every change. The `ETag` header is derived from it.
             */
            version: number;
        };
        /** @description The media type of an upload. Parameters and case are ignored, and other names that browsers send for the accepted types are normalized. */
        DocumentContentType: components["schemas"]["DocumentMediaType"] | string;
        /**
         * @description An accepted media type.
         * @enum {string}
         */
        DocumentMediaType: "application/pdf" | "image/png" | "image/jpeg" | "image/tiff" | "image/gif" | "image/bmp" | "image/webp";
        /** @description A page of a document. */
        DocumentPage: {
            /**
             * Format: float
             * @description The confidence of the engine, from 0 to 1; null if the page has no text.
             */
            confidence: number | null;
            /** @description The main language, as a BCP 47 tag. */
            language: string | null;
            /** @description The text blocks, in reading order. */
            layout: components["schemas"]["TextBlock"][];
            /**
             * Format: int32
             * @description The number of the page, from 1.
             */
            page_number: number;
            text: string;
        };
        /** @description A page of a list. */
        DocumentPageList: {
            /** @description The entries of this page. */
            items: components["schemas"]["DocumentPage"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /** Format: int64 */
        DocumentSize: number;
        /** @description A document and the signed request that uploads its file. */
        DocumentUpload: {
            document: components["schemas"]["Document"];
            upload: components["schemas"]["Upload"];
        };
        /** @description The results of a batch, in the order of the request. */
        DocumentUploadBatch: {
            items: components["schemas"]["DocumentUploadOutcome"][];
        };
        /** @description The result for one item of a batch. */
        DocumentUploadOutcome: {
            document: components["schemas"]["Document"];
            /**
             * @description The HTTP status that a request for this item alone would return.
             * @enum {integer}
             */
            status: 200 | 201;
            upload: components["schemas"]["Upload"];
        } | {
            /** @description The problem that a request for this item alone would return. */
            problem: components["schemas"]["Problem"];
            /**
             * @description The HTTP status that a request for this item alone would return.
             * @enum {integer}
             */
            status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 412 | 413 | 415 | 422 | 429 | 500 | 503;
        };
        /** @description A document with its text. */
        DocumentWithText: {
            /**
             * Format: float
             * @description The mean of the engine's confidence in the pages or segments with text, from 0 to 1; null if there are none.
             */
            confidence: number | null;
            content_type: string;
            /** @description The text as corrected by a reviewer; null if no reviewer corrected it. */
            corrected_text: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description A label for grouping documents, chosen by the team. */
            domain: string | null;
            duplicate_of: components["schemas"]["ItemId"] | null;
            failure: components["schemas"]["Failure"] | null;
            feedback: string | null;
            id: components["schemas"]["ItemId"];
            /** @enum {string} */
            kind: "document";
            /** @description The main language, as a BCP 47 tag. */
            language: string | null;
            /** @description The recognized text of all pages; null until processing has succeeded. */
            ocr_text: string | null;
            original_filename: string;
            /** Format: int32 */
            page_count: number | null;
            /**
             * Format: date-time
             * @description When processing ended.
             */
            processed_at: string | null;
            progress: components["schemas"]["Progress"] | null;
            project_id: components["schemas"]["ProjectId"];
            /** Format: date-time */
            reviewed_at: string | null;
            reviewed_by_id: components["schemas"]["UserId"] | null;
            /** Format: int64 */
            size_bytes: number;
            status: components["schemas"]["ItemStatus"];
            /**
             * Format: date-time
             * @description When the upload was complete.
             */
            submitted_at: string | null;
            uploaded_by_id: components["schemas"]["UserId"];
            /**
             * Format: int32
             * @description Increases with every change. The `ETag` header is derived from it.
             */
            version: number;
        };
        /** @description The number of documents of a domain. */
        DomainCount: {
            /** Format: int64 */
            documents: number;
            /** @description The domain. Null for documents without a domain. */
            domain: string | null;
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
            median_seconds: number | null;
            /**
             * Format: double
             * @description The 90th percentile. Null if there are no durations.
             */
            p90_seconds: number | null;
        };
        /**
         * Format: email
         * @description An email address, trimmed, in lower case, with its domain in ASCII.
         */
        EmailAddress: string;
        /** @description An `end` event: the reader lost access. */
        EndEvent: {
            data: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "end";
        };
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
        /** @description A project export: a file with the items of a project. */
        Export: {
            /**
             * Format: date-time
             * @description When the export became ready or failed.
             */
            completed_at: string | null;
            /** Format: date-time */
            created_at: string;
            failure: components["schemas"]["Failure"] | null;
            /**
             * @description The file format of a project export.
             * @enum {string}
             */
            format: "ndjson" | "csv";
            id: components["schemas"]["ExportId"];
            item_status: components["schemas"]["ItemStatus"] | null;
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
            size_bytes: number | null;
            /**
             * @description The status of an export.
             * @enum {string}
             */
            status: "processing" | "ready" | "failed";
        };
        /** @description An audit log entry in the account data export: an action of the user, or of someone else on the account. */
        ExportedAuditLog: {
            action: components["schemas"]["AuditAction"];
            /** Format: date-time */
            created_at: string;
            /** @description Values that the user wrote in a change. */
            details: Record<string, unknown> | null;
            id: components["schemas"]["AuditId"];
            /** @description IP address of the user. Null if someone else acted or the actor is unknown. */
            ip_address: string | null;
            metadata: Record<string, unknown>;
            project_id: components["schemas"]["ProjectId"] | null;
            /** Format: uuid */
            resource_id: string | null;
            resource_type: string;
            status: components["schemas"]["AuditStatus"];
            /** @description `User-Agent` header of the user. Null if someone else acted or the actor is unknown. */
            user_agent: string | null;
        };
        /** @description Feedback in the account data export: the user wrote it when deciding on an item. */
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
            accepted_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            id: components["schemas"]["InvitationId"];
            project_id: components["schemas"]["ProjectId"];
            project_name: string;
            /** Format: date-time */
            revoked_at: string | null;
            role: components["schemas"]["ProjectRole"];
        };
        /** @description An item in the account data export. Excludes text that other users wrote about it. */
        ExportedItem: {
            content_type: string;
            /** Format: date-time */
            created_at: string;
            id: components["schemas"]["ItemId"];
            kind: components["schemas"]["ItemKind"];
            language: string | null;
            original_filename: string;
            /** Format: date-time */
            processed_at: string | null;
            project_id: components["schemas"]["ProjectId"];
            /** Format: date-time */
            reviewed_at: string | null;
            /** Format: int64 */
            size_bytes: number;
            status: components["schemas"]["ItemStatus"];
            /** Format: date-time */
            submitted_at: string | null;
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
            completed_at: string | null;
            /** Format: date-time */
            created_at: string;
            format: components["schemas"]["ExportFormat"];
            id: components["schemas"]["ExportId"];
            item_status: components["schemas"]["ItemStatus"] | null;
            project_id: components["schemas"]["ProjectId"];
            /**
             * @description The status of an export.
             * @enum {string}
             */
            status: "processing" | "ready" | "failed";
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
            ip_address: string | null;
            /** Format: date-time */
            last_used_at: string;
            /** Format: date-time */
            revoked_at: string | null;
            user_agent: string | null;
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
        /** @description A page of a list. */
        ExportList: {
            /** @description The entries of this page. */
            items: components["schemas"]["Export"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /** @description The progress of a project export, in items. */
        ExportProgress: {
            /** Format: int64 */
            done: number;
            /**
             * Format: int64
             * @description The number of items to export: null until counted, and an estimate until the export is ready.
             */
            total: number | null;
        };
        /** @description A project export, with a link to its file once it is ready. */
        ExportWithLink: {
            /**
             * Format: date-time
             * @description When the export became ready or failed.
             */
            completed_at: string | null;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When the link expires. Get the export again for a new link.
             */
            expires_at?: string;
            failure: components["schemas"]["Failure"] | null;
            /**
             * @description The file format of a project export.
             * @enum {string}
             */
            format: "ndjson" | "csv";
            id: components["schemas"]["ExportId"];
            item_status: components["schemas"]["ItemStatus"] | null;
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
            size_bytes: number | null;
            /**
             * @description The status of an export.
             * @enum {string}
             */
            status: "processing" | "ready" | "failed";
            /** @description A link to the file, once it is ready. Anyone with the link can read the file, so keep it secret. */
            url?: string;
        };
        /** @description The reason why an item or an export failed. */
        Failure: {
            /** @description A stable code for programs. */
            code: components["schemas"]["FailureCode"];
            /** @description A message for people, with what they can do about the failure. */
            message: string;
        };
        /**
         * @description A stable code for programs. Later releases may add codes.
         * @enum {string}
         */
        FailureCode: "attempts_exhausted" | "content_type_mismatch" | "encrypted" | "file_missing" | "no_sound_track" | "no_speech" | "output_unusable" | "page_too_large" | "part_missing" | "pdf_portfolio" | "size_mismatch" | "too_long" | "too_many_pages" | "unreadable" | "unsupported_encoding" | "unsupported_language" | "xfa_form";
        /** @description An invalid field of a request. */
        FieldError: {
            /** @description The kind of error. */
            code: components["schemas"]["FieldErrorCode"];
            /** @description The path of the field, such as `name` or `items[3].size_bytes`. */
            field: string;
            /** @description A message for people, which completes a sentence that begins with the field's name. */
            message: string;
        };
        /**
         * @description The kind of an invalid field.
         * @enum {string}
         */
        FieldErrorCode: "required" | "unknown" | "type" | "invalid";
        /** @description A new passkey for a ceremony started with `POST /auth/passkeys/register/start`. */
        FinishPasskeyRegistration: {
            /** @description Id of the ceremony that this request finishes. */
            ceremony_id: components["schemas"]["CeremonyId"];
            credential: components["schemas"]["RegistrationResponseJSON"];
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
        /** @description The state of a function and of its dependencies. */
        HealthReport: {
            dependencies: components["schemas"]["DependencyHealth"][];
            status: components["schemas"]["HealthStatus"];
        };
        /**
         * @description The state of a function or of a dependency.
         * @enum {string}
         */
        HealthStatus: "ok" | "degraded" | "unavailable";
        /** @description A status change of an item. */
        HistoryEntry: {
            actor_id: components["schemas"]["UserId"] | null;
            actor_name: string | null;
            /** Format: date-time */
            at: string;
            failure_code: components["schemas"]["FailureCode"] | null;
            feedback: string | null;
            from: components["schemas"]["ItemStatus"] | null;
            /** @description The text after the decision, if the decision changed it. */
            text_after: string | null;
            /** @description The text before the decision, if the decision changed it. */
            text_before: string | null;
            to: components["schemas"]["ItemStatus"];
            /**
             * Format: int32
             * @description The version of the item after the change.
             */
            version: number;
        };
        /** @description A page of a list. */
        HistoryEntryList: {
            /** @description The entries of this page. */
            items: components["schemas"]["HistoryEntry"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /** @description An invitation to a project, as shown to its admins. */
        Invitation: {
            /** Format: date-time */
            accepted_at: string | null;
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
        /** @description A page of a list. */
        InvitationList: {
            /** @description The entries of this page. */
            items: components["schemas"]["Invitation"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /** @description The project and role that an invitation offers. */
        InvitationPreview: {
            /** @description The only address that can accept the invitation. */
            email: string;
            /** Format: date-time */
            expires_at: string;
            /** @description Display name of the admin who sent the invitation, or their email address if they have no name. */
            invited_by: string | null;
            project_name: string;
            role: components["schemas"]["ProjectRole"];
        };
        /**
         * @description The state of an invitation.
         * @enum {string}
         */
        InvitationStatus: "open" | "accepted" | "revoked" | "expired";
        /** @description A decision of a batch, with the id of the item. */
        ItemDecision: {
            /** @description The corrected text. The text from the engine is kept. */
            corrected_text?: string | null;
            /** @description The feedback for the uploader. Required to reject an item. */
            feedback?: string | null;
            item_id: components["schemas"]["ItemId"];
            status: components["schemas"]["Verdict"];
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
            failure_code?: components["schemas"]["FailureCode"];
            from: components["schemas"]["ItemStatus"] | null;
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
        /** @description A public key that verifies access tokens. */
        Jwk: {
            /** @description The signature algorithm: `ES256` or `EdDSA`. */
            alg: string;
            /** @description The elliptic curve of the key, such as `P-256`. */
            crv: string;
            /** @description The id of the key, as in the header of a token. */
            kid: string;
            /** @description The type of the key: `EC` or `OKP`. */
            kty: string;
            /**
             * @description The purpose of the key: `sig`.
             * @example sig
             */
            use?: string;
            /** @example f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU */
            x: string;
            /** @example x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0 */
            y?: string;
        };
        /** @description A set of public keys (RFC 7517). */
        JwkSet: {
            keys: components["schemas"]["Jwk"][];
        };
        /** @description A language of Speech-to-Text. */
        Language: {
            /** @description The code that Speech-to-Text uses, a BCP 47 tag. */
            code: string;
            /** @description The English name. */
            name: string;
        };
        /** @description The languages in which voice samples can be transcribed. */
        Languages: {
            items: components["schemas"]["Language"][];
        };
        /** @description A problem with the code `last_admin`. */
        LastAdminProblem: {
            /** @description A stable, machine-readable code. */
            code: components["schemas"]["Code"];
            /** @description Details about this request, if there are any. */
            detail?: string;
            /** @description All invalid fields of the request. Only present for `invalid_fields`. */
            errors?: components["schemas"]["FieldError"][];
            /** @description Projects that would be left without an admin. */
            projects: components["schemas"]["BlockingProject"][];
            /** @description The id of the request, as in the `X-Request-Id` header and in the logs. */
            request_id: string | null;
            /**
             * Format: int32
             * @description The HTTP status code of the response.
             */
            status: number;
            /** @description A short summary of the problem, the same for every problem with this code. */
            title: string;
            /**
             * Format: uri-reference
             * @description A URI reference that identifies the problem type and links to its documentation.
             */
            type: string;
        };
        /** @description A page of a list. */
        ListedDocumentList: {
            /** @description The entries of this page. */
            items: {
                /**
                 * Format: float
                 * @description The mean of the engine's confidence in the pages or segments with text, from 0 to 1; null if there are none.
                 */
                confidence: number | null;
                content_type: string;
                /** Format: date-time */
                created_at: string;
                /** @description A label for grouping documents, chosen by the team. */
                domain: string | null;
                duplicate_of: components["schemas"]["ItemId"] | null;
                failure: components["schemas"]["Failure"] | null;
                feedback: string | null;
                id: components["schemas"]["ItemId"];
                /** @enum {string} */
                kind: "document";
                /** @description The main language, as a BCP 47 tag. */
                language: string | null;
                original_filename: string;
                /** Format: int32 */
                page_count: number | null;
                /**
                 * Format: date-time
                 * @description When processing ended.
                 */
                processed_at: string | null;
                progress: components["schemas"]["Progress"] | null;
                project_id: components["schemas"]["ProjectId"];
                /** Format: date-time */
                reviewed_at: string | null;
                reviewed_by_id: components["schemas"]["UserId"] | null;
                /** Format: int64 */
                size_bytes: number;
                /** @description An excerpt of the text with the matches. Present only in search results. */
                snippet?: components["schemas"]["Fragment"][];
                status: components["schemas"]["ItemStatus"];
                /**
                 * Format: date-time
                 * @description When the upload was complete.
                 */
                submitted_at: string | null;
                uploaded_by_id: components["schemas"]["UserId"];
                /**
                 * Format: int32
                 * @description Increases with every change. The `ETag` header is derived from it.
                 */
                version: number;
            }[];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /** @description A page of a list. */
        ListedVoiceSampleList: {
            /** @description The entries of this page. */
            items: {
                /**
                 * Format: float
                 * @description The mean of the engine's confidence in the pages or segments with text, from 0 to 1; null if there are none.
                 */
                confidence: number | null;
                content_type: string;
                /** Format: date-time */
                created_at: string;
                duplicate_of: components["schemas"]["ItemId"] | null;
                /** Format: double */
                duration_seconds: number | null;
                failure: components["schemas"]["Failure"] | null;
                feedback: string | null;
                id: components["schemas"]["ItemId"];
                /** @enum {string} */
                kind: "voice";
                /** @description The main language, as a BCP 47 tag. */
                language: string | null;
                original_filename: string;
                /**
                 * Format: date-time
                 * @description When processing ended.
                 */
                processed_at: string | null;
                progress: components["schemas"]["Progress"] | null;
                project_id: components["schemas"]["ProjectId"];
                /** @description The requested language, as a BCP 47 tag; null if the language of the project applies. */
                requested_language: string | null;
                /** Format: date-time */
                reviewed_at: string | null;
                reviewed_by_id: components["schemas"]["UserId"] | null;
                /** Format: int64 */
                size_bytes: number;
                /** @description An excerpt of the text with the matches. Present only in search results. */
                snippet?: components["schemas"]["Fragment"][];
                status: components["schemas"]["ItemStatus"];
                /**
                 * Format: date-time
                 * @description When the upload was complete.
                 */
                submitted_at: string | null;
                uploaded_by_id: components["schemas"]["UserId"];
                /**
                 * Format: int32
                 * @description Increases with every change. The `ETag` header is derived from it.
                 */
                version: number;
            }[];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /** @description The engines' mean confidence, from 0 to 1. Null if nothing was processed. */
        MeanConfidence: {
            /** Format: double */
            documents: number | null;
            /** Format: double */
            voice: number | null;
        };
        /** @description A member of a project. */
        Member: {
            display_name: string | null;
            email: string;
            /** Format: date-time */
            joined_at: string;
            role: components["schemas"]["ProjectRole"];
            user_id: components["schemas"]["UserId"];
        };
        /** @description A page of a list. */
        MemberList: {
            /** @description The entries of this page. */
            items: components["schemas"]["Member"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
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
            content_type?: components["schemas"]["DocumentContentType"] | null;
            /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
            crc32c?: string | null;
            /** @description The name of the file, without a path. */
            filename?: string | null;
            /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
            resumable?: boolean | null;
            size_bytes?: components["schemas"]["DocumentSize"] | null;
        };
        /** @description Describes the next upload. Omitted fields keep their values, but a new type or size clears the checksum. */
        NextVoiceUpload: {
            content_type?: components["schemas"]["VoiceContentType"] | null;
            /** @description The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum. */
            crc32c?: string | null;
            /** @description The name of the file, without a path. */
            filename?: string | null;
            /** @description Requests a resumable upload. Uploads larger than 8 MiB are always resumable. */
            resumable?: boolean | null;
            size_bytes?: components["schemas"]["VoiceSize"] | null;
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
            last_used_at: string | null;
            /** @description The name chosen by the owner. */
            name: string;
            /**
             * Format: date-time
             * @description The time when a password reset or change suspended the passkey; null if it can sign in. Confirm it with
             *     `POST /users/me/passkeys/{passkey_id}/confirm`.
             */
            suspended_at: string | null;
        };
        /** @description The extensions for the creation of a passkey. */
        PasskeyCreationExtensions: {
            credentialProtectionPolicy?: components["schemas"]["CredentialProtectionPolicy"];
            credProps?: boolean;
            enforceCredentialProtectionPolicy?: boolean;
            hmacCreateSecret?: boolean;
            minPinLength?: boolean;
            uvm?: boolean;
        };
        /**
         * Format: uuid
         * @description The platform's id of a passkey, which differs from the authenticator's credential id.
         */
        PasskeyId: string;
        /** @description A page of a list. */
        PasskeyList: {
            /** @description The entries of this page. */
            items: components["schemas"]["Passkey"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /** @description A sign-in with a passkey that has started. */
        PasskeyLoginStarted: {
            /** @description Identifies the ceremony in the request that finishes it. */
            ceremony_id: components["schemas"]["CeremonyId"];
            options: components["schemas"]["PublicKeyCredentialRequestOptionsJSON"];
        };
        /** @description A passkey registration that has started. */
        PasskeyRegistrationStarted: {
            /** @description Identifies the ceremony in the request that finishes it. */
            ceremony_id: components["schemas"]["CeremonyId"];
            options: components["schemas"]["PublicKeyCredentialCreationOptionsJSON"];
        };
        /** @description The extensions for the use of a passkey. */
        PasskeyRequestExtensions: {
            /** @example https://example.org */
            appid?: string;
            uvm?: boolean;
        };
        /** @description The caller's current password. */
        Password: {
            /** Format: password */
            password: string;
        };
        /** @description The OAuth 2 password form (RFC 6749, 4.3.2). Unknown parameters are ignored, as the RFC requires (3.2). */
        PasswordForm: {
            /** Format: password */
            password: string;
            /** @description The email address. */
            username: string;
        };
        /** @description Credentials for signing in with a password. */
        PasswordLogin: {
            /**
             * @description The email address. Case is ignored. The response for an address without an account is the same as for a wrong
             *     password.
             */
            email: string;
            /** Format: password */
            password: string;
        };
        /** @description A password or a passkey assertion. The fields of the body decide which one it is. */
        PasswordLoginProof: components["schemas"]["PasswordLogin"] | components["schemas"]["Assertion"];
        /** @description A password or a passkey assertion. The fields of the body decide which one it is. */
        PasswordProof: components["schemas"]["Password"] | components["schemas"]["Assertion"];
        /** @description The body of an error response (RFC 9457). */
        Problem: {
            /** @description A stable, machine-readable code. */
            code: components["schemas"]["Code"];
            /** @description Details about this request, if there are any. */
            detail?: string;
            /** @description All invalid fields of the request. Only present for `invalid_fields`. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The id of the request, as in the `X-Request-Id` header and in the logs. */
            request_id: string | null;
            /**
             * Format: int32
             * @description The HTTP status code of the response.
             */
            status: number;
            /** @description A short summary of the problem, the same for every problem with this code. */
            title: string;
            /**
             * Format: uri-reference
             * @description A URI reference that identifies the problem type and links to its documentation.
             */
            type: string;
        };
        /** @description The progress of processing. */
        Progress: {
            /** Format: int64 */
            done: number;
            /**
             * Format: int64
             * @description The total amount of work. It is an estimate until the last part is stored.
             */
            total: number;
            /** @description The unit of `done` and `total`. */
            unit: components["schemas"]["ProgressUnit"];
        };
        /**
         * @description The unit in which progress is counted.
         * @enum {string}
         */
        ProgressUnit: "pages" | "percent";
        /** @description A project, with the role of the caller. */
        Project: {
            /** Format: date-time */
            created_at: string;
            created_by_id: components["schemas"]["UserId"];
            description: string | null;
            id: components["schemas"]["ProjectId"];
            /** @description Default language of voice samples, as a BCP 47 tag. A sample can override it. */
            language: string | null;
            name: string;
            role: components["schemas"]["ProjectRole"] | null;
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
        /** @description A page of a list. */
        ProjectList: {
            /** @description The entries of this page. */
            items: components["schemas"]["Project"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /**
         * @description A member's role in a project.
         * @enum {string}
         */
        ProjectRole: "admin" | "contributor" | "reviewer";
        /** @description The fields of a project that an admin sets. Omitted fields are null. */
        ProjectValues: {
            /** @description Description of at most 2,000 characters. */
            description?: string | null;
            /** @description Default language of voice samples, as a BCP 47 tag. The closest language of `GET /voice/languages` is used. */
            language?: string | null;
            name: components["schemas"]["Name"];
        };
        /** @description The input of `PublicKeyCredential.parseCreationOptionsFromJSON`. */
        PublicKeyCredentialCreationOptionsJSON: {
            attestation?: components["schemas"]["AttestationConveyancePreference"];
            attestationFormats?: string[];
            authenticatorSelection?: components["schemas"]["AuthenticatorSelectionCriteria"];
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            challenge: string;
            /** @description The existing passkeys of the account. */
            excludeCredentials?: components["schemas"]["PublicKeyCredentialDescriptorJSON"][];
            extensions?: components["schemas"]["PasskeyCreationExtensions"];
            hints?: components["schemas"]["PublicKeyCredentialHint"][];
            pubKeyCredParams: components["schemas"]["PublicKeyCredentialParameters"][];
            rp: components["schemas"]["RelyingPartyJSON"];
            /**
             * Format: int32
             * @description The time for the ceremony, in milliseconds.
             */
            timeout?: number;
            user: components["schemas"]["PublicKeyCredentialUserEntityJSON"];
        };
        /** @description A reference to a passkey by its id. */
        PublicKeyCredentialDescriptorJSON: {
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            id: string;
            transports?: components["schemas"]["AuthenticatorTransport"][];
            type: components["schemas"]["PublicKeyCredentialType"];
        };
        /**
         * @description The authenticator that the browser offers first.
         * @enum {string}
         */
        PublicKeyCredentialHint: "security-key" | "client-device" | "hybrid";
        /** @description A signature algorithm that the server accepts. */
        PublicKeyCredentialParameters: {
            /**
             * Format: int64
             * @description A COSE algorithm, such as -7 for ES256.
             */
            alg: number;
            type: components["schemas"]["PublicKeyCredentialType"];
        };
        /** @description The input of `PublicKeyCredential.parseRequestOptionsFromJSON`. */
        PublicKeyCredentialRequestOptionsJSON: {
            /** @description Empty, since the user picks a passkey. */
            allowCredentials: components["schemas"]["PublicKeyCredentialDescriptorJSON"][];
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            challenge: string;
            extensions?: components["schemas"]["PasskeyRequestExtensions"];
            hints?: components["schemas"]["PublicKeyCredentialHint"][];
            rpId: string;
            /**
             * Format: int32
             * @description The time for the ceremony, in milliseconds.
             */
            timeout?: number;
            userVerification: components["schemas"]["UserVerificationRequirement"];
        };
        /**
         * @description The type of a credential.
         * @enum {string}
         */
        PublicKeyCredentialType: "public-key";
        /** @description The account that a passkey signs in to. */
        PublicKeyCredentialUserEntityJSON: {
            displayName: string;
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            id: string;
            /**
             * @description The email address.
             * @example ada@example.org
             */
            name: string;
        };
        /** @description A problem with the code `quota_exceeded`. */
        QuotaExceededProblem: {
            /** @description A stable, machine-readable code. */
            code: components["schemas"]["Code"];
            /** @description Details about this request, if there are any. */
            detail?: string;
            /** @description All invalid fields of the request. Only present for `invalid_fields`. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The name of the limit, such as `open_drafts_per_user`. */
            limit: string;
            /** @description The id of the request, as in the `X-Request-Id` header and in the logs. */
            request_id: string | null;
            /**
             * Format: int32
             * @description The HTTP status code of the response.
             */
            status: number;
            /** @description A short summary of the problem, the same for every problem with this code. */
            title: string;
            /**
             * Format: uri-reference
             * @description A URI reference that identifies the problem type and links to its documentation.
             */
            type: string;
        };
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
        /** @description The result of `navigator.credentials.create`, serialized with `toJSON()`. */
        RegistrationResponseJSON: {
            authenticatorAttachment?: components["schemas"]["AuthenticatorAttachment"];
            clientExtensionResults?: Record<string, unknown>;
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            id: string;
            /**
             * @description Bytes in Base64url without padding (RFC 4648, 5).
             * @example k3Jx0V1bq8n2Wm5c7Tz4Yg
             */
            rawId: string;
            response: components["schemas"]["AuthenticatorAttestationResponseJSON"];
            type: components["schemas"]["PublicKeyCredentialType"];
        };
        /** @description The site that passkeys belong to. */
        RelyingPartyJSON: {
            /** @example example.org */
            id: string;
            /** @example Alta Data */
            name: string;
        };
        /** @description The result of a replay. */
        Replayed: {
            status: components["schemas"]["ReplayStatus"];
        };
        /**
         * @description The outcome of a replay.
         * @enum {string}
         */
        ReplayStatus: "replayed";
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
        /**
         * @description The state of a password reset.
         * @enum {string}
         */
        ResetState: "reset_sent";
        /** @description The result of a password reset request, the same for every address. */
        ResetStatus: {
            status: components["schemas"]["ResetState"];
        };
        /**
         * @description The requirement that a passkey is discoverable.
         * @enum {string}
         */
        ResidentKeyRequirement: "required" | "preferred" | "discouraged";
        /** @description A user and their number of review decisions. */
        Reviewer: {
            /** Format: int64 */
            approved: number;
            /** @description The display name. Null if the user has none or the account was deleted. */
            display_name: string | null;
            /** Format: int64 */
            rejected: number;
            user_id: components["schemas"]["UserId"];
        };
        /** @description An item in the review queue. Get its text from `/documents/{id}` or `/voice/{id}`. */
        ReviewItem: {
            claimed_by_id: components["schemas"]["UserId"] | null;
            /**
             * Format: date-time
             * @description When the claim expires.
             */
            claimed_until: string | null;
            /**
             * Format: float
             * @description The engine's confidence, from 0 to 1.
             */
            confidence: number | null;
            content_type: string;
            /** Format: double */
            duration_seconds: number | null;
            feedback: string | null;
            id: components["schemas"]["ItemId"];
            kind: components["schemas"]["ItemKind"];
            /** @description The main language, as a BCP 47 tag. */
            language: string | null;
            original_filename: string;
            /** Format: int32 */
            page_count: number | null;
            /** Format: date-time */
            processed_at: string | null;
            project_id: components["schemas"]["ProjectId"];
            /** Format: date-time */
            reviewed_at: string | null;
            reviewed_by_id: components["schemas"]["UserId"] | null;
            status: components["schemas"]["ItemStatus"];
            uploaded_by_id: components["schemas"]["UserId"];
            /**
             * Format: int32
             * @description Increases with every change. The `ETag` header is derived from it.
             */
            version: number;
        };
        /** @description A page of a list. */
        ReviewItemList: {
            /** @description The entries of this page. */
            items: components["schemas"]["ReviewItem"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
        /** @description A session: one sign-in on one device. */
        Session: {
            /** Format: date-time */
            created_at: string;
            /** @description True for the session that sent this request. */
            current: boolean;
            id: components["schemas"]["SessionId"];
            /** @description IP address of the sign-in. */
            ip_address: string | null;
            /**
             * Format: date-time
             * @description Time of the last token refresh, or of the sign-in.
             */
            last_used_at: string;
            /** @description `User-Agent` header of the sign-in. */
            user_agent: string | null;
        };
        /**
         * Format: uuid
         * @description The id of a session, which is one sign-in on one device.
         */
        SessionId: string;
        /** @description A page of a list. */
        SessionList: {
            /** @description The entries of this page. */
            items: components["schemas"]["Session"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
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
        /**
         * @description A status to filter items by.
         * @enum {string}
         */
        StatusFilter: "draft" | "processing" | "pending_review" | "approved" | "rejected" | "failed";
        /** @description The last event of a stream whose reader lost access. */
        StreamEnd: {
            /** @description The reason: `unauthenticated`, `email_not_verified` or `not_found`. */
            code: components["schemas"]["Code"];
        };
        /** @description An event of the stream, distinguished by `event`. */
        StreamEvent: components["schemas"]["TransitionEvent"] | components["schemas"]["EndEvent"];
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
            project_id: components["schemas"]["ProjectId"] | null;
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
             * @description The number of minutes of transcribed speech.
             */
            voice_minutes: number;
        };
        /** @description A block of text on a page. */
        TextBlock: {
            /** @description The left, top, width and height, as fractions of the page. */
            box: number[];
            /**
             * Format: float
             * @description The engine's confidence, from 0 to 1.
             */
            confidence: number;
            /** @description The plain text of the block. */
            text: string;
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
            token_type: components["schemas"]["TokenType"];
        };
        /**
         * @description The type of an access token (RFC 6750).
         * @enum {string}
         */
        TokenType: "bearer";
        /** @description The current number of items by kind and status. */
        Totals: {
            documents: components["schemas"]["StatusCounts"];
            voice: components["schemas"]["StatusCounts"];
        };
        /** @description A `transition` event: the status of an item changed. */
        TransitionEvent: {
            data: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            event: "transition";
            /**
             * @description The position to resume from.
             * @example 81632-7
             */
            id: string;
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
            role?: components["schemas"]["ProjectRole"];
        };
        /** @description A merge patch (RFC 7396). Omitted fields stay unchanged. The name cannot be cleared. */
        UpdatePasskey: {
            name?: components["schemas"]["Name"];
        };
        /** @description A merge patch of a user (RFC 7396). Omitted fields keep their value. No field accepts null. */
        UpdateUser: {
            global_role?: components["schemas"]["GlobalRole"];
            /** @description `true` signs the user out everywhere and blocks sign-in, `false` restores the user. */
            suspended?: boolean;
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
            method: components["schemas"]["UploadMethod"];
            /** @description True if the URL starts a resumable session. */
            resumable: boolean;
            /**
             * @description The URL to send the file to. For a resumable session, send an empty POST and upload the file to the `Location`
             *     of the response. The URL authorizes the upload, so keep it secret.
             */
            url: string;
        };
        /**
         * @description The HTTP method of an upload.
         * @enum {string}
         */
        UploadMethod: "PUT" | "POST";
        /** @description A user of the platform. */
        User: {
            /** Format: date-time */
            created_at: string;
            display_name: string | null;
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
        UserDetail: {
            /** Format: date-time */
            created_at: string;
            display_name: string | null;
            email: string;
            global_role: components["schemas"]["GlobalRole"];
            id: components["schemas"]["UserId"];
            is_verified: boolean;
            /**
             * Format: date-time
             * @description The last time that the user signed in or refreshed a session.
             */
            last_seen_at: string | null;
            /** @description The user's memberships, newest first, at most 200. */
            memberships: components["schemas"]["UserMembership"][];
            status: components["schemas"]["UserStatus"];
            /**
             * Format: int32
             * @description Increases with every change. The `ETag` is derived from it.
             */
            version: number;
        };
        /**
         * Format: uuid
         * @description The id of a user.
         */
        UserId: string;
        /** @description A page of a list. */
        UserList: {
            /** @description The entries of this page. */
            items: components["schemas"]["User"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
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
         * @description The requirement that an authenticator verifies its user.
         * @enum {string}
         */
        UserVerificationRequirement: "required" | "preferred" | "discouraged";
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
        /** @description The media type of an upload. Parameters and case are ignored, and other names that browsers send for the accepted types are normalized. */
        VoiceContentType: components["schemas"]["VoiceMediaType"] | string;
        /**
         * @description An accepted media type.
         * @enum {string}
         */
        VoiceMediaType: "audio/wav" | "audio/x-wav" | "audio/flac" | "audio/mpeg" | "audio/mp4" | "audio/ogg" | "audio/webm";
        /** @description A voice sample with its metadata, without its text. */
        VoiceSample: {
            /**
             * Format: float
             * @description The mean of the engine's confidence in the pages or segments with text, from 0 to 1; null if there are none.
             */
            confidence: number | null;
            content_type: string;
            /** Format: date-time */
            created_at: string;
            duplicate_of: components["schemas"]["ItemId"] | null;
            /** Format: double */
            duration_seconds: number | null;
            failure: components["schemas"]["Failure"] | null;
            feedback: string | null;
            id: components["schemas"]["ItemId"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "voice";
            /** @description The main language, as a BCP 47 tag. */
            language: string | null;
            original_filename: string;
            /**
             * Format: date-time
             * @description When processing ended.
             */
            processed_at: string | null;
            progress: components["schemas"]["Progress"] | null;
            project_id: components["schemas"]["ProjectId"];
            /** @description The requested language, as a BCP 47 tag; null if the language of the project applies. */
            requested_language: string | null;
            /** Format: date-time */
            reviewed_at: string | null;
            reviewed_by_id: components["schemas"]["UserId"] | null;
            /** Format: int64 */
            size_bytes: number;
            status: components["schemas"]["ItemStatus"];
            /**
             * Format: date-time
             * @description When the upload was complete.
             */
            submitted_at: string | null;
            uploaded_by_id: components["schemas"]["UserId"];
            /**
             * Format: int32
             * @description Increases with every change. The `ETag` header is derived from it.
             */
            version: number;
        };
        /** @description A voice sample with its text. */
        VoiceSampleWithText: {
            /**
             * Format: float
             * @description The mean of the engine's confidence in the pages or segments with text, from 0 to 1; null if there are none.
             */
            confidence: number | null;
            content_type: string;
            /** @description The text as corrected by a reviewer; null if no reviewer corrected it. */
            corrected_text: string | null;
            /** Format: date-time */
            created_at: string;
            duplicate_of: components["schemas"]["ItemId"] | null;
            /** Format: double */
            duration_seconds: number | null;
            failure: components["schemas"]["Failure"] | null;
            feedback: string | null;
            id: components["schemas"]["ItemId"];
            /** @enum {string} */
            kind: "voice";
            /** @description The main language, as a BCP 47 tag. */
            language: string | null;
            original_filename: string;
            /**
             * Format: date-time
             * @description When processing ended.
             */
            processed_at: string | null;
            progress: components["schemas"]["Progress"] | null;
            project_id: components["schemas"]["ProjectId"];
            /** @description The requested language, as a BCP 47 tag; null if the language of the project applies. */
            requested_language: string | null;
            /** Format: date-time */
            reviewed_at: string | null;
            reviewed_by_id: components["schemas"]["UserId"] | null;
            /** Format: int64 */
            size_bytes: number;
            status: components["schemas"]["ItemStatus"];
            /**
             * Format: date-time
             * @description When the upload was complete.
             */
            submitted_at: string | null;
            /** @description The transcribed text; null until processing has succeeded. */
            transcription_text: string | null;
            uploaded_by_id: components["schemas"]["UserId"];
            /**
             * Format: int32
             * @description Increases with every change. The `ETag` header is derived from it.
             */
            version: number;
        };
        /** Format: int64 */
        VoiceSize: number;
        /** @description A voice sample and the signed request that uploads its file. */
        VoiceUpload: {
            upload: components["schemas"]["Upload"];
            voice_sample: components["schemas"]["VoiceSample"];
        };
        /** @description The results of a batch, in the order of the request. */
        VoiceUploadBatch: {
            items: components["schemas"]["VoiceUploadOutcome"][];
        };
        /** @description The result for one item of a batch. */
        VoiceUploadOutcome: {
            /**
             * @description The HTTP status that a request for this item alone would return.
             * @enum {integer}
             */
            status: 200 | 201;
            upload: components["schemas"]["Upload"];
            voice_sample: components["schemas"]["VoiceSample"];
        } | {
            /** @description The problem that a request for this item alone would return. */
            problem: components["schemas"]["Problem"];
            /**
             * @description The HTTP status that a request for this item alone would return.
             * @enum {integer}
             */
            status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 412 | 413 | 415 | 422 | 429 | 500 | 503;
        };
        /** @description A word of a voice sample. */
        Word: {
            /**
             * Format: int32
             * @description The channel of the recording, from 1; null unless its channels were recognized separately.
             */
            channel: number | null;
            /**
             * Format: double
             * @description The confidence of the engine, from 0 to 1; null if the engine reported none.
             */
            confidence: number | null;
            /**
             * Format: double
             * @description The end of the word, in seconds from the beginning.
             */
            end: number | null;
            /**
             * Format: double
             * @description The start of the word, in seconds from the beginning.
             */
            start: number | null;
            word: string;
        };
        /** @description A page of a list. */
        WordList: {
            /** @description The entries of this page. */
            items: components["schemas"]["Word"][];
            /**
             * Format: cursor
             * @description The `cursor` for the next page. Null on the last page.
             */
            next_cursor: string | null;
        };
    };
    responses: {
        /**
         * @description - `already_member`: Already a member of the project.
         *     - `already_invited`: Invitation already open: resend or revoke it.
         */
        AlreadyMemberOrAlreadyInvited: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "already_member" | "already_invited";
                };
            };
        };
        /**
         * @description - `already_member`: Already a member of the project.
         *     - `invitation_used`: Invitation already accepted.
         */
        AlreadyMemberOrInvitationUsed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "already_member" | "invitation_used";
                };
            };
        };
        /** @description `body_too_large`: Request body too large. */
        BodyTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "body_too_large";
                };
            };
        };
        /** @description `email_not_verified`: Email address not verified. */
        EmailNotVerified: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_not_verified";
                };
            };
        };
        /**
         * @description - `email_not_verified`: Email address not verified.
         *     - `forbidden`: Forbidden for your role.
         */
        EmailNotVerifiedOrForbidden: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_not_verified" | "forbidden";
                };
            };
        };
        /**
         * @description - `email_not_verified`: Email address not verified.
         *     - `forbidden`: Forbidden for your role.
         *     - `own_submission`: Reviewing your own item is not allowed.
         */
        EmailNotVerifiedOrForbiddenOrOwnSubmission: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_not_verified" | "forbidden" | "own_submission";
                };
            };
        };
        /**
         * @description - `email_not_verified`: Email address not verified.
         *     - `reauthentication_required`: Reauthentication required: `POST /auth/reauthenticate`.
         */
        EmailNotVerifiedOrReauthenticationRequired: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_not_verified" | "reauthentication_required";
                };
            };
        };
        /**
         * @description - `email_not_verified`: Email address not verified.
         *     - `wrong_account`: Invitation is for another email address.
         */
        EmailNotVerifiedOrWrongAccount: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_not_verified" | "wrong_account";
                };
            };
        };
        /** @description `idempotency_mismatch`: Idempotency-Key already used for a different request. */
        IdempotencyMismatch: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency_mismatch";
                };
            };
        };
        /** @description `internal`: Internal error. */
        Internal: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "internal";
                };
            };
        };
        /** @description `invalid_credentials`: Incorrect credentials. */
        InvalidCredentials: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_credentials";
                };
            };
        };
        /** @description `invalid_fields`: Invalid fields. */
        InvalidFields: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_fields";
                };
            };
        };
        /**
         * @description - `invalid_fields`: Invalid fields.
         *     - `idempotency_mismatch`: Idempotency-Key already used for a different request.
         */
        InvalidFieldsOrIdempotencyMismatch: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_fields" | "idempotency_mismatch";
                };
            };
        };
        /** @description `invalid_state`: Not allowed in the item's current state. */
        InvalidState: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_state";
                };
            };
        };
        /**
         * @description - `invalid_state`: Not allowed in the item's current state.
         *     - `already_decided`: Item already decided.
         *     - `claimed`: Item is claimed by another reviewer.
         */
        InvalidStateOrAlreadyDecidedOrClaimed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_state" | "already_decided" | "claimed";
                };
            };
        };
        /**
         * @description - `invalid_state`: Not allowed in the item's current state.
         *     - `already_decided`: Item already decided.
         *     - `claimed`: Item is claimed by another reviewer.
         *     - `too_many_claims`: Too many claimed items.
         */
        InvalidStateOrAlreadyDecidedOrClaimedOrTooManyClaims: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_state" | "already_decided" | "claimed" | "too_many_claims";
                };
            };
        };
        /** @description `invitation_expired`: Invitation expired. */
        InvitationExpired: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invitation_expired";
                };
            };
        };
        /** @description `invitation_used`: Invitation already accepted. */
        InvitationUsed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invitation_used";
                };
            };
        };
        /** @description `last_admin`: Project must keep at least one admin. */
        LastAdmin: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["LastAdminProblem"];
            };
        };
        /**
         * @description - `last_admin`: Project must keep at least one admin.
         *     - `last_super_admin`: Platform must keep at least one super admin.
         */
        LastAdminOrLastSuperAdmin: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": (components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "last_super_admin";
                }) | components["schemas"]["LastAdminProblem"];
            };
        };
        /** @description `malformed`: Malformed request. */
        Malformed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "malformed";
                };
            };
        };
        /**
         * @description - `malformed`: Malformed request.
         *     - `ceremony_invalid`: Passkey request is invalid, used or expired.
         */
        MalformedOrCeremonyInvalid: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "malformed" | "ceremony_invalid";
                };
            };
        };
        /**
         * @description - `malformed`: Malformed request.
         *     - `token_invalid`: Invalid link.
         *     - `token_expired`: Link expired.
         */
        MalformedOrTokenInvalidOrTokenExpired: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "malformed" | "token_invalid" | "token_expired";
                };
            };
        };
        /** @description `not_found`: Not found. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_found";
                };
            };
        };
        /** @description `not_replayable`: This dead letter cannot be replayed. */
        NotReplayable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_replayable";
                };
            };
        };
        /** @description `passkey_exists`: Passkey already registered. */
        PasskeyExists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "passkey_exists";
                };
            };
        };
        /** @description `quota_exceeded`: Quota exceeded. */
        QuotaExceeded: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["QuotaExceededProblem"];
            };
        };
        /** @description `registration_closed`: Registration is closed for this email domain. */
        RegistrationClosed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "registration_closed";
                };
            };
        };
        /** @description `stale`: Changed since you last read it. */
        Stale: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "stale";
                };
            };
        };
        /** @description `too_many_claims`: Too many claimed items. */
        TooManyClaims: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "too_many_claims";
                };
            };
        };
        /** @description `too_many_requests`: Too many requests. */
        TooManyRequests: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "too_many_requests";
                };
            };
        };
        /**
         * @description - `too_many_requests`: Too many requests.
         *     - `quota_exceeded`: Quota exceeded.
         */
        TooManyRequestsOrQuotaExceeded: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": (components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "too_many_requests";
                }) | components["schemas"]["QuotaExceededProblem"];
            };
        };
        /** @description `unauthenticated`: Missing or invalid credentials. */
        Unauthenticated: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unauthenticated";
                };
            };
        };
        /**
         * @description - `unauthenticated`: Missing or invalid credentials.
         *     - `invalid_credentials`: Incorrect credentials.
         */
        UnauthenticatedOrInvalidCredentials: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unauthenticated" | "invalid_credentials";
                };
            };
        };
        /**
         * @description - `unauthenticated`: Missing or invalid credentials.
         *     - `refresh_reused`: Refresh token reused, session ended.
         */
        UnauthenticatedOrRefreshReused: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unauthenticated" | "refresh_reused";
                };
            };
        };
        /**
         * @description - `unauthenticated`: Missing or invalid credentials.
         *     - `ticket_invalid`: Ticket is invalid, expired or for another project.
         */
        UnauthenticatedOrTicketInvalid: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unauthenticated" | "ticket_invalid";
                };
            };
        };
        /**
         * @description - `unavailable`: Service temporarily unavailable.
         *     - `timed_out`: Request timed out.
         */
        UnavailableOrTimedOut: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unavailable" | "timed_out";
                };
            };
        };
        /** @description `unsupported_media_type`: Unsupported content type. */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unsupported_media_type";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /**
         * @description The version of the resource, to be sent as `If-Match` (RFC 9110).
         * @example "3"
         */
        ETag: string;
        /**
         * @description The path of the new resource.
         * @example /projects/01970a3c-52c0-7000-8000-000000000003
         */
        Location: string;
        /**
         * @description The most exhausted limit: its remaining requests (`r`) and the seconds until it is restored (`t`), as in draft-ietf-httpapi-ratelimit-headers. Absent if the limit is unknown.
         * @example "address";r=19;t=2
         */
        RateLimit: string;
        /**
         * @description The limits of the route: `q` requests in `w` seconds.
         * @example "address";q=20;w=60
         */
        "RateLimit-Policy": string;
        /**
         * @description Seconds to wait before the next request.
         * @example 5
         */
        "Retry-After": number;
        /**
         * @description The authentication scheme (RFC 6750).
         * @example Bearer
         */
        "WWW-Authenticate": string;
        /**
         * @description The id of the request, as in logs and problems.
         * @example 5f2c8a0e7b1d4c3f9e6a2b8d4c1f7e3a
         */
        "X-Request-Id": string;
    };
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
            /** @description A set of public keys (RFC 7517). */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "alg": "ES256",
                     *           "crv": "P-256",
                     *           "kid": "k1",
                     *           "kty": "EC",
                     *           "use": "sig",
                     *           "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                     *           "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["JwkSet"];
                };
            };
            400: components["responses"]["Malformed"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_audit_logs: {
        parameters: {
            query?: {
                /**
                 * @description The name of the action, such as `user.login`.
                 * @example member.removed
                 */
                action?: string;
                /**
                 * @description The id of the user who performed the action.
                 * @example 01970a3c-52c0-7000-8000-00024076d0ed
                 */
                actor?: components["schemas"]["UserId"];
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The start of the period (inclusive).
                 * @example 2026-03-10T09:15:00Z
                 */
                from?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description The id of the project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id?: components["schemas"]["ProjectId"];
                /**
                 * @description The id of the affected resource.
                 * @example 01970a3c-52c0-7000-8000-68c5c20be90f
                 */
                resource_id?: string;
                /**
                 * @description The type of the affected resource, such as `user`.
                 * @example user
                 */
                resource_type?: string;
                /**
                 * @description The end of the period (exclusive).
                 * @example 2026-03-11T09:30:00Z
                 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "action": "member.removed",
                     *           "actor_user_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "details": null,
                     *           "id": "01970a3c-52c0-7000-8000-0041afbe584f",
                     *           "ip_address": "192.0.2.7",
                     *           "metadata": {},
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "resource_id": "01970a3c-52c0-7000-8000-68c5c20be90f",
                     *           "resource_type": "user",
                     *           "status": "success",
                     *           "user_agent": "Mozilla/5.0"
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["AuditLogList"];
                    /**
                     * @example {
                     *       "action": "member.removed",
                     *       "actor_user_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "details": null,
                     *       "id": "01970a3c-52c0-7000-8000-0041afbe584f",
                     *       "ip_address": "192.0.2.7",
                     *       "metadata": {},
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "resource_id": "01970a3c-52c0-7000-8000-68c5c20be90f",
                     *       "resource_type": "user",
                     *       "status": "success",
                     *       "user_agent": "Mozilla/5.0"
                     *     }
                     */
                    "application/x-ndjson": components["schemas"]["AuditLog"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_dead_letters: {
        parameters: {
            query?: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "attributes": {
                     *             "eventType": "OBJECT_FINALIZE"
                     *           },
                     *           "cause": null,
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "data": "eyJpdGVtX2lkIjoiMDE5NzBhM2MifQ==",
                     *           "delivery_attempts": 1,
                     *           "id": "01970a3c-52c0-7000-8000-d0813e1cb6a2",
                     *           "message_id": "14031284920112843",
                     *           "replayable": true,
                     *           "subscription": "email-email-requested"
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["DeadLetterList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    delete_dead_letters: {
        parameters: {
            query?: {
                /**
                 * @description Text that the cause contains, ignoring case.
                 * @example connection refused
                 */
                cause?: string;
                /**
                 * @description The start of the period (inclusive).
                 * @example 2026-03-10T09:15:00Z
                 */
                from?: string;
                /**
                 * @description The subscription, such as `email-email-requested`.
                 * @example email-email-requested
                 */
                subscription?: string;
                /**
                 * @description The end of the period (exclusive).
                 * @example 2026-03-11T09:30:00Z
                 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result of replaying or deleting the dead letters that match a filter. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "done": 0,
                     *       "remaining": 1
                     *     }
                     */
                    "application/json": components["schemas"]["DeadLettersDone"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    delete_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a dead letter: a message that could not be delivered.
                 * @example 01970a3c-52c0-7000-8000-d0813e1cb6a2
                 */
                dead_letter_id: components["schemas"]["DeadLetterId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    replay_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a dead letter: a message that could not be delivered.
                 * @example 01970a3c-52c0-7000-8000-d0813e1cb6a2
                 */
                dead_letter_id: components["schemas"]["DeadLetterId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result of a replay. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "replayed"
                     *     }
                     */
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["NotReplayable"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    replay_dead_letters: {
        parameters: {
            query?: {
                /**
                 * @description Text that the cause contains, ignoring case.
                 * @example connection refused
                 */
                cause?: string;
                /**
                 * @description The start of the period (inclusive).
                 * @example 2026-03-10T09:15:00Z
                 */
                from?: string;
                /**
                 * @description The subscription, such as `email-email-requested`.
                 * @example email-email-requested
                 */
                subscription?: string;
                /**
                 * @description The end of the period (exclusive).
                 * @example 2026-03-11T09:30:00Z
                 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result of replaying or deleting the dead letters that match a filter. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "done": 0,
                     *       "remaining": 1
                     *     }
                     */
                    "application/json": components["schemas"]["DeadLettersDone"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            409: components["responses"]["NotReplayable"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_users: {
        parameters: {
            query?: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description Text that the email address or the display name contains, ignoring case.
                 * @example harbor
                 */
                q?: string;
                /**
                 * @description A user's role on the whole platform.
                 * @example super_admin
                 */
                role?: components["schemas"]["GlobalRole"];
                /**
                 * @description The status of an account.
                 * @example active
                 */
                status?: components["schemas"]["UserStatus"];
                /**
                 * @description Filters by whether the user's email address is verified.
                 * @example false
                 */
                verified?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "display_name": "Ada Lovelace",
                     *           "email": "ada@example.org",
                     *           "global_role": "super_admin",
                     *           "id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "is_verified": true,
                     *           "status": "active",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["UserList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    get_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a user.
                 * @example 01970a3c-52c0-7000-8000-00024076d0ed
                 */
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A user with their memberships. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "display_name": "Ada Lovelace",
                     *       "email": "ada@example.org",
                     *       "global_role": "super_admin",
                     *       "id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "is_verified": true,
                     *       "last_seen_at": "2026-03-10T09:15:00Z",
                     *       "memberships": [
                     *         {
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "project_name": "Letters",
                     *           "role": "admin"
                     *         }
                     *       ],
                     *       "status": "active",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["UserDetail"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    update_user: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a user.
                 * @example 01970a3c-52c0-7000-8000-00024076d0ed
                 */
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "global_role": "super_admin",
                 *       "suspended": false
                 *     }
                 */
                "application/json": components["schemas"]["UpdateUser"];
                /**
                 * @example {
                 *       "global_role": "super_admin",
                 *       "suspended": false
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["UpdateUser"];
            };
        };
        responses: {
            /** @description A user of the platform. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "display_name": "Ada Lovelace",
                     *       "email": "ada@example.org",
                     *       "global_role": "super_admin",
                     *       "id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "is_verified": true,
                     *       "status": "active",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["LastAdminOrLastSuperAdmin"];
            412: components["responses"]["Stale"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    get_summary: {
        parameters: {
            query?: {
                /**
                 * @description The project. Without it, the summary covers all projects that you administer, or the whole platform for a super
                 *     admin.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id?: components["schemas"]["ProjectId"];
                /**
                 * @description The period, in whole days including today.
                 * @example 7d
                 */
                timeframe?: components["schemas"]["Timeframe"];
                /**
                 * @description The IANA name of the time zone in which days begin at midnight, such as `Europe/Berlin`.
                 * @example Europe/Berlin
                 */
                timezone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The current totals, and the activity within the timeframe. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "contributors": [
                     *         {
                     *           "display_name": "Ada Lovelace",
                     *           "uploaded": 1,
                     *           "user_id": "01970a3c-52c0-7000-8000-00024076d0ed"
                     *         }
                     *       ],
                     *       "daily": [
                     *         {
                     *           "approved": 1,
                     *           "date": "2026-03-10",
                     *           "failed": 1,
                     *           "processed": 1,
                     *           "rejected": 1,
                     *           "uploaded": 1
                     *         }
                     *       ],
                     *       "domains": [
                     *         {
                     *           "documents": 1,
                     *           "domain": "letters"
                     *         }
                     *       ],
                     *       "from": "2026-03-10T09:15:00Z",
                     *       "mean_confidence": {
                     *         "documents": 1.5,
                     *         "voice": 1.5
                     *       },
                     *       "other_domains": 1,
                     *       "pages": 1,
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "reviewers": [
                     *         {
                     *           "approved": 1,
                     *           "display_name": "Ada Lovelace",
                     *           "rejected": 1,
                     *           "user_id": "01970a3c-52c0-7000-8000-00024076d0ed"
                     *         }
                     *       ],
                     *       "time_to_decision": {
                     *         "count": 1,
                     *         "median_seconds": 1.5,
                     *         "p90_seconds": 1.5
                     *       },
                     *       "time_to_text": {
                     *         "count": 1,
                     *         "median_seconds": 1.5,
                     *         "p90_seconds": 1.5
                     *       },
                     *       "timeframe": "7d",
                     *       "timezone": "Europe/Berlin",
                     *       "to": "2026-03-11T09:30:00Z",
                     *       "totals": {
                     *         "documents": {
                     *           "approved": 1,
                     *           "draft": 1,
                     *           "failed": 1,
                     *           "pending_review": 1,
                     *           "processing": 1,
                     *           "rejected": 1
                     *         },
                     *         "voice": {
                     *           "approved": 1,
                     *           "draft": 1,
                     *           "failed": 1,
                     *           "pending_review": 1,
                     *           "processing": 1,
                     *           "rejected": 1
                     *         }
                     *       },
                     *       "voice_minutes": 1.5
                     *     }
                     */
                    "application/json": components["schemas"]["Summary"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "email": "ada@example.org",
                 *       "password": "seven lanterns at the harbor"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordLoginProof"];
                /**
                 * @example {
                 *       "password": "seven lanterns at the harbor",
                 *       "username": "ada@example.org"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["PasswordForm"];
            };
        };
        responses: {
            /** @description The tokens of a session (RFC 6749, 5.1). */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiIwMTk3MGEzYyJ9.c2lnbmF0dXJl",
                     *       "expires_in": 900,
                     *       "refresh_token": "k3Jx0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaXeUiOoQwEt",
                     *       "token_type": "bearer"
                     *     }
                     */
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            400: components["responses"]["MalformedOrCeremonyInvalid"];
            401: components["responses"]["InvalidCredentials"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
            /** @description The account of the signed-in user. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "display_name": "Ada Lovelace",
                     *       "email": "ada@example.org",
                     *       "global_role": "super_admin",
                     *       "id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "is_verified": true,
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
            /** @description A sign-in with a passkey that has started. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ceremony_id": "01970a3c-52c0-7000-8000-0009eb130a82",
                     *       "options": {
                     *         "allowCredentials": [
                     *           {
                     *             "id": "k3Jx0V1bq8n2Wm5c7Tz4Yg",
                     *             "transports": [
                     *               "usb"
                     *             ],
                     *             "type": "public-key"
                     *           }
                     *         ],
                     *         "challenge": "k3Jx0V1bq8n2Wm5c7Tz4Yg",
                     *         "extensions": {
                     *           "appid": "https://example.org",
                     *           "uvm": false
                     *         },
                     *         "hints": [
                     *           "security-key"
                     *         ],
                     *         "rpId": "example.org",
                     *         "timeout": 0,
                     *         "userVerification": "required"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyLoginStarted"];
                };
            };
            400: components["responses"]["Malformed"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "ceremony_id": "01970a3c-52c0-7000-8000-0009eb130a82",
                 *       "credential": {
                 *         "authenticatorAttachment": "platform",
                 *         "clientExtensionResults": {},
                 *         "id": "k3Jx0V1bq8n2Wm5c7Tz4Yg",
                 *         "rawId": "k3Jx0V1bq8n2Wm5c7Tz4Yg",
                 *         "response": {
                 *           "attestationObject": "k3Jx0V1bq8n2Wm5c7Tz4Yg",
                 *           "clientDataJSON": "k3Jx0V1bq8n2Wm5c7Tz4Yg",
                 *           "transports": [
                 *             "placeholder"
                 *           ]
                 *         },
                 *         "type": "public-key"
                 *       },
                 *       "name": "Letters"
                 *     }
                 */
                "application/json": components["schemas"]["FinishPasskeyRegistration"];
            };
        };
        responses: {
            /** @description A passkey: a key pair on one of the user's authenticators, or synchronized between several. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "id": "01970a3c-52c0-7000-8000-01ba76022623",
                     *       "last_used_at": "2026-03-10T09:15:00Z",
                     *       "name": "Letters",
                     *       "suspended_at": null
                     *     }
                     */
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: components["responses"]["MalformedOrCeremonyInvalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrReauthenticationRequired"];
            409: components["responses"]["PasskeyExists"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
            /** @description A passkey registration that has started. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ceremony_id": "01970a3c-52c0-7000-8000-0009eb130a82",
                     *       "options": {
                     *         "attestation": "none",
                     *         "attestationFormats": [
                     *           "placeholder"
                     *         ],
                     *         "authenticatorSelection": {
                     *           "authenticatorAttachment": "platform",
                     *           "requireResidentKey": false,
                     *           "residentKey": "required",
                     *           "userVerification": "required"
                     *         },
                     *         "challenge": "k3Jx0V1bq8n2Wm5c7Tz4Yg",
                     *         "excludeCredentials": [
                     *           {
                     *             "id": "k3Jx0V1bq8n2Wm5c7Tz4Yg",
                     *             "transports": [
                     *               "usb"
                     *             ],
                     *             "type": "public-key"
                     *           }
                     *         ],
                     *         "extensions": {
                     *           "credProps": false,
                     *           "credentialProtectionPolicy": "userVerificationOptional",
                     *           "enforceCredentialProtectionPolicy": false,
                     *           "hmacCreateSecret": false,
                     *           "minPinLength": false,
                     *           "uvm": false
                     *         },
                     *         "hints": [
                     *           "security-key"
                     *         ],
                     *         "pubKeyCredParams": [
                     *           {
                     *             "alg": -7,
                     *             "type": "public-key"
                     *           }
                     *         ],
                     *         "rp": {
                     *           "id": "example.org",
                     *           "name": "Alta Data"
                     *         },
                     *         "timeout": 0,
                     *         "user": {
                     *           "displayName": "Ada Lovelace",
                     *           "id": "k3Jx0V1bq8n2Wm5c7Tz4Yg",
                     *           "name": "ada@example.org"
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyRegistrationStarted"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrReauthenticationRequired"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "email": "ada@example.org"
                 *     }
                 */
                "application/json": components["schemas"]["ForgotPassword"];
            };
        };
        responses: {
            /** @description The result of a password reset request, the same for every address. */
            202: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "reset_sent"
                     *     }
                     */
                    "application/json": components["schemas"]["ResetStatus"];
                };
            };
            400: components["responses"]["Malformed"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["TooManyRequestsOrQuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "password": "seven lanterns at the harbor",
                 *       "token": "k3Jx0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaXeUiOoQwEt"
                 *     }
                 */
                "application/json": components["schemas"]["ResetPassword"];
            };
        };
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedOrTokenInvalidOrTokenExpired"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "password": "seven lanterns at the harbor"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordProof"];
            };
        };
        responses: {
            /** @description End of the period in which the session counts as recent. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "recent_until": "2026-03-11T09:30:00Z"
                     *     }
                     */
                    "application/json": components["schemas"]["RecentUntil"];
                };
            };
            400: components["responses"]["MalformedOrCeremonyInvalid"];
            401: components["responses"]["UnauthenticatedOrInvalidCredentials"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "refresh_token": "k3Jx0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaXeUiOoQwEt"
                 *     }
                 */
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description The tokens of a session (RFC 6749, 5.1). */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiIwMTk3MGEzYyJ9.c2lnbmF0dXJl",
                     *       "expires_in": 900,
                     *       "refresh_token": "k3Jx0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaXeUiOoQwEt",
                     *       "token_type": "bearer"
                     *     }
                     */
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["UnauthenticatedOrRefreshReused"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "display_name": "Ada Lovelace",
                 *       "email": "ada@example.org",
                 *       "password": "seven lanterns at the harbor"
                 *     }
                 */
                "application/json": components["schemas"]["Register"];
            };
        };
        responses: {
            /** @description The state of an email verification. */
            202: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "verification_sent"
                     *     }
                     */
                    "application/json": components["schemas"]["VerificationStatus"];
                };
            };
            400: components["responses"]["Malformed"];
            403: components["responses"]["RegistrationClosed"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["TooManyRequestsOrQuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    verify_email: {
        parameters: {
            query: {
                /**
                 * @description Token from the mailed link.
                 * @example k3Jx0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaXeUiOoQwEt
                 */
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state of an email verification. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "verification_sent"
                     *     }
                     */
                    "application/json": components["schemas"]["VerificationStatus"];
                };
            };
            400: components["responses"]["MalformedOrTokenInvalidOrTokenExpired"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "email": "ada@example.org"
                 *     }
                 */
                "application/json": components["schemas"]["ResendVerification"];
            };
        };
        responses: {
            /** @description The state of an email verification. */
            202: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "verification_sent"
                     *     }
                     */
                    "application/json": components["schemas"]["VerificationStatus"];
                };
            };
            400: components["responses"]["Malformed"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["TooManyRequestsOrQuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_documents: {
        parameters: {
            query: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description Lists only documents with this label.
                 * @example letters
                 */
                domain?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description The project whose items are listed.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
                /**
                 * @description Searches file names and texts, best matches first. Supports `"a phrase"`, `or`, `-excluded` and `beginning*`. The
                 *     last word may be incomplete.
                 * @example harbor
                 */
                q?: string;
                /**
                 * @description Lists only items with this status.
                 * @example approved
                 */
                status?: components["schemas"]["StatusFilter"];
                /**
                 * @description Lists only the caller's own uploads.
                 * @example me
                 */
                uploaded_by?: "me";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "confidence": 0.97,
                     *           "content_type": "application/pdf",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "domain": "letters",
                     *           "duplicate_of": null,
                     *           "failure": null,
                     *           "feedback": "The second page is missing.",
                     *           "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *           "kind": "document",
                     *           "language": null,
                     *           "original_filename": "letter.pdf",
                     *           "page_count": 1,
                     *           "processed_at": "2026-03-10T09:15:00Z",
                     *           "progress": null,
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "reviewed_at": "2026-03-10T09:15:00Z",
                     *           "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "size_bytes": 48213,
                     *           "snippet": [
                     *             {
                     *               "highlighted": true,
                     *               "text": "Dear Ada,"
                     *             }
                     *           ],
                     *           "status": "approved",
                     *           "submitted_at": "2026-03-10T09:15:00Z",
                     *           "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["ListedDocumentList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    create_document: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters, in quotes or without. Within 24 hours, a repeated request with the same key creates the resource only once.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "content_type": "application/pdf",
                 *       "crc32c": "yZRlqg==",
                 *       "domain": "letters",
                 *       "filename": "letter.pdf",
                 *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                 *       "resumable": false,
                 *       "size_bytes": 48213
                 *     }
                 */
                "application/json": components["schemas"]["CreateDocument"];
            };
        };
        responses: {
            /** @description A document and the signed request that uploads its file. */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "document": {
                     *         "confidence": 0.97,
                     *         "content_type": "application/pdf",
                     *         "created_at": "2026-03-10T09:15:00Z",
                     *         "domain": "letters",
                     *         "duplicate_of": null,
                     *         "failure": null,
                     *         "feedback": "The second page is missing.",
                     *         "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *         "kind": "document",
                     *         "language": null,
                     *         "original_filename": "letter.pdf",
                     *         "page_count": 1,
                     *         "processed_at": "2026-03-10T09:15:00Z",
                     *         "progress": null,
                     *         "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *         "reviewed_at": "2026-03-10T09:15:00Z",
                     *         "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *         "size_bytes": 48213,
                     *         "status": "approved",
                     *         "submitted_at": "2026-03-10T09:15:00Z",
                     *         "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *         "version": 1
                     *       },
                     *       "upload": {
                     *         "expires_at": "2026-03-11T09:30:00Z",
                     *         "headers": {
                     *           "content-type": "application/pdf"
                     *         },
                     *         "method": "PUT",
                     *         "resumable": false,
                     *         "url": "https://storage.googleapis.com/alta-uploads/documents/letter?X-Goog-Signature=6b0f"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["DocumentUpload"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFieldsOrIdempotencyMismatch"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    get_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A document with its text. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "confidence": 0.97,
                     *       "content_type": "application/pdf",
                     *       "corrected_text": null,
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "domain": "letters",
                     *       "duplicate_of": null,
                     *       "failure": null,
                     *       "feedback": "The second page is missing.",
                     *       "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *       "kind": "document",
                     *       "language": null,
                     *       "ocr_text": "Dear Ada,\nthank you for you letter.",
                     *       "original_filename": "letter.pdf",
                     *       "page_count": 1,
                     *       "processed_at": "2026-03-10T09:15:00Z",
                     *       "progress": null,
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "reviewed_at": "2026-03-10T09:15:00Z",
                     *       "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "size_bytes": 48213,
                     *       "status": "approved",
                     *       "submitted_at": "2026-03-10T09:15:00Z",
                     *       "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["DocumentWithText"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    delete_document: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["Stale"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    update_document: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "domain": "letters"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateDocument"];
                /**
                 * @example {
                 *       "domain": "letters"
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["UpdateDocument"];
            };
        };
        responses: {
            /** @description A document with its metadata, without its text. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "confidence": 0.97,
                     *       "content_type": "application/pdf",
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "domain": "letters",
                     *       "duplicate_of": null,
                     *       "failure": null,
                     *       "feedback": "The second page is missing.",
                     *       "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *       "kind": "document",
                     *       "language": null,
                     *       "original_filename": "letter.pdf",
                     *       "page_count": 1,
                     *       "processed_at": "2026-03-10T09:15:00Z",
                     *       "progress": null,
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "reviewed_at": "2026-03-10T09:15:00Z",
                     *       "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "size_bytes": 48213,
                     *       "status": "approved",
                     *       "submitted_at": "2026-03-10T09:15:00Z",
                     *       "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Document"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["Stale"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    download_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A signed URL to download a file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "expires_at": "2026-03-11T09:30:00Z",
                     *       "url": "https://storage.googleapis.com/alta-uploads/documents/letter?X-Goog-Signature=6b0f"
                     *     }
                     */
                    "application/json": components["schemas"]["Download"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["InvalidState"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_pages: {
        parameters: {
            query?: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "confidence": 0.97,
                     *           "language": null,
                     *           "layout": [
                     *             {
                     *               "box": [
                     *                 0.1,
                     *                 0.08,
                     *                 0.62,
                     *                 0.04
                     *               ],
                     *               "confidence": 0.97,
                     *               "text": "Dear Ada,"
                     *             }
                     *           ],
                     *           "page_number": 1,
                     *           "text": "Dear Ada,"
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["DocumentPageList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    reprocess_document: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A document with its metadata, without its text. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "confidence": 0.97,
                     *       "content_type": "application/pdf",
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "domain": "letters",
                     *       "duplicate_of": null,
                     *       "failure": null,
                     *       "feedback": "The second page is missing.",
                     *       "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *       "kind": "document",
                     *       "language": null,
                     *       "original_filename": "letter.pdf",
                     *       "page_count": 1,
                     *       "processed_at": "2026-03-10T09:15:00Z",
                     *       "progress": null,
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "reviewed_at": "2026-03-10T09:15:00Z",
                     *       "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "size_bytes": 48213,
                     *       "status": "approved",
                     *       "submitted_at": "2026-03-10T09:15:00Z",
                     *       "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Document"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["InvalidState"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    renew_upload_url: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                document_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "content_type": "application/pdf",
                 *       "crc32c": "yZRlqg==",
                 *       "filename": "letter.pdf",
                 *       "resumable": false,
                 *       "size_bytes": 48213
                 *     }
                 */
                "application/json": components["schemas"]["NextDocumentUpload"] | null;
            };
        };
        responses: {
            /** @description A document and the signed request that uploads its file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "document": {
                     *         "confidence": 0.97,
                     *         "content_type": "application/pdf",
                     *         "created_at": "2026-03-10T09:15:00Z",
                     *         "domain": "letters",
                     *         "duplicate_of": null,
                     *         "failure": null,
                     *         "feedback": "The second page is missing.",
                     *         "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *         "kind": "document",
                     *         "language": null,
                     *         "original_filename": "letter.pdf",
                     *         "page_count": 1,
                     *         "processed_at": "2026-03-10T09:15:00Z",
                     *         "progress": null,
                     *         "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *         "reviewed_at": "2026-03-10T09:15:00Z",
                     *         "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *         "size_bytes": 48213,
                     *         "status": "approved",
                     *         "submitted_at": "2026-03-10T09:15:00Z",
                     *         "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *         "version": 1
                     *       },
                     *       "upload": {
                     *         "expires_at": "2026-03-11T09:30:00Z",
                     *         "headers": {
                     *           "content-type": "application/pdf"
                     *         },
                     *         "method": "PUT",
                     *         "resumable": false,
                     *         "url": "https://storage.googleapis.com/alta-uploads/documents/letter?X-Goog-Signature=6b0f"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["DocumentUpload"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["InvalidState"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    create_documents: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters, in quotes or without. Within 24 hours, a repeated request with the same key creates the resource only once.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "content_type": "application/pdf",
                 *           "crc32c": "yZRlqg==",
                 *           "domain": "letters",
                 *           "filename": "letter.pdf",
                 *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                 *           "resumable": false,
                 *           "size_bytes": 48213
                 *         }
                 *       ],
                 *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce"
                 *     }
                 */
                "application/json": components["schemas"]["CreateDocumentBatch"];
            };
        };
        responses: {
            /** @description The results of a batch, in the order of the request. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "document": {
                     *             "confidence": 0.97,
                     *             "content_type": "application/pdf",
                     *             "created_at": "2026-03-10T09:15:00Z",
                     *             "domain": "letters",
                     *             "duplicate_of": null,
                     *             "failure": null,
                     *             "feedback": "The second page is missing.",
                     *             "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *             "kind": "document",
                     *             "language": null,
                     *             "original_filename": "letter.pdf",
                     *             "page_count": 1,
                     *             "processed_at": "2026-03-10T09:15:00Z",
                     *             "progress": null,
                     *             "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *             "reviewed_at": "2026-03-10T09:15:00Z",
                     *             "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *             "size_bytes": 48213,
                     *             "status": "approved",
                     *             "submitted_at": "2026-03-10T09:15:00Z",
                     *             "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *             "version": 1
                     *           },
                     *           "status": 200,
                     *           "upload": {
                     *             "expires_at": "2026-03-11T09:30:00Z",
                     *             "headers": {
                     *               "content-type": "application/pdf"
                     *             },
                     *             "method": "PUT",
                     *             "resumable": false,
                     *             "url": "https://storage.googleapis.com/alta-uploads/documents/letter?X-Goog-Signature=6b0f"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["DocumentUploadBatch"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFieldsOrIdempotencyMismatch"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    stream_events: {
        parameters: {
            query: {
                /**
                 * @description The id of the last received event. The stream resumes after it. The header `Last-Event-ID` takes precedence.
                 * @example 81632-7
                 */
                last_event_id?: string;
                /**
                 * @description The project whose events are streamed.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
                /**
                 * @description A ticket from `POST /events/tickets`, instead of a bearer token.
                 * @example k3Jx0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaXeUiOoQwEt
                 */
                ticket?: string;
            };
            header?: {
                /**
                 * @description The id of the last received event. The stream resumes after it.
                 * @example 81632-7
                 */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An event of the stream, distinguished by `event`. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": "{\"at\":\"2026-03-10T09:15:00Z\",\"failure_code\":\"attempts_exhausted\",\"from\":\"processing\",\"item_id\":\"01970a3c-52c0-7000-8000-00022c0aae35\",\"kind\":\"document\",\"project_id\":\"01970a3c-52c0-7000-8000-022678ac0dce\",\"to\":\"pending_review\",\"version\":1}",
                     *       "event": "transition",
                     *       "id": "81632-7"
                     *     }
                     */
                    "text/event-stream": components["schemas"]["StreamEvent"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["UnauthenticatedOrTicketInvalid"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["TooManyRequestsOrQuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce"
                 *     }
                 */
                "application/json": components["schemas"]["CreateEventTicket"];
            };
        };
        responses: {
            /** @description A ticket for the event stream of one project. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "expires_at": "2026-03-11T09:30:00Z",
                     *       "ticket": "k3Jx0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaXeUiOoQwEt"
                     *     }
                     */
                    "application/json": components["schemas"]["EventTicket"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_exports: {
        parameters: {
            query: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description The project whose exports are listed.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "completed_at": "2026-03-10T09:15:00Z",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "failure": null,
                     *           "format": "ndjson",
                     *           "id": "01970a3c-52c0-7000-8000-080e9b120cd6",
                     *           "item_status": "draft",
                     *           "kept_until": "2026-03-11T09:30:00Z",
                     *           "progress": {
                     *             "done": 1,
                     *             "total": 1
                     *           },
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "requested_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "size_bytes": 48213,
                     *           "status": "processing"
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["ExportList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    create_export: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters, in quotes or without. Within 24 hours, a repeated request with the same key creates the resource only once.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "format": "ndjson",
                 *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                 *       "status": "approved"
                 *     }
                 */
                "application/json": components["schemas"]["CreateExport"];
            };
        };
        responses: {
            /** @description A project export that has been accepted. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "01970a3c-52c0-7000-8000-080e9b120cd6",
                     *       "status": "processing"
                     *     }
                     */
                    "application/json": components["schemas"]["RequestedExport"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFieldsOrIdempotencyMismatch"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    get_export: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a project export: a file with the items of a project.
                 * @example 01970a3c-52c0-7000-8000-080e9b120cd6
                 */
                export_id: components["schemas"]["ExportId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A project export, with a link to its file once it is ready. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "completed_at": "2026-03-10T09:15:00Z",
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "expires_at": "2026-03-11T09:30:00Z",
                     *       "failure": null,
                     *       "format": "ndjson",
                     *       "id": "01970a3c-52c0-7000-8000-080e9b120cd6",
                     *       "item_status": "draft",
                     *       "kept_until": "2026-03-11T09:30:00Z",
                     *       "progress": {
                     *         "done": 1,
                     *         "total": 1
                     *       },
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "requested_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "size_bytes": 48213,
                     *       "status": "processing",
                     *       "url": "https://storage.googleapis.com/alta-uploads/documents/letter?X-Goog-Signature=6b0f"
                     *     }
                     */
                    "application/json": components["schemas"]["ExportWithLink"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state of a function and of its dependencies. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "dependencies": [
                     *         {
                     *           "latency_ms": 0,
                     *           "name": "database",
                     *           "status": "ok"
                     *         }
                     *       ],
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["HealthReport"];
                };
            };
            400: components["responses"]["Malformed"];
            500: components["responses"]["Internal"];
            /** @description A required dependency is unavailable. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "dependencies": [
                     *         {
                     *           "latency_ms": 3000,
                     *           "name": "database",
                     *           "status": "unavailable"
                     *         }
                     *       ],
                     *       "status": "unavailable"
                     *     }
                     */
                    "application/json": components["schemas"]["HealthReport"];
                };
            };
        };
    };
    get_liveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state of a function and of its dependencies. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "dependencies": [
                     *         {
                     *           "latency_ms": 0,
                     *           "name": "database",
                     *           "status": "ok"
                     *         }
                     *       ],
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["HealthReport"];
                };
            };
            400: components["responses"]["Malformed"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    get_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token from the mailed link.
                 * @example k3Jx0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaXeUiOoQwEt
                 */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project and role that an invitation offers. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "email": "ada@example.org",
                     *       "expires_at": "2026-03-11T09:30:00Z",
                     *       "invited_by": "Ada Lovelace",
                     *       "project_name": "Letters",
                     *       "role": "admin"
                     *     }
                     */
                    "application/json": components["schemas"]["InvitationPreview"];
                };
            };
            400: components["responses"]["Malformed"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["InvitationUsed"];
            410: components["responses"]["InvitationExpired"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters, in quotes or without. Within 24 hours, a repeated request with the same key creates the resource only once.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The token from the mailed link.
                 * @example k3Jx0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaXeUiOoQwEt
                 */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Membership of the caller in a project. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "joined_at": "2026-03-10T09:15:00Z",
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "project_name": "Letters",
                     *       "role": "admin"
                     *     }
                     */
                    "application/json": components["schemas"]["Membership"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrWrongAccount"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AlreadyMemberOrInvitationUsed"];
            410: components["responses"]["InvitationExpired"];
            422: components["responses"]["IdempotencyMismatch"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_items: {
        parameters: {
            query: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description The project whose items are listed.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
                /**
                 * @description Lists only items with this status.
                 * @example approved
                 */
                status?: components["schemas"]["StatusFilter"];
                /**
                 * @description Lists only the caller's own uploads.
                 * @example me
                 */
                uploaded_by?: "me";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "confidence": 0.97,
                     *           "content_type": "application/pdf",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "domain": "letters",
                     *           "duplicate_of": null,
                     *           "failure": null,
                     *           "feedback": "The second page is missing.",
                     *           "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *           "kind": "document",
                     *           "language": null,
                     *           "original_filename": "letter.pdf",
                     *           "page_count": 1,
                     *           "processed_at": "2026-03-10T09:15:00Z",
                     *           "progress": null,
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "reviewed_at": "2026-03-10T09:15:00Z",
                     *           "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "size_bytes": 48213,
                     *           "status": "approved",
                     *           "submitted_at": "2026-03-10T09:15:00Z",
                     *           "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["AnyItemList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_projects: {
        parameters: {
            query?: {
                /**
                 * @description List all projects on the platform. Only for super admins.
                 * @example false
                 */
                all?: boolean;
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description Part of the project name, case-insensitive.
                 * @example harbor
                 */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "created_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "description": "Letters from 1843",
                     *           "id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "language": null,
                     *           "name": "Letters",
                     *           "role": "admin",
                     *           "updated_at": "2026-03-10T09:15:00Z",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["ProjectList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    create_project: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters, in quotes or without. Within 24 hours, a repeated request with the same key creates the resource only once.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "description": "Letters from 1843",
                 *       "language": null,
                 *       "name": "Letters"
                 *     }
                 */
                "application/json": components["schemas"]["ProjectValues"];
            };
        };
        responses: {
            /** @description A project, with the role of the caller. */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "created_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "description": "Letters from 1843",
                     *       "id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "language": null,
                     *       "name": "Letters",
                     *       "role": "admin",
                     *       "updated_at": "2026-03-10T09:15:00Z",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerified"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFieldsOrIdempotencyMismatch"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    get_project: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A project, with the role of the caller. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "created_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "description": "Letters from 1843",
                     *       "id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "language": null,
                     *       "name": "Letters",
                     *       "role": "admin",
                     *       "updated_at": "2026-03-10T09:15:00Z",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    update_project: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "description": "Letters from 1843",
                 *       "language": null,
                 *       "name": "Letters"
                 *     }
                 */
                "application/json": components["schemas"]["ProjectValues"];
            };
        };
        responses: {
            /** @description A project, with the role of the caller. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "created_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "description": "Letters from 1843",
                     *       "id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "language": null,
                     *       "name": "Letters",
                     *       "role": "admin",
                     *       "updated_at": "2026-03-10T09:15:00Z",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["Stale"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    delete_project: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["Stale"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_project_audit_logs: {
        parameters: {
            query?: {
                /**
                 * @description Action, for example `member.removed`.
                 * @example member.removed
                 */
                action?: string;
                /**
                 * @description User who performed the action.
                 * @example 01970a3c-52c0-7000-8000-00024076d0ed
                 */
                actor?: components["schemas"]["UserId"];
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description Start of the period (inclusive).
                 * @example 2026-03-10T09:15:00Z
                 */
                from?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description Id of the affected resource.
                 * @example 01970a3c-52c0-7000-8000-68c5c20be90f
                 */
                resource_id?: string;
                /**
                 * @description Type of the affected resource, for example `invitation`.
                 * @example user
                 */
                resource_type?: string;
                /**
                 * @description End of the period (exclusive).
                 * @example 2026-03-11T09:30:00Z
                 */
                to?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "action": "member.removed",
                     *           "actor_user_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "details": null,
                     *           "id": "01970a3c-52c0-7000-8000-0041afbe584f",
                     *           "ip_address": "192.0.2.7",
                     *           "metadata": {},
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "resource_id": "01970a3c-52c0-7000-8000-68c5c20be90f",
                     *           "resource_type": "user",
                     *           "status": "success",
                     *           "user_agent": "Mozilla/5.0"
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["AuditLogList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_invitations: {
        parameters: {
            query?: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "accepted_at": "2026-03-10T09:15:00Z",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "email": "ada@example.org",
                     *           "expires_at": "2026-03-11T09:30:00Z",
                     *           "id": "01970a3c-52c0-7000-8000-5af6fad5a2d1",
                     *           "invited_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "role": "admin",
                     *           "status": "open"
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["InvitationList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    revoke_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an invitation to a project and its mailed link.
                 * @example 01970a3c-52c0-7000-8000-5af6fad5a2d1
                 */
                invitation_id: components["schemas"]["InvitationId"];
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    resend_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an invitation to a project and its mailed link.
                 * @example 01970a3c-52c0-7000-8000-5af6fad5a2d1
                 */
                invitation_id: components["schemas"]["InvitationId"];
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An invitation to a project, as shown to its admins. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accepted_at": "2026-03-10T09:15:00Z",
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "email": "ada@example.org",
                     *       "expires_at": "2026-03-11T09:30:00Z",
                     *       "id": "01970a3c-52c0-7000-8000-5af6fad5a2d1",
                     *       "invited_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "role": "admin",
                     *       "status": "open"
                     *     }
                     */
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    create_invitation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters, in quotes or without. Within 24 hours, a repeated request with the same key creates the resource only once.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.org",
                 *       "role": "admin"
                 *     }
                 */
                "application/json": components["schemas"]["CreateInvitation"];
            };
        };
        responses: {
            /** @description An invitation to a project, as shown to its admins. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accepted_at": "2026-03-10T09:15:00Z",
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "email": "ada@example.org",
                     *       "expires_at": "2026-03-11T09:30:00Z",
                     *       "id": "01970a3c-52c0-7000-8000-5af6fad5a2d1",
                     *       "invited_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "role": "admin",
                     *       "status": "open"
                     *     }
                     */
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["AlreadyMemberOrAlreadyInvited"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFieldsOrIdempotencyMismatch"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_members: {
        parameters: {
            query?: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "display_name": "Ada Lovelace",
                     *           "email": "ada@example.org",
                     *           "joined_at": "2026-03-10T09:15:00Z",
                     *           "role": "admin",
                     *           "user_id": "01970a3c-52c0-7000-8000-00024076d0ed"
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["MemberList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    delete_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
                /**
                 * @description The id of a user.
                 * @example 01970a3c-52c0-7000-8000-00024076d0ed
                 */
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["LastAdmin"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    update_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a project.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
                /**
                 * @description The id of a user.
                 * @example 01970a3c-52c0-7000-8000-00024076d0ed
                 */
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "role": "admin"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateMember"];
                /**
                 * @example {
                 *       "role": "admin"
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["UpdateMember"];
            };
        };
        responses: {
            /** @description A member of a project. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "display_name": "Ada Lovelace",
                     *       "email": "ada@example.org",
                     *       "joined_at": "2026-03-10T09:15:00Z",
                     *       "role": "admin",
                     *       "user_id": "01970a3c-52c0-7000-8000-00024076d0ed"
                     *     }
                     */
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["LastAdmin"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_queue: {
        parameters: {
            query: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description Selects only documents or only voice samples.
                 * @example document
                 */
                kind?: components["schemas"]["ItemKind"];
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description The order of the queue: oldest first, or lowest confidence first.
                 * @example oldest
                 */
                order?: "oldest" | "confidence";
                /**
                 * @description The project whose queue is used.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "claimed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "claimed_until": "2026-03-11T09:30:00Z",
                     *           "confidence": 0.97,
                     *           "content_type": "application/pdf",
                     *           "duration_seconds": 12.5,
                     *           "feedback": "The second page is missing.",
                     *           "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *           "kind": "document",
                     *           "language": null,
                     *           "original_filename": "letter.pdf",
                     *           "page_count": 1,
                     *           "processed_at": "2026-03-10T09:15:00Z",
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "reviewed_at": "2026-03-10T09:15:00Z",
                     *           "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "status": "approved",
                     *           "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["ReviewItemList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    decide_item: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                item_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "corrected_text": null,
                 *       "feedback": "The second page is missing.",
                 *       "status": "approved"
                 *     }
                 */
                "application/json": components["schemas"]["Decision"];
                /**
                 * @example {
                 *       "corrected_text": null,
                 *       "feedback": "The second page is missing.",
                 *       "status": "approved"
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["Decision"];
            };
        };
        responses: {
            /** @description An item in the review queue. Get its text from `/documents/{id}` or `/voice/{id}`. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "claimed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "claimed_until": "2026-03-11T09:30:00Z",
                     *       "confidence": 0.97,
                     *       "content_type": "application/pdf",
                     *       "duration_seconds": 12.5,
                     *       "feedback": "The second page is missing.",
                     *       "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *       "kind": "document",
                     *       "language": null,
                     *       "original_filename": "letter.pdf",
                     *       "page_count": 1,
                     *       "processed_at": "2026-03-10T09:15:00Z",
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "reviewed_at": "2026-03-10T09:15:00Z",
                     *       "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "status": "approved",
                     *       "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["ReviewItem"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbiddenOrOwnSubmission"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["InvalidStateOrAlreadyDecidedOrClaimed"];
            412: components["responses"]["Stale"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    claim_item: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                item_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An item in the review queue. Get its text from `/documents/{id}` or `/voice/{id}`. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "claimed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "claimed_until": "2026-03-11T09:30:00Z",
                     *       "confidence": 0.97,
                     *       "content_type": "application/pdf",
                     *       "duration_seconds": 12.5,
                     *       "feedback": "The second page is missing.",
                     *       "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *       "kind": "document",
                     *       "language": null,
                     *       "original_filename": "letter.pdf",
                     *       "page_count": 1,
                     *       "processed_at": "2026-03-10T09:15:00Z",
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "reviewed_at": "2026-03-10T09:15:00Z",
                     *       "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "status": "approved",
                     *       "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["ReviewItem"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["InvalidStateOrAlreadyDecidedOrClaimedOrTooManyClaims"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    release_item: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                item_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_history: {
        parameters: {
            query?: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                item_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "actor_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "actor_name": "Ada Lovelace",
                     *           "at": "2026-03-10T09:15:00Z",
                     *           "failure_code": "attempts_exhausted",
                     *           "feedback": "The second page is missing.",
                     *           "from": "processing",
                     *           "text_after": "Dear Ada,",
                     *           "text_before": "Dear Ade,",
                     *           "to": "pending_review",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["HistoryEntryList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    reopen_item: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                item_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An item in the review queue. Get its text from `/documents/{id}` or `/voice/{id}`. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "claimed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "claimed_until": "2026-03-11T09:30:00Z",
                     *       "confidence": 0.97,
                     *       "content_type": "application/pdf",
                     *       "duration_seconds": 12.5,
                     *       "feedback": "The second page is missing.",
                     *       "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *       "kind": "document",
                     *       "language": null,
                     *       "original_filename": "letter.pdf",
                     *       "page_count": 1,
                     *       "processed_at": "2026-03-10T09:15:00Z",
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "reviewed_at": "2026-03-10T09:15:00Z",
                     *       "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "status": "approved",
                     *       "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["ReviewItem"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["InvalidState"];
            412: components["responses"]["Stale"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "decisions": [
                 *         {
                 *           "corrected_text": null,
                 *           "feedback": "The second page is missing.",
                 *           "item_id": "01970a3c-52c0-7000-8000-00022c0aae35",
                 *           "status": "approved"
                 *         }
                 *       ],
                 *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce"
                 *     }
                 */
                "application/json": components["schemas"]["DecideItems"];
            };
        };
        responses: {
            /** @description The results of a batch, in the order of the request. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "item": {
                     *             "claimed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *             "claimed_until": "2026-03-11T09:30:00Z",
                     *             "confidence": 0.97,
                     *             "content_type": "application/pdf",
                     *             "duration_seconds": 12.5,
                     *             "feedback": "The second page is missing.",
                     *             "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *             "kind": "document",
                     *             "language": null,
                     *             "original_filename": "letter.pdf",
                     *             "page_count": 1,
                     *             "processed_at": "2026-03-10T09:15:00Z",
                     *             "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *             "reviewed_at": "2026-03-10T09:15:00Z",
                     *             "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *             "status": "approved",
                     *             "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *             "version": 1
                     *           },
                     *           "status": 200
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["DecidedItemBatch"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    claim_next: {
        parameters: {
            query: {
                /**
                 * @description Selects only documents or only voice samples.
                 * @example document
                 */
                kind?: components["schemas"]["ItemKind"];
                /**
                 * @description The order of the queue: oldest first, or lowest confidence first.
                 * @example oldest
                 */
                order?: "oldest" | "confidence";
                /**
                 * @description The project whose queue is used.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An item in the review queue. Get its text from `/documents/{id}` or `/voice/{id}`. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "claimed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "claimed_until": "2026-03-11T09:30:00Z",
                     *       "confidence": 0.97,
                     *       "content_type": "application/pdf",
                     *       "duration_seconds": 12.5,
                     *       "feedback": "The second page is missing.",
                     *       "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *       "kind": "document",
                     *       "language": null,
                     *       "original_filename": "letter.pdf",
                     *       "page_count": 1,
                     *       "processed_at": "2026-03-10T09:15:00Z",
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "reviewed_at": "2026-03-10T09:15:00Z",
                     *       "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "status": "approved",
                     *       "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["ReviewItem"];
                };
            };
            /** @description No item is available. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["TooManyClaims"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
            /** @description The account of the signed-in user. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "display_name": "Ada Lovelace",
                     *       "email": "ada@example.org",
                     *       "global_role": "super_admin",
                     *       "id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "is_verified": true,
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerified"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    delete_account: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrReauthenticationRequired"];
            409: components["responses"]["LastAdminOrLastSuperAdmin"];
            412: components["responses"]["Stale"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    update_account: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "display_name": "Ada Lovelace"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateAccount"];
                /**
                 * @example {
                 *       "display_name": "Ada Lovelace"
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["UpdateAccount"];
            };
        };
        responses: {
            /** @description The account of the signed-in user. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "display_name": "Ada Lovelace",
                     *       "email": "ada@example.org",
                     *       "global_role": "super_admin",
                     *       "id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "is_verified": true,
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerified"];
            412: components["responses"]["Stale"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
            /** @description All data that the platform holds about a user. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "account": {
                     *         "created_at": "2026-03-10T09:15:00Z",
                     *         "display_name": "Ada Lovelace",
                     *         "email": "ada@example.org",
                     *         "global_role": "super_admin",
                     *         "id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *         "is_verified": true,
                     *         "version": 1
                     *       },
                     *       "audit_logs": [
                     *         {
                     *           "action": "member.removed",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "details": null,
                     *           "id": "01970a3c-52c0-7000-8000-0041afbe584f",
                     *           "ip_address": "192.0.2.7",
                     *           "metadata": {},
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "resource_id": "01970a3c-52c0-7000-8000-68c5c20be90f",
                     *           "resource_type": "user",
                     *           "status": "success",
                     *           "user_agent": "Mozilla/5.0"
                     *         }
                     *       ],
                     *       "exported_at": "2026-03-10T09:15:00Z",
                     *       "feedback": [
                     *         {
                     *           "feedback": "The second page is missing.",
                     *           "item_id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "invitations": [
                     *         {
                     *           "accepted_at": "2026-03-10T09:15:00Z",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "expires_at": "2026-03-11T09:30:00Z",
                     *           "id": "01970a3c-52c0-7000-8000-5af6fad5a2d1",
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "project_name": "Letters",
                     *           "revoked_at": null,
                     *           "role": "admin"
                     *         }
                     *       ],
                     *       "item_texts": [
                     *         {
                     *           "item_id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *           "number": 1,
                     *           "text": "Dear Ada,"
                     *         }
                     *       ],
                     *       "items": [
                     *         {
                     *           "content_type": "application/pdf",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *           "kind": "document",
                     *           "language": null,
                     *           "original_filename": "letter.pdf",
                     *           "processed_at": "2026-03-10T09:15:00Z",
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "reviewed_at": "2026-03-10T09:15:00Z",
                     *           "size_bytes": 48213,
                     *           "status": "approved",
                     *           "submitted_at": "2026-03-10T09:15:00Z"
                     *         }
                     *       ],
                     *       "memberships": [
                     *         {
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "project_name": "Letters",
                     *           "role": "admin"
                     *         }
                     *       ],
                     *       "passkeys": [
                     *         {
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "id": "01970a3c-52c0-7000-8000-01ba76022623",
                     *           "last_used_at": "2026-03-10T09:15:00Z",
                     *           "name": "Letters",
                     *           "suspended_at": null
                     *         }
                     *       ],
                     *       "project_exports": [
                     *         {
                     *           "completed_at": "2026-03-10T09:15:00Z",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "format": "ndjson",
                     *           "id": "01970a3c-52c0-7000-8000-080e9b120cd6",
                     *           "item_status": "draft",
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "status": "processing"
                     *         }
                     *       ],
                     *       "sessions": [
                     *         {
                     *           "authenticated_at": "2026-03-10T09:15:00Z",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "expires_at": "2026-03-11T09:30:00Z",
                     *           "id": "01970a3c-52c0-7000-8000-0427d23c5a0b",
                     *           "ip_address": "192.0.2.7",
                     *           "last_used_at": "2026-03-10T09:15:00Z",
                     *           "revoked_at": null,
                     *           "user_agent": "Mozilla/5.0"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AccountExport"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerified"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_passkeys: {
        parameters: {
            query?: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "id": "01970a3c-52c0-7000-8000-01ba76022623",
                     *           "last_used_at": "2026-03-10T09:15:00Z",
                     *           "name": "Letters",
                     *           "suspended_at": null
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerified"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    delete_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The platform's id of a passkey, which differs from the authenticator's credential id.
                 * @example 01970a3c-52c0-7000-8000-01ba76022623
                 */
                passkey_id: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrReauthenticationRequired"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    update_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The platform's id of a passkey, which differs from the authenticator's credential id.
                 * @example 01970a3c-52c0-7000-8000-01ba76022623
                 */
                passkey_id: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Letters"
                 *     }
                 */
                "application/json": components["schemas"]["UpdatePasskey"];
                /**
                 * @example {
                 *       "name": "Letters"
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["UpdatePasskey"];
            };
        };
        responses: {
            /** @description A passkey: a key pair on one of the user's authenticators, or synchronized between several. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "id": "01970a3c-52c0-7000-8000-01ba76022623",
                     *       "last_used_at": "2026-03-10T09:15:00Z",
                     *       "name": "Letters",
                     *       "suspended_at": null
                     *     }
                     */
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerified"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    confirm_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The platform's id of a passkey, which differs from the authenticator's credential id.
                 * @example 01970a3c-52c0-7000-8000-01ba76022623
                 */
                passkey_id: components["schemas"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A passkey: a key pair on one of the user's authenticators, or synchronized between several. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "id": "01970a3c-52c0-7000-8000-01ba76022623",
                     *       "last_used_at": "2026-03-10T09:15:00Z",
                     *       "name": "Letters",
                     *       "suspended_at": null
                     *     }
                     */
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrReauthenticationRequired"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
                /**
                 * @example {
                 *       "current_password": "a quiet evening in spring",
                 *       "new_password": "seven lanterns at the harbor"
                 *     }
                 */
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["UnauthenticatedOrInvalidCredentials"];
            403: components["responses"]["EmailNotVerifiedOrReauthenticationRequired"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "current": true,
                     *           "id": "01970a3c-52c0-7000-8000-0427d23c5a0b",
                     *           "ip_address": "192.0.2.7",
                     *           "last_used_at": "2026-03-10T09:15:00Z",
                     *           "user_agent": "Mozilla/5.0"
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerified"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
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
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerified"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a session, which is one sign-in on one device.
                 * @example 01970a3c-52c0-7000-8000-0427d23c5a0b
                 */
                session_id: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerified"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_voice_samples: {
        parameters: {
            query: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description The project whose items are listed.
                 * @example 01970a3c-52c0-7000-8000-022678ac0dce
                 */
                project_id: components["schemas"]["ProjectId"];
                /**
                 * @description Searches file names and texts, best matches first. Supports `"a phrase"`, `or`, `-excluded` and `beginning*`. The
                 *     last word may be incomplete.
                 * @example harbor
                 */
                q?: string;
                /**
                 * @description Lists only items with this status.
                 * @example approved
                 */
                status?: components["schemas"]["StatusFilter"];
                /**
                 * @description Lists only the caller's own uploads.
                 * @example me
                 */
                uploaded_by?: "me";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "confidence": 0.97,
                     *           "content_type": "application/pdf",
                     *           "created_at": "2026-03-10T09:15:00Z",
                     *           "duplicate_of": null,
                     *           "duration_seconds": 12.5,
                     *           "failure": null,
                     *           "feedback": "The second page is missing.",
                     *           "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *           "kind": "voice",
                     *           "language": null,
                     *           "original_filename": "letter.pdf",
                     *           "processed_at": "2026-03-10T09:15:00Z",
                     *           "progress": null,
                     *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *           "requested_language": "en-US",
                     *           "reviewed_at": "2026-03-10T09:15:00Z",
                     *           "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "size_bytes": 48213,
                     *           "snippet": [
                     *             {
                     *               "highlighted": true,
                     *               "text": "Dear Ada,"
                     *             }
                     *           ],
                     *           "status": "approved",
                     *           "submitted_at": "2026-03-10T09:15:00Z",
                     *           "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *           "version": 1
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["ListedVoiceSampleList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    create_voice_sample: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters, in quotes or without. Within 24 hours, a repeated request with the same key creates the resource only once.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "content_type": "audio/wav",
                 *       "crc32c": "yZRlqg==",
                 *       "filename": "letter.pdf",
                 *       "language": null,
                 *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                 *       "resumable": false,
                 *       "size_bytes": 48213
                 *     }
                 */
                "application/json": components["schemas"]["CreateVoiceSample"];
            };
        };
        responses: {
            /** @description A voice sample and the signed request that uploads its file. */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "upload": {
                     *         "expires_at": "2026-03-11T09:30:00Z",
                     *         "headers": {
                     *           "content-type": "application/pdf"
                     *         },
                     *         "method": "PUT",
                     *         "resumable": false,
                     *         "url": "https://storage.googleapis.com/alta-uploads/documents/letter?X-Goog-Signature=6b0f"
                     *       },
                     *       "voice_sample": {
                     *         "confidence": 0.97,
                     *         "content_type": "application/pdf",
                     *         "created_at": "2026-03-10T09:15:00Z",
                     *         "duplicate_of": null,
                     *         "duration_seconds": 12.5,
                     *         "failure": null,
                     *         "feedback": "The second page is missing.",
                     *         "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *         "kind": "voice",
                     *         "language": null,
                     *         "original_filename": "letter.pdf",
                     *         "processed_at": "2026-03-10T09:15:00Z",
                     *         "progress": null,
                     *         "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *         "requested_language": "en-US",
                     *         "reviewed_at": "2026-03-10T09:15:00Z",
                     *         "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *         "size_bytes": 48213,
                     *         "status": "approved",
                     *         "submitted_at": "2026-03-10T09:15:00Z",
                     *         "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *         "version": 1
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["VoiceUpload"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFieldsOrIdempotencyMismatch"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    get_voice_sample: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A voice sample with its text. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "confidence": 0.97,
                     *       "content_type": "application/pdf",
                     *       "corrected_text": null,
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "duplicate_of": null,
                     *       "duration_seconds": 12.5,
                     *       "failure": null,
                     *       "feedback": "The second page is missing.",
                     *       "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *       "kind": "voice",
                     *       "language": null,
                     *       "original_filename": "letter.pdf",
                     *       "processed_at": "2026-03-10T09:15:00Z",
                     *       "progress": null,
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "requested_language": "en-US",
                     *       "reviewed_at": "2026-03-10T09:15:00Z",
                     *       "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "size_bytes": 48213,
                     *       "status": "approved",
                     *       "submitted_at": "2026-03-10T09:15:00Z",
                     *       "transcription_text": "Meet me at the harbor.",
                     *       "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["VoiceSampleWithText"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    delete_voice_sample: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request succeeded. The response has no body. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["Stale"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    update_voice_sample: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. Without it, the change applies to any version.
                 * @example "3"
                 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "language": null
                 *     }
                 */
                "application/json": components["schemas"]["UpdateVoiceSample"];
                /**
                 * @example {
                 *       "language": null
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["UpdateVoiceSample"];
            };
        };
        responses: {
            /** @description A voice sample with its metadata, without its text. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "confidence": 0.97,
                     *       "content_type": "application/pdf",
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "duplicate_of": null,
                     *       "duration_seconds": 12.5,
                     *       "failure": null,
                     *       "feedback": "The second page is missing.",
                     *       "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *       "kind": "voice",
                     *       "language": null,
                     *       "original_filename": "letter.pdf",
                     *       "processed_at": "2026-03-10T09:15:00Z",
                     *       "progress": null,
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "requested_language": "en-US",
                     *       "reviewed_at": "2026-03-10T09:15:00Z",
                     *       "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "size_bytes": 48213,
                     *       "status": "approved",
                     *       "submitted_at": "2026-03-10T09:15:00Z",
                     *       "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["VoiceSample"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            412: components["responses"]["Stale"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    download_voice_sample: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A signed URL to download a file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "expires_at": "2026-03-11T09:30:00Z",
                     *       "url": "https://storage.googleapis.com/alta-uploads/documents/letter?X-Goog-Signature=6b0f"
                     *     }
                     */
                    "application/json": components["schemas"]["Download"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["InvalidState"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    reprocess_voice_sample: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A voice sample with its metadata, without its text. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "confidence": 0.97,
                     *       "content_type": "application/pdf",
                     *       "created_at": "2026-03-10T09:15:00Z",
                     *       "duplicate_of": null,
                     *       "duration_seconds": 12.5,
                     *       "failure": null,
                     *       "feedback": "The second page is missing.",
                     *       "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *       "kind": "voice",
                     *       "language": null,
                     *       "original_filename": "letter.pdf",
                     *       "processed_at": "2026-03-10T09:15:00Z",
                     *       "progress": null,
                     *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *       "requested_language": "en-US",
                     *       "reviewed_at": "2026-03-10T09:15:00Z",
                     *       "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "size_bytes": 48213,
                     *       "status": "approved",
                     *       "submitted_at": "2026-03-10T09:15:00Z",
                     *       "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *       "version": 1
                     *     }
                     */
                    "application/json": components["schemas"]["VoiceSample"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["InvalidState"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    renew_voice_upload_url: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "content_type": "audio/wav",
                 *       "crc32c": "yZRlqg==",
                 *       "filename": "letter.pdf",
                 *       "resumable": false,
                 *       "size_bytes": 48213
                 *     }
                 */
                "application/json": components["schemas"]["NextVoiceUpload"] | null;
            };
        };
        responses: {
            /** @description A voice sample and the signed request that uploads its file. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "upload": {
                     *         "expires_at": "2026-03-11T09:30:00Z",
                     *         "headers": {
                     *           "content-type": "application/pdf"
                     *         },
                     *         "method": "PUT",
                     *         "resumable": false,
                     *         "url": "https://storage.googleapis.com/alta-uploads/documents/letter?X-Goog-Signature=6b0f"
                     *       },
                     *       "voice_sample": {
                     *         "confidence": 0.97,
                     *         "content_type": "application/pdf",
                     *         "created_at": "2026-03-10T09:15:00Z",
                     *         "duplicate_of": null,
                     *         "duration_seconds": 12.5,
                     *         "failure": null,
                     *         "feedback": "The second page is missing.",
                     *         "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *         "kind": "voice",
                     *         "language": null,
                     *         "original_filename": "letter.pdf",
                     *         "processed_at": "2026-03-10T09:15:00Z",
                     *         "progress": null,
                     *         "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *         "requested_language": "en-US",
                     *         "reviewed_at": "2026-03-10T09:15:00Z",
                     *         "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *         "size_bytes": 48213,
                     *         "status": "approved",
                     *         "submitted_at": "2026-03-10T09:15:00Z",
                     *         "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *         "version": 1
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["VoiceUpload"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["InvalidState"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFields"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_words: {
        parameters: {
            query?: {
                /**
                 * @description The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
                 *     page.
                 * @example c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ
                 */
                cursor?: string;
                /**
                 * @description The maximum number of entries on the page.
                 * @example 50
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The id of an item: a document or a voice sample.
                 * @example 01970a3c-52c0-7000-8000-00022c0aae35
                 */
                voice_sample_id: components["schemas"]["ItemId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of a list. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "channel": 1,
                     *           "confidence": 0.97,
                     *           "end": 0.9,
                     *           "start": 0.4,
                     *           "word": "harbor"
                     *         }
                     *       ],
                     *       "next_cursor": "c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ"
                     *     }
                     */
                    "application/json": components["schemas"]["WordList"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["InvalidFields"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    create_voice_samples: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 visible ASCII characters, in quotes or without. Within 24 hours, a repeated request with the same key creates the resource only once.
                 * @example 8e03978e-40d5-43e8-bc93-6894a57f9324
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "content_type": "audio/wav",
                 *           "crc32c": "yZRlqg==",
                 *           "filename": "letter.pdf",
                 *           "language": null,
                 *           "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                 *           "resumable": false,
                 *           "size_bytes": 48213
                 *         }
                 *       ],
                 *       "project_id": "01970a3c-52c0-7000-8000-022678ac0dce"
                 *     }
                 */
                "application/json": components["schemas"]["CreateVoiceSampleBatch"];
            };
        };
        responses: {
            /** @description The results of a batch, in the order of the request. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "status": 200,
                     *           "upload": {
                     *             "expires_at": "2026-03-11T09:30:00Z",
                     *             "headers": {
                     *               "content-type": "application/pdf"
                     *             },
                     *             "method": "PUT",
                     *             "resumable": false,
                     *             "url": "https://storage.googleapis.com/alta-uploads/documents/letter?X-Goog-Signature=6b0f"
                     *           },
                     *           "voice_sample": {
                     *             "confidence": 0.97,
                     *             "content_type": "application/pdf",
                     *             "created_at": "2026-03-10T09:15:00Z",
                     *             "duplicate_of": null,
                     *             "duration_seconds": 12.5,
                     *             "failure": null,
                     *             "feedback": "The second page is missing.",
                     *             "id": "01970a3c-52c0-7000-8000-00022c0aae35",
                     *             "kind": "voice",
                     *             "language": null,
                     *             "original_filename": "letter.pdf",
                     *             "processed_at": "2026-03-10T09:15:00Z",
                     *             "progress": null,
                     *             "project_id": "01970a3c-52c0-7000-8000-022678ac0dce",
                     *             "requested_language": "en-US",
                     *             "reviewed_at": "2026-03-10T09:15:00Z",
                     *             "reviewed_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *             "size_bytes": 48213,
                     *             "status": "approved",
                     *             "submitted_at": "2026-03-10T09:15:00Z",
                     *             "uploaded_by_id": "01970a3c-52c0-7000-8000-00024076d0ed",
                     *             "version": 1
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["VoiceUploadBatch"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerifiedOrForbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidFieldsOrIdempotencyMismatch"];
            429: components["responses"]["QuotaExceeded"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
    list_languages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The languages in which voice samples can be transcribed. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "code": "invalid_fields",
                     *           "name": "Letters"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Languages"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["EmailNotVerified"];
            500: components["responses"]["Internal"];
            503: components["responses"]["UnavailableOrTimedOut"];
        };
    };
}
