//! The query of the objects that make up an export file.

use shared::base::ids::ExportId;
use sqlx::PgPool;

use crate::model::{Part, Parts};

/// Lists the objects that the next step composes.
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
