//! `GET /events`.

use axum::{
    body::Body,
    extract::{FromRequestParts, State},
    http::{HeaderName, StatusCode, header, request::Parts},
    response::IntoResponse,
};
use shared::http::{
    openapi::{Described, Describes},
    problem::{Code, Problem, Result},
    server::Stopping,
};

use crate::{
    access::{EventReader, StreamEvents},
    model::{ItemTransition, StreamCursor},
    stream::Streams,
};

/// Sent by a browser that connects again.
const HEADER: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx, and what is made like it, to pass each event on as it comes.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// A project's changes of state as they happen, as server-sent events.
///
/// Each `transition` event carries the JSON described here; its id is what to resume from. Comments are
/// heartbeats. An `end` event (`{"code"}`, a problem's code) says that the reader may no longer read: do not connect
/// again. A stream that ends without one is to be opened again, with the last id, as EventSource does by itself.
#[utoipa::path(get, path = "/events", tag = "events",
    params(StreamEvents), security(("bearer" = []), ()),
    responses((status = OK, body = ItemTransition, content_type = "text/event-stream")))]
pub(crate) async fn stream_events(
    State(streams): State<Streams>,
    EventReader { reader, query }: EventReader,
    LastEventId(header): LastEventId,
    stopping: Stopping,
) -> Result<impl IntoResponse> {
    // A browser keeps the header up to date, the query stays as it was.
    let start = streams.start(reader, header.or(query.last_event_id)).await?;
    let start = start.ok_or_else(|| match header {
        Some(_) => LastEventId::malformed(),
        None => Problem::invalid_field("last_event_id", "is not the id of an event"),
    })?;
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (X_ACCEL_BUFFERING, "no"),
    ];
    Ok((headers, Body::from_stream(streams.events(reader, start, stopping))))
}

/// The `Last-Event-ID` header, which a browser sends when it connects again.
pub(crate) struct LastEventId(Option<StreamCursor>);

impl LastEventId {
    fn malformed() -> Problem {
        Problem::new(Code::Malformed).detail("The Last-Event-ID is not the id of an event.")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        match parts.headers.get(HEADER).filter(|value| !value.is_empty()) {
            Some(value) => {
                let id = value.to_str().ok().and_then(|text| text.parse().ok());
                id.map(|id| Self(Some(id))).ok_or_else(Self::malformed)
            }
            None => Ok(Self(None)),
        }
    }
}

impl Describes for LastEventId {
    fn describe(operation: &mut Described<'_>) {
        let operation = operation.problem(StatusCode::BAD_REQUEST);
        operation.header("Last-Event-ID", "The id of the last event that was seen.");
    }
}
