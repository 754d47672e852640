//! Items: what documents and voice samples share, and the one table that remembers each change of state.

pub mod exports;
pub mod locators;
pub mod processing;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::base::ids::{ItemId, ProjectId, UserId};

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ItemKind {
    /// A document.
    Document,
    /// A voice sample.
    Voice,
}

impl ItemKind {
    /// The folder of its objects in the uploads bucket.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Document => "documents",
            Self::Voice => "voice",
        }
    }

    /// The one for documents, or that for voice samples.
    pub fn either<T>(self, document: T, voice: T) -> T {
        match self {
            Self::Document => document,
            Self::Voice => voice,
        }
    }
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ItemStatus {
    /// Announced; the bytes have not arrived.
    Draft,
    /// Its text is being read.
    Processing,
    /// Waits for a reviewer.
    PendingReview,
    /// Approved, by a reviewer or because the project has none.
    Approved,
    /// Rejected by a reviewer.
    Rejected,
    /// Could not be read; `failure` says why.
    Failed,
    /// Deleted: only its history and its events show it.
    Deleted,
}

/// Why an item failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Failure {
    /// Stable and machine-readable.
    pub code: String,
    /// What a person can do about it.
    pub message: String,
}

impl Failure {
    /// It was tried too often.
    #[must_use]
    pub fn gave_up() -> Self {
        let message = "It could not be read after several attempts. Try again later.";
        Self { code: "gave_up".to_owned(), message: message.to_owned() }
    }
}

/// The name of an upload's object: no later upload overwrites an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectName {
    /// What it holds.
    pub kind: ItemKind,
    /// The project.
    pub project_id: ProjectId,
    /// The item.
    pub item_id: ItemId,
    /// Which upload of the item.
    pub upload_no: i32,
}

impl std::fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, project_id, item_id, upload_no } = self;
        write!(formatter, "{}/{project_id}/{item_id}/{upload_no}", kind.folder())
    }
}

impl std::str::FromStr for ObjectName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let mut parts = name.split('/');
            let kind = match parts.next()? {
                "documents" => ItemKind::Document,
                "voice" => ItemKind::Voice,
                _ => return None,
            };
            let project_id = parts.next()?.parse().ok()?;
            let item_id = parts.next()?.parse().ok()?;
            let upload_no = parts.next()?.parse().ok()?;
            parts.next().is_none().then_some(Self { kind, project_id, item_id, upload_no })
        };
        parse().ok_or("is not the name of an upload")
    }
}

/// A change of state.
#[derive(Debug, Clone)]
pub struct Transition<'a> {
    /// The item.
    pub item_id: ItemId,
    /// The version that the change was decided on; nothing happens when the item has moved on.
    pub version: i32,
    /// The new state.
    pub to: ItemStatus,
    /// Why it failed, when it did.
    pub failure: Option<&'a Failure>,
    /// Who did it; `None` for the platform.
    pub actor: Option<UserId>,
    /// When.
    pub at: OffsetDateTime,
    /// What history should show beside it.
    pub details: Value,
}

/// Moves an item along and remembers it; the new version, or `None` when the item had moved on.
///
/// # Errors
/// When the database cannot be reached.
pub async fn transition(db: &mut PgConnection, change: &Transition<'_>) -> Result<Option<i32>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        with before as (
            select id, status from items where id = $1 and version = $2 and deleted_at is null for update
        ), moved as (
            update items
            set status = $3, version = items.version + 1, failure_code = $4, failure_message = $5
            from before
            where items.id = before.id
            returning items.id, items.project_id, items.kind, items.version, before.status as from_status
        )
        insert into item_transitions (item_id, project_id, kind, from_status, to_status, version, actor_user_id, at, details)
        select id, project_id, kind, from_status, $3, version, $6, $7, $8 from moved
        returning version
        "#,
        change.item_id.0,
        change.version,
        change.to as _,
        change.failure.map(|failure| failure.code.as_str()),
        change.failure.map(|failure| failure.message.as_str()),
        change.actor.map(|actor| actor.0),
        change.at,
        change.details,
    )
    .fetch_optional(db)
    .await
}

/// Remembers that an item came to be.
///
/// # Errors
/// When the database cannot be reached.
pub async fn record_creation(
    db: &mut PgConnection,
    item: ItemId,
    project: ProjectId,
    kind: ItemKind,
    actor: UserId,
    at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into item_transitions (item_id, project_id, kind, to_status, version, actor_user_id, at)
         values ($1, $2, $3, 'draft', 1, $4, $5)",
        item.0,
        project.0,
        kind as _,
        actor.0,
        at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Where a reader of the transitions stands: after this row of this transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The transaction's id.
    pub xid: i64,
    /// The row's id.
    pub id: i64,
}

