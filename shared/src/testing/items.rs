//! Documents and voice samples in the states that tests start from, and queries for their later state.

use axum::body::Bytes;
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{BUCKET, Platform, TestUser};
use crate::{
    base::ids::{ItemId, ProjectId, UserId},
    items::{Failure, ItemKind, ItemStatus, ObjectName},
};

/// A change of an item's status.
#[derive(Debug, Clone)]
pub struct Transition<'a> {
    /// The id of the item.
    pub item_id: ItemId,
    /// The expected current version.
    pub version: i32,
    /// The new status.
    pub to: ItemStatus,
    /// The failure, if the new status is `failed`.
    pub failure: Option<&'a Failure>,
    /// The user who changes the status; `None` for the platform.
    pub actor: Option<UserId>,
    /// The time of the change.
    pub at: OffsetDateTime,
    /// Further details for the item's history.
    pub details: Value,
}

/// Changes an item's status as functions do. Returns the new version, or `None` if the item has another version.
///
/// # Panics
/// When the database reports an error.
pub async fn transition(db: &mut PgConnection, change: &Transition<'_>) -> Option<i32> {
    let failure = change.failure.map_or_else(
        || json!({}),
        |failure| json!({"failure_code": failure.code, "failure_message": failure.message}),
    );
    let changed = sqlx::query_scalar("select item_transition($1, $2, $3, $4, $5, $6, $7)")
        .bind(change.item_id)
        .bind(change.version)
        .bind(change.to)
        .bind(change.actor)
        .bind(change.at)
        .bind(&change.details)
        .bind(failure)
        .fetch_one(db)
        .await;
    changed.expect("an answer")
}

impl Platform {
    /// Creates a draft: a voice sample if the media type is audio, or else a document. Returns the name of the object
    /// for its first upload.
    ///
    /// # Panics
    /// When the database reports an error.
    pub async fn draft(
        &self,
        project: ProjectId,
        uploader: &TestUser,
        content_type: &str,
        size_bytes: usize,
    ) -> ObjectName {
        let (item, now) = (ItemId::new(), self.clock.now());
        let kind = if content_type.starts_with("audio/") { ItemKind::Voice } else { ItemKind::Document };
        let inserted = sqlx::query(
            "with item as (
                 insert into items
                     (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, created_at)
                 values ($1, $2, $3, $7, 'letter', $4, $5, $6)
                 returning id
             ), voice as (
                 insert into voice_samples (item_id) select id from item where $7 = 'voice'
             ), document as (
                 insert into documents (item_id, project_id) select id, $2 from item where $7 = 'document'
             )
             insert into item_transitions (item_id, project_id, kind, to_status, version, actor_user_id, at)
             select id, $2, $7, 'draft', 1, $3, $6 from item",
        )
        .bind(item)
        .bind(project)
        .bind(uploader.id)
        .bind(content_type)
        .bind(i64::try_from(size_bytes).expect("a size"))
        .bind(now)
        .bind(kind)
        .execute(&self.db)
        .await;
        inserted.expect("an item");
        ObjectName { kind, project_id: project, item_id: item, upload_no: 1 }
    }

    /// Creates an object in the uploads bucket, which publishes its finalize event. Returns the generation.
    ///
    /// # Panics
    /// When storage reports an error.
    pub async fn upload(&self, object: &ObjectName, bytes: impl Into<Bytes>) -> i64 {
        let attributes = local_storage::Attributes::default();
        let created = self.storage.create_object(BUCKET, &object.to_string(), attributes, bytes.into()).await;
        created.expect("an object").generation
    }

    /// Returns one column of an item as text.
    ///
    /// # Panics
    /// When the item or the column does not exist.
    pub async fn item(&self, item: ItemId, column: &str) -> Option<String> {
        let found = sqlx::query_scalar("select to_jsonb(items) ->> $2 from items where id = $1")
            .bind(item)
            .bind(column)
            .fetch_one(&self.db)
            .await;
        found.expect("an item")
    }

    /// Returns the status of an item.
    ///
    /// # Panics
    /// When the item does not exist.
    pub async fn status(&self, item: ItemId) -> ItemStatus {
        let status =
            sqlx::query_scalar("select status from items where id = $1").bind(item).fetch_one(&self.db).await;
        status.expect("an item")
    }

    /// Returns all statuses of an item, in the order of its transitions.
    ///
    /// # Panics
    /// When the database reports an error.
    pub async fn history(&self, item: ItemId) -> Vec<ItemStatus> {
        let states =
            sqlx::query_scalar("select to_status from item_transitions where item_id = $1 order by version")
                .bind(item)
                .fetch_all(&self.db)
                .await;
        states.expect("transitions")
    }

    /// Returns the action and outcome of the audit rows about a resource, oldest first.
    ///
    /// # Panics
    /// When the database reports an error.
    pub async fn audited(&self, resource: Uuid) -> Vec<(String, String)> {
        let rows = sqlx::query_as("select action, status from audit_logs where resource_id = $1 order by id")
            .bind(resource)
            .fetch_all(&self.db)
            .await;
        rows.expect("audit rows")
    }
}
