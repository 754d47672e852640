//! The compose method, which concatenates objects
//! (<https://cloud.google.com/storage/docs/json_api/v1/objects/compose>).

use axum::response::Response;
use serde::Deserialize;
use tokio::{fs::File, io::AsyncReadExt as _};

use super::{json_response, preconditions};
use crate::{
    Storage,
    digest::Digests,
    fault::{Fault, Kind},
    metadata::{Attributes, Preconditions},
    names,
    payload::{Payload, Writer},
    store::NewObject,
    target::Target,
};

const MAX_BODY: usize = 1 << 20;
const MAX_SOURCES: usize = 32;
const CHUNK: usize = 256 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Compose {
    #[serde(default)]
    destination: Attributes,
    source_objects: Vec<Source>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    name: String,
    #[serde(default)]
    generation: Option<Number>,
    #[serde(default)]
    object_preconditions: SourcePreconditions,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SourcePreconditions {
    if_generation_match: Option<Number>,
}

/// A 64-bit number. The JSON API writes it as text, and accepts a text or a number.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Number {
    Number(i64),
    Text(String),
}

impl Number {
    fn value(&self) -> Result<i64, Fault> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => text.parse().map_err(|_| invalid("A generation must be a number.")),
        }
    }
}

pub(super) async fn compose(
    cloud: &Storage,
    target: &Target,
    mut payload: Payload,
) -> Result<Response, Fault> {
    let store = &cloud.store;
    store.require_bucket(&target.bucket)?;
    names::check_object(&target.object)?;
    let body = payload.read_all(MAX_BODY).await?;
    let request: Compose = serde_json::from_slice(&body).map_err(|error| invalid(&error.to_string()))?;
    if !(1..=MAX_SOURCES).contains(&request.source_objects.len()) {
        return Err(invalid("The number of source components must be between 1 and 32."));
    }
    let staged = store.stage()?;
    let mut writer = Writer::create(staged.path(), Digests::new()).await?;
    let mut components = 0;
    let mut content_type = None;
    for source in &request.source_objects {
        let generation = source.generation.as_ref().map(Number::value).transpose()?;
        let object = store.find(&target.bucket, &source.name, generation)?;
        let generation_match =
            source.object_preconditions.if_generation_match.as_ref().map(Number::value).transpose()?;
        Preconditions { generation_match, ..Preconditions::default() }.check(Some(&object))?;
        copy(&mut writer, File::open(store.layout.data(&object.bucket, object.generation)).await?).await?;
        components += object.component_count.unwrap_or(1);
        content_type = content_type.or_else(|| object.attributes.content_type.clone());
    }
    let mut attributes = request.destination;
    attributes.content_type = attributes.content_type.or(content_type);
    let new = NewObject {
        bucket: target.bucket.clone(),
        name: target.object.clone(),
        attributes,
        component_count: Some(components),
        sums: writer.finish().await?.finish(),
        staged,
        preconditions: preconditions(&target.query)?,
        session: None,
    };
    Ok(json_response(&store.put(new).await?.resource()))
}

async fn copy(writer: &mut Writer, mut file: File) -> Result<(), Fault> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match file.read(&mut buffer).await? {
            0 => return Ok(()),
            read => writer.write(&buffer[..read]).await?,
        }
    }
}

fn invalid(details: &str) -> Fault {
    Fault::new(Kind::InvalidArgument).details(details)
}
