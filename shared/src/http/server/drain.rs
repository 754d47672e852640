//! The layer that reads the rest of a request's body before the response is sent.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody as _},
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use futures::{Stream, StreamExt as _};
use tokio::time::timeout;

/// The maximum number of bytes that are read, and the time limit for reading them. A reviewer may send a million
/// characters, each of up to twelve bytes when it is escaped.
const MAX_DRAINED_BYTES: usize = 16 << 20;
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// Reads the part of the body that the handler has not read, within limits. A connection that closes with unread data
/// is reset, and the reset can overtake the response: the client would not see a 413 (RFC 9112, section 9.6).
pub(super) async fn drain(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = Shared(Arc::new(Mutex::new(body.into_data_stream())));
    let mut response = next.run(Request::from_parts(parts, Body::from_stream(body.clone()))).await;
    if !timeout(TIME_LIMIT, read_to_end(body)).await.unwrap_or(false) {
        // A proxy must not send its next request on this connection.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Returns true if the body ends before the limit.
async fn read_to_end(mut body: Shared) -> bool {
    let mut size = 0;
    while let Some(Ok(bytes)) = body.next().await {
        size += bytes.len();
        if size > MAX_DRAINED_BYTES {
            return false;
        }
    }
    true
}

/// A body that the handler and this layer read, one after the other.
#[derive(Clone)]
struct Shared(Arc<Mutex<BodyDataStream>>);

impl Stream for Shared {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
    }
}
