//! Access to a stream: a project member authenticates with a bearer token, or with a ticket in the query string.

use aws_lc_rs::digest::{SHA256, digest};
use axum::{extract::FromRequestParts, http::request::Parts};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::{context, ids::ProjectId},
    http::{
        extract::Query,
        openapi::{Described, Describes},
        problem::{Code, Problem},
    },
    identity::{
        guard::{ByQuery, InProject, ProjectMember},
        rate_limit::{Account, HasAccount, RateLimited},
    },
};
use utoipa::IntoParams;

use crate::{
    AppState,
    model::{Reader, StreamCursor},
    queries,
};

/// The query parameters of a stream.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamEvents {
    /// The project whose events are streamed.
    #[garde(skip)]
    pub(crate) project_id: ProjectId,
    /// A ticket from `POST /events/tickets`, instead of a bearer token.
    #[garde(length(chars, max = 64))]
    #[param(max_length = 64)]
    pub(crate) ticket: Option<String>,
    /// The id of the last received event. The stream resumes after it. The header `Last-Event-ID` takes precedence.
    #[garde(skip)]
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,18}-[0-9]{1,18}$")]
    pub(crate) last_event_id: Option<StreamCursor>,
}

impl InProject for StreamEvents {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// Rate limits apply only to the client's address, because a ticket cannot be guessed.
impl HasAccount for StreamEvents {
    fn account(&self) -> Account<'_> {
        Account::Unnamed
    }
}

/// An authorized reader and their query parameters.
pub(crate) struct EventReader {
    pub(crate) reader: Reader,
    pub(crate) query: StreamEvents,
}

/// Returns the SHA-256 hash under which a ticket is stored.
pub(crate) fn ticket_hash(ticket: &str) -> Vec<u8> {
    digest(&SHA256, ticket.as_bytes()).as_ref().to_vec()
}

impl FromRequestParts<AppState> for EventReader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        if has_ticket(parts) {
            let limited = RateLimited::<Query<StreamEvents>>::from_request_parts(parts, app).await?;
            let Query(query) = limited.body;
            let reader = by_ticket(&query, app).await?;
            return Ok(Self { reader, query });
        }
        let access = ProjectMember::<ByQuery<StreamEvents>>::from_request_parts(parts, app).await?;
        let reader = Reader {
            user_id: access.principal.user_id,
            session_id: access.principal.session_id,
            project_id: access.project_id,
        };
        Ok(Self { reader, query: access.target })
    }
}

impl Describes for EventReader {
    fn describe(operation: &mut Described<'_>) {
        ProjectMember::<ByQuery<StreamEvents>>::describe(operation);
        RateLimited::<Query<StreamEvents>>::describe(operation);
    }
}

fn has_ticket(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "ticket")
}

async fn by_ticket(query: &StreamEvents, app: &AppState) -> Result<Reader, Problem> {
    let hash = ticket_hash(query.ticket.as_deref().unwrap_or_default());
    let found = queries::ticket(&app.db, &hash, query.project_id, app.clock.now()).await?;
    let found = found.ok_or_else(|| Problem::new(Code::TicketInvalid))?;
    context::describe("user_id", found.user_id);
    if !found.verified {
        return Err(Problem::new(Code::EmailNotVerified));
    }
    if !found.member {
        return Err(Problem::new(Code::NotFound));
    }
    context::describe("project_id", query.project_id);
    Ok(Reader { user_id: found.user_id, session_id: found.session_id, project_id: query.project_id })
}