/// A transition as readers see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Where it stands.
    pub position: Position,
    /// The item.
    pub item_id: ItemId,
    /// Its project.
    pub project_id: ProjectId,
    /// What it is.
    pub kind: ItemKind,
    /// The state before; `None` when the item came to be.
    pub from: Option<ItemStatus>,
    /// The state after.
    pub to: ItemStatus,
    /// The item's version after it.
    pub version: i32,
    /// When it happened.
    pub at: OffsetDateTime,
    /// Why it failed, when it did.
    pub failure_code: Option<String>,
}

impl Recorded {
    /// Whether the state changed; a transition from a state to itself is a change that only statistics follow.
    #[must_use]
    pub fn is_move(&self) -> bool {
        self.from != Some(self.to)
    }
}

impl Position {
    /// After everything that will ever be.
    pub const MAX: Self = Self { xid: i64::MAX, id: i64::MAX };
}

/// The columns of a transition, as readers select them.
struct Row {
    xid: i64,
    id: i64,
    item_id: ItemId,
    project_id: ProjectId,
    kind: ItemKind,
    from: Option<ItemStatus>,
    to: ItemStatus,
    version: i32,
    at: OffsetDateTime,
    failure_code: Option<String>,
}

impl From<Row> for Recorded {
    fn from(row: Row) -> Self {
        Self {
            position: Position { xid: row.xid, id: row.id },
            item_id: row.item_id,
            project_id: row.project_id,
            kind: row.kind,
            from: row.from,
            to: row.to,
            version: row.version,
            at: row.at,
            failure_code: row.failure_code,
        }
    }
}

/// Selects transitions; the rest of the statement follows.
macro_rules! select_transitions {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"
            select xid::text::bigint as "xid!", id, item_id as "item_id: ItemId",
                   project_id as "project_id: ProjectId", kind as "kind: ItemKind",
                   from_status as "from?: ItemStatus", to_status as "to: ItemStatus", version, at,
                   case when to_status = 'failed' then details ->> 'code' end as failure_code
            from item_transitions
            "# + $rest,
            $($argument),*
        )
    };
}

/// The transitions after a position, in an order in which none is ever missed.
///
/// Ids are handed out before they commit, so a reader that goes by id skips what commits late. This one
/// goes by transaction, and stops before the oldest transaction that is still open: of any database of the
/// server, so a long one elsewhere holds readers up, and never makes them miss anything.
///
/// # Errors
/// When the database cannot be reached.
pub async fn transitions_after(
    db: &mut PgConnection,
    after: Position,
    limit: i64,
) -> Result<Vec<Recorded>, sqlx::Error> {
    let rows = select_transitions!(
        "
        where (xid, id) > ($1::text::xid8, $2)
          and xid < pg_snapshot_xmin(pg_current_snapshot())
        order by item_transitions.xid, id
        limit $3
        ",
        after.xid.to_string(),
        after.id,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Recorded::from).collect())
}

/// The position of the last of so many transitions after another position, in the same order and with the same
/// promise; `None` when there is nothing after it.
///
/// # Errors
/// When the database cannot be reached.
pub async fn position_after(
    db: &mut PgConnection,
    after: Position,
    limit: i64,
) -> Result<Option<Position>, sqlx::Error> {
    sqlx::query_as!(
        Position,
        r#"
        select xid::text::bigint as "xid!", id as "id!"
        from (
            select xid, id
            from item_transitions
            where (xid, id) > ($1::text::xid8, $2)
              and xid < pg_snapshot_xmin(pg_current_snapshot())
            order by item_transitions.xid, id
            limit $3
        ) as following
        order by following.xid desc, id desc
        limit 1
        "#,
        after.xid.to_string(),
        after.id,
        limit,
    )
    .fetch_optional(db)
    .await
}

/// The transitions of one project after a position, up to another one; in the same order, with the same promise.
///
/// # Errors
/// When the database cannot be reached.
pub async fn project_transitions_after(
    db: &mut PgConnection,
    project: ProjectId,
    after: Position,
    until: Position,
    limit: i64,
) -> Result<Vec<Recorded>, sqlx::Error> {
    let rows = select_transitions!(
        "
        where project_id = $1
          and (xid, id) > ($2::text::xid8, $3)
          and (xid, id) <= ($4::text::xid8, $5)
          and xid < pg_snapshot_xmin(pg_current_snapshot())
        order by item_transitions.xid, id
        limit $6
        ",
        project.0,
        after.xid.to_string(),
        after.id,
        until.xid.to_string(),
        until.id,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Recorded::from).collect())
}

#[cfg(test)]
mod tests {
    use super::ObjectName;

    #[test]
    fn an_object_name_reads_back_and_others_are_refused() {
        let name = "documents/018f8f8f-0000-7000-8000-000000000001/018f8f8f-0000-7000-8000-000000000002/3";
        let parsed: ObjectName = name.parse().expect("an object name");
        assert_eq!(parsed.to_string(), name);
        for other in ["", "documents/x/y/1", "other/a", &format!("{name}/more")] {
            assert!(other.parse::<ObjectName>().is_err(), "{other}");
        }
    }
}
