//! Cross-origin requests from browsers (<https://cloud.google.com/storage/docs/cross-origin>).

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

const METHODS: [Method; 4] = [Method::GET, Method::HEAD, Method::PUT, Method::POST];
const REQUEST_HEADERS: [&str; 4] = ["content-type", "content-range", "content-md5", "range"];
const EXPOSED: &str = "Location, Range, ETag";
const EXTENSIONS: &str = "x-goog-";
const MAX_AGE: HeaderValue = HeaderValue::from_static("3600");

/// The origins that may send cross-origin requests.
pub(crate) struct Cors(Vec<String>);

impl Cors {
    pub(crate) fn new(origins: Vec<String>) -> Self {
        Self(origins)
    }

    /// Returns the request's origin if it is allowed.
    pub(crate) fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        self.0
            .iter()
            .any(|allowed| allowed == "*" || allowed.as_bytes() == origin.as_bytes())
            .then(|| origin.clone())
    }

    /// Returns the headers for a preflight response. A foreign origin or a forbidden method gets no CORS headers.
    pub(crate) fn preflight(&self, request: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        let method = request.get(header::ACCESS_CONTROL_REQUEST_METHOD);
        let requested = method.and_then(|method| Method::from_bytes(method.as_bytes()).ok());
        let Some(origin) = self
            .allowed_origin(request)
            .filter(|_| requested.is_some_and(|method| METHODS.contains(&method)))
        else {
            return headers;
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        let methods: Vec<&str> = METHODS.iter().map(Method::as_str).collect();
        insert(&mut headers, header::ACCESS_CONTROL_ALLOW_METHODS, &methods.join(", "));
        let wanted = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(|list| list.to_str().ok());
        let granted: Vec<String> = wanted
            .unwrap_or_default()
            .split(',')
            .map(|name| name.trim().to_ascii_lowercase())
            .filter(|name| REQUEST_HEADERS.contains(&name.as_str()) || name.starts_with(EXTENSIONS))
            .collect();
        if !granted.is_empty() {
            insert(&mut headers, header::ACCESS_CONTROL_ALLOW_HEADERS, &granted.join(", "));
        }
        headers
    }

    /// Adds the headers that let a page of an allowed origin read the response.
    pub(crate) fn decorate(origin: HeaderValue, response: &mut HeaderMap) {
        let mut exposed = EXPOSED.to_owned();
        for name in response.keys().filter(|name| name.as_str().starts_with(EXTENSIONS)) {
            exposed.push_str(", ");
            exposed.push_str(name.as_str());
        }
        response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        insert(response, header::ACCESS_CONTROL_EXPOSE_HEADERS, &exposed);
        response.append(header::VARY, HeaderValue::from_static("Origin"));
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
