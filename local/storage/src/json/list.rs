//! The list method, with pages (<https://cloud.google.com/storage/docs/json_api/v1/objects/list>).

use std::{collections::BTreeSet, ops::Bound};

use axum::response::Response;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::json_response;
use crate::{
    Storage,
    fault::{Fault, Kind},
    target::Target,
};

const MAX_RESULTS: usize = 1000;

/// Returns one page of a bucket's objects, sorted by name.
///
/// `versions` has no effect, because the buckets keep no noncurrent generations.
pub(super) fn list(cloud: &Storage, target: &Target) -> Result<Response, Fault> {
    let query = &target.query;
    let prefix = query.get("prefix").unwrap_or_default();
    let delimiter = query.get("delimiter").filter(|delimiter| !delimiter.is_empty());
    let wanted = query.number("maxResults")?.and_then(|wanted| usize::try_from(wanted).ok());
    let limit = wanted.filter(|wanted| *wanted > 0).unwrap_or(MAX_RESULTS).min(MAX_RESULTS);
    let after = query.get("pageToken").filter(|token| !token.is_empty()).map(decode_token).transpose()?;
    let start = query.get("startOffset").unwrap_or_default().max(prefix);
    let end = query.get("endOffset").filter(|end| !end.is_empty());

    let mut items: Vec<Value> = Vec::new();
    let mut prefixes = BTreeSet::new();
    let mut last = None;
    let more = cloud.store.with_objects(&target.bucket, |objects| {
        let from = match &after {
            Some(after) if after.as_str() >= start => Bound::Excluded(after.as_str()),
            _ => Bound::Included(start),
        };
        for (name, object) in objects.range::<str, _>((from, Bound::Unbounded)) {
            if !name.starts_with(prefix) || end.is_some_and(|end| name.as_str() >= end) {
                return false;
            }
            let folder = delimiter.and_then(|delimiter| {
                let position = name[prefix.len()..].find(delimiter)?;
                Some(&name[..prefix.len() + position + delimiter.len()])
            });
            let is_known = folder.is_some_and(|folder| {
                prefixes.contains(folder) || after.as_ref().is_some_and(|after| after.starts_with(folder))
            });
            if !is_known && items.len() + prefixes.len() == limit {
                return true;
            }
            match folder {
                None => items.push(object.resource()),
                Some(folder) if !is_known => {
                    prefixes.insert(folder.to_owned());
                }
                Some(_) => {}
            }
            last = Some(name.clone());
        }
        false
    })?;

    let mut page = json!({"kind": "storage#objects"});
    if !items.is_empty() {
        page["items"] = Value::Array(items);
    }
    if !prefixes.is_empty() {
        page["prefixes"] = json!(prefixes);
    }
    if let Some(last) = last.filter(|_| more) {
        page["nextPageToken"] = json!(URL_SAFE_NO_PAD.encode(last));
    }
    Ok(json_response(&page))
}

fn decode_token(token: &str) -> Result<String, Fault> {
    let name = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| Fault::new(Kind::InvalidArgument).details("Invalid value for pageToken."))
}
