//! `/local/inbox`: pages for people, JSON for programs, selected by the `Accept` header.

use axum::{
    Router,
    extract::{Path, Query, State},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::{Inbox, page};

/// The content security policy of the pages. Mails can show inline images and styles. Scripts and external
/// resources are blocked.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'";

pub(crate) fn router(inbox: Inbox) -> Router {
    Router::new()
        .route("/local/inbox", get(list_mails).delete(delete_mails))
        .route("/local/inbox/{id}", get(get_mail))
        .with_state(inbox)
}

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

async fn list_mails(
    State(inbox): State<Inbox>,
    Query(filter): Query<Filter>,
    headers: HeaderMap,
) -> Response {
    let messages = inbox.messages(filter.to.as_deref());
    if wants_json(&headers) { json(&messages) } else { html(page::list(&messages, filter.to.as_deref())) }
}

async fn get_mail(State(inbox): State<Inbox>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let Some(message) = inbox.store().message(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if wants_json(&headers) { json(&message) } else { html(page::mail(&message)) }
}

async fn delete_mails(State(inbox): State<Inbox>) -> StatusCode {
    match inbox.store().clear().await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "the inbox could not be cleared");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .any(|accept| accept.contains("application/json"))
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn html(page: String) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Html(page)).into_response()
}
