//! The REST interface: `POST {processor}:process` and `POST {processor version}:process`.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest, Path, Request, State, rejection::BytesRejection},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    DocumentAi,
    document::Document,
    engine::Wanted,
    fault::{Fault, json_response},
    request::{ProcessRequest, masked},
    source,
};

/// What a request holds besides the document itself.
const ENVELOPE_BYTES: u64 = 1 << 20;

pub(crate) fn router(service: DocumentAi) -> Router {
    let body = service.0.settings.limits.bytes.div_ceil(3) * 4 + ENVELOPE_BYTES;
    Router::new()
        .route("/v1/projects/{project}/locations/{location}/processors/{call}", post(of_processor))
        .route(
            "/v1/projects/{project}/locations/{location}/processors/{processor}/processorVersions/{call}",
            post(of_version),
        )
        .layer(DefaultBodyLimit::max(usize::try_from(body).unwrap_or(usize::MAX)))
        .with_state(service)
}

async fn of_processor(
    State(service): State<DocumentAi>,
    Path((project, location, call)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let (processor, method) = call.rsplit_once(':').unwrap_or((&call, ""));
    answer(&service, &name(&project, &location, processor), method, request).await
}

async fn of_version(
    State(service): State<DocumentAi>,
    Path((project, location, processor, call)): Path<(String, String, String, String)>,
    request: Request,
) -> Response {
    let method = call.rsplit_once(':').map_or("", |(_, method)| method);
    answer(&service, &name(&project, &location, &processor), method, request).await
}

fn name(project: &str, location: &str, processor: &str) -> String {
    format!("projects/{project}/locations/{location}/processors/{processor}")
}

async fn answer(service: &DocumentAi, processor: &str, method: &str, request: Request) -> Response {
    if method != "process" {
        return StatusCode::NOT_FOUND.into_response();
    }
    match process(service, processor, request).await {
        Ok(document) => json_response(StatusCode::OK, &json!({"document": document})),
        Err(fault) => fault.into_response(),
    }
}

async fn process(service: &DocumentAi, processor: &str, request: Request) -> Result<Value, Fault> {
    let inner = &service.0;
    if !inner.settings.identity.accepts_bearer(request.headers().get(header::AUTHORIZATION)) {
        return Err(Fault::unauthenticated());
    }
    if inner.settings.processor.as_deref().is_some_and(|known| known != processor) {
        let message = format!("Processor with name \"{processor}\" not found.");
        return Err(Fault::not_found("PROCESSOR_NOT_FOUND", message));
    }
    inner.controls.admit()?;
    let request = body(request, inner.settings.limits.bytes).await?;
    let media_type = source::media_type(&request)?;
    tokio::time::sleep(inner.controls.delay()).await;

    let mask = request.field_mask.clone();
    if let Some(text) = inner.controls.instant() {
        inner.controls.count_call();
        return masked(&Document::of_text(media_type.name(), &text), &mask);
    }
    let limits = &inner.settings.limits;
    let wanted = Wanted {
        page_limit: if request.imageless_mode { limits.imageless_pages } else { limits.pages },
        pages: request.process_options.pages(),
        languages: request.process_options.languages().to_vec(),
    };
    let source = source::open(request, &inner.settings).await?;
    inner.controls.count_call();
    let document = service.recognise(source.path(), media_type, &wanted).await?;
    masked(&document, &mask)
}

async fn body(request: Request<Body>, limit: u64) -> Result<ProcessRequest, Fault> {
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Fault::invalid(
                "PAYLOAD_SIZE_EXCEEDED",
                format!("Request payload size exceeds the limit: {limit} bytes."),
            )
        }
        _ => Fault::invalid("INVALID_REQUEST", "The request body could not be read."),
    })?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Fault::invalid("INVALID_REQUEST", format!("Invalid JSON payload received. {error}")))
}
