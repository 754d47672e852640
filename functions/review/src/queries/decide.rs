//! Queries that record decisions. Each is one statement with the transition, the audit row and the event.

use serde_json::{Value, json};
use shared::{base::ids::UserId, cloud::outbox::Outgoing, identity::mail_caps::NoticeCap};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::model::{Decision, LockedItem};

/// Records a decision on a locked item, with its feedback and the text before and after it. Returns true if the mail is
/// recorded, which its cap may refuse.
pub(crate) async fn decide(
    db: &mut PgConnection,
    item: &LockedItem,
    decision: &Decision,
    user: UserId,
    entry: Value,
    mail: Option<(&Outgoing, NoticeCap)>,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let (message, cap) = mail.unzip();
    let details = json!({
        "corrected": decision.corrected_text.is_some(),
        "seconds_to_decision": item.pending_since.map(|since| (now - since).as_seconds_f64()),
    });
    let decided = sqlx::query!(
        r#"
        with transition as materialized (
            select item_transition(
                $1, $2, $3, $4, $5, $6,
                jsonb_build_object(
                    'reviewed_by_id', $4::uuid, 'reviewed_at', $5::timestamptz, 'feedback', $7::text,
                    'claimed_by_id', null, 'claimed_until', null
                ) || jsonb_strip_nulls(jsonb_build_object('corrected_text', $8::text))
            ) as version
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
        select version, audit_record($9, $5)::text as recorded,
               (case when mail_admit($11, $12, $13, $5) then outbox_add($10, $5)::text end) is not null as "mailed!"
        from transition
        where version is not null
        "#,
        item.id.0,
        item.version,
        decision.status.status() as _,
        user.0,
        now,
        details,
        decision.feedback,
        decision.corrected_text,
        entry,
        message.map(Outgoing::row),
        cap.as_ref().map(|cap| cap.subject.as_slice()),
        cap.as_ref().map(|cap| cap.per_hour),
        cap.as_ref().map(|cap| cap.per_day),
    )
    .fetch_one(db)
    .await?;
    Ok(decided.mailed)
}

/// Reopens a locked item. The corrected text is kept.
pub(crate) async fn reopen(
    db: &mut PgConnection,
    item: &LockedItem,
    user: UserId,
    entry: Value,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with transition as materialized (
            select item_transition(
                $1, $2, 'pending_review', $3, $4, '{}',
                jsonb_build_object('reviewed_by_id', null, 'reviewed_at', null, 'feedback', null)
            ) as version
        )
        select version, audit_record($5, $4)::text as recorded from transition where version is not null
        ",
        item.id.0,
        item.version,
        user.0,
        now,
        entry,
    )
    .fetch_one(db)
    .await?;
    Ok(())
}
