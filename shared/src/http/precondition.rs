//! `If-Match`: a change is applied only to the version that the client has read (RFC 9110, 13.1.1).

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
};

use crate::http::{
    openapi::{Described, Describes},
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

    /// Checks that the header matches this version. A missing header and `*` match every version.
    ///
    /// # Errors
    /// 412 if it does not match.
    pub fn check(&self, version: i32) -> Result<(), Problem> {
        let tag = etag(version);
        let names = |tags: &String| tags.split(',').map(str::trim).any(|given| given == "*" || given == tag);
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
        let operation = operation.problem(StatusCode::PRECONDITION_FAILED);
        operation.header("If-Match", "The `ETag` of the version to change.");
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
        for good in [&[] as &[&[u8]], &[b"\"7\""], &[b"*"], &[b"\"6\" , \"7\""], &[b"\"6\"", b"\"7\""]] {
            assert!(matches(good), "{good:?}");
        }
        // Weak tags and values that are not tags never match.
        for bad in [&[b"\"6\"" as &[u8]], &[b"W/\"7\""], &[b"7"], &[b""], &[b"\xff"]] {
            assert!(!matches(bad), "{bad:?}");
        }
    }
}
