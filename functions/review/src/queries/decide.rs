//! Queries that record decisions. Each is one statement with the transition, the audit row and the event, and does
//! nothing if the item has changed since it was read.

use serde_json::Value;
use shared::{base::ids::UserId, cloud::outbox::Outgoing, identity::mail_caps::NoticeCap, items::ItemStatus};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::model::{Decision, ReviewItem};

/// Records a decision on an item, with the feedback and the text before and after the decision. Returns the decided
/// item, and whether the mail was recorded: it is not recorded if its cap is reached. Returns `None` if the item has
/// changed or another reviewer has claimed it.
pub(crate) async fn decide(
    db: &mut PgConnection,
    item: ReviewItem,
    decision: &Decision,
    user: UserId,
    entry: Value,
    mail: Option<(&Outgoing, NoticeCap)>,
    now: OffsetDateTime,
) -> Result<Option<(ReviewItem, bool)>, sqlx::Error> {
    let (message, cap) = mail.unzip();
    let decided = sqlx::query!(
        r#"
        with unchanged as materialized (
            select id
            from items
            where id = $1 and version = $2 and (claimed_by_id = $4 or coalesce(claimed_until <= $5, true))
            for update
        ), transition as materialized (
            select item_transition(
                id, $2, $3, $4, $5,
                jsonb_build_object(
                    'corrected', $6::boolean,
                    'seconds_to_decision', (
                        select extract(epoch from $5 - max(at))::double precision
                        from item_transitions
                        where item_id = unchanged.id and to_status = 'pending_review'
                    )
                ),
                jsonb_build_object(
                    'reviewed_by_id', $4::uuid, 'reviewed_at', $5::timestamptz, 'feedback', $7::text,
                    'claimed_by_id', null, 'claimed_until', null
                ) || jsonb_strip_nulls(jsonb_build_object('corrected_text', $8::text))
            ) as version
            from unchanged
        ), corrected as (
            insert into item_corrections (item_id, version, text_before, text_after)
            select items.id, transition.version,
                   coalesce(items.corrected_text, (
                       select string_agg(text, E'\n' order by number)
                       from item_parts
                       where item_id = items.id and attempt = items.text_attempt
                   )),
                   $8
            from transition
            join items on items.id = $1
            where transition.version is not null and $8::text is not null
        ), explained as (
            insert into item_feedback (item_id, version, author_id, feedback)
            select $1, version, $4, $7 from transition where version is not null and $7::text is not null
        )
        select version as "version!", audit_record($9, $5)::text as recorded,
               (case when mail_admit($11, $12, $13, $5) then outbox_add($10, $5)::text end) is not null as "mailed!"
        from transition
        where version is not null
        "#,
        item.id.0,
        item.version,
        decision.status.status() as _,
        user.0,
        now,
        decision.corrected_text.is_some(),
        decision.feedback,
        decision.corrected_text,
        entry,
        message.map(Outgoing::row),
        cap.as_ref().map(|cap| cap.subject.as_slice()),
        cap.as_ref().map(|cap| cap.per_hour),
        cap.as_ref().map(|cap| cap.per_day),
    )
    .fetch_optional(db)
    .await?;
    Ok(decided.map(|decided| {
        let item = ReviewItem {
            status: decision.status.status(),
            reviewed_by_id: Some(user),
            reviewed_at: Some(now),
            feedback: decision.feedback.clone(),
            claimed_by_id: None,
            claimed_until: None,
            version: decided.version,
            ..item
        };
        (item, decided.mailed)
    }))
}

/// Reopens an item. The corrected text is kept. Returns the reopened item, or `None` if the item has changed.
pub(crate) async fn reopen(
    db: &mut PgConnection,
    item: ReviewItem,
    user: UserId,
    entry: Value,
    now: OffsetDateTime,
) -> Result<Option<ReviewItem>, sqlx::Error> {
    let reopened = sqlx::query!(
        r#"
        with transition as materialized (
            select item_transition(
                $1, $2, 'pending_review', $3, $4, '{}',
                jsonb_build_object('reviewed_by_id', null, 'reviewed_at', null, 'feedback', null)
            ) as version
        )
        select version as "version!", audit_record($5, $4)::text as recorded
        from transition
        where version is not null
        "#,
        item.id.0,
        item.version,
        user.0,
        now,
        entry,
    )
    .fetch_optional(db)
    .await?;
    Ok(reopened.map(|reopened| ReviewItem {
        status: ItemStatus::PendingReview,
        reviewed_by_id: None,
        reviewed_at: None,
        feedback: None,
        version: reopened.version,
        ..item
    }))
}
