//! The REST API: `:process` and `:batchProcess` for processors and processor versions, and operations.

use axum::{
    Router,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode};
use local_engine::http_api::{self, body, body_limit};
use serde_json::{Value, json};

use crate::{
    DocumentAi, batch,
    document::{Document, LoosePage},
    engine::ReadOptions,
    fault::{self, Fault},
    mask::{Mask, Masked},
    request::ProcessRequest,
    source,
};

pub(crate) fn router(service: DocumentAi) -> Router {
    Router::new()
        .route("/v1/projects/{project}/locations/{location}/processors/{call}", post(of_processor))
        .route(
            "/v1/projects/{project}/locations/{location}/processors/{processor}/processorVersions/{call}",
            post(of_version),
        )
        .route("/v1/projects/{project}/locations/{location}/operations", get(list_operations))
        .route(
            "/v1/projects/{project}/locations/{location}/operations/{call}",
            get(get_operation).post(cancel_operation),
        )
        .layer(body_limit(service.0.settings.limits.bytes))
        .with_state(service)
}

async fn of_processor(
    State(service): State<DocumentAi>,
    Path((project, location, call)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let (processor, method) = call.rsplit_once(':').unwrap_or((&call, ""));
    call_method(&service, &name(&project, &location, processor), None, method, request).await
}

async fn of_version(
    State(service): State<DocumentAi>,
    Path((project, location, processor, call)): Path<(String, String, String, String)>,
    request: Request,
) -> Response {
    let (version, method) = call.rsplit_once(':').unwrap_or((&call, ""));
    call_method(&service, &name(&project, &location, &processor), Some(version), method, request).await
}

fn name(project: &str, location: &str, processor: &str) -> String {
    format!("{}/processors/{processor}", parent(project, location))
}

fn parent(project: &str, location: &str) -> String {
    format!("projects/{project}/locations/{location}")
}

async fn call_method(
    service: &DocumentAi,
    processor: &str,
    version: Option<&str>,
    method: &str,
    request: Request,
) -> Response {
    if !matches!(method, "process" | "batchProcess") {
        return StatusCode::NOT_FOUND.into_response();
    }
    respond(match admit(service, processor, version, &request) {
        Err(fault) => Err(fault),
        Ok(()) if method == "process" => process(service, request).await,
        Ok(()) => batch_process(service, processor, request).await,
    })
}

fn respond(result: Result<Value, Fault>) -> Response {
    http_api::respond(result, fault::SERVICE)
}

/// Admits a call of a known processor and version, unless a test injects a failure.
fn admit(
    service: &DocumentAi,
    processor: &str,
    version: Option<&str>,
    request: &Request,
) -> Result<(), Fault> {
    let inner = &service.0;
    authenticate(service, request.headers())?;
    if inner.settings.processor.as_deref().is_some_and(|known| known != processor) {
        let message = format!("Processor with name \"{processor}\" not found.");
        return Err(Fault::not_found("PROCESSOR_NOT_FOUND", message));
    }
    if let Some(version) =
        version.filter(|version| !inner.settings.versions.iter().any(|known| known == version))
    {
        let message = format!("ProcessorVersion with id '{version}' not found.");
        return Err(Fault::not_found("PROCESSOR_VERSION_NOT_FOUND", message));
    }
    inner.controls.admit()
}

fn authenticate(service: &DocumentAi, headers: &HeaderMap) -> Result<(), Fault> {
    http_api::authenticate(&service.0.settings.identity, headers)
}

async fn process(service: &DocumentAi, request: Request) -> Result<Value, Fault> {
    let inner = &service.0;
    let limits = &inner.settings.limits;
    inner.controls.spend()?;
    let request: ProcessRequest = body(request, limits.bytes).await?;
    let media_type = source::media_type(&request)?;
    request.process_options.check()?;
    inner.controls.wait().await;

    let mask = Mask::parse(&request.field_mask);
    let page_limit = if request.imageless_mode { limits.imageless_pages } else { limits.pages };
    let document = if let Some((text, pages)) = inner.instant() {
        inner.controls.count_call();
        let numbers = request.process_options.pages().of(pages)?;
        if numbers.len() > page_limit {
            return Err(fault::too_many_pages(numbers.len(), page_limit));
        }
        let pages = LoosePage::of_text(&text, pages).filter(|one| numbers.contains(&one.page.page_number));
        Document::of_pages(media_type, pages)
    } else {
        let options = ReadOptions {
            page_limit,
            pages: request.process_options.pages(),
            languages: request.process_options.languages().to_vec(),
        };
        let source = source::open(request, &inner.settings).await?;
        inner.controls.count_call();
        service.recognize(source.path(), media_type, &options).await?
    };
    Ok(json!({"document": Masked { document: &document, mask: &mask, shard: None }}))
}

async fn batch_process(service: &DocumentAi, processor: &str, request: Request) -> Result<Value, Fault> {
    let request = body(request, service.0.settings.limits.bytes).await?;
    let parent = processor.split_once("/processors/").map_or(processor, |(parent, _)| parent);
    Ok(batch::start(service, parent, request).await?.resource())
}

async fn get_operation(
    State(service): State<DocumentAi>,
    Path((project, location, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let name = format!("{}/operations/{id}", parent(&project, &location));
    let found = authenticate(&service, &headers).and_then(|()| service.0.operations.get(&name));
    respond(found.map(|operation| operation.resource()))
}

/// Returns all operations in one page.
async fn list_operations(
    State(service): State<DocumentAi>,
    Path((project, location)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    respond(authenticate(&service, &headers).map(|()| {
        let operations = service.0.operations.list(&parent(&project, &location));
        json!({"operations": operations.iter().map(|operation| operation.resource()).collect::<Vec<_>>()})
    }))
}

async fn cancel_operation(
    State(service): State<DocumentAi>,
    Path((project, location, call)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(id) = call.strip_suffix(":cancel") else { return StatusCode::NOT_FOUND.into_response() };
    let name = format!("{}/operations/{id}", parent(&project, &location));
    let canceled = authenticate(&service, &headers).and_then(|()| service.0.operations.cancel(&name));
    respond(canceled.map(|()| json!({})))
}
