//! Parts of requests that all kinds of items share.

use std::{borrow::Cow, marker::PhantomData};

use garde::Validate;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    base::{
        ids::{ProjectId, UserId},
        text::{is_blank, is_disguise},
    },
    identity::guard::InProject,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ObjectBuilder, RefOr, Schema,
        schema::{AdditionalProperties, RefBuilder},
    },
};

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

/// The size in bytes from which uploads are resumable, even if the client did not request it.
pub(crate) const RESUMABLE_FROM_BYTES: i64 = 8 << 20;
/// A batch of items of one project, each of which is parsed and validated separately.
pub(crate) trait Batch: InProject {
    /// The body of a request for a single item.
    type New: InProject + DeserializeOwned + Validate<Context = ()> + Into<NewItem>;

    /// Returns the items, not parsed yet.
    fn into_items(self) -> Vec<Value>;
}

/// Up to 100 items of one kind and project.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields, bound = "")]
pub(crate) struct CreateBatch<T> {
    #[garde(skip)]
    project_id: ProjectId,
    #[garde(length(min = 1, max = 100))]
    items: Vec<Value>,
    #[serde(skip)]
    #[garde(skip)]
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

impl<T: ToSchema> PartialSchema for CreateBatch<T> {
    /// Describes the items like requests for single items, except that they may omit the project.
    fn schema() -> RefOr<Schema> {
        let mut item = T::schema();
        if let RefOr::T(Schema::Object(item)) = &mut item {
            item.required.retain(|field| field != "project_id");
        }
        let project = RefBuilder::new().ref_location_from_schema_name(ProjectId::name()).description(Some(
            "The project of all items. Items may omit `project_id`. An item that names another project is refused.",
        ));
        let items = ArrayBuilder::new().items(item).min_items(Some(1)).max_items(Some(100)).description(Some(
            "The items, with the fields of a request for a single item. Items are created independently of each other.",
        ));
        ObjectBuilder::new()
            .property("project_id", project)
            .property("items", items)
            .required("project_id")
            .required("items")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .description(Some("Up to 100 items of one kind and project."))
            .into()
    }
}

impl<T: ToSchema> ToSchema for CreateBatch<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Batch", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ProjectId::name().into(), ProjectId::schema()));
        T::schemas(schemas);
    }
}

/// Checks that a file name is not blank and contains no path, no control character and no line separator.
pub(crate) fn is_filename(name: &str, (): &()) -> garde::Result {
    if name.chars().any(|character| is_disguise(character) || matches!(character, '/' | '\\')) {
        return Err(garde::Error::new("must not contain a path, a control character or a line separator"));
    }
    if matches!(name.trim(), "." | "..") || name.chars().all(is_blank) {
        return Err(garde::Error::new("must not be blank or the name of a folder"));
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
