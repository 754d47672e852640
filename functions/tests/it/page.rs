//! The reference page and the API reference.

use axum::{
    Router,
    body::{self, Body},
    http::{HeaderMap, Request, StatusCode},
};
use functions::{api_docs, page};
use tower::ServiceExt as _;

const PAGES: [&str; 12] = [
    "/",
    "/register",
    "/verify-email",
    "/sign-in",
    "/forgot-password",
    "/reset-password",
    "/account",
    "/your-projects",
    "/project",
    "/item",
    "/queue",
    "/statistics",
];

async fn get(router: Router, path: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let answer = router.oneshot(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let bytes = body::to_bytes(body, 10 << 20).await.expect("a body");
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn every_page_forbids_inline_scripts_and_has_none() {
    for path in PAGES.into_iter().chain(["/verify-email?token=secret", "/reset-password?token=secret"]) {
        let (status, headers, html) = get(page::router("http://127.0.0.1:9199"), path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        let policy = headers["content-security-policy"].to_str().expect("a policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert!(!html.contains("secret"), "the token is not written into the page");
        for script in html.split("<script").skip(1) {
            assert!(script.contains("src=\"/page/") && script.contains("></script>"), "{script}");
        }
        assert!(!html.contains("onclick=") && !html.contains("style="), "nothing inline: {html}");
    }
}

#[tokio::test]
async fn every_file_that_a_page_names_exists() {
    for page in PAGES {
        let (_, _, html) = get(page::router("http://127.0.0.1:9199"), page).await;
        let named = html.split(['"']).filter(|text| text.starts_with("/page/")).map(str::to_owned);
        let mut files: Vec<String> = named.collect();
        while let Some(file) = files.pop() {
            let file = file.as_str();
            let (status, headers, content) = get(page::router("http://127.0.0.1:9199"), file).await;
            assert_eq!(status, StatusCode::OK, "{file}");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            // Modules import other modules in the same folder.
            let imported = content.split("\"./").skip(1).filter_map(|rest| rest.split('"').next());
            files.extend(imported.map(|name| format!("/page/{name}")));
        }
    }
}

#[tokio::test]
async fn the_api_reference_needs_no_other_server() {
    let router = api_docs::router().expect("a document");

    let (status, headers, json) = get(router.clone(), "/openapi.json").await;
    assert_eq!(
        (status, &headers["content-type"]),
        (StatusCode::OK, &"application/json".parse().expect("a type"))
    );
    let parsed: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(parsed["info"]["title"], "Alta Data");

    let (status, headers, html) = get(router.clone(), "/docs/").await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers["content-security-policy"].to_str().expect("a policy").starts_with("default-src 'self'"));
    assert!(!html.contains("https://"), "the page loads only files of its own origin: {html}");
    let (_, _, script) = get(router.clone(), "/docs/swagger-initializer.js").await;
    assert!(script.contains("/openapi.json"), "{script}");

    let (status, _, problems) = get(router, "/docs/problems").await;
    assert_eq!(status, StatusCode::OK);
    assert!(problems.contains("id=\"token_expired\""));
}
