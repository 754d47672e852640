//! The interface's documents, made from the functions' code: `/openapi.json`, and `/docs` to read it with.

use axum::{
    Router,
    http::{HeaderValue, header},
    response::Html,
    routing::get,
};
use shared::problem::Code;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Swagger UI sets styles from its scripts, and shows images that it carries along.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The functions' documents as one.
#[must_use]
pub fn merged(documents: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let mut documents = documents.into_iter();
    let first = documents.next().unwrap_or_default();
    documents.fold(first, OpenApi::merge_from)
}

/// Serves the document and what shows it.
///
/// # Errors
/// When the document cannot be written as JSON.
pub fn router(document: &OpenApi) -> Result<Router, serde_json::Error> {
    let json = document.to_json()?;
    let document = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], json) });
    let pages = Router::from(SwaggerUi::new("/docs").config(Config::from("/openapi.json")))
        .route("/docs/problems", get(|| async { Html(problems()) }))
        .route("/openapi.json", document);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok(headers.into_iter().fold(pages, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    }))
}

/// Every problem's code, where the `type` of a problem points to.
fn problems() -> String {
    let rows: String = Code::ALL
        .iter()
        .map(|code| {
            let (name, status) = (code.as_str(), code.status().as_u16());
            format!("<tr id=\"{name}\"><td><code>{name}</code><td>{status}<td>{}\n", code.title())
        })
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Problems · Alta Data</title>\n\
         <link rel=\"stylesheet\" href=\"/page/page.css\">\n<main>\n<h1>Problems</h1>\n\
         <table>\n<tr><th>code<th>status<th>meaning\n{rows}</table>\n</main>\n"
    )
}
