//! The objects that will be one.

use shared::base::ids::ExportId;
use sqlx::PgPool;

/// An object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// 0 for a chunk; one more for each time that it was composed.
    pub(crate) level: i32,
    /// Its place among those of its level.
    pub(crate) number: i32,
    /// The claim that wrote it.
    pub(crate) attempt: i32,
    pub(crate) generation: i64,
    pub(crate) size_bytes: i64,
}

/// What is to be composed next.
pub(crate) struct Parts {
    /// The first ones of the lowest level, in order.
    pub(crate) of_lowest_level: Vec<Part>,
    /// How many there are on all levels.
    pub(crate) all: i64,
}

pub(crate) async fn list_parts(db: &PgPool, export: ExportId, limit: usize) -> Result<Parts, sqlx::Error> {
    let rows = sqlx::query!(
        r#"
        select level, number, attempt, generation, size_bytes,
               (select count(*) from export_parts where export_id = $1) as "all!"
        from export_parts
        where export_id = $1 and level = (select min(level) from export_parts where export_id = $1)
        order by number
        limit $2
        "#,
        export.0,
        i64::try_from(limit).unwrap_or(i64::MAX),
    )
    .fetch_all(db)
    .await?;
    let all = rows.first().map_or(0, |row| row.all);
    let parts = rows.into_iter().map(|row| Part {
        level: row.level,
        number: row.number,
        attempt: row.attempt,
        generation: row.generation,
        size_bytes: row.size_bytes,
    });
    Ok(Parts { of_lowest_level: parts.collect(), all })
}
