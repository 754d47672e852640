use futures::future::join_all;
use shared::testing::Pooler;
use sqlx::PgPool;

use crate::support::{Export, ids, lines};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn exports_are_made_behind_a_pooler_in_transaction_mode(db: PgPool) {
    let pooler = Pooler::start(&db, 2).await;
    let url = pooler.url();
    let variables =
        [("DATABASE_URL", url.as_str()), ("DATABASE_STATEMENT_CACHE", "0"), ("EXPORT_CHUNK_ITEMS", "2")];
    let export = Export::start_with(db, &variables).await;
    let mut items = Vec::new();
    for number in 0..5 {
        items.push(export.document(&format!("{number}.pdf"), &["a page", "another"]).await);
    }
    // The data client of the test needs no pooler. Each export is one message at a time, so several run at once.
    let mut exports = Vec::new();
    for _ in 0..4 {
        exports.push(export.request("ndjson").await);
    }
    loop {
        let steps = export.steps().await;
        if steps.is_empty() {
            break;
        }
        for answer in join_all(steps.into_iter().map(|step| export.deliver(step))).await {
            answer.assert_status(204);
        }
    }
    for id in exports {
        assert_eq!(ids(&lines(&export.file(id).await)), items);
    }
    let mails = export.platform.events::<shared::cloud::events::EmailRequested>().await;
    assert_eq!(mails.len(), 4, "{mails:?}");
}
