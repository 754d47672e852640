//! The layer that repeats a request whose transaction was rolled back.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::Request,
    middleware::Next,
    response::Response,
};
use futures::TryStreamExt as _;

use crate::http::{idempotency, problem::RolledBack};

/// Repeats a request once if another transaction caused its rollback, for example in a deadlock. A request is repeated
/// only if that is safe: if it has an idempotent method (RFC 9110, 9.2.2) or an `Idempotency-Key`. Other requests get
/// the 503.
pub(super) async fn repeat(request: Request, next: Next) -> Response {
    if !request.method().is_idempotent() && !request.headers().contains_key(idempotency::HEADER) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let again = parts.clone();
    let read: Arc<Mutex<Vec<Bytes>>> = Arc::default();
    let body = if body.is_end_stream() { Body::empty() } else { remembered(body, Arc::clone(&read)) };
    let response = next.clone().run(Request::from_parts(parts, body)).await;
    if response.extensions().get::<RolledBack>().is_none() {
        return response;
    }
    let read = mem::take(&mut *read.lock().unwrap_or_else(PoisonError::into_inner));
    next.run(Request::from_parts(again, Body::from(read.concat()))).await
}

/// Returns a body that copies its bytes to `read` while they are read.
fn remembered(body: Body, read: Arc<Mutex<Vec<Bytes>>>) -> Body {
    let keep = move |bytes: &Bytes| read.lock().unwrap_or_else(PoisonError::into_inner).push(bytes.clone());
    Body::from_stream(body.into_data_stream().inspect_ok(keep))
}
