//! What is known about the request being served: its id, its trace, and who sent it.

use std::{net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, header};

tokio::task_local! {
    static CURRENT: Arc<RequestContext>;
}

/// The request being served.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Accepted from the client or made here; on every log line and on the answer.
    pub request_id: String,
    /// The trace that this request is part of.
    pub trace: Trace,
    /// The client's address, as the last trusted proxy saw it.
    pub client_address: Option<IpAddr>,
    /// The client's `User-Agent`, cut to a length that may be stored.
    pub user_agent: Option<String>,
}

/// The context of the request that this task serves, if it serves one.
#[must_use]
pub fn current() -> Option<Arc<RequestContext>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Runs a future with a context.
pub async fn scope<F: Future>(context: Arc<RequestContext>, future: F) -> F::Output {
    CURRENT.scope(context, future).await
}

/// A position in a distributed trace (W3C Trace Context).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// 16 hexadecimal digits.
    pub span_id: String,
    /// Whether the trace is being recorded.
    pub sampled: bool,
}

impl Trace {
    /// The beginning of a trace.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "a trace id only has to differ from all others")]
    pub fn start() -> Self {
        let id = uuid::Uuid::new_v4().simple().to_string();
        Self { span_id: id[16..].to_owned(), trace_id: id, sampled: false }
    }

    /// The trace that the headers continue: `traceparent`, or Google's older `X-Cloud-Trace-Context`.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        text("traceparent")
            .and_then(Self::from_traceparent)
            .or_else(|| text("x-cloud-trace-context").and_then(Self::from_cloud_header))
    }

    /// Reads a `traceparent` value (`00-{trace}-{span}-{flags}`).
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

    /// Reads Google's `{trace}/{span, decimal};o={sampled}`.
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

    /// The `traceparent` value that continues this trace elsewhere.
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

/// A client's own request id is taken when it is short and plain, so that it cannot forge log lines.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-request-id")?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    ((1..=64).contains(&value.len()) && value.bytes().all(plain)).then(|| value.to_owned())
}

/// The address that the `hops`-th proxy from here saw; what stands further left in the header was
/// written by whoever sent the request.
pub(crate) fn client_address(headers: &HeaderMap, peer: Option<IpAddr>, hops: usize) -> Option<IpAddr> {
    if hops == 0 {
        return peer.map(|address| address.to_canonical());
    }
    let values: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let position = values.len().checked_sub(hops)?;
    // `::ffff:203.0.113.9` is the host that `203.0.113.9` is.
    values[position].trim().parse().ok().map(|address: IpAddr| address.to_canonical())
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
    fn a_trace_is_continued_from_either_header_and_forged_ones_are_not() {
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
    fn the_client_address_is_what_the_trusted_proxy_saw() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 203.0.113.9, 10.0.0.1"));
        let peer = "127.0.0.1".parse().ok();
        assert_eq!(client_address(&headers, peer, 0), peer);
        assert_eq!(client_address(&headers, peer, 2), "203.0.113.9".parse().ok());
        assert_eq!(client_address(&headers, peer, 9), None);
        headers.insert("x-forwarded-for", HeaderValue::from_static("::ffff:203.0.113.9"));
        assert_eq!(client_address(&headers, peer, 1), "203.0.113.9".parse().ok());
    }

    #[test]
    fn a_request_id_that_could_forge_a_log_line_is_not_taken() {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", HeaderValue::from_static("abc-1"));
        assert_eq!(request_id(&headers).as_deref(), Some("abc-1"));
        headers.insert("x-request-id", HeaderValue::from_static("{\"severity\":\"x\"}"));
        assert_eq!(request_id(&headers), None);
    }
}
