//! The JSON API for objects, as the official clients use it
//! (<https://cloud.google.com/storage/docs/json_api/v1/objects>).

mod compose;
mod list;
mod upload;

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use serde_json::Value;

use crate::{
    Storage,
    fault::{Fault, Kind},
    media::{self, Api, Read},
    metadata::Preconditions,
    payload::Payload,
    target::{Endpoint, Query, Target},
};

/// Handles a request to the JSON API.
pub(crate) async fn serve(cloud: &Storage, target: &Target, parts: &Parts, body: Body) -> Response {
    let payload = Payload::new(&parts.headers, body);
    let is_session = target.endpoint == Endpoint::JsonUpload && target.query.get("upload_id").is_some();
    if !is_session && let Err(fault) = authorize(cloud, &parts.headers) {
        return fault.json();
    }
    let is_media = target.endpoint == Endpoint::Json && target.query.get("alt") == Some("media");
    let result = match target.endpoint {
        Endpoint::JsonUpload => upload::serve(cloud, target, parts, payload).await,
        Endpoint::JsonCompose if parts.method == Method::POST => {
            compose::compose(cloud, target, payload).await
        }
        Endpoint::Json if target.object.is_empty() && parts.method == Method::GET => {
            list::list(cloud, target)
        }
        Endpoint::Json if !target.object.is_empty() => match parts.method {
            Method::GET | Method::HEAD if is_media => read(cloud, target, &parts.headers).await,
            Method::GET | Method::HEAD => get(cloud, target),
            Method::DELETE => delete(cloud, target).await,
            _ => Err(Fault::new(Kind::MethodNotAllowed)),
        },
        _ => Err(Fault::new(Kind::MethodNotAllowed)),
    };
    // Google responds to failed media reads and session requests in plain text.
    result.unwrap_or_else(|fault| if is_media || is_session { fault.text() } else { fault.json() })
}

fn authorize(cloud: &Storage, headers: &HeaderMap) -> Result<(), Fault> {
    match headers.get(header::AUTHORIZATION) {
        token @ Some(_) if cloud.identity.accepts_bearer(token) => Ok(()),
        Some(_) => Err(Fault::new(Kind::AuthenticationRequired).details("Invalid Credentials")),
        None => Err(Fault::new(Kind::AuthenticationRequired)
            .details("Anonymous caller does not have storage.objects access.")),
    }
}

/// Builds a JSON response.
fn json_response(resource: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], resource.to_string()).into_response()
}

fn get(cloud: &Storage, target: &Target) -> Result<Response, Fault> {
    let object = cloud.store.find(&target.bucket, &target.object, target.query.number("generation")?)?;
    preconditions(&target.query)?.check_read(&object)?;
    Ok(json_response(&object.resource()))
}

async fn read(cloud: &Storage, target: &Target, headers: &HeaderMap) -> Result<Response, Fault> {
    let read = Read {
        api: Api::Json,
        bucket: &target.bucket,
        object: &target.object,
        generation: target.query.number("generation")?,
        preconditions: preconditions(&target.query)?,
        overrides: Vec::new(),
    };
    media::read(&cloud.store, read, headers).await
}

async fn delete(cloud: &Storage, target: &Target) -> Result<Response, Fault> {
    let generation = target.query.number("generation")?;
    let (bucket, object) = (target.bucket.clone(), target.object.clone());
    cloud.store.delete(bucket, object, generation, preconditions(&target.query)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn preconditions(query: &Query) -> Result<Preconditions, Fault> {
    Ok(Preconditions {
        generation_match: query.number("ifGenerationMatch")?,
        generation_not_match: query.number("ifGenerationNotMatch")?,
        metageneration_match: query.number("ifMetagenerationMatch")?,
        metageneration_not_match: query.number("ifMetagenerationNotMatch")?,
    })
}
