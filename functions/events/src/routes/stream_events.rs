//! The handler of `GET /events`.

use axum::{
    body::Body,
    extract::{FromRequestParts, State},
    http::{HeaderName, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use shared::http::{
    openapi::{Described, Describes, RequestHeader},
    problem::{Code, Problem, Result},
    server::Stopping,
};

use crate::{
    access::{EventReader, StreamEvents},
    model::{StreamCursor, StreamEvent},
    stream::Streams,
};

/// The header that a browser sends when it reconnects.
const HEADER: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx and compatible proxies not to buffer the response.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Stream the events of a project
///
/// Sends item transitions as server-sent events. The schema describes one event, whose `data` is sent as JSON. The id of
/// an event is the position to resume from. Comments are heartbeats. An `end` event means that you lost access: do not
/// reconnect. If the stream ends without an `end` event, reconnect with the last id, as `EventSource` does
/// automatically.
#[utoipa::path(get, path = "/events", tag = "events",
    params(StreamEvents), security(("bearer" = []), ("ticket" = [])),
    responses((status = OK, body = StreamEvent, content_type = "text/event-stream"),
        (status = UNAUTHORIZED, description = "ticket_invalid"),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn stream_events(
    State(streams): State<Streams>,
    EventReader { reader, query }: EventReader,
    LastEventId(header): LastEventId,
    stopping: Stopping,
) -> Result<Response> {
    let slot = streams.acquire_slot(&reader)?;
    // A browser updates the header on each reconnect, but never the query string.
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
    Ok((headers, Body::from_stream(streams.events(reader, slot, start, stopping))).into_response())
}

/// The `Last-Event-ID` header, which a browser sends when it reconnects.
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
        operation.problems(&[Code::Malformed]).header(&RequestHeader {
            name: "Last-Event-ID",
            description: "The id of the last received event. The stream resumes after it.",
            // Some clients send an empty header with their first request.
            pattern: Some("^([0-9]{1,18}-[0-9]{1,18})?$"),
            example: "81632-7",
        });
    }
}
