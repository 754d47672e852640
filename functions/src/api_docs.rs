//! The API reference, built from the functions' code: `/openapi.json`, and Scalar's reader at `/docs`.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    response::{Html, Redirect},
    routing::get,
};
use serde_json::{Value, json};
use shared::http::{health, openapi::merge, problem::Code};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{Descriptor, FUNCTIONS};

/// The content security policy. Scalar adds its styles as elements, and shows images as `data:` URLs. It runs without
/// connections to its own servers.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The paths of the reference.
pub(crate) const PATHS: [&str; 3] = ["/docs", "/docs/*", "/openapi.json"];

/// The security headers of these paths.
pub(crate) const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

const HTML: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
                    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";

/// The reader's own file, in the crate that packages it.
const SCALAR: &str = "scalar.js";

/// The description of the whole API, in Markdown.
const DESCRIPTION: &str = "Documents and voice samples, turned into text and reviewed.\n\n\
    **Requests.** Bodies are JSON. Ids are UUIDv7. Times are RFC 3339 in UTC. Languages are BCP 47 tags such as `en-US`. \
    Time zones are IANA names such as `Europe/Berlin`. Unknown fields are refused. `PATCH` is a JSON merge patch \
    (RFC 7396).\n\n\
    **Sign-in.** `POST /auth/login` returns an access token for the `Authorization` header, valid for 15 minutes, and a \
    refresh token for `POST /auth/refresh`.\n\n\
    **Lists.** A page has `items` and `next_cursor`. For the next page, send `next_cursor` as `cursor`, with the same \
    filters.\n\n\
    **Errors.** Every error is a problem (RFC 9457) with a stable `code`. [All codes](/docs/problems).\n\n\
    **Repeats.** Send an `Idempotency-Key` with a request that creates a resource, and you can repeat the request safely \
    for 24 hours.\n\n\
    **Versions.** A resource has a `version` and an `ETag`. Send the `ETag` as `If-Match`, and a change is refused if \
    the version is no longer current.";

/// The tags in the order of the reference, with their descriptions.
const TAGS: [(&str, &str); 13] = [
    ("auth", "Register, verify an address, sign in with a password or a passkey, and refresh a session."),
    ("users", "Your account: profile, password, passkeys, sessions and account data export."),
    ("projects", "Projects, their members, invitations and audit log."),
    ("invitations", "Read and accept an invitation with the token of its link."),
    ("documents", "Upload documents, get the recognized text, search, download and reprocess."),
    ("voice", "Upload voice samples, get the transcribed text, search, download and reprocess."),
    ("items", "Documents and voice samples together."),
    ("exports", "Project exports: files with the items of a project."),
    ("events", "Live events: one for each change of an item's status."),
    ("review", "The review queue: claim items, approve or reject them, and read their history."),
    ("analytics", "Totals, daily trends, durations and top contributors."),
    ("admin", "The platform, for super admins: users, audit log and dead letters."),
    ("health", "The platform's health, for monitoring."),
];

/// The OpenAPI document of all functions.
#[must_use]
pub fn openapi() -> Value {
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Alta Data",
            "version": "1",
            "description": DESCRIPTION,
            "contact": {"name": "The operator of this platform"},
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The origin of this document."}],
        "tags": TAGS.map(|(name, description)| json!({"name": name, "description": description})),
        "components": {"securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token from `POST /auth/login` or `POST /auth/refresh`.",
            },
            "ticket": {
                "type": "apiKey",
                "in": "query",
                "name": "ticket",
                "description": "A ticket from `POST /events/tickets`, for a browser's `EventSource`.",
            },
        }},
    });
    for own in FUNCTIONS.iter().map(Descriptor::openapi).chain([health::openapi()]) {
        for part in ["paths", "components"] {
            merge(&mut document[part], own[part].clone());
        }
    }
    document
}

/// Serves the OpenAPI document, its reader and the list of problem codes.
///
/// # Errors
/// When the document cannot be serialized as JSON.
pub fn router() -> Result<Router, serde_json::Error> {
    let json = serde_json::to_string(&openapi())?;
    let document = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], json) });
    let script = |content: Vec<u8>| {
        get(move || async move { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], content) })
    };
    let pages = Router::new()
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(|| async { Html(reader()) }))
        .route("/docs/scalar.js", script(scalar_api_reference::get_asset(SCALAR).unwrap_or_default()))
        .route("/docs/start.js", script(start().into_bytes()))
        .route("/docs/problems", get(|| async { Html(problems()) }))
        .route("/openapi.json", document);
    Ok(HEADERS.into_iter().fold(pages, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    }))
}

/// The page that shows the document with Scalar.
fn reader() -> String {
    format!(
        "{HTML}<link rel=\"icon\" href=\"data:,\">\n<title>API reference · Alta Data</title>\n<div id=\"reference\"></div>\n\
         <script src=\"./scalar.js\"></script>\n<script src=\"./start.js\"></script>\n"
    )
}

/// The script that starts Scalar, without the features that call other servers.
fn start() -> String {
    let options = json!({
        "url": "/openapi.json",
        "theme": "default",
        "withDefaultFonts": false,
        "telemetry": false,
        "showDeveloperTools": "never",
        "agent": {"disabled": true},
        "mcp": {"disabled": true},
        "hideClientButton": true,
        "defaultHttpClient": {"targetKey": "shell", "clientKey": "curl"},
        "operationTitleSource": "summary",
        "orderRequiredPropertiesFirst": true,
    });
    format!("Scalar.createApiReference(\"#reference\", {options});\n")
}

/// The page of all problem codes, to which the `type` of a problem points.
fn problems() -> String {
    let rows: String = Code::ALL
        .iter()
        .map(|code| {
            let (name, status) = (code.as_str(), code.status().as_u16());
            format!("<tr id=\"{name}\"><td><code>{name}</code><td>{status}<td>{}\n", code.title())
        })
        .collect();
    format!(
        "{HTML}<title>Problems · Alta Data</title>\n\
         <style>:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }} \
         main {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem }} \
         table {{ border-collapse: collapse }} \
         th, td {{ padding: 0.25rem 1rem 0.25rem 0; text-align: left; border-bottom: 1px solid #8886 }} \
         tr:target {{ background: #fd06 }}</style>\n\
         <main>\n<h1>Problems</h1>\n<p>The codes of error responses. <a href=\"/docs/\">API reference</a></p>\n\
         <table>\n<tr><th>Code<th>Status<th>Meaning\n{rows}</table>\n</main>\n"
    )
}
