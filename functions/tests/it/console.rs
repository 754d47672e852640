//! The console and the API reference.

use std::{fs, path::Path};

use axum::{
    Router,
    body::{self, Body},
    http::{HeaderMap, Request, StatusCode},
};
use functions::{api_docs, console, url_map};
use tempfile::TempDir;
use tower::ServiceExt as _;

const STORAGE: &str = "http://127.0.0.1:9199";

/// A folder like that of a built console.
pub(crate) fn built() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let page = "<!doctype html><script type=\"module\" src=\"/assets/index-1a2b3c4d.js\"></script><div id=\"root\"></div>";
    for (file, content) in [
        ("index.html", page),
        ("manifest.json", "{}"),
        ("assets/index-1a2b3c4d.js", "start();"),
        ("assets/worker-1a2b3c4d.mjs", "work();"),
        ("assets/index-5e6f7a8b.css", ":root {}"),
        ("assets/library-1.2.3/fonts/serif.ttf", "font"),
        ("assets/icon-9c0d1e2f.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ] {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, content).expect("a file");
    }
    folder
}

async fn get(router: Router, path: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let answer = router.oneshot(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let bytes = body::to_bytes(body, 10 << 20).await.expect("a body");
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn every_path_answers_with_the_same_page_under_a_strict_policy() {
    let folder = built();
    let router = console::router(Some(folder.path()), STORAGE).expect("a console");
    let page = fs::read_to_string(folder.path().join("index.html")).expect("the page");
    let secret = ["/verify-email?token=secret", "/reset-password?token=secret"];
    for path in console::paths().iter().copied().chain(secret) {
        let (status, headers, html) = get(router.clone(), path).await;
        assert_eq!((status, &html), (StatusCode::OK, &page), "{path}");
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(headers["cache-control"], "no-cache");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        let policy = headers["content-security-policy"].to_str().expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{policy}");
        assert!(policy.contains(&format!("connect-src 'self' {STORAGE};")), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('{'), "{policy}");
    }
}

#[tokio::test]
async fn files_stay_in_caches_but_their_absence_does_not() {
    let folder = built();
    let router = console::router(Some(folder.path()), STORAGE).expect("a console");
    for (path, kind) in [
        ("/assets/index-1a2b3c4d.js", "text/javascript"),
        ("/assets/worker-1a2b3c4d.mjs", "application/javascript"),
        ("/assets/index-5e6f7a8b.css", "text/css"),
        ("/assets/library-1.2.3/fonts/serif.ttf", "font/ttf"),
        ("/assets/icon-9c0d1e2f.svg", "image/svg+xml"),
    ] {
        let (status, headers, _) = get(router.clone(), path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers["content-type"], kind, "{path}");
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert!(
            headers.contains_key("content-security-policy"),
            "a worker takes the policy of its file: {path}"
        );
    }
    for path in
        ["/assets/gone-1a2b3c4d.js", "/assets/", "/assets/../index.html", "/manifest.json", "/nowhere"]
    {
        let (status, headers, _) = get(router.clone(), path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(!headers.contains_key("cache-control"), "{path}");
    }
}

#[tokio::test]
async fn without_a_built_console_each_path_tells_what_is_missing() {
    let router = console::router(None, STORAGE).expect("a page");
    for path in console::paths() {
        let (status, headers, html) = get(router.clone(), path).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        assert!(html.contains("Node 20.19") && html.contains("href=\"/docs/\""), "{html}");
    }
    let error = console::router(Some(Path::new("/nowhere")), STORAGE).expect_err("no console");
    assert!(error.to_string().starts_with("/nowhere/index.html: "), "{error}");
}

#[test]
fn no_function_owns_a_path_of_the_console() {
    for path in console::paths() {
        let owner = url_map::routes().find(|(route, _)| match route.strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix),
            None => path == route,
        });
        assert!(owner.is_none(), "{path} belongs to {}", owner.expect("an owner").0);
    }
    // Mails lead to these.
    for path in ["/verify-email", "/reset-password", "/invitation", "/account", "/project"] {
        assert!(console::paths().contains(&path), "{path}");
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
    let (_, _, script) = get(router.clone(), "/docs/start.js").await;
    assert!(script.contains("/openapi.json"), "{script}");

    let (status, _, problems) = get(router, "/docs/problems").await;
    assert_eq!(status, StatusCode::OK);
    assert!(problems.contains("id=\"token_expired\""));
}
