//! Parts of requests that are alike for every kind.

use std::marker::PhantomData;

use garde::Validate;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    base::ids::{ProjectId, UserId},
    identity::guard::InProject,
};
use utoipa::ToSchema;

use super::NewItem;

/// Whose uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadedBy {
    /// The caller's.
    Me,
}

impl UploadedBy {
    /// The uploader, as seen by the caller.
    pub(crate) const fn user(self, caller: UserId) -> UserId {
        match self {
            Self::Me => caller,
        }
    }
}

/// Larger uploads are resumable whether or not the client asked for that.
pub(crate) const RESUMABLE_FROM_BYTES: i64 = 8 << 20;
/// Many items of one project, each of which is read by itself.
pub(crate) trait Batch: InProject {
    /// An item as it would come alone.
    type New: InProject + DeserializeOwned + Validate<Context = ()> + Into<NewItem>;

    /// The items, unread.
    fn into_items(self) -> Vec<Value>;
}

/// Up to 100 items of one kind and project.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, bound = "")]
pub(crate) struct CreateBatch<T> {
    /// The project they belong to; an item that names another one is refused.
    #[garde(skip)]
    project_id: ProjectId,
    /// Each as the request for one item takes it, apart from the others.
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

/// Checks a file's name: no path, no control character.
pub(crate) fn is_filename(name: &str, (): &()) -> garde::Result {
    if name.chars().any(|character| character.is_control() || matches!(character, '/' | '\\')) {
        return Err(garde::Error::new("holds a path or a control character"));
    }
    Ok(())
}

/// Checks for base64 of four bytes.
pub(crate) fn is_crc32c(text: &str, (): &()) -> garde::Result {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    match STANDARD.decode(text) {
        Ok(bytes) if bytes.len() == 4 => Ok(()),
        _ => Err(garde::Error::new("expected base64 of four bytes")),
    }
}
