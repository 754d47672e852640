//! CORS headers for allowed and foreign origins.

use http::Method;

use crate::harness::{Cloud, ORIGIN, header, send};

async fn preflight(cloud: &Cloud, origin: &str, method: &str, headers: &str) -> reqwest::Response {
    let request = [
        ("origin", origin),
        ("access-control-request-method", method),
        ("access-control-request-headers", headers),
    ];
    send(&cloud.http, Method::OPTIONS, &format!("{}/uploads/x", cloud.endpoint), &request, "").await
}

fn has_cors_headers(response: &reqwest::Response) -> bool {
    response.headers().keys().any(|name| name.as_str().starts_with("access-control-"))
}

#[tokio::test]
async fn an_allowed_origin_passes_the_preflight() {
    let cloud = Cloud::start().await;
    let requested =
        "Content-Type, Range, x-goog-if-generation-match, x-goog-content-length-range, authorization";
    for method in ["GET", "HEAD", "PUT", "POST"] {
        let response = preflight(&cloud, ORIGIN, method, requested).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "access-control-allow-origin"), ORIGIN);
        assert_eq!(header(&response, "access-control-allow-methods"), "GET, HEAD, PUT, POST");
        assert_eq!(
            header(&response, "access-control-allow-headers"),
            "content-type, range, x-goog-if-generation-match, x-goog-content-length-range"
        );
        assert_eq!(header(&response, "vary"), "Origin");
    }
}

#[tokio::test]
async fn a_foreign_origin_gets_no_cors_headers() {
    let cloud = Cloud::start().await;
    for origin in ["http://evil.example", "http://localhost:8080.evil.example", "http://localhost", "null"] {
        assert!(!has_cors_headers(&preflight(&cloud, origin, "PUT", "content-type").await), "{origin}");
        let url = cloud.sign(Method::PUT, "x", &[]).await;
        let response = send(&cloud.http, Method::PUT, &url, &[("origin", origin)], "hello").await;
        assert_eq!(response.status(), 200);
        assert!(!has_cors_headers(&response), "{origin}");
    }
    assert!(!has_cors_headers(&preflight(&cloud, ORIGIN, "DELETE", "content-type").await));
}

#[tokio::test]
async fn an_allowed_origin_can_read_responses_and_errors() {
    let cloud = Cloud::start().await;
    let url = cloud.sign(Method::PUT, "x", &[]).await;
    let response = send(&cloud.http, Method::PUT, &url, &[("origin", ORIGIN)], "hello").await;
    assert_eq!(header(&response, "access-control-allow-origin"), ORIGIN);
    let exposed = header(&response, "access-control-expose-headers");
    for name in ["Location", "Range", "ETag", "x-goog-generation", "x-goog-hash"] {
        assert!(exposed.split(", ").any(|other| other == name), "{name} in {exposed}");
    }
    let url = format!("{}/uploads/x", cloud.endpoint);
    let refused = send(&cloud.http, Method::GET, &url, &[("origin", ORIGIN)], "").await;
    assert_eq!(refused.status(), 403);
    assert_eq!(header(&refused, "access-control-allow-origin"), ORIGIN);
}
