//! The layers around every function's routes, outermost first: request context and log line, panics, CORS,
//! length of the URL, timeout, the rest of the body, repetition.

use std::{
    any::Any,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use futures::{StreamExt as _, stream};
use tokio::time::{Instant, timeout};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
};

use super::{HttpSettings, drain, repeat};
use crate::{
    base::{
        config::Error,
        context::{self, RequestContext, Trace},
    },
    http::{
        problem::{Code, Problem},
        rate_limit_fields::RateLimitFields,
    },
};

/// The time for which a browser may cache a preflight response.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(7200);

/// The maximum length of a URL's path and query, in bytes. The longest valid URL searches for 200 encoded characters.
const MAX_URL: usize = 8 << 10;

/// The security headers of every response, from the OWASP REST Security Cheat Sheet.
const SECURITY_HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-site"),
];

pub(super) fn apply(router: Router, settings: &HttpSettings) -> Result<Router, Error> {
    Ok(router
        .layer(middleware::from_fn(repeat::repeat))
        .layer(middleware::from_fn(drain::drain))
        .layer(middleware::from_fn_with_state(settings.request_timeout, time_out))
        .layer(middleware::from_fn(refuse_long_urls))
        .layer(cors(&settings.cors_origins)?)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(settings.trusted_proxy_hops, with_context)))
}

fn cors(origins: &[String]) -> Result<CorsLayer, Error> {
    let origins = origins
        .iter()
        .map(|origin| {
            let value = HeaderValue::from_str(origin).ok().filter(|_| origin.contains("://"));
            value.ok_or_else(|| Error::of("CORS_ORIGINS", format!("{origin:?} is not an origin")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
            HeaderName::from_static("traceparent"),
            HeaderName::from_static("x-request-id"),
        ])
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(PREFLIGHT_MAX_AGE))
}

/// Sets the request's context, adds the common response headers, and logs the request.
async fn with_context(State(hops): State<usize>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let headers = request.headers();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    let trace = Trace::from_headers(headers).unwrap_or_else(Trace::start);
    let context = Arc::new(RequestContext {
        request_id: context::request_id(headers).unwrap_or_else(|| trace.trace_id.clone()),
        client_address: context::client_address(headers, peer, hops),
        user_agent: context::user_agent(headers),
        trace,
        ids: Arc::default(),
    });
    let method = request.method().clone();
    // Logs the route's pattern instead of the path, because paths may contain tokens.
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "-".to_owned());

    let limits = RateLimitFields::default();
    request.extensions_mut().insert(limits.clone());

    let work = async {
        let mut response = next.run(request).await;
        limits.write(response.headers_mut());
        for (name, value) in &SECURITY_HEADERS {
            response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
        }
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if let Ok(value) = HeaderValue::from_str(&context.request_id) {
            response.headers_mut().insert("x-request-id", value);
        }
        if !["/health/live", "/health/ready"].contains(&route.as_str()) {
            // https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest
            tracing::info!(
                http_request.request_method = %method,
                http_request.status = response.status().as_u16(),
                http_request.latency = format!("{:.3}s", start.elapsed().as_secs_f64()),
                route,
                "request"
            );
        }
        response
    };
    context::scope(Arc::clone(&context), work).await
}

async fn refuse_long_urls(request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|url| url.as_str().len() > MAX_URL) {
        return Problem::new(Code::Malformed).detail("The URL is too long.").into_response();
    }
    next.run(request).await
}

/// Ends a request that takes too long. If the server is still waiting for the body, the client gets a 400 instead of a
/// 503, so that slow bodies cannot cause alerts.
async fn time_out(State(budget): State<Duration>, request: Request, next: Next) -> Response {
    let is_body_pending = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| watched(body, Arc::clone(&is_body_pending)));
    match timeout(budget, next.run(request)).await {
        Ok(response) => response,
        Err(_) if is_body_pending.load(Ordering::Relaxed) => {
            Problem::new(Code::Malformed).detail("The body did not arrive in time.").into_response()
        }
        Err(_) => Problem::new(Code::TimedOut).into_response(),
    }
}

/// Returns the body, and records in `is_body_pending` whether its reader waits for the client.
fn watched(body: Body, is_body_pending: Arc<AtomicBool>) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let mut pieces = body.into_data_stream();
    Body::from_stream(stream::poll_fn(move |task| {
        let piece = pieces.poll_next_unpin(task);
        is_body_pending.store(piece.is_pending(), Ordering::Relaxed);
        piece
    }))
}

fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    Problem::internal(format!("panic: {text}")).into_response()
}

pub(super) async fn not_found() -> Problem {
    Problem::new(Code::NotFound)
}

pub(super) async fn method_not_allowed() -> Problem {
    Problem::new(Code::MethodNotAllowed)
}
