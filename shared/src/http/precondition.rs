//! `If-Match`: a change is applied only to the version that the client has read (RFC 9110, 13.1.1).

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use crate::http::{
    openapi::{Described, Describes, RequestHeader},
    problem::{Code, Problem},
    versioned::etag,
};

/// The `If-Match` header of a request, if present.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    fn from_headers(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(header::IF_MATCH).iter().peekable();
        let given = values.peek().is_some();
        let tags: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
        Self(given.then(|| tags.join(",")))
    }

    /// Checks that the header matches this version. A missing header and `*` match every version. A weak tag matches like
    /// a strong tag, because proxies that compress a response weaken its tag.
    ///
    /// # Errors
    /// 412 if it does not match.
    pub fn check(&self, version: i32) -> Result<(), Problem> {
        let tag = etag(version);
        let matches = |given: &str| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag;
        let names = |tags: &String| tags.split(',').map(str::trim).any(matches);
        if self.0.as_ref().is_none_or(names) { Ok(()) } else { Err(Problem::new(Code::Stale)) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::from_headers(&parts.headers))
    }
}

impl Describes for IfMatch {
    fn describe(operation: &mut Described<'_>) {
        operation.problems(&[Code::Stale]).header(&RequestHeader {
            name: "If-Match",
            description: "The `ETag` of the version to change. Without it, the change applies to any version.",
            pattern: None,
            example: "\"3\"",
        });
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::IfMatch;

    fn matches(values: &[&[u8]]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_MATCH, HeaderValue::from_bytes(value).expect("a value"));
        }
        IfMatch::from_headers(&headers).check(7).is_ok()
    }

    #[test]
    fn only_the_current_version_matches() {
        for good in [
            &[] as &[&[u8]],
            &[b"\"7\""],
            &[b"*"],
            &[b"\"6\" , \"7\""],
            &[b"\"6\"", b"\"7\""],
            &[b"W/\"7\""],
            &[b"W/\"6\", W/\"7\""],
        ] {
            assert!(matches(good), "{good:?}");
        }
        // Values that are not tags never match.
        for bad in
            [&[b"\"6\"" as &[u8]], &[b"W/\"6\""], &[b"w/\"7\""], &[b"7"], &[b"W/7"], &[b""], &[b"\xff"]]
        {
            assert!(!matches(bad), "{bad:?}");
        }
    }
}
