//! What is known of an object, and its JSON resource
//! (<https://cloud.google.com/storage/docs/json_api/v1/objects#resource>).

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use crate::{
    encoding,
    fault::{Fault, Kind},
};

const MICROSECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// What an uploader says of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attributes {
    /// The media type; Cloud Storage takes `application/octet-stream` when none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The `Content-Encoding` header of downloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// The `Content-Disposition` header of downloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// The `Content-Language` header of downloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// The `Cache-Control` header of downloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// A time of the uploader's own (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_time: Option<String>,
    /// Custom metadata: the `x-goog-meta-*` headers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

/// What is known of one generation of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectMetadata {
    /// The bucket's name.
    pub bucket: String,
    /// The object's name.
    pub name: String,
    /// Microseconds since 1970 when the object came to be, unique on one machine.
    pub generation: i64,
    /// The object's size in bytes.
    pub size: u64,
    /// The CRC32C in base64, big endian.
    pub crc32c: String,
    /// The MD5 in base64; composed objects have none.
    pub md5: Option<String>,
    /// From how many parts the object was composed.
    pub component_count: Option<u32>,
    /// What its uploader said of it.
    #[serde(flatten)]
    pub attributes: Attributes,
}

impl ObjectMetadata {
    /// The media type of the object.
    #[must_use]
    pub fn content_type(&self) -> &str {
        self.attributes.content_type.as_deref().unwrap_or("application/octet-stream")
    }

    /// When the object came to be.
    #[must_use]
    pub fn created(&self) -> OffsetDateTime {
        time_of(self.generation)
    }

    /// The JSON API's entity tag: generation and metageneration as Protocol Buffers varints.
    pub(crate) fn etag(&self) -> String {
        let mut bytes = vec![0x08];
        let mut rest = self.generation;
        while rest >= 0x80 {
            bytes.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        bytes.extend([rest as u8, 0x10, 0x01]);
        STANDARD.encode(bytes)
    }

    /// The JSON resource, as the JSON API and the notifications carry it.
    #[must_use]
    pub fn resource(&self) -> Value {
        let created = rfc3339(self.created());
        let object = encoding::encode(&self.name);
        let link = format!("https://www.googleapis.com/storage/v1/b/{}/o/{object}", self.bucket);
        let media =
            format!("https://storage.googleapis.com/download/storage/v1/b/{}/o/{object}", self.bucket);
        let mut resource = json!({
            "kind": "storage#object",
            "id": format!("{}/{}/{}", self.bucket, self.name, self.generation),
            "selfLink": link,
            "mediaLink": format!("{media}?generation={}&alt=media", self.generation),
            "name": self.name,
            "bucket": self.bucket,
            "generation": self.generation.to_string(),
            "metageneration": "1",
            "contentType": self.content_type(),
            "storageClass": "STANDARD",
            "size": self.size.to_string(),
            "crc32c": self.crc32c,
            "etag": self.etag(),
            "timeCreated": created,
            "updated": created,
            "timeStorageClassUpdated": created,
            "timeFinalized": created,
        });
        if let Some(fields) = resource.as_object_mut() {
            self.add_optional(fields);
        }
        resource
    }

    fn add_optional(&self, fields: &mut Map<String, Value>) {
        let attributes = &self.attributes;
        let texts = [
            ("md5Hash", &self.md5),
            ("contentEncoding", &attributes.content_encoding),
            ("contentDisposition", &attributes.content_disposition),
            ("contentLanguage", &attributes.content_language),
            ("cacheControl", &attributes.cache_control),
            ("customTime", &attributes.custom_time),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                fields.insert(name.to_owned(), json!(value));
            }
        }
        if let Some(count) = self.component_count {
            fields.insert("componentCount".to_owned(), json!(count));
        }
        if !attributes.metadata.is_empty() {
            fields.insert("metadata".to_owned(), json!(attributes.metadata));
        }
    }
}

/// What must be true of the live object for a request to go on
/// (<https://cloud.google.com/storage/docs/request-preconditions>).
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Preconditions {
    pub(crate) generation_match: Option<i64>,
    pub(crate) generation_not_match: Option<i64>,
    pub(crate) metageneration_match: Option<i64>,
    pub(crate) metageneration_not_match: Option<i64>,
}

impl Preconditions {
    /// An absent object has generation and metageneration 0.
    pub(crate) fn check(&self, live: Option<&ObjectMetadata>) -> Result<(), Fault> {
        self.check_as(live, Kind::PreconditionFailed)
    }

    /// The same for a read, where a generation that should differ and does not is "not modified".
    pub(crate) fn check_read(&self, live: &ObjectMetadata) -> Result<(), Fault> {
        self.check_as(Some(live), Kind::NotModified)
    }

    fn check_as(&self, live: Option<&ObjectMetadata>, unchanged: Kind) -> Result<(), Fault> {
        let generation = live.map_or(0, |object| object.generation);
        let metageneration = i64::from(live.is_some());
        let differs = |wanted: Option<i64>, actual: i64| wanted.is_some_and(|wanted| wanted != actual);
        if differs(self.generation_match, generation) || differs(self.metageneration_match, metageneration) {
            return Err(Fault::new(Kind::PreconditionFailed));
        }
        if self.generation_not_match == Some(generation)
            || self.metageneration_not_match == Some(metageneration)
        {
            return Err(Fault::new(unchanged));
        }
        Ok(())
    }
}

/// The moment that a generation number stands for.
pub(crate) fn time_of(generation: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(generation) * 1000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// RFC 3339 in UTC with microseconds.
pub(crate) fn rfc3339(time: OffsetDateTime) -> String {
    time.format(MICROSECONDS).unwrap_or_default()
}
