//! The text of a stream (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use shared::{
    http::problem::Code,
    items::{Position, Recorded},
};

use crate::model::{ItemTransition, StreamCursor};

/// An id without data is remembered by browsers and shows them nothing: who loses the connection before the
/// first event resumes here.
pub(crate) fn opening(retry: Duration, position: Position) -> Bytes {
    format!("retry: {}\nid: {}\n\n", retry.as_millis(), StreamCursor(position)).into()
}

pub(crate) fn transition(recorded: &Recorded) -> Bytes {
    // Numbers, ids and names of states: what JSON can always say, in one line.
    let data = serde_json::to_string(&ItemTransition::from(recorded)).unwrap_or_default();
    format!("id: {}\nevent: transition\ndata: {data}\n\n", StreamCursor(recorded.position)).into()
}

/// Whoever resumes from here skips what was another project's.
pub(crate) fn heartbeat(position: Position) -> Bytes {
    format!(": heartbeat\nid: {}\n\n", StreamCursor(position)).into()
}

/// The last event of a stream that its reader may no longer read.
pub(crate) fn end(code: Code) -> Bytes {
    format!("event: end\ndata: {}\n\n", json!({"code": code})).into()
}

pub(crate) fn closing() -> Bytes {
    Bytes::from_static(b": the stream ends here\n\n")
}
