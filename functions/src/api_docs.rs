//! The API reference, built from the functions' code: `/openapi.json`, and Swagger UI at `/docs`.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    response::Html,
    routing::get,
};
use shared::http::problem::{Code, ProblemBody};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::{
    ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder,
    path::Operation,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{Descriptor, FUNCTIONS};

/// Swagger UI sets inline styles and embeds images as `data:` URLs.
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

/// The parts of the OpenAPI document that all functions share.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Alta Data",
        version = "1",
        description = "Documents and voice samples, turned into text and reviewed.\n\nErrors are problems (RFC 9457) \
                       with a stable `code`; lists return `next_cursor` for the next page; ids are UUIDv7, times are \
                       RFC 3339 in UTC. Unknown fields are rejected.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemBody))
)]
struct Everywhere;

/// The OpenAPI document of all functions.
#[must_use]
pub fn openapi() -> OpenApi {
    let everywhere = <Everywhere as utoipa::OpenApi>::openapi();
    let mut document = FUNCTIONS.iter().map(Descriptor::openapi).fold(everywhere, OpenApi::merge_from);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    for item in document.paths.paths.values_mut() {
        let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in methods.into_iter().flatten() {
            let problem = Ref::from_schema_name("Problem");
            let content = ContentBuilder::new().schema(Some(problem)).build();
            let response = ResponseBuilder::new()
                .description("Any other problem, identified by its `code`.")
                .content("application/problem+json", content)
                .build();
            operation.responses.responses.insert("default".to_owned(), response.into());
            describe_problems(operation);
        }
    }
    document
}

/// Moves problems to their own media type, which the routes' short descriptions leave out.
fn describe_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let problem = status.starts_with('4') || status.starts_with('5');
        if let (true, RefOr::T(response)) = (problem, response)
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response.content.insert("application/problem+json".to_owned(), content);
        }
    }
}

/// Serves the OpenAPI document, Swagger UI and the list of problem codes.
///
/// # Errors
/// When the document cannot be serialized as JSON.
pub fn router() -> Result<Router, serde_json::Error> {
    let json = openapi().to_json()?;
    let document = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], json) });
    let pages = Router::from(SwaggerUi::new("/docs").config(Config::from("/openapi.json")))
        .route("/docs/problems", get(|| async { Html(problems()) }))
        .route("/openapi.json", document);
    Ok(HEADERS.into_iter().fold(pages, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    }))
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
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Problems · Alta Data</title>\n\
         <link rel=\"stylesheet\" href=\"/page/page.css\">\n<main>\n<h1>Problems</h1>\n\
         <table>\n<tr><th>code<th>status<th>meaning\n{rows}</table>\n</main>\n"
    )
}
