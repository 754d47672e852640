//! Object metadata and its JSON resource (<https://cloud.google.com/storage/docs/json_api/v1/objects#resource>).

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

/// The metadata that an uploader sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attributes {
    /// The media type. Cloud Storage uses `application/octet-stream` by default.
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
    /// A timestamp of the uploader's choice (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_time: Option<String>,
    /// Custom metadata: the `x-goog-meta-*` headers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

/// The metadata of one generation of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectMetadata {
    /// The name of the bucket that holds the object.
    pub bucket: String,
    /// The object's name within the bucket.
    pub name: String,
    /// The creation time in microseconds since 1970, unique on one machine.
    pub generation: i64,
    /// The object's size in bytes.
    pub size: u64,
    /// The CRC32C in base64, big endian.
    pub crc32c: String,
    /// The MD5 in base64. Composed objects have none.
    pub md5: Option<String>,
    /// The number of parts that the object was composed from.
    pub component_count: Option<u32>,
    /// The metadata that the uploader set.
    #[serde(flatten)]
    pub attributes: Attributes,
}

impl ObjectMetadata {
    /// Returns the media type, or `application/octet-stream` if the uploader set none.
    #[must_use]
    pub fn content_type(&self) -> &str {
        self.attributes.content_type.as_deref().unwrap_or("application/octet-stream")
    }

    /// Returns the creation time.
    #[must_use]
    pub fn created(&self) -> OffsetDateTime {
        time_of(self.generation)
    }

    /// Returns the JSON API's entity tag: generation and metageneration as Protocol Buffers varints.
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

    /// Returns the JSON resource that the JSON API and the notifications contain.
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

/// Conditions on the live object that a request depends on
/// (<https://cloud.google.com/storage/docs/request-preconditions>).
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Preconditions {
    pub(crate) generation_match: Option<i64>,
    pub(crate) generation_not_match: Option<i64>,
    pub(crate) metageneration_match: Option<i64>,
    pub(crate) metageneration_not_match: Option<i64>,
}

impl Preconditions {
    /// Checks the conditions. An absent object has generation and metageneration 0.
    pub(crate) fn check(&self, live: Option<&ObjectMetadata>) -> Result<(), Fault> {
        self.check_as(live, Kind::PreconditionFailed)
    }

    /// Checks the conditions of a read, which responds "not modified" when a generation should differ but does not.
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

/// Returns the time that a generation number encodes.
pub(crate) fn time_of(generation: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(generation) * 1000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Formats a time as RFC 3339 in UTC with microseconds.
pub(crate) fn rfc3339(time: OffsetDateTime) -> String {
    time.format(MICROSECONDS).unwrap_or_default()
}
