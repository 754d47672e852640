//! Parts of requests that all kinds of items share.

use std::marker::PhantomData;

use garde::Validate;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    base::{
        ids::{ProjectId, UserId},
        text::is_disguise,
    },
    identity::guard::InProject,
};
use utoipa::ToSchema;

use super::NewItem;

/// A filter for the uploader of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadedBy {
    /// Items that the caller uploaded.
    Me,
}

impl UploadedBy {
    /// Returns the id of the uploader, given the id of the caller.
    pub(crate) const fn user(self, caller: UserId) -> UserId {
        match self {
            Self::Me => caller,
        }
    }
}

/// Larger uploads are resumable, even if the client did not request it.
pub(crate) const RESUMABLE_FROM_BYTES: i64 = 8 << 20;
/// A batch of items of one project, each of which is parsed and validated separately.
pub(crate) trait Batch: InProject {
    /// The body of a request for a single item.
    type New: InProject + DeserializeOwned + Validate<Context = ()> + Into<NewItem>;

    /// Returns the items, not parsed yet.
    fn into_items(self) -> Vec<Value>;
}

/// Up to 100 items of one kind and project.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, bound = "")]
pub(crate) struct CreateBatch<T> {
    /// The project of all items. Items may omit `project_id`; an item that names another project is refused.
    #[garde(skip)]
    project_id: ProjectId,
    /// The items, each as in the request that creates a single item. Each succeeds or fails on its own.
    #[garde(length(min = 1, max = 100))]
    #[schema(value_type = Vec<T>, min_items = 1, max_items = 100)]
    items: Vec<Value>,
    #[serde(skip)]
    #[garde(skip)]
    #[schema(ignore)]
    of: PhantomData<T>,
}

impl<T: Send + Sync + 'static> InProject for CreateBatch<T> {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

impl<T> Batch for CreateBatch<T>
where
    T: InProject + DeserializeOwned + Validate<Context = ()> + Into<NewItem>,
{
    type New = T;

    fn into_items(self) -> Vec<Value> {
        self.items
    }
}

/// Checks that a file name contains no path, no control character and no line separator.
pub(crate) fn is_filename(name: &str, (): &()) -> garde::Result {
    if name.chars().any(|character| is_disguise(character) || matches!(character, '/' | '\\')) {
        return Err(garde::Error::new("must not contain a path, a control character or a line separator"));
    }
    Ok(())
}

/// Checks for the Base64 encoding of four bytes.
pub(crate) fn is_crc32c(text: &str, (): &()) -> garde::Result {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    match STANDARD.decode(text) {
        Ok(bytes) if bytes.len() == 4 => Ok(()),
        _ => Err(garde::Error::new("must be the Base64 encoding of four bytes")),
    }
}
