use sqlx::PgPool;

use crate::support::Export;

/// Inserts a thousand documents, then a thousand voice samples.
const ITEMS: &str = "
    with made as (
        insert into items (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, created_at)
        select lpad(to_hex(n), 32, '0')::uuid, $1, $2, case when n > 1000 then 'voice' else 'document' end, 'letter',
               'application/pdf', 1, now()
        from generate_series(1, 2000) as n
        returning id, kind
    ), documents as (
        insert into documents (item_id, project_id) select id, $1 from made where kind = 'document'
    )
    insert into voice_samples (item_id) select id from made where kind = 'voice'";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_batch_reads_only_its_rows_at_every_position_of_the_export(db: PgPool) {
    let export = Export::start(db).await;
    let (project, admin) = (export.project, export.admin.id);
    let seeded = sqlx::query(ITEMS).bind(project).bind(admin).execute(&export.platform.db).await;
    seeded.expect("items");
    let analyze = "analyze items; analyze documents; analyze voice_samples";
    sqlx::raw_sql(analyze).execute(&export.platform.db).await.expect("statistics");
    for (kind, table, after) in [("document", "documents", 900), ("voice", "voice_samples", 1900)] {
        let page = format!(
            "'{project}', '{kind}', '{}', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 50",
            uuid::Uuid::from_u128(after)
        );
        for (filter, parameters) in
            [("is null\n", page.clone()), ("and status = $6", format!("{page}, 'draft'"))]
        {
            let texts = ["where project_id = $1 and kind = $2 and id > $3 and id < $4", filter];
            let ran = export.platform.ran(&texts, &parameters).await;
            assert!(ran.contains("rows=50 loops=1") && !ran.contains("Rows Removed"), "{ran}");
        }
        let ids: Vec<String> =
            (after + 1..=after + 50).map(|id| uuid::Uuid::from_u128(id).to_string()).collect();
        let parameters = format!("'{{{}}}', 32768", ids.join(", "));
        let ran = export.platform.ran(&["from item_details", "as sizes"], &parameters).await;
        let details = ran.lines().find(|line| line.contains(&format!(" on {table}"))).unwrap_or_default();
        assert!(details.contains("rows=1 loops=50"), "{ran}");
    }
}
