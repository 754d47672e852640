//! Uploads: simple, multipart and resumable (<https://cloud.google.com/storage/docs/json_api/v1/objects/insert>).

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use serde::Deserialize;

use super::{json_response, preconditions};
use crate::{
    Storage,
    digest::Expected,
    encoding,
    fault::{Fault, Kind},
    metadata::{Attributes, Preconditions},
    multipart::Multipart,
    names,
    payload::{LengthRange, Payload, Writer},
    resumable::{self, Outcome},
    session::NewSession,
    store::NewObject,
    target::Target,
    xml,
};

const MAX_RESOURCE: usize = 1 << 20;

/// The object resource at the start of an upload, with optional checksums.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Resource {
    name: Option<String>,
    md5_hash: Option<String>,
    crc32c: Option<String>,
    #[serde(flatten)]
    attributes: Attributes,
}

impl Resource {
    fn parse(body: &[u8]) -> Result<Self, Fault> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(body).map_err(|error| invalid(&format!("Parse Error: {error}")))
    }

    fn add_checksums(&self, expected: &mut Expected) -> Result<(), Fault> {
        self.md5_hash.as_ref().map_or(Ok(()), |text| expected.set_md5(text))?;
        self.crc32c.as_ref().map_or(Ok(()), |text| expected.set_crc32c(text))
    }
}

pub(super) async fn serve(
    cloud: &Storage,
    target: &Target,
    parts: &Parts,
    payload: Payload,
) -> Result<Response, Fault> {
    cloud.store.require_bucket(&target.bucket)?;
    if let Some(id) = target.query.get("upload_id") {
        return continue_upload(cloud, target, parts, payload, id).await;
    }
    if parts.method != Method::POST {
        return Err(Fault::new(Kind::MethodNotAllowed));
    }
    match target.query.get("uploadType") {
        Some("media") => simple(cloud, target, &parts.headers, payload).await,
        Some("multipart") => multipart(cloud, target, &parts.headers, payload).await,
        Some("resumable") => start(cloud, target, &parts.headers, payload).await,
        _ => Err(invalid("Invalid value for uploadType.")),
    }
}

/// An upload with a valid name and preconditions that hold.
struct Insert<'a> {
    cloud: &'a Storage,
    bucket: &'a str,
    name: String,
    preconditions: Preconditions,
}

impl<'a> Insert<'a> {
    /// Takes the name from the query, or else from the resource. Rejects uploads that cannot succeed.
    fn new(cloud: &'a Storage, target: &'a Target, resource: &Resource) -> Result<Self, Fault> {
        let named =
            if target.object.is_empty() { resource.name.as_deref() } else { Some(target.object.as_str()) };
        let name = named.ok_or_else(|| invalid("Required parameter: name"))?.to_owned();
        names::check_object(&name)?;
        let preconditions = preconditions(&target.query)?;
        preconditions.check(cloud.store.live(&target.bucket, &name).as_deref())?;
        Ok(Self { cloud, bucket: &target.bucket, name, preconditions })
    }
}

async fn simple(
    cloud: &Storage,
    target: &Target,
    headers: &HeaderMap,
    mut payload: Payload,
) -> Result<Response, Fault> {
    let insert = Insert::new(cloud, target, &Resource::default())?;
    let expected = Expected::from_headers(headers)?;
    let staged = cloud.store.stage()?;
    let mut writer = Writer::create(staged.path(), expected.digests()).await?;
    while let Some(bytes) = payload.next().await? {
        writer.write(&bytes).await?;
    }
    let sums = writer.finish().await?.finish();
    expected.check(&sums)?;
    let attributes = Attributes { content_type: content_type(headers), ..Attributes::default() };
    let new = NewObject {
        bucket: insert.bucket.to_owned(),
        name: insert.name,
        attributes,
        component_count: None,
        sums,
        staged,
        preconditions: insert.preconditions,
        session: None,
    };
    Ok(json_response(&insert.cloud.store.put(new).await?.resource()))
}

/// Handles a body with the resource, the bytes and, optionally, a resource with checksums computed on the way.
async fn multipart(
    cloud: &Storage,
    target: &Target,
    headers: &HeaderMap,
    payload: Payload,
) -> Result<Response, Fault> {
    let missing = || invalid("A multipart upload needs one part for the metadata and one for the media.");
    let mut expected = Expected::from_hash_header(headers)?;
    let mut body = Multipart::new(headers, payload)?;
    body.next_part().await?.ok_or_else(missing)?;
    let mut resource = Resource::parse(&body.read_part(MAX_RESOURCE).await?)?;
    resource.add_checksums(&mut expected)?;
    let insert = Insert::new(cloud, target, &resource)?;

    let part = body.next_part().await?.ok_or_else(missing)?;
    let staged = cloud.store.stage()?;
    let mut writer = Writer::create(staged.path(), expected.digests()).await?;
    while let Some(bytes) = body.chunk().await? {
        writer.write(&bytes).await?;
    }
    if body.next_part().await?.is_some() {
        Resource::parse(&body.read_part(MAX_RESOURCE).await?)?.add_checksums(&mut expected)?;
        if body.next_part().await?.is_some() {
            return Err(missing());
        }
    }
    let sums = writer.finish().await?.finish();
    expected.check(&sums)?;
    let attributes = &mut resource.attributes;
    attributes.content_type = attributes.content_type.take().or_else(|| content_type(&part));
    let new = NewObject {
        bucket: insert.bucket.to_owned(),
        name: insert.name,
        attributes: resource.attributes,
        component_count: None,
        sums,
        staged,
        preconditions: insert.preconditions,
        session: None,
    };
    Ok(json_response(&insert.cloud.store.put(new).await?.resource()))
}

async fn start(
    cloud: &Storage,
    target: &Target,
    headers: &HeaderMap,
    mut payload: Payload,
) -> Result<Response, Fault> {
    let resource = Resource::parse(&payload.read_all(MAX_RESOURCE).await?)?;
    let insert = Insert::new(cloud, target, &resource)?;
    let mut expected = Expected::default();
    resource.add_checksums(&mut expected)?;
    let mut attributes = resource.attributes;
    let declared = headers.get("x-upload-content-type").and_then(|value| value.to_str().ok());
    attributes.content_type = attributes.content_type.or_else(|| declared.map(str::to_owned));
    let location = format!(
        "{}/upload/storage/v1/b/{}/o?uploadType=resumable&name={}",
        xml::origin(cloud, headers),
        insert.bucket,
        encoding::encode(&insert.name)
    );
    let session = NewSession {
        bucket: insert.bucket.to_owned(),
        object: insert.name,
        attributes,
        preconditions: insert.preconditions,
        range: LengthRange::from_headers(&HeaderMap::new())?,
        expected,
    };
    let id = cloud.sessions.begin(&cloud.store, session).await?;
    let location = format!("{location}&upload_id={id}");
    Ok((StatusCode::OK, [(header::LOCATION, location), (xml::UPLOAD_ID, id)]).into_response())
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
                Outcome::Incomplete(stored) => Ok(xml::incomplete(stored, id)),
                Outcome::Complete(object) => Ok(json_response(&object.resource())),
            }
        }
        Method::DELETE => Err(xml::cancel(cloud, upload).await),
        _ => Err(Fault::new(Kind::MethodNotAllowed)),
    }
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn invalid(details: &str) -> Fault {
    Fault::new(Kind::InvalidArgument).details(details)
}
