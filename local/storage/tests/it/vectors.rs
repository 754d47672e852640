//! Google's conformance vectors for V4 signatures (googleapis/conformance-tests).

use local_storage::canonical::CanonicalRequest;
use serde_json::Value;

/// The vector whose expected URL and canonical request disagree with its hash.
const FAULTY: &str = "Universe domain with virtual hosted style";

fn cases() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("../data/v4_signatures.json")).expect("JSON");
    vectors["signingV4Tests"].as_array().expect("signing cases").clone()
}

/// Returns the canonical form and string to sign of a vector's request, as a server would receive it.
fn canonical(case: &Value) -> (CanonicalRequest, String) {
    let text = |name: &str| case[name].as_str().unwrap_or_default();
    let (_, rest) = text("expectedUrl").split_once("://").expect("a scheme");
    let (address, query) = rest.split_once('?').expect("a query");
    let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let mut headers = vec![("host".to_owned(), host.to_owned())];
    if let Some(extra) = case["headers"].as_object() {
        headers.extend(
            extra
                .iter()
                .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap_or_default().to_owned())),
        );
    }
    let canonical = CanonicalRequest::new(text("method"), path, query, &headers).expect("a canonical form");
    let parameter = |name: &str| {
        let (_, rest) = query.split_once(&format!("{name}=")).expect("the parameter");
        rest.split('&').next().unwrap_or_default().replace("%2F", "/").replace("%40", "@")
    };
    let credential = parameter("X-Goog-Credential");
    let (_, scope) = credential.split_once('/').expect("a scope");
    let string_to_sign = canonical.string_to_sign(&parameter("X-Goog-Date"), scope);
    (canonical, string_to_sign)
}

#[test]
fn canonical_requests_and_strings_to_sign_match_googles() {
    let cases = cases();
    assert_eq!(cases.len(), 29);
    let mut differing = Vec::new();
    for case in &cases {
        let (canonical, string_to_sign) = canonical(case);
        let same = case["expectedCanonicalRequest"] == canonical.as_str()
            && case["expectedStringToSign"] == string_to_sign;
        if !same {
            differing.push(case["description"].as_str().unwrap_or_default());
        }
    }
    assert_eq!(differing, [FAULTY]);
}
