//! The status of an item.

use serde::{Deserialize, Serialize};
use serde_json::json;
use strum::VariantArray as _;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// The status of an item.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, strum::VariantArray, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ItemStatus {
    /// Created, with no file uploaded yet.
    Draft,
    /// The upload is being processed.
    Processing,
    /// Awaiting a reviewer's decision.
    PendingReview,
    /// Approved by a reviewer, or automatically in a project without reviewers.
    Approved,
    /// Rejected by a reviewer.
    Rejected,
    /// Processing failed; `failure` holds the reason.
    Failed,
    /// Deleted. Only its history and events still show it.
    Deleted,
}

/// A status to filter items by: every status of an item that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ItemStatus")]
pub struct StatusFilter(ItemStatus);

impl TryFrom<ItemStatus> for StatusFilter {
    type Error = &'static str;

    fn try_from(status: ItemStatus) -> Result<Self, Self::Error> {
        match status {
            ItemStatus::Deleted => Err("deleted items are not shown"),
            shown => Ok(Self(shown)),
        }
    }
}

impl From<StatusFilter> for ItemStatus {
    fn from(StatusFilter(status): StatusFilter) -> Self {
        status
    }
}

impl PartialSchema for StatusFilter {
    fn schema() -> RefOr<Schema> {
        let shown = ItemStatus::VARIANTS.iter().filter(|status| Self::try_from(**status).is_ok());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A status to filter items by."))
            .enum_values(Some(shown.map(|status| json!(status))))
            .into()
    }
}

impl ToSchema for StatusFilter {}
