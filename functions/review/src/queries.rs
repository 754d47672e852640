//! All SQL of `review`.

use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    items::{ItemKind, ItemStatus},
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    model::{MAX_CLAIMS, Order, ReviewItem},
    routes::list_history::HistoryEntry,
};

/// Selects items as reviewers see them; the rest of the statement follows. Each item is looked for in its own kind's
/// table only.
macro_rules! select_items {
    ($rest:tt, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            ReviewItem,
            r#"
            select items.id as "id: ItemId", items.kind as "kind: ItemKind", items.project_id as "project_id: ProjectId",
                   items.uploaded_by_id as "uploaded_by_id: UserId", items.original_filename, items.content_type,
                   items.status as "status: ItemStatus", items.confidence, items.language,
                   case kind when 'document' then (
                       select page_count from documents where item_id = items.id
                   ) end as "page_count?",
                   case kind when 'voice' then (
                       select duration_seconds from voice_samples where item_id = items.id
                   ) end as "duration_seconds?",
                   items.claimed_by_id as "claimed_by_id: UserId", items.claimed_until, items.processed_at,
                   items.reviewed_by_id as "reviewed_by_id: UserId", items.reviewed_at, items.feedback, items.version
            from items
            "# + $rest,
            $($argument),*
        )
    };
}

pub(crate) async fn get_item(db: &mut PgConnection, id: ItemId) -> Result<Option<ReviewItem>, sqlx::Error> {
    select_items!("where items.id = $1 and items.deleted_at is null", id.0).fetch_optional(db).await
}

/// Which part of a queue.
pub(crate) struct Queue {
    pub(crate) project_id: ProjectId,
    pub(crate) kind: Option<ItemKind>,
    pub(crate) order: Order,
    /// Who asks: what others hold is not shown to them.
    pub(crate) user: UserId,
}

/// The queue after an item, by the index of its order.
pub(crate) async fn list_queue(
    db: &PgPool,
    queue: &Queue,
    after: Option<Uuid>,
    rows: i64,
    now: OffsetDateTime,
) -> Result<Vec<ReviewItem>, sqlx::Error> {
    let (project, user, kind) = (queue.project_id.0, queue.user.0, queue.kind);
    match (queue.order, kind) {
        (Order::Oldest, None) => {
            select_items!(
                "where items.project_id = $1 and items.status = 'pending_review' and items.deleted_at is null
                   and (items.claimed_by_id = $2 or coalesce(items.claimed_until <= $3, true))
                   and items.id > coalesce($4, '00000000-0000-0000-0000-000000000000'::uuid)
                 order by items.id limit $5",
                project,
                user,
                now,
                after,
                rows,
            )
            .fetch_all(db)
            .await
        }
        (Order::Oldest, Some(kind)) => {
            select_items!(
                "where items.project_id = $1 and items.status = 'pending_review' and items.deleted_at is null
                   and (items.claimed_by_id = $2 or coalesce(items.claimed_until <= $3, true))
                   and items.id > coalesce($4, '00000000-0000-0000-0000-000000000000'::uuid)
                   and items.kind = $5
                 order by items.id limit $6",
                project,
                user,
                now,
                after,
                kind as _,
                rows,
            )
            .fetch_all(db)
            .await
        }
        (Order::Confidence, None) => {
            select_items!(
                "where items.project_id = $1 and items.status = 'pending_review' and items.deleted_at is null
                   and (items.claimed_by_id = $2 or coalesce(items.claimed_until <= $3, true))
                   and (coalesce(items.confidence, 0), items.id) > (
                       coalesce((select coalesce(confidence, 0) from items where id = $4), -1),
                       coalesce($4, '00000000-0000-0000-0000-000000000000'::uuid)
                   )
                 order by coalesce(items.confidence, 0), items.id limit $5",
                project,
                user,
                now,
                after,
                rows,
            )
            .fetch_all(db)
            .await
        }
        (Order::Confidence, Some(kind)) => {
            select_items!(
                "where items.project_id = $1 and items.status = 'pending_review' and items.deleted_at is null
                   and (items.claimed_by_id = $2 or coalesce(items.claimed_until <= $3, true))
                   and (coalesce(items.confidence, 0), items.id) > (
                       coalesce((select coalesce(confidence, 0) from items where id = $4), -1),
                       coalesce($4, '00000000-0000-0000-0000-000000000000'::uuid)
                   )
                   and items.kind = $5
                 order by coalesce(items.confidence, 0), items.id limit $6",
                project,
                user,
                now,
                after,
                kind as _,
                rows,
            )
            .fetch_all(db)
            .await
        }
    }
}

