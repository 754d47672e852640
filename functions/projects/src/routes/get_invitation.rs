//! The handler of `GET /invitations/{token}`.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde::Serialize;
use shared::{
    http::{
        extract::{Json, Path},
        openapi::{Described, Describes},
        problem::{OrNotFound as _, Problem, Result},
    },
    identity::{
        guard::ProjectRole,
        mail_token,
        rate_limit::{Account, HasAccount, RateLimited},
    },
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{AppState, queries};

/// Token of a mailed link, from the path.
pub(crate) struct LinkToken(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for LinkToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Path::from_request_parts(parts, state).await.map(|Path(token)| Self(token))
    }
}

impl Describes for LinkToken {
    fn describe(operation: &mut Described<'_>) {
        Path::<String>::describe(operation);
    }
}

impl HasAccount for LinkToken {
    fn account(&self) -> Account<'_> {
        Account::Token(&self.0)
    }
}

/// The project and role that an invitation offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationPreview {
    project_name: String,
    role: ProjectRole,
    /// The only address that can accept the invitation.
    email: String,
    /// Display name of the admin who sent the invitation, or their email address if they have no name.
    invited_by: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// Get an invitation by its token
///
/// Requires no sign-in: anyone with the link can see the invitation.
#[utoipa::path(get, path = "/invitations/{token}", tag = "invitations", params(("token" = String, Path, description = "The token from the mailed link.")),
    responses((status = OK, body = InvitationPreview),
        (status = NOT_FOUND, description = "not_found"),
        (status = CONFLICT, description = "invitation_used"),
        (status = GONE, description = "invitation_expired")))]
pub(crate) async fn get_invitation(
    State(app): State<AppState>,
    RateLimited { body: LinkToken(token), .. }: RateLimited<LinkToken>,
) -> Result<Json<InvitationPreview>> {
    let invitation = queries::find_invitation(&app.db, &mail_token::hash(&token))
        .await?
        .or_not_found()?
        .open(app.clock.now())?;
    Ok(Json(InvitationPreview {
        project_name: invitation.project_name,
        role: invitation.role,
        email: invitation.email,
        invited_by: invitation.invited_by,
        expires_at: invitation.expires_at,
    }))
}
