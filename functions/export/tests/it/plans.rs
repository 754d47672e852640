use sqlx::PgPool;

use crate::support::Export;

/// A thousand voice samples after a thousand documents.
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
async fn a_batch_reads_no_more_however_far_the_export_is(db: PgPool) {
    let export = Export::start(db).await;
    let (project, admin) = (export.project, export.admin.id);
    let seeded = sqlx::query(ITEMS).bind(project).bind(admin).execute(&export.platform.db).await;
    seeded.expect("items");
    let analyze = "analyze items; analyze documents; analyze voice_samples";
    sqlx::raw_sql(analyze).execute(&export.platform.db).await.expect("statistics");
    for (kind, table, after) in [("document", "documents", 900), ("voice", "voice_samples", 1900)] {
        let parameters = format!(
            "'{project}', '00000000-0000-0000-0000-{after:012x}', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 50, 32768"
        );
        let texts = ["as details on true", &format!("items.kind = '{kind}'\n")];
        let ran = export.platform.ran(&texts, &parameters).await;
        let details = ran.lines().find(|line| line.contains(&format!(" on {table}"))).unwrap_or_default();
        assert!(details.contains("rows=1 loops=50"), "{ran}");
    }
}
