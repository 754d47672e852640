//! Downloads: whole objects and ranges, streamed from disk.

use std::{io, sync::Arc};

use axum::{body::Body, response::Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _},
};
use tokio_util::io::ReaderStream;

use crate::{
    fault::{Fault, Kind},
    metadata::{ObjectMetadata, Preconditions},
    store::Store,
};

const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
const CHUNK: usize = 256 * 1024;

/// The API that responds. The two differ in headers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    Xml,
    Json,
}

/// The object to read, and the headers to respond with.
pub(crate) struct Read<'a> {
    pub(crate) api: Api,
    pub(crate) bucket: &'a str,
    pub(crate) object: &'a str,
    pub(crate) generation: Option<i64>,
    pub(crate) preconditions: Preconditions,
    /// Response headers that the request sets.
    pub(crate) overrides: Vec<(HeaderName, String)>,
}

/// Responds with an object's bytes, or a range of them.
pub(crate) async fn read(store: &Arc<Store>, read: Read<'_>, headers: &HeaderMap) -> Result<Response, Fault> {
    let (object, mut file) = open(store, &read).await?;
    read.preconditions.check_read(&object)?;
    check_etags(&entity_tag(&object, read.api), headers)?;

    let mut response = Response::new(Body::empty());
    describe(&object, read.api, response.headers_mut());
    for (name, value) in read.overrides {
        let value = HeaderValue::from_str(&value).map_err(|_| Fault::new(Kind::InvalidArgument))?;
        response.headers_mut().insert(name, value);
    }
    let (start, length) = match requested_range(headers, object.size)? {
        Some((start, end)) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let range = format!("bytes {start}-{end}/{}", object.size);
            insert(response.headers_mut(), header::CONTENT_RANGE, &range);
            (start, end - start + 1)
        }
        None => (0, object.size),
    };
    file.seek(io::SeekFrom::Start(start)).await?;
    insert(response.headers_mut(), header::CONTENT_LENGTH, &length.to_string());
    *response.body_mut() = Body::from_stream(ReaderStream::with_capacity(file.take(length), CHUNK));
    Ok(response)
}

/// Opens the object's data. Retries when an overwrite removes the file between lookup and opening.
async fn open(store: &Arc<Store>, read: &Read<'_>) -> Result<(Arc<ObjectMetadata>, File), Fault> {
    let mut missing = None;
    loop {
        let object = store.find(read.bucket, read.object, read.generation)?;
        match File::open(store.layout.data(&object.bucket, object.generation)).await {
            Ok(file) => return Ok((object, file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && missing != Some(object.generation) => {
                missing = Some(object.generation);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sets the headers of a download.
fn describe(object: &ObjectMetadata, api: Api, headers: &mut HeaderMap) {
    describe_stored(object, api, headers);
    let attributes = &object.attributes;
    insert(headers, header::CONTENT_TYPE, object.content_type());
    let modified = OffsetDateTime::format(object.created(), HTTP_DATE).unwrap_or_default();
    insert(headers, header::LAST_MODIFIED, &modified);
    insert(headers, header::ACCEPT_RANGES, "bytes");
    let cache_control = attributes.cache_control.as_deref().unwrap_or("private, max-age=0");
    insert(headers, header::CACHE_CONTROL, cache_control);
    for (name, value) in [
        (header::CONTENT_ENCODING, &attributes.content_encoding),
        (header::CONTENT_DISPOSITION, &attributes.content_disposition),
        (header::CONTENT_LANGUAGE, &attributes.content_language),
    ] {
        if let Some(value) = value {
            insert(headers, name, value);
        }
    }
    for (name, value) in &attributes.metadata {
        if let Ok(name) = HeaderName::try_from(format!("x-goog-meta-{name}")) {
            insert(headers, name, value);
        }
    }
}

/// Sets the headers about the stored object that uploads and downloads share.
pub(crate) fn describe_stored(object: &ObjectMetadata, api: Api, headers: &mut HeaderMap) {
    insert(headers, header::ETAG, &entity_tag(object, api));
    let extension = |name| HeaderName::from_static(name);
    insert(headers, extension("x-goog-generation"), &object.generation.to_string());
    insert(headers, extension("x-goog-metageneration"), "1");
    insert(headers, extension("x-goog-storage-class"), "STANDARD");
    insert(headers, extension("x-goog-stored-content-length"), &object.size.to_string());
    let encoding = object.attributes.content_encoding.as_deref().unwrap_or("identity");
    insert(headers, extension("x-goog-stored-content-encoding"), encoding);
    if let Some(count) = object.component_count {
        insert(headers, extension("x-goog-component-count"), &count.to_string());
    }
    describe_hashes(object, api, headers);
}

/// Sets `x-goog-hash`: one header per checksum in the XML API, one for all in the JSON API.
fn describe_hashes(object: &ObjectMetadata, api: Api, headers: &mut HeaderMap) {
    let name = HeaderName::from_static("x-goog-hash");
    let mut hashes = vec![format!("crc32c={}", object.crc32c)];
    hashes.extend(object.md5.as_ref().map(|md5| format!("md5={md5}")));
    if api == Api::Json {
        hashes = vec![hashes.join(",")];
    }
    for value in hashes.iter().filter_map(|hash| HeaderValue::from_str(hash).ok()) {
        headers.append(&name, value);
    }
}

/// Returns the entity tag. In the XML API it is the MD5 in hex, if there is one.
fn entity_tag(object: &ObjectMetadata, api: Api) -> String {
    let md5 = object.md5.as_ref().and_then(|md5| STANDARD.decode(md5).ok());
    match md5 {
        Some(md5) if api == Api::Xml => format!("\"{}\"", hex::encode(md5)),
        None if api == Api::Xml => format!("\"{}\"", object.etag()),
        _ => object.etag(),
    }
}

fn check_etags(tag: &str, headers: &HeaderMap) -> Result<(), Fault> {
    let matches = |header: HeaderName| {
        headers.get(header).and_then(|value| value.to_str().ok()).map(|list| {
            list.split(',').any(|entry| entry.trim() == "*" || entry.trim().trim_start_matches("W/") == tag)
        })
    };
    if matches(header::IF_MATCH) == Some(false) {
        return Err(Fault::new(Kind::PreconditionFailed));
    }
    if matches(header::IF_NONE_MATCH) == Some(true) {
        return Err(Fault::new(Kind::NotModified));
    }
    Ok(())
}

/// Returns the first and last requested byte. Ignores other units and lists of ranges (RFC 9110, section 14.2).
fn requested_range(headers: &HeaderMap, size: u64) -> Result<Option<(u64, u64)>, Fault> {
    let text = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some((first, last)) = text.and_then(|text| text.strip_prefix("bytes=")?.split_once('-')) else {
        return Ok(None);
    };
    let unsatisfiable = || Fault::new(Kind::InvalidRange).details(format!("The object has {size} bytes."));
    if first.is_empty() {
        let Ok(suffix) = last.parse::<u64>() else { return Ok(None) };
        if suffix == 0 || size == 0 {
            return Err(unsatisfiable());
        }
        return Ok(Some((size.saturating_sub(suffix), size - 1)));
    }
    let (Ok(first), Ok(last)) =
        (first.parse::<u64>(), if last.is_empty() { Ok(u64::MAX) } else { last.parse() })
    else {
        return Ok(None);
    };
    if last < first {
        return Ok(None);
    }
    if first >= size {
        return Err(unsatisfiable());
    }
    Ok(Some((first, last.min(size - 1))))
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.insert(name, value);
        }
        Err(_) => tracing::debug!(%name, "the value is not a valid header value"),
    }
}
