//! Prints one line for each request when its answer begins, without query strings and tokens.

use std::time::Instant;

use axum::{
    Router,
    extract::{Request, State},
    http::HeaderName,
    middleware::{self, Next},
    response::Response,
};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Adds the output of requests to a router.
pub(crate) fn shown(source: &'static str, router: Router) -> Router {
    router.layer(middleware::from_fn_with_state(source, show))
}

async fn show(State(source): State<&'static str>, request: Request, next: Next) -> Response {
    let (method, path, start) =
        (request.method().clone(), without_tokens(request.uri().path()), Instant::now());
    let response = next.run(request).await;
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let status = response.status().as_u16();
    tracing::info!(target: "requests", source, "{method} {path} {status} {ms} ms {id}");
    response
}

/// The path without tokens, which grant access.
fn without_tokens(path: &str) -> String {
    match path.strip_prefix("/invitations/") {
        Some(rest) => match rest.split_once('/') {
            Some((_, action)) => format!("/invitations/…/{action}"),
            None => "/invitations/…".to_owned(),
        },
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_tokens;

    #[test]
    fn invitation_tokens_are_not_shown() {
        assert_eq!(without_tokens("/invitations/secret/accept"), "/invitations/…/accept");
        assert_eq!(without_tokens("/invitations/secret"), "/invitations/…");
        assert_eq!(without_tokens("/projects/1"), "/projects/1");
    }
}
