//! The single origin in front of the functions, like the load balancer in the cloud. It picks the function by the
//! [`url_map`], streams bodies in both directions, and forwards the client's address.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header,
        uri::{Authority, PathAndQuery, Scheme},
    },
    response::{IntoResponse, Response},
};
use functions::url_map;
use futures::TryStreamExt as _;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::json;
use shared::http::problem::{Code, Problem};

use crate::{
    requests::{self, REQUEST_ID},
    secrets,
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Headers that apply to a single connection (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The address on which each function listens.
pub type Functions = HashMap<&'static str, SocketAddr>;

#[derive(Clone)]
struct Gateway {
    functions: Arc<Functions>,
    client: Client<HttpConnector, Body>,
}

/// The gateway's router. It answers `own` routes itself and forwards all other paths to the functions. Serve it with
/// connect info ([`SocketAddr`]).
pub fn router(functions: Functions, own: Router) -> Router {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let functions =
        Router::new().fallback(forward).with_state(Gateway { functions: Arc::new(functions), client });
    requests::shown("gateway", own.fallback_service(functions))
}

async fn forward(State(gateway): State<Gateway>, mut request: Request) -> Response {
    let function = url_map::function_for(request.uri().path()).map_or("", |function| function.name);
    let id = request.headers().get(REQUEST_ID).cloned();
    let Some(address) = gateway.functions.get(function) else {
        return bad_gateway(function, id);
    };
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let client = peer.map_or_else(|| "unknown".to_owned(), |ip| ip.to_string());

    let path = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
    let Some(uri) = target(*address, path) else {
        return bad_gateway(function, id);
    };
    *request.uri_mut() = uri;
    *request.version_mut() = http::Version::HTTP_11;
    remove_hop_by_hop(request.headers_mut());
    append_forwarded(request.headers_mut(), &client, &address.ip().to_string());

    let is_broken = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| noticed(body, Arc::clone(&is_broken)));
    match gateway.client.request(request).await {
        Ok(response) => {
            let mut response = response.map(Body::new);
            remove_hop_by_hop(response.headers_mut());
            response
        }
        Err(_) if is_broken.load(Ordering::Relaxed) => {
            Problem::new(Code::Malformed).detail("The body is incomplete.").into_response()
        }
        Err(error) => {
            tracing::warn!(target: "gateway", function, error = shared::http::problem::chain(&error), "no answer");
            bad_gateway(function, id)
        }
    }
}

/// Returns the body, and notes whether the client sent it with an error.
fn noticed(body: Body, is_broken: Arc<AtomicBool>) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::from_stream(body.into_data_stream().inspect_err(move |_| is_broken.store(true, Ordering::Relaxed)))
}

fn target(address: SocketAddr, path: PathAndQuery) -> Option<Uri> {
    let authority: Authority = address.to_string().parse().ok()?;
    Uri::builder().scheme(Scheme::HTTP).authority(authority).path_and_query(path).build().ok()
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

/// Sets `X-Forwarded-For: {value from the client}, {client}, {load balancer}`, as Google's load balancer does
/// (<https://cloud.google.com/load-balancing/docs/https#x-forwarded-for_header>).
fn append_forwarded(headers: &mut HeaderMap, client: &str, gateway: &str) {
    let sent = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let all: Vec<&str> = sent.chain([client, gateway]).collect();
    if let Ok(value) = HeaderValue::from_str(&all.join(", ")) {
        headers.insert(FORWARDED_FOR, value);
    }
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static("http"));
}

fn bad_gateway(function: &str, id: Option<HeaderValue>) -> Response {
    let id = id.or_else(|| HeaderValue::from_str(&secrets::random_name().ok()?).ok());
    let body = json!({
        "type": "/docs/problems#bad_gateway",
        "title": "Bad gateway",
        "status": 502,
        "detail": format!("The function {function} does not answer. Try again later."),
        "code": "bad_gateway",
        "request_id": id.as_ref().and_then(|id| id.to_str().ok()),
    });
    let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
    let mut response = (StatusCode::BAD_GATEWAY, headers, body.to_string()).into_response();
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{append_forwarded, remove_hop_by_hop};

    #[test]
    fn hop_by_hop_headers_are_not_forwarded() {
        let mut headers = HeaderMap::new();
        headers.insert("connection", HeaderValue::from_static("close, X-Mine"));
        headers.insert("x-mine", HeaderValue::from_static("1"));
        headers.insert("transfer-encoding", HeaderValue::from_static("chunked"));
        headers.insert("accept", HeaderValue::from_static("*/*"));
        remove_hop_by_hop(&mut headers);
        assert_eq!(headers.keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["accept"]);
    }

    #[test]
    fn the_client_address_is_appended_to_forwarded_for() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("6.6.6.6"));
        headers.append("x-forwarded-for", HeaderValue::from_static("7.7.7.7"));
        append_forwarded(&mut headers, "203.0.113.9", "127.0.0.1");
        let values: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
        assert_eq!(values, ["6.6.6.6, 7.7.7.7, 203.0.113.9, 127.0.0.1"]);
    }
}
