//! An HTTP client of one function. Requests pass through the function's whole router, middleware included.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{
    TestUser,
    contract::{self, Exchange},
};

/// A client that sends requests to one function.
#[derive(Clone)]
pub struct Client {
    router: Router,
    headers: HeaderMap,
}

/// A response with a parsed body.
#[derive(Debug)]
pub struct TestResponse {
    /// The status code of the response.
    pub status: StatusCode,
    /// The headers of the response.
    pub headers: HeaderMap,
    /// The body if it is JSON, or else null.
    pub body: Value,
    /// The size of the body, in bytes.
    pub size: usize,
}

impl Client {
    pub(super) fn new(router: Router) -> Self {
        Self { router, headers: HeaderMap::new() }
    }

    /// Returns this client with a user's access token.
    #[must_use]
    pub fn as_user(&self, user: &TestUser) -> Self {
        self.with(header::AUTHORIZATION.as_str(), &format!("Bearer {}", user.token))
    }

    /// Returns this client with a header on every request.
    ///
    /// # Panics
    /// When the name or value is not valid in a header.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        let name: header::HeaderName = name.parse().expect("a header name");
        client.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header value"));
        client
    }

    /// Sends a GET request.
    pub async fn get(&self, path: &str) -> TestResponse {
        self.send(Method::GET, path, None, Vec::new()).await
    }

    /// Sends a POST request with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> TestResponse {
        self.send(Method::POST, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    /// Sends a PUT request with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> TestResponse {
        self.send(Method::PUT, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    /// Sends a PATCH request with a merge patch (RFC 7396).
    pub async fn patch(&self, path: &str, body: Value) -> TestResponse {
        let kind = Some("application/merge-patch+json");
        self.send(Method::PATCH, path, kind, body.to_string().into_bytes()).await
    }

    /// Sends a DELETE request.
    pub async fn delete(&self, path: &str) -> TestResponse {
        self.send(Method::DELETE, path, None, Vec::new()).await
    }

    /// Returns the entries on each page of a list, from the first page to the last. The path must have a query.
    ///
    /// # Panics
    /// When the response for a page is not a 200.
    pub async fn pages(&self, path: &str) -> Vec<Vec<Value>> {
        let (mut pages, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("{path}{cursor}")).await;
            pages.push(page.assert_status(200).body["items"].as_array().expect("entries").clone());
            match page.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return pages,
            }
        }
    }

    /// Sends a request with any body, and validates the exchange against the OpenAPI document.
    ///
    /// # Panics
    /// When there is no valid response, or the document does not describe the exchange.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> TestResponse {
        let sent = content_type.map(|kind| (kind, body.clone()));
        let (response, received) = self.send_body(&method, path, content_type, Body::from(body)).await;
        let sent = sent.as_ref().map(|(kind, body)| (*kind, body.as_slice()));
        let (status, headers) = (response.status, &response.headers);
        let faults =
            contract::faults(&Exchange { method: &method, path, sent, status, headers, received: &received });
        assert!(faults.is_empty(), "the OpenAPI document differs: {}", faults.join("\n"));
        response
    }

    /// Sends a POST request whose JSON body never arrives.
    ///
    /// # Panics
    /// When the response waits for the body.
    pub async fn post_stalled(&self, path: &str) -> TestResponse {
        let body = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let response = self.send_body(&Method::POST, path, Some("application/json"), body);
        let response = tokio::time::timeout(Duration::from_secs(10), response).await;
        response.expect("a response before the body").0
    }

    async fn send_body(
        &self,
        method: &Method,
        path: &str,
        content_type: Option<&str>,
        body: Body,
    ) -> (TestResponse, Bytes) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let mut request = request.body(body).expect("a request");
        request.headers_mut().extend(self.headers.clone());
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        // A stream of events never ends, so its body cannot be collected.
        let endless = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if endless { Body::empty() } else { body };
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        (TestResponse { status: parts.status, headers: parts.headers, body, size: bytes.len() }, bytes)
    }
}

impl TestResponse {
    /// Asserts that the response is a problem (RFC 9457) with this status and code.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert!(self.body["title"].is_string() && self.body["type"].is_string(), "{}", self.body);
        let request_id = self.headers["x-request-id"].to_str().ok();
        assert_eq!(self.body["request_id"].as_str(), request_id);
        self
    }

    /// Asserts the status code.
    ///
    /// # Panics
    /// When the response has another status.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    /// Returns the names of the invalid fields, sorted.
    #[must_use]
    pub fn invalid_fields(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut fields: Vec<&str> = errors.iter().filter_map(|error| error["field"].as_str()).collect();
        fields.sort_unstable();
        fields
    }
}
