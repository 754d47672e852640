//! The guard's locators for items and exports: the path contains the resource's id, and the resource determines the
//! project.

use std::marker::PhantomData;

use crate::{
    base::{
        context,
        ids::{ExportId, ItemId, ProjectId, UserId},
    },
    http::{extract::Path, problem::Result},
    identity::{
        account::GlobalRole,
        guard::{Caller, CallerRights, Locator, ProjectRole},
    },
    items::ItemKind,
};

pub use super::kind::{Document, Kind, Voice};

/// Locates the project by the item in the path, of one kind or of any kind.
#[derive(Debug, Clone, Copy)]
pub struct ByItem<K>(PhantomData<K>);

/// Locates the project by the export in the path.
#[derive(Debug, Clone, Copy)]
pub struct ByExport;

/// The kinds of items that a path accepts, at compile time.
pub trait Items: Send + Sync + 'static {
    /// The only accepted kind; `None` for all kinds.
    const REQUIRED_KIND: Option<ItemKind>;
}

impl<K: Kind> Items for K {
    const REQUIRED_KIND: Option<ItemKind> = Some(K::KIND);
}

/// Accepts items of every kind.
#[derive(Debug, Clone, Copy)]
pub struct AnyItem;

impl Items for AnyItem {
    const REQUIRED_KIND: Option<ItemKind> = None;
}

/// The item named by a path.
#[derive(Debug, Clone, Copy)]
pub struct TargetItem {
    /// The id of the item.
    pub id: ItemId,
    /// The user who uploaded the item.
    pub uploaded_by_id: UserId,
}

impl<K: Items> Locator for ByItem<K> {
    type Reads = Path<ItemId>;
    type Target = TargetItem;

    async fn locate(caller: &Caller, Path(id): Path<ItemId>) -> Result<(Option<CallerRights>, TargetItem)> {
        context::describe("item_id", id);
        let rights = at_item(caller, id, K::REQUIRED_KIND).await?;
        let uploaded_by_id = rights.as_ref().and_then(|rights| rights.uploaded_by_id);
        Ok((rights, TargetItem { id, uploaded_by_id: uploaded_by_id.unwrap_or(UserId(uuid::Uuid::nil())) }))
    }
}

impl Locator for ByExport {
    type Reads = Path<ExportId>;
    type Target = ExportId;

    async fn locate(caller: &Caller, Path(id): Path<ExportId>) -> Result<(Option<CallerRights>, ExportId)> {
        Ok((at_export(caller, id).await?, id))
    }
}

async fn at_item(
    caller: &Caller,
    item: ItemId,
    only: Option<ItemKind>,
) -> Result<Option<CallerRights>, sqlx::Error> {
    sqlx::query_as!(
        CallerRights,
        r#"
        select caller.global_role as "global_role!: GlobalRole",
               caller.is_verified as "is_verified!",
               projects.id as "project_id?: ProjectId",
               project_members.role as "role?: ProjectRole",
               items.uploaded_by_id as "uploaded_by_id?: UserId"
        from live_session($1, $2, $3) as caller
        left join items
               on items.id = $4 and ($5::text is null or items.kind = $5) and items.deleted_at is null
        left join projects on projects.id = items.project_id and projects.deleted_at is null
        left join project_members
               on project_members.project_id = projects.id and project_members.user_id = $2
        "#,
        caller.session_id.0,
        caller.user_id.0,
        caller.authority.clock.now(),
        item.0,
        only as _,
    )
    .fetch_optional(&caller.authority.db)
    .await
}

async fn at_export(caller: &Caller, export: ExportId) -> Result<Option<CallerRights>, sqlx::Error> {
    sqlx::query_as!(
        CallerRights,
        r#"
        select caller.global_role as "global_role!: GlobalRole",
               caller.is_verified as "is_verified!",
               projects.id as "project_id?: ProjectId",
               project_members.role as "role?: ProjectRole",
               null::uuid as "uploaded_by_id?: UserId"
        from live_session($1, $2, $3) as caller
        left join exports on exports.id = $4 and exports.kept_until > $3
        left join projects on projects.id = exports.project_id and projects.deleted_at is null
        left join project_members
               on project_members.project_id = projects.id and project_members.user_id = $2
        "#,
        caller.session_id.0,
        caller.user_id.0,
        caller.authority.clock.now(),
        export.0,
    )
    .fetch_optional(&caller.authority.db)
    .await
}
