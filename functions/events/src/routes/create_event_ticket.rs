//! The handler of `POST /events/tickets`.

use axum::{extract::State, http::StatusCode};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Json,
        problem::{Problem, Result},
    },
    identity::guard::{ByBody, InProject, ProjectMember},
};
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;

use crate::{AppState, access::ticket_hash, model::Reader, queries};

/// The lifetime of a ticket.
const LIFETIME: Duration = Duration::hours(1);

/// The project for which a ticket is created.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateEventTicket {
    /// The project whose event stream the ticket opens.
    #[garde(skip)]
    pub(crate) project_id: ProjectId,
}

impl InProject for CreateEventTicket {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// A ticket for the event stream of one project.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventTicket {
    /// The value of the query parameter `ticket`. It grants access to this project's events while the session that
    /// created it is valid.
    ticket: String,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// Create an event ticket
///
/// The ticket authenticates `GET /events` for a browser's `EventSource`, which cannot send headers. It is valid for one
/// hour and can be used any number of times.
// The handler accepts no Idempotency-Key: the response to a repeated request is built from stored rows, and only the
// hash of a ticket is stored. A repeated request creates another ticket, which is harmless because both expire within
// an hour.
#[utoipa::path(post, path = "/events/tickets", tag = "events", request_body = CreateEventTicket,
    responses((status = CREATED, body = EventTicket)))]
pub(crate) async fn create_event_ticket(
    State(app): State<AppState>,
    access: ProjectMember<ByBody<CreateEventTicket>>,
) -> Result<(StatusCode, Json<EventTicket>)> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Problem::internal("no randomness"))?;
    let ticket = URL_SAFE_NO_PAD.encode(bytes);
    let expires_at = app.clock.now() + LIFETIME;
    let reader = Reader {
        user_id: access.principal.user_id,
        session_id: access.principal.session_id,
        project_id: access.project_id,
    };
    queries::insert_ticket(&app.db, &ticket_hash(&ticket), reader, expires_at).await?;
    Ok((StatusCode::CREATED, Json(EventTicket { ticket, expires_at })))
}
