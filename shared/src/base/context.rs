//! The context of the current request: its id, its trace, the client that sent it, and the ids on its log lines.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::{HeaderMap, header};

tokio::task_local! {
    static CURRENT: Arc<RequestContext>;
}

/// The context of the current request.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The request id, from the client's `X-Request-Id` or generated. It appears on every log line and in the response.
    pub request_id: String,
    /// The trace that this request is part of.
    pub trace: Trace,
    /// The client's address, as seen by the outermost trusted proxy.
    pub client_address: Option<IpAddr>,
    /// The client's `User-Agent`, truncated to 256 characters.
    pub user_agent: Option<String>,
    /// The ids that [`describe`] has added to the request's log lines.
    pub ids: Arc<Mutex<BTreeMap<&'static str, String>>>,
}

impl RequestContext {
    /// Returns the fields that each log line of the request contains, by name.
    #[must_use]
    pub fn log_fields(&self) -> BTreeMap<&'static str, String> {
        let mut fields = self.ids.lock().unwrap_or_else(PoisonError::into_inner).clone();
        fields.insert("request_id", self.request_id.clone());
        fields
    }
}

/// Adds an id, such as `user_id`, to all further log lines of the current request.
pub fn describe(name: &'static str, id: impl ToString) {
    if let Some(context) = current() {
        context.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(name, id.to_string());
    }
}

/// Returns the context of the request that this task serves, if any.
#[must_use]
pub fn current() -> Option<Arc<RequestContext>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Runs a future with a request context, which [`current`] returns within it.
pub async fn scope<F: Future>(context: Arc<RequestContext>, future: F) -> F::Output {
    CURRENT.scope(context, future).await
}

/// A position in a distributed trace (W3C Trace Context).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The trace id: 32 hexadecimal digits.
    pub trace_id: String,
    /// The span id: 16 hexadecimal digits.
    pub span_id: String,
    /// True if the trace is recorded.
    pub sampled: bool,
}

impl Trace {
    /// Starts a new trace, which is not recorded.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "a trace id only needs to be unique")]
    pub fn start() -> Self {
        let id = uuid::Uuid::new_v4().simple().to_string();
        Self { span_id: id[16..].to_owned(), trace_id: id, sampled: false }
    }

    /// Reads the trace from `traceparent`, or from Google's older `X-Cloud-Trace-Context`.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        text("traceparent")
            .and_then(Self::from_traceparent)
            .or_else(|| text("x-cloud-trace-context").and_then(Self::from_cloud_header))
    }

    /// Parses a `traceparent` value (`00-{trace}-{span}-{flags}`).
    #[must_use]
    pub fn from_traceparent(value: &str) -> Option<Self> {
        let mut parts = value.split('-');
        let (version, trace_id, span_id, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let flags = u8::from_str_radix(flags, 16).ok()?;
        (version.len() == 2 && version != "ff" && is_id(trace_id, 32) && is_id(span_id, 16)).then(|| Self {
            trace_id: trace_id.to_owned(),
            span_id: span_id.to_owned(),
            sampled: flags & 1 == 1,
        })
    }

    /// Parses an `X-Cloud-Trace-Context` value (`{trace}/{span};o={sampled}`, with the span in decimal).
    fn from_cloud_header(value: &str) -> Option<Self> {
        let (trace_id, rest) = value.split_once('/')?;
        let (span, options) = rest.split_once(';').unwrap_or((rest, ""));
        let span: u64 = span.parse().ok()?;
        is_id(trace_id, 32).then(|| Self {
            trace_id: trace_id.to_ascii_lowercase(),
            span_id: format!("{span:016x}"),
            sampled: options == "o=1",
        })
    }

    /// Returns the `traceparent` value that continues this trace in another service.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace_id, self.span_id, u8::from(self.sampled))
    }
}

fn is_id(text: &str, length: usize) -> bool {
    text.len() == length
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.bytes().any(|byte| byte != b'0')
}

/// Returns the client's request id if it is short and plain. Any other value could forge log lines.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-request-id")?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    ((1..=64).contains(&value.len()) && value.bytes().all(plain)).then(|| value.to_owned())
}

/// Returns the client address that the `hops`-th proxy from here saw. Entries further left in `X-Forwarded-For`
/// cannot be trusted, because the client can write them.
pub(crate) fn client_address(headers: &HeaderMap, peer: Option<IpAddr>, hops: usize) -> Option<IpAddr> {
    if hops == 0 {
        return peer.map(|address| address.to_canonical());
    }
    // The field is parsed as bytes, because entries that the client wrote may not be valid text.
    let fields = headers.get_all("x-forwarded-for").iter().rev();
    let entry = fields.flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b',')).nth(hops - 1)?;
    let address: IpAddr = str::from_utf8(entry).ok()?.trim().parse().ok()?;
    // `::ffff:203.0.113.9` and `203.0.113.9` are the same host.
    Some(address.to_canonical())
}

pub(crate) fn user_agent(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(value.chars().take(256).collect())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{Trace, client_address, request_id};

    #[test]
    fn a_trace_is_read_from_either_header_and_invalid_values_are_ignored() {
        let trace = Trace::from_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        assert_eq!(
            trace.map(|trace| trace.traceparent()).as_deref(),
            Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        );
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-cloud-trace-context",
            HeaderValue::from_static("4bf92f3577b34da6a3ce929d0e0e4736/10;o=1"),
        );
        let trace = Trace::from_headers(&headers).expect("a trace");
        assert_eq!((trace.span_id.as_str(), trace.sampled), ("000000000000000a", true));
        for forged in ["", "00-xyz", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"] {
            assert_eq!(Trace::from_traceparent(forged), None, "{forged}");
        }
    }

    #[test]
    fn the_client_address_is_the_entry_of_the_trusted_proxy() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 203.0.113.9, 10.0.0.1"));
        let peer = "127.0.0.1".parse().ok();
        assert_eq!(client_address(&headers, peer, 0), peer);
        assert_eq!(client_address(&headers, peer, 2), "203.0.113.9".parse().ok());
        assert_eq!(client_address(&headers, peer, 9), None);
        for forged in
            [&b"\xff, 203.0.113.9, 10.0.0.1"[..], b"a\xe9,,203.0.113.9 ,\t10.0.0.1", b"203.0.113.9,\xff"]
        {
            headers.insert("x-forwarded-for", HeaderValue::from_bytes(forged).expect("a value"));
            assert_eq!(client_address(&headers, peer, 2), "203.0.113.9".parse().ok(), "{forged:?}");
        }
        headers.append("x-forwarded-for", HeaderValue::from_static("198.51.100.7"));
        assert_eq!(client_address(&headers, peer, 1), "198.51.100.7".parse().ok());
        assert_eq!(client_address(&headers, peer, 3), "203.0.113.9".parse().ok());
        headers.insert("x-forwarded-for", HeaderValue::from_static("::ffff:203.0.113.9"));
        assert_eq!(client_address(&headers, peer, 1), "203.0.113.9".parse().ok());
    }

    #[test]
    fn a_request_id_that_could_forge_a_log_line_is_ignored() {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", HeaderValue::from_static("abc-1"));
        assert_eq!(request_id(&headers).as_deref(), Some("abc-1"));
        headers.insert("x-request-id", HeaderValue::from_static("{\"severity\":\"x\"}"));
        assert_eq!(request_id(&headers), None);
    }
}
