//! The REST API: `POST {recognizer}:recognize`, `POST {recognizer}:batchRecognize` and `GET {operation}`.

use axum::{
    Router,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode};
use local_engine::http_api::{self, body, body_limit};
use serde_json::Value;

use crate::{
    Inner, Speech, batch,
    engine::LengthLimit,
    fault::{self, Fault},
    request::RecognizeRequest,
    results::Results,
    source,
};

pub(crate) fn router(service: Speech) -> Router {
    Router::new()
        .route("/v2/projects/{project}/locations/{location}/recognizers/{call}", post(of_recognizer))
        .route("/v2/projects/{project}/locations/{location}/operations/{operation}", get(get_operation))
        .layer(body_limit(service.0.settings.limits.sync_bytes))
        .with_state(service)
}

async fn of_recognizer(
    State(service): State<Speech>,
    Path((project, location, call)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let (recognizer, method) = call.rsplit_once(':').unwrap_or((&call, ""));
    let result = match method {
        "recognize" => recognize(&service, &location, request).await,
        "batchRecognize" => {
            let parent = format!("projects/{project}/locations/{location}");
            batch_recognize(&service, parent, recognizer, request).await
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    respond(result)
}

async fn get_operation(
    State(service): State<Speech>,
    Path((project, location, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let parent = format!("projects/{project}/locations/{location}");
    let find = || {
        authenticate(&service, &headers)?;
        service.0.controls.admit_poll()?;
        let operation = service.0.batches.operations.get(&id).filter(|operation| operation.parent == parent);
        let operation =
            operation.ok_or_else(|| Fault::not_found("OPERATION_NOT_FOUND", "Operation not found."))?;
        Ok(operation.to_json())
    };
    respond(find())
}

fn respond(result: Result<Value, Fault>) -> Response {
    http_api::respond(result, fault::SERVICE)
}

async fn recognize(service: &Speech, location: &str, request: Request) -> Result<Value, Fault> {
    let Inner { settings, engine, controls, .. } = &*service.0;
    authenticate(service, request.headers())?;
    controls.admit()?;
    controls.spend()?;
    let request: RecognizeRequest = body(request, settings.limits.sync_bytes).await?;
    let options = request.config.checked(location)?;
    source::check(&request)?;
    controls.wait().await;

    let result = if let Some(text) = controls.instant() {
        controls.count_call();
        Results::of_text(&text, &options)
    } else {
        let bytes = settings.limits.sync_bytes;
        let source = source::open(request, &settings.resolve, engine.folder(), bytes).await?;
        controls.count_call();
        let length = settings.limits.sync_length;
        let limit = LengthLimit { length, fault: fault::too_long(length) };
        let transcript = engine.recognize(source.path(), options.channels, &limit, |_| ()).await?;
        service.count_channels(transcript.channels.len());
        Results::new(&transcript, &options)
    };
    serde_json::to_value(result).map_err(|_| Fault::internal())
}

async fn batch_recognize(
    service: &Speech,
    parent: String,
    recognizer: &str,
    request: Request,
) -> Result<Value, Fault> {
    authenticate(service, request.headers())?;
    service.0.controls.admit()?;
    service.0.controls.spend()?;
    let body: Value = body(request, service.0.settings.limits.sync_bytes).await?;
    let recognizer = format!("{parent}/recognizers/{recognizer}");
    batch::start(service, parent, recognizer, body).map(|operation| operation.to_json())
}

fn authenticate(service: &Speech, headers: &HeaderMap) -> Result<(), Fault> {
    http_api::authenticate(&service.0.settings.identity, headers)
}