/// What a search for the next item comes to.
pub(crate) enum Next {
    /// This one is the caller's now.
    Claimed(ItemId),
    /// There is none.
    Nothing,
}

macro_rules! claim_next {
    ($filter:literal, $order:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_scalar!(
            r#"
            with mine as (
                select id
                from items
                where claimed_by_id = $2 and claimed_until > $3 and project_id = $1 and status = 'pending_review'
                  and deleted_at is null and "# + $filter + r#"
                order by claimed_until
                limit 1
            ), free as materialized (
                select id
                from items
                where project_id = $1 and status = 'pending_review' and deleted_at is null
                  and coalesce(claimed_until <= $3, true)
                  and (uploaded_by_id <> $2 or $5)
                  and not exists (select from mine)
                  and (select count(*) < $6 from items where claimed_by_id = $2 and claimed_until > $3 and status = 'pending_review')
                  and "# + $filter + r#"
                order by "# + $order + r#"
                limit 1
                for update skip locked
            )
            update items
            set claimed_by_id = $2, claimed_until = $4
            where id in (select id from mine union all select id from free)
              and status = 'pending_review'
              and (claimed_by_id = $2 or coalesce(claimed_until <= $3, true))
            returning id as "id: ItemId"
            "#,
            $($argument),*
        )
    };
}

/// Claims the next item in one step: one's live claim first, else the first that nobody holds. Those that somebody
/// else takes at this moment are passed over, not waited for.
pub(crate) async fn claim_next(
    db: &mut PgConnection,
    queue: &Queue,
    may_own: bool,
    now: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Next, sqlx::Error> {
    let (project, user) = (queue.project_id.0, queue.user.0);
    let claimed = match (queue.order, queue.kind) {
        (Order::Oldest, None) => {
            claim_next!("true", "id", project, user, now, until, may_own, MAX_CLAIMS)
                .fetch_optional(db)
                .await?
        }
        (Order::Oldest, Some(kind)) => {
            claim_next!("kind = $7", "id", project, user, now, until, may_own, MAX_CLAIMS, kind as _)
                .fetch_optional(db)
                .await?
        }
        (Order::Confidence, None) => {
            claim_next!("true", "coalesce(confidence, 0), id", project, user, now, until, may_own, MAX_CLAIMS)
                .fetch_optional(db)
                .await?
        }
        (Order::Confidence, Some(kind)) => {
            claim_next!(
                "kind = $7",
                "coalesce(confidence, 0), id",
                project,
                user,
                now,
                until,
                may_own,
                MAX_CLAIMS,
                kind as _
            )
            .fetch_optional(db)
            .await?
        }
    };
    Ok(claimed.map_or(Next::Nothing, Next::Claimed))
}

/// An item that nobody else changes until the transaction ends.
pub(crate) struct Locked {
    pub(crate) kind: ItemKind,
    pub(crate) status: ItemStatus,
    pub(crate) version: i32,
    pub(crate) uploaded_by_id: UserId,
    pub(crate) claimed_by_id: Option<UserId>,
    pub(crate) claimed_until: Option<OffsetDateTime>,
    /// Whether another upload was asked for.
    pub(crate) awaits_upload: bool,
    /// When it began to wait for a reviewer.
    pub(crate) waits_since: Option<OffsetDateTime>,
}

pub(crate) async fn lock_item(
    db: &mut PgConnection,
    id: ItemId,
    project: ProjectId,
) -> Result<Option<Locked>, sqlx::Error> {
    sqlx::query_as!(
        Locked,
        r#"
        select kind as "kind: ItemKind", status as "status: ItemStatus", version,
               uploaded_by_id as "uploaded_by_id: UserId", claimed_by_id as "claimed_by_id: UserId", claimed_until,
               generation is null as "awaits_upload!",
               (select max(at) from item_transitions where item_id = items.id and to_status = 'pending_review') as waits_since
        from items
        where id = $1 and project_id = $2 and deleted_at is null
        for update
        "#,
        id.0,
        project.0,
    )
    .fetch_optional(db)
    .await
}

/// How many items somebody holds.
pub(crate) async fn count_claims(
    db: &mut PgConnection,
    user: UserId,
    now: OffsetDateTime,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from items
           where claimed_by_id = $1 and claimed_until > $2 and status = 'pending_review'"#,
        user.0,
        now,
    )
    .fetch_one(db)
    .await
}

