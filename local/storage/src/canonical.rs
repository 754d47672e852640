//! Canonical requests and strings to sign for V4 signatures
//! (<https://cloud.google.com/storage/docs/authentication/canonical-requests>,
//! <https://cloud.google.com/storage/docs/authentication/signatures#string-to-sign>).

use aws_lc_rs::digest;

use crate::encoding;

/// The only signing algorithm that the local cloud supports.
pub const ALGORITHM: &str = "GOOG4-RSA-SHA256";
const SIGNATURE_PARAMETER: &str = "X-Goog-Signature";
const PAYLOAD_HEADER: &str = "x-goog-content-sha256";

/// An error that leaves a request without a canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The path or the query is not UTF-8 after decoding.
    #[error("the path or the query is not UTF-8")]
    Encoding,
    /// The query has no `X-Goog-SignedHeaders` parameter.
    #[error("the query has no X-Goog-SignedHeaders parameter")]
    NoSignedHeaders,
    /// A signed header is missing from the request.
    #[error("Header was included in signedheaders, but not in the request.")]
    MissingHeader(String),
}

/// A request in the canonical form that its signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalRequest(String);

impl CanonicalRequest {
    /// Builds the canonical form of a request as the server received it: path and query still encoded, header
    /// names in lower case. The port is removed from the host, because clients sign the host without its port.
    ///
    /// # Errors
    /// When the query does not list the signed headers, one of them is missing, or the path or query is not UTF-8.
    pub fn new(
        method: &str,
        path: &str,
        query: &str,
        headers: &[(String, String)],
    ) -> Result<Self, Malformed> {
        let pairs = encoding::query_pairs(query).ok_or(Malformed::Encoding)?;
        let mut names = signed_headers(&pairs).ok_or(Malformed::NoSignedHeaders)?;
        names.sort();
        names.dedup();

        let mut canonical_headers = String::new();
        for name in &names {
            let value = header_value(headers, name).ok_or_else(|| Malformed::MissingHeader(name.clone()))?;
            canonical_headers.push_str(&format!("{name}:{value}\n"));
        }
        let payload = header_value(headers, PAYLOAD_HEADER).unwrap_or_else(|| "UNSIGNED-PAYLOAD".to_owned());
        let resource = encoding::encode_path(&encoding::decode(path).ok_or(Malformed::Encoding)?);
        Ok(Self(
            [method, &resource, &canonical_query(&pairs), &canonical_headers, &names.join(";"), &payload]
                .join("\n"),
        ))
    }

    /// The canonical request as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the string to sign: algorithm, time (`YYYYMMDD'T'HHMMSS'Z'`), credential scope and this
    /// request's hash.
    #[must_use]
    pub fn string_to_sign(&self, date: &str, scope: &str) -> String {
        let hash = hex::encode(digest::digest(&digest::SHA256, self.0.as_bytes()));
        [ALGORITHM, date, scope, &hash].join("\n")
    }
}

/// The header names in `X-Goog-SignedHeaders`, in lower case.
pub(crate) fn signed_headers(pairs: &[(String, String)]) -> Option<Vec<String>> {
    let (_, list) = pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case("X-Goog-SignedHeaders"))?;
    Some(list.split(';').map(str::to_ascii_lowercase).collect())
}

fn canonical_query(pairs: &[(String, String)]) -> String {
    let mut encoded: Vec<(String, String)> = pairs
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case(SIGNATURE_PARAMETER))
        .map(|(name, value)| (encoding::encode(name), encoding::encode(value)))
        .collect();
    encoded.sort();
    let joined: Vec<String> = encoded.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    joined.join("&")
}

/// Joins a header's values with commas, after trimming and folding white space.
fn header_value(headers: &[(String, String)], name: &str) -> Option<String> {
    let values: Vec<String> = headers
        .iter()
        .filter(|(header, _)| header == name)
        .map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let value = (!values.is_empty()).then(|| values.join(","))?;
    Some(if name == "host" { without_port(&value).to_owned() } else { value })
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
