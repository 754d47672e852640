use serde_json::json;
use sqlx::PgPool;

use crate::support::{Export, ids, lines};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn more_chunks_than_one_step_can_compose_become_one_file(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let mut items = Vec::new();
    for number in 0..30 {
        items.push(export.document(&format!("{number}.pdf"), &["a page"]).await);
    }
    for number in 0..36 {
        items.push(export.voice(&format!("{number}.flac"), &["a sentence"]).await);
    }
    let id = export.request("csv").await;
    // 66 chunks and an empty one are composed to 3 objects, and these to one.
    assert_eq!(export.run().await, 67 + 3 + 1 + 1);
    export.assert_mailed(id).await;
    let file = export.file(id).await;
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(file.as_bytes()).records().collect::<Result<_, _>>().expect("rows");
    let found: Vec<String> = rows.iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(found, items.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(file.matches("original_filename").count(), 1);
    assert_eq!(export.get(id).await["progress"], json!({"done": 66, "total": 66}));
    assert_eq!(export.objects().await.len(), 1, "the parts must be deleted");
    let parts: i64 = sqlx::query_scalar("select count(*) from export_parts")
        .fetch_one(&export.platform.db)
        .await
        .expect("a count");
    assert_eq!(parts, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn progress_is_updated_after_each_chunk(db: PgPool) {
    let export = Export::of_chunks(db, 2).await;
    let mut items = Vec::new();
    for _ in 0..5 {
        items.push(export.document("a.pdf", &["a page"]).await);
    }
    let id = export.request("ndjson").await;
    assert_eq!(export.get(id).await["progress"], json!({"done": 0, "total": null}));
    for done in [2, 4, 5] {
        let step = export.step().await;
        export.deliver(step).await.assert_status(204);
        let about = export.get(id).await;
        assert_eq!(
            (&about["status"], &about["progress"]),
            (&json!("processing"), &json!({"done": done, "total": 5}))
        );
        assert_eq!((about.get("url"), &about["size_bytes"]), (None, &json!(null)));
    }
    assert_eq!(export.run().await, 2);
    export.assert_mailed(id).await;
    assert_eq!(ids(&lines(&export.file(id).await)), items);
    let audited: Vec<String> =
        export.platform.audited(id.0).await.into_iter().map(|(action, _)| action).collect();
    assert_eq!(audited[..2], ["export.requested", "export.completed"]);
}