pub(crate) async fn set_claim(
    db: &mut PgConnection,
    id: ItemId,
    user: UserId,
    until: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set claimed_by_id = $2, claimed_until = $3 where id = $1",
        id.0,
        user.0,
        until
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives a claim back, if it is one's own.
pub(crate) async fn release(db: &PgPool, id: ItemId, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set claimed_by_id = null, claimed_until = null where id = $1 and claimed_by_id = $2",
        id.0,
        user.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether nobody else in the project could decide.
pub(crate) async fn is_alone(
    db: &mut PgConnection,
    project: ProjectId,
    user: UserId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select not exists (
            select
            from project_members
            join users on users.id = project_members.user_id
            where project_members.project_id = $1
              and project_members.user_id <> $2
              and project_members.role in ('admin', 'reviewer')
              and users.deleted_at is null
              and users.suspended_at is null
        ) as "alone!"
        "#,
        project.0,
        user.0,
    )
    .fetch_one(db)
    .await
}

/// What a decision leaves on the item beside its state.
pub(crate) async fn settle(
    db: &mut PgConnection,
    id: ItemId,
    user: UserId,
    feedback: Option<&str>,
    corrected_text: Option<&str>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with corrected as (
            insert into item_corrections (item_id, version, text_before, text_after)
            select items.id, items.version,
                   coalesce(
                       items.corrected_text,
                       (select string_agg(text, E'\\n' order by page_number) from document_pages
                        where item_id = items.id and attempt = items.text_attempt),
                       (select string_agg(text, E'\\n' order by segment_number) from voice_segments
                        where item_id = items.id and attempt = items.text_attempt)
                   ),
                   $4
            from items
            where items.id = $1 and $4::text is not null
        )
        update items
        set reviewed_by_id = $2, reviewed_at = $5, feedback = $3, corrected_text = coalesce($4, corrected_text),
            claimed_by_id = null, claimed_until = null
        where id = $1
        ",
        id.0,
        user.0,
        feedback,
        corrected_text,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes back what a decision left on the item; the corrected text stays.
pub(crate) async fn unsettle(db: &mut PgConnection, id: ItemId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update items set reviewed_by_id = null, reviewed_at = null, feedback = null where id = $1",
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An item's changes of state, the latest first, each with the text before and after it.
pub(crate) async fn list_history(
    db: &PgPool,
    id: ItemId,
    before: i32,
    rows: i64,
) -> Result<Vec<HistoryEntry>, sqlx::Error> {
    sqlx::query_as!(
        HistoryEntry,
        r#"
        select item_transitions.version, item_transitions.from_status as "from: ItemStatus",
               item_transitions.to_status as "to: ItemStatus", item_transitions.actor_user_id as "actor_id: UserId",
               coalesce(users.display_name, users.email) as actor_name, item_transitions.at,
               item_transitions.details ->> 'feedback' as feedback, item_transitions.details ->> 'code' as failure_code,
               item_corrections.text_before as "text_before?", item_corrections.text_after as "text_after?"
        from item_transitions
        left join users on users.id = item_transitions.actor_user_id and users.deleted_at is null
        left join item_corrections
               on item_corrections.item_id = item_transitions.item_id
              and item_corrections.version = item_transitions.version
        where item_transitions.item_id = $1 and item_transitions.version < $2
          and item_transitions.from_status is distinct from item_transitions.to_status
        order by item_transitions.version desc
        limit $3
        "#,
        id.0,
        before,
        rows,
    )
    .fetch_all(db)
    .await
}
