//! The finalize events of the uploads and results buckets
//! (<https://cloud.google.com/storage/docs/pubsub-notifications>).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use crate::{
    base::ids::ItemId,
    cloud::push::{BUCKET, GENERATION, Message, OBJECT},
    items::ObjectName,
};

const EVENT_TYPE: &str = "eventType";

/// The object's metadata in an event (<https://cloud.google.com/storage/docs/json_api/v1/objects>).
#[derive(Deserialize)]
struct ObjectResource {
    #[serde(rename = "md5Hash")]
    md5: Option<String>,
}

/// The finalize event of an upload: its file is complete.
#[derive(Debug, Clone)]
pub(super) struct Finalized {
    /// The name of the uploaded object.
    pub(super) object: ObjectName,
    /// The generation of the object.
    pub(super) generation: i64,
    /// The base64-encoded MD5 of the file, if Cloud Storage reports it.
    pub(super) md5: Option<String>,
}

impl Finalized {
    /// Parses a message; returns `None` if it is not the finalize event of an upload.
    pub(super) fn read(message: &Message, bucket: &str) -> Option<Self> {
        let (object, generation) = finalized(message, bucket)?;
        let resource: Option<ObjectResource> = serde_json::from_slice(&message.data).ok();
        Some(Self {
            object: object.parse().ok()?,
            generation,
            md5: resource.and_then(|resource| resource.md5),
        })
    }
}

/// The finalize event of an object that holds a part of an operation's output.
pub(super) struct Output {
    pub(super) object: String,
    pub(super) generation: i64,
    pub(super) item_id: ItemId,
    pub(super) attempt: i32,
}

impl Output {
    pub(super) fn read(message: &Message, bucket: &str, folder: &str) -> Option<Self> {
        let (object, generation) = finalized(message, bucket)?;
        let mut parts = object.split('/');
        let ours = parts.next() == Some(folder);
        let item_id = parts.next()?.parse().ok()?;
        let attempt = parts.next()?.parse().ok()?;
        ours.then(|| Self { object: object.to_owned(), generation, item_id, attempt })
    }
}

fn finalized<'a>(message: &'a Message, bucket: &str) -> Option<(&'a str, i64)> {
    let attribute = |name: &str| message.attributes.get(name).map(String::as_str);
    let ours = attribute(EVENT_TYPE) == Some("OBJECT_FINALIZE") && attribute(BUCKET) == Some(bucket);
    let named = attribute(OBJECT).zip(attribute(GENERATION)?.parse().ok());
    named.filter(|_| ours)
}

/// Builds the finalize event of an upload as Cloud Storage publishes it: attributes and data.
#[must_use]
pub fn finalize_message(
    bucket: &str,
    object: &ObjectName,
    generation: i64,
    md5: Option<&str>,
) -> (BTreeMap<String, String>, serde_json::Value) {
    let (object, generation) = (object.to_string(), generation.to_string());
    let data = json!({"bucket": bucket, "name": object, "generation": generation, "md5Hash": md5});
    let attributes = [
        (EVENT_TYPE, "OBJECT_FINALIZE".to_owned()),
        (BUCKET, bucket.to_owned()),
        (OBJECT, object),
        (GENERATION, generation),
    ];
    (attributes.map(|(name, value)| (name.to_owned(), value)).into(), data)
}
