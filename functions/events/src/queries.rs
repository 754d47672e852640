//! All SQL of `events`, except for the queries of transitions, which `shared` provides.

use shared::{
    base::ids::{ProjectId, SessionId, UserId},
    items::Position,
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::Reader;

/// Returns the current end of the transitions. No reader has received a transition after it.
pub(crate) async fn current_position(db: &PgPool) -> Result<Position, sqlx::Error> {
    let xid = sqlx::query_scalar!(r#"select oldest_open_transaction() as "xid!""#).fetch_one(db).await?;
    Ok(Position { xid, id: 0 })
}

pub(crate) async fn insert_ticket(
    db: &PgPool,
    token_hash: &[u8],
    reader: Reader,
    expires_at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        insert into event_tickets (token_hash, session_id, user_id, project_id, expires_at)
        values ($1, $2, $3, $4, $5)
        ",
        token_hash,
        reader.session_id.0,
        reader.user_id.0,
        reader.project_id.0,
        expires_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The owner of a ticket, and whether they still have access.
pub(crate) struct TicketRow {
    pub(crate) user_id: UserId,
    pub(crate) session_id: SessionId,
    pub(crate) verified: bool,
    pub(crate) member: bool,
}

/// Returns the owner of a ticket and their access to its project, or `None` if the ticket, the session or the user is
/// no longer valid.
pub(crate) async fn ticket(
    db: &PgPool,
    token_hash: &[u8],
    project: ProjectId,
    now: OffsetDateTime,
) -> Result<Option<TicketRow>, sqlx::Error> {
    sqlx::query_as!(
        TicketRow,
        r#"
        select caller.user_id as "user_id!: UserId", caller.id as "session_id!: SessionId",
               caller.is_verified as "verified!",
               projects.id is not null
                   and (project_members.id is not null or caller.global_role = 'super_admin') as "member!"
        from event_tickets
        join live_sessions as caller
          on caller.id = event_tickets.session_id and caller.user_id = event_tickets.user_id
        left join projects on projects.id = event_tickets.project_id and projects.deleted_at is null
        left join project_members
               on project_members.project_id = projects.id and project_members.user_id = caller.user_id
        where event_tickets.token_hash = $1
          and event_tickets.project_id = $2
          and event_tickets.expires_at > $3
          and caller.expires_at > $3
        "#,
        token_hash,
        project.0,
        now,
    )
    .fetch_optional(db)
    .await
}

/// A stream whose reader lost access.
pub(crate) struct Refused {
    /// The number of the stream.
    pub(crate) number: i64,
    /// True if the session and the user are still valid.
    pub(crate) live: bool,
    pub(crate) verified: bool,
}

/// Returns the streams whose readers lost access. One query checks all streams.
pub(crate) async fn refused(
    db: &mut PgConnection,
    streams: &[(i64, Reader)],
    now: OffsetDateTime,
) -> Result<Vec<Refused>, sqlx::Error> {
    let numbers: Vec<i64> = streams.iter().map(|(number, _)| *number).collect();
    let column =
        |id: fn(&Reader) -> Uuid| streams.iter().map(|(_, reader)| id(reader)).collect::<Vec<Uuid>>();
    sqlx::query_as!(
        Refused,
        r#"
        select number as "number!", live as "live!", verified as "verified!"
        from (
            select listed.number,
                   caller.id is not null as live,
                   coalesce(caller.is_verified, false) as verified,
                   projects.id is not null
                       and (project_members.id is not null or caller.global_role = 'super_admin') as member
            from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::uuid[])
                     as listed (number, session_id, user_id, project_id)
            left join live_sessions as caller
                   on caller.id = listed.session_id and caller.user_id = listed.user_id and caller.expires_at > $5
            left join projects on projects.id = listed.project_id and projects.deleted_at is null
            left join project_members
                   on project_members.project_id = projects.id and project_members.user_id = caller.user_id
        ) as streams
        where (live and verified and member) is not true
        "#,
        &numbers,
        &column(|reader| reader.session_id.0),
        &column(|reader| reader.user_id.0),
        &column(|reader| reader.project_id.0),
        now,
    )
    .fetch_all(db)
    .await
}
