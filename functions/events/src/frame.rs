//! Encoding of server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use shared::{
    http::problem::Code,
    items::{Position, Recorded},
};

use crate::model::{ItemTransition, StreamCursor, StreamEnd};

/// The start of a stream. A browser stores an id that has no data without dispatching an event. A reader that loses the
/// connection before the first event therefore resumes from this position.
pub(crate) fn opening(retry: Duration, position: Position) -> Bytes {
    format!("retry: {}\nid: {}\n\n", retry.as_millis(), StreamCursor(position)).into()
}

pub(crate) fn transition(recorded: &Recorded) -> Bytes {
    // Serialization cannot fail or produce a line break, because the values are numbers, ids and names of statuses.
    let data = serde_json::to_string(&ItemTransition::from(recorded)).unwrap_or_default();
    format!("id: {}\nevent: transition\ndata: {data}\n\n", StreamCursor(recorded.position)).into()
}

/// A heartbeat with a position: a reader that resumes from it skips the events of other projects.
pub(crate) fn heartbeat(position: Position) -> Bytes {
    format!(": heartbeat\nid: {}\n\n", StreamCursor(position)).into()
}

/// The last event of a stream whose reader lost access.
pub(crate) fn end(code: Code) -> Bytes {
    format!("event: end\ndata: {}\n\n", json!(StreamEnd { code })).into()
}

pub(crate) fn closing() -> Bytes {
    Bytes::from_static(b": the stream ends here\n\n")
}
