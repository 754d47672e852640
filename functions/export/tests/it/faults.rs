use std::sync::Arc;

use serde_json::json;
use shared::{
    base::ids::{ExportId, ItemId},
    testing::eventually,
};
use sqlx::PgPool;
use time::Duration;
use tokio::sync::Notify;

use crate::support::{Export, Fault, ids, lines};

/// The request that starts the upload of a part.
const BEGINS: &[&str] = &["POST", "uploadType=resumable"];
/// The requests that upload the bytes of a part.
const BYTES: &[&str] = &["PUT", "upload_id="];
const COMPOSES: &[&str] = &["POST", "/compose"];
const LISTS: &[&str] = &["GET", "prefix="];
const DELETES: &[&str] = &["DELETE", "/o/"];

impl Export {
    async fn create_three_items(&self) -> Vec<ItemId> {
        let mut items = Vec::new();
        for name in ["a.pdf", "b.pdf", "c.pdf"] {
            items.push(self.document(name, &["a page"]).await);
        }
        items
    }

    async fn assert_complete(&self, id: ExportId, items: &[ItemId]) {
        self.assert_mailed(id).await;
        assert_eq!(ids(&lines(&self.file(id).await)), items);
        assert_eq!(self.get(id).await["progress"], json!({"done": items.len(), "total": items.len()}));
        assert_eq!(self.objects().await.len(), 1);
        assert_eq!(self.faults.left(), 0);
    }

