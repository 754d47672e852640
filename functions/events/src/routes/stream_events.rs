//! `GET /events`.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, header},
    response::IntoResponse,
};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::ProjectId,
    http::{
        problem::{Code, Problem, ProblemBody, Result},
        server::Stopping,
    },
    identity::guard::InProject,
    items::Position,
};
use utoipa::IntoParams;

use crate::{
    AppState,
    access::EventReader,
    model::{EventId, ItemTransition},
    queries, stream,
    stream::Start,
};

/// Sent by a browser that connects again.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx, and what is made like it, to pass each event on as it comes.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Which events.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamEvents {
    /// The project.
    #[garde(skip)]
    pub(crate) project_id: ProjectId,
    /// From `POST /events/tickets`, in place of a bearer token.
    #[garde(length(max = 64))]
    #[param(max_length = 64)]
    pub(crate) ticket: Option<String>,
    /// The id of the last event that was seen: the stream goes on after it. The header `Last-Event-ID` goes first.
    #[garde(skip)]
    #[param(value_type = Option<String>)]
    pub(crate) last_event_id: Option<EventId>,
}

impl InProject for StreamEvents {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

/// A project's changes of state as they happen, as server-sent events.
///
/// Each `transition` event carries the JSON described here; its id is what to resume from. Comments are
/// heartbeats. An `end` event (`{"code"}`, a problem's code) says that the reader may no longer read: do not connect
/// again. A stream that ends without one is to be opened again, with the last id, as EventSource does by itself.
#[utoipa::path(get, path = "/events", tag = "events",
    params(StreamEvents,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was seen.")),
    security(("bearer" = []), ()),
    responses((status = OK, body = ItemTransition, content_type = "text/event-stream"),
        (status = BAD_REQUEST, body = ProblemBody), (status = UNAUTHORIZED, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn stream_events(
    State(app): State<AppState>,
    EventReader { reader, query }: EventReader,
    headers: HeaderMap,
    stopping: Stopping,
) -> Result<impl IntoResponse> {
    let start = match resumed(&headers, &query, &app).await? {
        Some(position) => Start::After(position),
        None => Start::Now(app.hub.join(reader).await?),
    };
    let body = Body::from_stream(stream::events(&app, reader, start, stopping));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (X_ACCEL_BUFFERING, "no"),
    ];
    Ok((headers, body))
}

/// Where the stream goes on: what the header says, which a browser keeps up to date, or else the query.
async fn resumed(headers: &HeaderMap, query: &StreamEvents, app: &AppState) -> Result<Option<Position>> {
    let header = headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty());
    let wrong = || match header {
        Some(_) => Problem::new(Code::Malformed).detail("The Last-Event-ID is not the id of an event."),
        None => Problem::invalid_field("last_event_id", "is not the id of an event"),
    };
    let id = match header {
        Some(value) => Some(value.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(wrong)?),
        None => query.last_event_id,
    };
    let Some(EventId(position)) = id else { return Ok(None) };
    // Another instance may be a little ahead of this one, but nobody was ever shown what comes after the present:
    // whoever resumed there would hear nothing until it is past.
    if app.hub.position().is_none_or(|seen| position > seen) {
        let present = queries::current_position(&app.db).await?;
        if position.xid > present.xid {
            return Err(wrong());
        }
    }
    Ok(Some(position))
}
