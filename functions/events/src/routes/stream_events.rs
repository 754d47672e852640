//! The handler of `GET /events`.

use axum::{
    body::Body,
    extract::{FromRequestParts, State},
    http::{HeaderName, StatusCode, header, request::Parts},
    response::IntoResponse,
};
use shared::http::{
    openapi::{Described, Describes},
    problem::{Code, Problem, QuotaProblem, Result},
    server::Stopping,
};

use crate::{
    access::{EventReader, StreamEvents},
    model::{ItemTransition, StreamCursor},
    stream::Streams,
};

/// The header that a browser sends when it reconnects.
const HEADER: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx and compatible proxies not to buffer the response.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Stream the events of a project
///
/// Sends item transitions as server-sent events. Each `transition` event carries the JSON object described here, and
/// its id is the position to resume from. Comments are heartbeats. An `end` event, with a problem code in `{"code"}`,
/// means that you lost access: do not reconnect. If the stream ends without one, reconnect with the last id, as
/// `EventSource` does automatically.
#[utoipa::path(get, path = "/events", tag = "events",
    params(StreamEvents), security(("bearer" = []), ()),
    responses((status = OK, body = ItemTransition, content_type = "text/event-stream"),
        (status = TOO_MANY_REQUESTS, body = QuotaProblem)))]
pub(crate) async fn stream_events(
    State(streams): State<Streams>,
    EventReader { reader, query }: EventReader,
    LastEventId(header): LastEventId,
    stopping: Stopping,
) -> Result<impl IntoResponse> {
    let seat = streams.seat(&reader)?;
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
    Ok((headers, Body::from_stream(streams.events(reader, seat, start, stopping))))
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
        let operation = operation.problem(StatusCode::BAD_REQUEST);
        operation.header("Last-Event-ID", "The id of the last received event.");
    }
}