    /// Delivers every message until none is left, including those that `maintenance` repeats. Returns their number.
    async fn retry_until_done(&self) -> usize {
        let mut repeated = 0;
        loop {
            self.run().await;
            self.platform.clock.advance(Duration::hours(1));
            let restarted = self.restart().await;
            // The session of the client must not expire.
            self.platform.clock.advance(Duration::hours(-1));
            if restarted == json!(0) {
                return repeated;
            }
            repeated += 1;
            assert!(repeated < 12, "the export makes no progress");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn maintenance_repeats_a_step_that_storage_refused(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let items = export.create_three_items().await;
    for (texts, refusals) in [(BEGINS, 3), (BYTES, 3), (COMPOSES, 1), (LISTS, 1)] {
        let id = export.request("ndjson").await;
        // The client makes three attempts itself.
        export.faults.plan(texts, Fault::Refused, refusals);
        assert_eq!(export.retry_until_done().await, 1, "{texts:?}");
        export.assert_complete(id, &items).await;
        sqlx::query("update exports set kept_until = now()")
            .execute(&export.platform.db)
            .await
            .expect("an end");
        export.platform.clock.advance(Duration::seconds(1));
        let purged = export.maintenance.post("/tasks/purge", json!(null)).await;
        assert_eq!(purged.assert_status(200).body["exports"], 1);
        assert_eq!(export.objects().await, Vec::<String>::new());
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_lost_response_does_not_repeat_the_write(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let items = export.create_three_items().await;
    let id = export.request("ndjson").await;
    export.faults.plan(BEGINS, Fault::AnswerLost, 1);
    export.faults.plan(BYTES, Fault::AnswerLost, 1);
    export.faults.plan(COMPOSES, Fault::AnswerLost, 1);
    export.faults.plan(LISTS, Fault::AnswerLost, 1);
    assert_eq!(export.retry_until_done().await, 2);
    export.assert_complete(id, &items).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn parts_that_could_not_be_deleted_are_deleted_in_the_last_step(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let items = export.create_three_items().await;
    let id = export.request("ndjson").await;
    // The first four deletions belong to the step that composes, which ignores failures. The fifth must be repeated.
    export.faults.plan(DELETES, Fault::Refused, 4 + 1);
    assert_eq!(export.retry_until_done().await, 1);
    export.assert_complete(id, &items).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn another_instance_takes_over_the_step_of_one_that_died(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let items = export.create_three_items().await;
    let id = export.request("ndjson").await;
    let mut deaths = 0;
    for (texts, step) in [(BEGINS, 0), (BYTES, 1), (COMPOSES, 4), (DELETES, 4), (LISTS, 5)] {
        // All earlier steps succeed.
        let mut requested = export.step().await;
        while requested.step < step {
            export.deliver(requested).await.assert_status(204);
            requested = export.step().await;
        }
        let held = Arc::new(Notify::new());
        export.faults.plan(texts, Fault::Held(held), 1);
        let reached = eventually("the step", async || (export.faults.left() == 0).then_some(()));
        tokio::select! { _ = export.deliver(requested) => panic!("the step ended before the fault"), () = reached => {} }
        deaths += 1;
        if texts == DELETES {
            // The step has been committed already, and the next one requested.
            assert_eq!(export.step().await.step, 5);
            export.platform.clock.advance(Duration::seconds(301));
        } else {
            assert_eq!(export.steps().await, []);
            export.deliver(requested).await.assert_status(204);
            assert_eq!(export.steps().await, [], "the lease is still active");
            export.platform.clock.advance(Duration::seconds(46));
        }
        assert_eq!(export.restart().await, json!(1), "{texts:?}");
        assert_eq!(export.restart().await, json!(0));
    }
    assert_eq!(deaths, 5);
    export.run().await;
    export.assert_complete(id, &items).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_instance_that_lost_its_lease_changes_nothing(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let items = export.create_three_items().await;
    let id = export.request("ndjson").await;
    let first = export.step().await;
    let held = Arc::new(Notify::new());
    export.faults.plan(BYTES, Fault::Held(Arc::clone(&held)), 1);
    let others = async {
        eventually("the step", async || (export.faults.left() == 0).then_some(())).await;
        export.platform.clock.advance(Duration::seconds(46));
        assert_eq!(export.restart().await, json!(1));
        let again = export.step().await;
        assert_eq!(again, first);
        export.deliver(again).await.assert_status(204);
        let next = export.step().await;
        assert_eq!(next.step, 1);
        held.notify_one();
        next
    };
    let (late, next) = tokio::join!(export.deliver(first), others);
    late.assert_status(204);
    assert_eq!(export.steps().await, [], "the late instance must not request a step");
    assert_eq!(export.objects().await.len(), 2, "each instance writes its own object");
    export.deliver(next).await.assert_status(204);
    export.run().await;
    export.assert_complete(id, &items).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_composer_that_lost_its_lease_deletes_no_sources_of_its_successor(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let items = export.create_three_items().await;
    let id = export.request("ndjson").await;
    for _ in 0..4 {
        let step = export.step().await;
        export.deliver(step).await.assert_status(204);
    }
    let compose = export.step().await;
    let (stalled, successor) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    export.faults.plan(COMPOSES, Fault::Held(Arc::clone(&stalled)), 1);
    let reached = || eventually("the request", async || (export.faults.left() == 0).then_some(()));
    let others = async {
        reached().await;
        export.platform.clock.advance(Duration::seconds(46));
        assert_eq!(export.restart().await, json!(1));
        let again = export.step().await;
        assert_eq!(again, compose);
        export.faults.plan(COMPOSES, Fault::Held(Arc::clone(&successor)), 1);
        tokio::join!(export.deliver(again), reached()).0
    };
    let late = async {
        let late = export.deliver(compose).await;
        successor.notify_one();
        late
    };
    let wake = async {
        eventually("the successor's lease", async || {
            let attempt: i32 = export.platform.value("select attempt from exports").await;
            (attempt == 6 && export.faults.left() == 0).then_some(())
        })
        .await;
        stalled.notify_one();
    };
    let (late, again, ()) = tokio::join!(late, others, wake);
    late.assert_status(204);
    again.assert_status(204);
    export.run().await;
    export.assert_complete(id, &items).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_missing_part_fails_the_export_with_a_reason(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    export.create_three_items().await;
    let id = export.request("ndjson").await;
    for _ in 0..4 {
        let step = export.step().await;
        export.deliver(step).await.assert_status(204);
    }
    sqlx::query("update export_parts set generation = 7 where number = 1")
        .execute(&export.platform.db)
        .await
        .expect("another generation");
    assert_eq!(export.run().await, 1);
    let about = export.get(id).await;
    assert_eq!((&about["status"], &about["failure"]["code"]), (&json!("failed"), &json!("part_missing")));
    assert!(about.get("url").is_none() && about["completed_at"].is_string(), "{about}");
    let audited = export.platform.audited(id.0).await;
    assert_eq!(audited.last(), Some(&("export.failed".to_owned(), "failure".to_owned())));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_text_that_changes_during_the_step_is_read_again(db: PgPool) {
    let export = Export::start(db).await;
    let page = "a long page ".repeat(4000);
    let pages: Vec<&str> = (0..200).map(|_| page.as_str()).collect();
    let book = export.document("book.pdf", &pages).await;
    let id = export.request("ndjson").await;
    let step = export.step().await;
    let held = Arc::new(Notify::new());
    export.faults.plan(BYTES, Fault::Held(Arc::clone(&held)), 1);
    let reading = async {
        eventually("the first bytes", async || (export.faults.left() == 0).then_some(())).await;
        // The item is being reprocessed, and parts of the earlier attempt have been deleted.
        let statement = "delete from item_parts where item_id = $1 and attempt = 2 and number > 100";
        sqlx::query(statement).bind(book).execute(&export.platform.db).await.expect("fewer pages");
        held.notify_one();
    };
    let (answer, ()) = tokio::join!(export.deliver(step), reading);
    answer.assert_status(204);
    assert_eq!(export.objects().await, Vec::<String>::new(), "no incomplete object must be left");
    export.deliver(step).await.assert_status(204);
    export.run().await;
    export.assert_mailed(id).await;
    let lines = lines(&export.file(id).await);
    assert_eq!(lines[0]["text"], pages[..100].join("\n"));
}
