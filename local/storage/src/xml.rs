//! The XML API for objects, used by signed URLs
//! (<https://cloud.google.com/storage/docs/xml-api/reference-methods>).

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts, uri::Authority};

use crate::{
    Storage,
    digest::Expected,
    encoding,
    fault::{Fault, Kind},
    media::{self, Api, Read},
    metadata::{Attributes, ObjectMetadata, Preconditions},
    names,
    payload::{LengthRange, Payload, Writer},
    resumable::{self, Outcome},
    session::NewSession,
    signature,
    store::NewObject,
    target::Target,
};

const METADATA: &str = "x-goog-meta-";

/// Handles a request to the XML API.
pub(crate) async fn serve(
    cloud: &Storage,
    target: &Target,
    parts: &Parts,
    body: Body,
) -> Result<Response, Fault> {
    let payload = Payload::new(&parts.headers, body);
    if let Some(id) = target.query.get("upload_id") {
        return continue_upload(cloud, target, parts, payload, id).await;
    }
    authorize(cloud, target, parts)?;
    cloud.store.require_bucket(&target.bucket)?;
    names::check_object(&target.object)?;
    match parts.method {
        Method::GET | Method::HEAD => get(cloud, target, &parts.headers).await,
        Method::PUT => put(cloud, target, &parts.headers, payload).await,
        Method::POST => start_upload(cloud, target, &parts.headers).await,
        Method::DELETE => delete(cloud, target, &parts.headers).await,
        _ => Err(Fault::new(Kind::MethodNotAllowed)),
    }
}

/// Requires a signed URL or a bearer token.
fn authorize(cloud: &Storage, target: &Target, parts: &Parts) -> Result<(), Fault> {
    if signature::is_signed(parts.uri.query().unwrap_or_default()) {
        let now = cloud.store.now().into();
        return signature::verify(&parts.method, &parts.uri, &parts.headers, &cloud.identity, now);
    }
    match parts.headers.get(header::AUTHORIZATION) {
        None => Err(Fault::new(Kind::AccessDenied).details(format!(
            "Anonymous caller does not have storage.objects access to the Google Cloud Storage object {}/{}.",
            target.bucket, target.object
        ))),
        token if cloud.identity.accepts_bearer(token) => Ok(()),
        Some(_) => Err(Fault::new(Kind::AuthenticationRequired)),
    }
}

async fn get(cloud: &Storage, target: &Target, headers: &HeaderMap) -> Result<Response, Fault> {
    let overrides = [
        ("response-content-disposition", header::CONTENT_DISPOSITION),
        ("response-content-type", header::CONTENT_TYPE),
    ];
    let read = Read {
        api: Api::Xml,
        bucket: &target.bucket,
        object: &target.object,
        generation: target.query.number("generation")?,
        preconditions: preconditions(headers)?,
        overrides: overrides
            .into_iter()
            .filter_map(|(parameter, name)| Some((name, target.query.get(parameter)?.to_owned())))
            .collect(),
    };
    media::read(&cloud.store, read, headers).await
}

async fn put(
    cloud: &Storage,
    target: &Target,
    headers: &HeaderMap,
    mut payload: Payload,
) -> Result<Response, Fault> {
    let store = &cloud.store;
    let expected = Expected::from_headers(headers)?;
    let range = LengthRange::from_headers(headers)?;
    let preconditions = preconditions(headers)?;
    // Most failures are known before the first byte. The commit checks again.
    preconditions.check(store.live(&target.bucket, &target.object).as_deref())?;
    payload.length.map_or(Ok(()), |length| range.check(length))?;

    let staged = store.stage()?;
    let mut writer = Writer::create(staged.path(), expected.digests()).await?;
    while let Some(bytes) = payload.next().await? {
        range.check_upper(writer.length() + bytes.len() as u64)?;
        writer.write(&bytes).await?;
    }
    let sums = writer.finish().await?.finish();
    range.check(sums.length)?;
    expected.check(&sums)?;
    let new = NewObject {
        bucket: target.bucket.clone(),
        name: target.object.clone(),
        attributes: attributes(headers),
        component_count: None,
        sums,
        staged,
        preconditions,
        session: None,
    };
    Ok(stored(&*store.put(new).await?))
}

