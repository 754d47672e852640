//! Shared parts of the REST methods: bodies, pages of lists, and updates by field mask.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::error::Error;

const MAX_PAGE: usize = 1000;
const DEFAULT_PAGE: usize = 100;

/// A JSON body, with Google's error message when invalid. An empty body counts as `{}`.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| Error::InvalidArgument(rejection.body_text()))?;
        let body: &[u8] = if body.is_empty() { b"{}" } else { &body };
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|error| Error::InvalidArgument(format!("Invalid JSON payload received. {error}")))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(CONTENT_TYPE, "application/json; charset=UTF-8")], body).into_response(),
            Err(error) => Error::from(error).into_response(),
        }
    }
}

/// The paging parameters of a list.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Page {
    page_size: usize,
    page_token: String,
}

impl Page {
    /// Returns one page of a list sorted by name. The token is the last name of the previous page.
    pub(crate) fn of<T: Serialize>(
        &self,
        field: &str,
        all: Vec<T>,
        name: impl Fn(&T) -> &str,
    ) -> Result<Value, Error> {
        let size = if self.page_size == 0 { DEFAULT_PAGE } else { self.page_size.min(MAX_PAGE) };
        let mut rest = all.into_iter().filter(|item| name(item) > self.page_token.as_str()).peekable();
        let page: Vec<T> = rest.by_ref().take(size).collect();
        let mut list = Map::new();
        if rest.peek().is_some()
            && let Some(last) = page.last()
        {
            list.insert("nextPageToken".to_owned(), name(last).into());
        }
        list.insert(field.to_owned(), serde_json::to_value(page)?);
        Ok(list.into())
    }
}

/// Returns `current` with the fields in `mask` replaced by those in `patch`.
pub(crate) fn merge<T: Serialize + DeserializeOwned>(
    current: &T,
    patch: &Value,
    mask: &str,
    changeable: &[&str],
) -> Result<T, Error> {
    let invalid = |reason: String| Error::InvalidArgument(reason);
    if mask.is_empty() {
        return Err(invalid("The update_mask in the UpdateRequest must be set.".to_owned()));
    }
    let mut merged = serde_json::to_value(current)?;
    for path in mask.split(',') {
        let path = camel_case(path.trim());
        let mut keys = path.split('.');
        if !keys.next().is_some_and(|first| changeable.contains(&first)) {
            return Err(invalid(format!("Invalid update_mask provided: {path} is not known or immutable.")));
        }
        let pointer = path.replace('.', "/");
        set(&mut merged, &path, patch.pointer(&format!("/{pointer}")).cloned());
    }
    serde_json::from_value(merged).map_err(|error| invalid(format!("Invalid JSON payload received. {error}")))
}

fn set(target: &mut Value, path: &str, value: Option<Value>) {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(fields) = target else { return };
    match (path.split_once('.'), value) {
        (Some((first, rest)), value) => set(&mut fields[first], rest, value),
        (None, Some(value)) => {
            fields.insert(path.to_owned(), value);
        }
        (None, None) => {
            fields.remove(path);
        }
    }
}

/// Converts a path to JSON's names. Field masks may also use protobuf's.
fn camel_case(path: &str) -> String {
    let mut after_underscore = false;
    path.chars()
        .filter_map(|c| {
            let upper = std::mem::replace(&mut after_underscore, c == '_');
            (c != '_').then(|| if upper { c.to_ascii_uppercase() } else { c })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::merge;

    #[test]
    fn only_fields_in_the_mask_change() {
        let current = json!({"a": 1, "pushConfig": {"pushEndpoint": "x", "other": 2}, "filter": "f"});
        let patch = json!({"a": 2, "pushConfig": {"pushEndpoint": "y"}, "filter": "g"});
        let changeable = ["a", "pushConfig", "labels"];
        let merged = merge(&current, &patch, "push_config.push_endpoint", &changeable).expect("valid");
        assert_eq!(merged, json!({"a": 1, "pushConfig": {"pushEndpoint": "y", "other": 2}, "filter": "f"}));
        let merged = merge(&current, &json!({}), "a,pushConfig,labels", &changeable).expect("valid");
        assert_eq!(merged, json!({"filter": "f"}));
        for mask in ["", "filter", "a,filter", "name", ","] {
            assert!(merge(&current, &patch, mask, &changeable).is_err(), "{mask}");
        }
    }
}
