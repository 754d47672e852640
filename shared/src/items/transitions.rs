//! The transitions of items, in an order that lets readers resume without missing any.
//!
//! The database function `item_transition` writes a transition with each change of a status.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{ItemKind, ItemStatus};
use crate::base::ids::{ItemId, ProjectId};

/// The position of a reader: after the row `id` of the transaction `xid`.
///
/// The database function `transaction_number` numbers transactions, so that a restored database continues their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The number of the transaction.
    pub xid: i64,
    /// The id of the row.
    pub id: i64,
}

impl Position {
    /// The position after every transition, present and future.
    pub const MAX: Self = Self { xid: i64::MAX, id: i64::MAX };
}

/// A transition that has been recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The position of the transition.
    pub position: Position,
    /// The id of the item.
    pub item_id: ItemId,
    /// The id of the item's project.
    pub project_id: ProjectId,
    /// The kind of the item.
    pub kind: ItemKind,
    /// The status before; `None` when the item was created.
    pub from: Option<ItemStatus>,
    /// The status after the transition.
    pub to: ItemStatus,
    /// The version of the item after the transition.
    pub version: i32,
    /// The time of the transition.
    pub at: OffsetDateTime,
    /// The code of the failure, if the item failed.
    pub failure_code: Option<String>,
}

impl Recorded {
    /// Returns true if the status changed. A transition to the same status records a change for statistics only.
    #[must_use]
    pub fn changes_status(&self) -> bool {
        self.from != Some(self.to)
    }
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

/// Lists the transitions after a position, in commit-safe order: a reader that resumes from the last one misses none.
///
/// Ids are assigned before they commit, so a reader that follows ids would skip late commits. This function orders by
/// transaction and stops before the oldest open transaction of the server. A long transaction, even in another
/// database, delays readers but never makes them miss a transition.
///
/// # Errors
/// When the database cannot be reached.
pub async fn transitions_after(
    db: &mut PgConnection,
    after: Position,
    limit: i64,
) -> Result<Vec<Recorded>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select xid, id, item_id as "item_id: ItemId", project_id as "project_id: ProjectId",
               kind as "kind: ItemKind", from_status as "from?: ItemStatus", to_status as "to: ItemStatus", version, at,
               case when to_status = 'failed' then details ->> 'code' end as failure_code
        from item_transitions
        where (xid, id) > ($1, $2)
          and xid < oldest_open_transaction()
        order by item_transitions.xid, id
        limit $3
        "#,
        after.xid,
        after.id,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Recorded::from).collect())
}

/// Returns the position of the last of `limit` transitions after another position, in the same order and with the
/// same guarantee; `None` if there is none.
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
        select xid as "xid!", id as "id!"
        from (
            select xid, id
            from item_transitions
            where (xid, id) > ($1, $2)
              and xid < oldest_open_transaction()
            order by item_transitions.xid, id
            limit $3
        ) as following
        order by following.xid desc, id desc
        limit 1
        "#,
        after.xid,
        after.id,
        limit,
    )
    .fetch_optional(db)
    .await
}

/// Lists the transitions of one project after a position and up to another position, in the same order and with the
/// same guarantee.
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
    let rows = sqlx::query_as!(
        Row,
        r#"
        select xid, id, item_id as "item_id: ItemId", project_id as "project_id: ProjectId",
               kind as "kind: ItemKind", from_status as "from?: ItemStatus", to_status as "to: ItemStatus", version, at,
               case when to_status = 'failed' then details ->> 'code' end as failure_code
        from item_transitions
        where project_id = $1
          and (xid, id) > ($2, $3)
          and (xid, id) <= ($4, $5)
          and xid < oldest_open_transaction()
        order by item_transitions.xid, id
        limit $6
        "#,
        project.0,
        after.xid,
        after.id,
        until.xid,
        until.id,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Recorded::from).collect())
}
