//! Continues the numbers of transactions in another cluster, where a dump was restored.

use sqlx::{Connection as _, PgConnection};

/// The gap between the last number in the dump and the next number. Readers may have seen numbers after the last row:
/// at most as many as the transactions that the first cluster ran before it was replaced.
const GAP: i64 = 1 << 40;

/// Sets the offset of transaction numbers, if the database was restored in another cluster: there, the ids of
/// transactions start again, and readers of append-only tables would miss rows with smaller numbers.
pub(crate) async fn continue_numbers(db: &mut PgConnection) -> Result<(), sqlx::Error> {
    let mut tx = db.begin().await?;
    let restored = sqlx::query_scalar!(
        r#"
        select transaction_offset.system_identifier <> cluster.system_identifier as "restored!"
        from transaction_offset
        cross join pg_control_system() as cluster
        for update of transaction_offset
        "#
    )
    .fetch_one(&mut *tx)
    .await?;
    if restored {
        // Waits for writers that have the previous offset.
        sqlx::query!("lock table item_transitions, audit_logs in share row exclusive mode")
            .execute(&mut *tx)
            .await?;
        sqlx::query!(
            "
            update transaction_offset
            set value = $1 + greatest(
                    value,
                    (select max(xid) from item_transitions),
                    (select max(xid) from audit_logs),
                    (select max(last_xid) from audit_seals),
                    (select xid from statistics_cursor)
                ),
                system_identifier = cluster.system_identifier
            from pg_control_system() as cluster
            ",
            GAP,
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}