async fn delete(cloud: &Storage, target: &Target, headers: &HeaderMap) -> Result<Response, Fault> {
    let generation = target.query.number("generation")?;
    let (bucket, object) = (target.bucket.clone(), target.object.clone());
    cloud.store.delete(bucket, object, generation, preconditions(headers)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn start_upload(cloud: &Storage, target: &Target, headers: &HeaderMap) -> Result<Response, Fault> {
    if headers.get("x-goog-resumable").is_none_or(|value| value != "start") {
        return Err(
            Fault::new(Kind::InvalidArgument).details("A POST to an object must start a resumable upload.")
        );
    }
    let preconditions = preconditions(headers)?;
    preconditions.check(cloud.store.live(&target.bucket, &target.object).as_deref())?;
    let session = NewSession {
        bucket: target.bucket.clone(),
        object: target.object.clone(),
        attributes: attributes(headers),
        preconditions,
        range: LengthRange::from_headers(headers)?,
        expected: Expected::from_hash_header(headers)?,
    };
    let id = cloud.sessions.begin(&cloud.store, session).await?;
    let object = encoding::encode_path(&target.object);
    let location = format!("{}/{}/{object}?upload_id={id}", origin(cloud, headers), target.bucket);
    Ok((StatusCode::CREATED, [(header::LOCATION, location), (UPLOAD_ID, id)]).into_response())
}

async fn continue_upload(
    cloud: &Storage,
    target: &Target,
    parts: &Parts,
    payload: Payload,
    id: &str,
) -> Result<Response, Fault> {
    let upload = cloud.sessions.find(&cloud.store, id, &target.bucket, &target.object).await?;
    match parts.method {
        Method::PUT => {
            let (store, sessions) = (cloud.store.clone(), cloud.sessions.clone());
            match resumable::put(store, sessions, upload, parts.headers.clone(), payload).await? {
                Outcome::Incomplete(stored) => Ok(incomplete(stored, id)),
                Outcome::Complete(object) => Ok(stored(&object)),
            }
        }
        Method::DELETE => Err(cancel(cloud, upload).await),
        _ => Err(Fault::new(Kind::MethodNotAllowed)),
    }
}

/// Cancels an upload. Cloud Storage responds with an error status even on success.
pub(crate) async fn cancel(cloud: &Storage, upload: std::sync::Arc<crate::sessions::Upload>) -> Fault {
    match resumable::cancel(&cloud.store, &cloud.sessions, upload).await {
        Ok(()) => Fault::new(Kind::Cancelled),
        Err(fault) => fault,
    }
}

/// The response header with an upload's id.
pub(crate) const UPLOAD_ID: HeaderName = HeaderName::from_static("x-guploader-uploadid");

/// The response to a request that leaves an upload incomplete.
pub(crate) fn incomplete(stored: u64, id: &str) -> Response {
    let mut response = (StatusCode::PERMANENT_REDIRECT, [(UPLOAD_ID, id)]).into_response();
    if stored > 0
        && let Ok(range) = HeaderValue::from_str(&format!("bytes=0-{}", stored - 1))
    {
        response.headers_mut().insert(header::RANGE, range);
    }
    response
}

/// Returns the base URL under which the client reached this server.
pub(crate) fn origin(cloud: &Storage, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let port = host.and_then(|host| host.parse::<Authority>().ok()?.port_u16());
    host.filter(|_| port.is_some())
        .map_or_else(|| cloud.endpoint.to_string(), |host| format!("http://{host}"))
}

fn stored(object: &ObjectMetadata) -> Response {
    let mut response = StatusCode::OK.into_response();
    media::describe_stored(object, Api::Xml, response.headers_mut());
    response
}

fn preconditions(headers: &HeaderMap) -> Result<Preconditions, Fault> {
    let number = |name: &'static str| {
        let parse = |value: &HeaderValue| {
            let number = value.to_str().ok().and_then(|text| text.parse().ok());
            number.ok_or_else(|| {
                Fault::new(Kind::InvalidArgument).details(format!("Invalid value for {name}."))
            })
        };
        headers.get(name).map(parse).transpose()
    };
    Ok(Preconditions {
        generation_match: number("x-goog-if-generation-match")?,
        metageneration_match: number("x-goog-if-metageneration-match")?,
        ..Preconditions::default()
    })
}

fn attributes(headers: &HeaderMap) -> Attributes {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let value = |name: HeaderName| headers.get(name).map(text);
    let metadata = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().strip_prefix(METADATA)?.to_owned(), text(value))))
        .collect();
    Attributes {
        content_type: value(header::CONTENT_TYPE),
        content_encoding: value(header::CONTENT_ENCODING),
        content_disposition: value(header::CONTENT_DISPOSITION),
        content_language: value(header::CONTENT_LANGUAGE),
        cache_control: value(header::CACHE_CONTROL),
        custom_time: value(HeaderName::from_static("x-goog-custom-time")),
        metadata,
    }
}
