use serde_json::{Value, json};
use sqlx::PgPool;
use time::Duration;

use crate::support::{Export, ids, lines};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_export_of_a_deleted_project_stops_and_is_deleted(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    export.document("a.pdf", &["a"]).await;
    let id = export.request("ndjson").await;
    let step = export.step().await;
    export.deliver(step).await.assert_status(204);
    export.platform.change("update projects set deleted_at = now() where id = $1", export.project.0).await;
    let step = export.step().await;
    export.deliver(step).await.assert_status(204);
    assert_eq!(export.steps().await, []);
    export.data.get(&format!("/exports/{id}")).await.assert_problem(404, "not_found");
    export.platform.clock.advance(Duration::minutes(6));
    assert_eq!(export.restart().await, json!(0));
    assert_eq!(export.objects().await.len(), 1);
    let purged = export.maintenance.post("/tasks/purge", Value::Null).await;
    assert_eq!(purged.assert_status(200).body["exports"], 1);
    assert_eq!(export.objects().await, Vec::<String>::new());
    export.deliver(step).await.assert_status(204);
    assert_eq!(export.steps().await, []);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_item_deleted_before_its_chunk_is_omitted(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let kept = export.document("a.pdf", &["a"]).await;
    let deleted = export.document("b.pdf", &["b"]).await;
    let last = export.voice("c.flac", &["c"]).await;
    let id = export.request("ndjson").await;
    let step = export.step().await;
    export.deliver(step).await.assert_status(204);
    assert_eq!(export.get(id).await["progress"], json!({"done": 1, "total": 3}));
    // The item may also have been purged.
    export.set(deleted, "delete from items where id = $1").await;
    export.set(kept, "update items set deleted_at = now() where id = $1").await;
    export.run().await;
    export.assert_mailed(id).await;
    assert_eq!(
        ids(&lines(&export.file(id).await)),
        [kept, last],
        "items written before the deletion must be kept"
    );
    assert_eq!(export.get(id).await["progress"], json!({"done": 2, "total": 2}));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_expired_export_is_not_processed(db: PgPool) {
    let export = Export::start(db).await;
    export.document("a.pdf", &["a"]).await;
    let id = export.request("ndjson").await;
    let step = export.step().await;
    export.platform.clock.advance(Duration::days(7));
    export.deliver(step).await.assert_status(204);
    assert_eq!(
        (export.steps().await, export.column(id, "attempt").await),
        (Vec::new(), Some("0".to_owned()))
    );
    assert_eq!(export.restart().await, json!(0));
}
