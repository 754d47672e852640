use serde_json::{Value, json};
use shared::{base::ids::EventId, testing::envelope};
use sqlx::PgPool;
use time::Duration;

use crate::support::{Export, Fault, ids, lines};

impl Export {
    /// Delivers the message of a step as a dead letter.
    async fn bury(&self, step: shared::cloud::events::ExportRequested) {
        let attributes = json!({
            "event_id": EventId::new(), "event_version": "1",
            "CloudPubSubDeadLetterSourceSubscription": "export-export-requested",
            "CloudPubSubDeadLetterSourceDeliveryCount": "10",
        });
        let data = serde_json::to_vec(&step).expect("JSON");
        let letter = envelope(&EventId::new().to_string(), &attributes, &data);
        self.maintenance.post("/events/dead-letter", letter).await.assert_status(204);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_dead_letter_fails_the_export_and_a_replay_resumes_it(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let items = [export.document("a.pdf", &["a"]).await, export.document("b.pdf", &["b"]).await];
    let id = export.request("ndjson").await;
    let step = export.step().await;
    export.deliver(step).await.assert_status(204);
    let step = export.step().await;
    export.faults.plan(&["POST", "uploadType=resumable"], Fault::Refused, 1000);
    export.deliver(step).await.assert_problem(503, "unavailable");
    export.faults.clear();
    export.bury(step).await;

    let about = export.get(id).await;
    assert_eq!((&about["status"], &about["failure"]["code"]), (&json!("failed"), &json!("gave_up")));
    let audited = export.platform.audited(id.0).await;
    assert_eq!(audited.last(), Some(&("export.failed".to_owned(), "failure".to_owned())));
    let project: Value =
        sqlx::query_scalar("select to_jsonb(project_id) from audit_logs where action = 'export.failed'")
            .fetch_one(&export.platform.db)
            .await
            .expect("a row");
    assert_eq!(project, json!(export.project));
    export.deliver(step).await.assert_status(204);
    assert_eq!(export.steps().await, [], "a late duplicate must not resume a failed export");
    export.platform.clock.advance(Duration::minutes(10));
    assert_eq!(export.restart().await, json!(0));

    let root = export.platform.super_admin("root@example.org").await;
    let root = export.platform.client_of::<admin::Admin>(&[]).as_user(&root);
    let letter = root.get("/admin/dead-letters").await.body["items"][0].clone();
    let path = format!("/admin/dead-letters/{}/replay", letter["id"].as_str().expect("an id"));
    root.post(&path, Value::Null).await.assert_status(202);
    let messages = export.platform.messages("export-requested").await;
    assert_eq!(messages.len(), 1);
    let (attributes, data) = &messages[0];
    let answer = export.client.post("/events/export-requested", envelope("1", attributes, data)).await;
    answer.assert_status(204);
    let about = export.get(id).await;
    assert_eq!((&about["status"], &about["failure"]), (&json!("processing"), &Value::Null));
    export.run().await;
    export.assert_mailed(id).await;
    assert_eq!(ids(&lines(&export.file(id).await)), items);
    export.platform.messages("dead-letters").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_dead_letter_fails_only_its_own_step_and_no_leased_one(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    export.document("a.pdf", &["a"]).await;
    let id = export.request("ndjson").await;
    let first = export.step().await;
    export.deliver(first).await.assert_status(204);
    let second = export.step().await;
    export.bury(first).await;
    assert_eq!(export.get(id).await["status"], "processing");
    export
        .platform
        .change("update exports set lease_until = now() + interval '40 seconds' where id = $1", id.0)
        .await;
    export.bury(second).await;
    assert_eq!(export.get(id).await["status"], "processing");
    export.platform.change("update exports set lease_until = null where id = $1", id.0).await;
    export.deliver(second).await.assert_status(204);
    export.run().await;
    export.assert_mailed(id).await;
    export.bury(second).await;
    assert_eq!(export.get(id).await["status"], "ready");
    export.platform.messages("dead-letters").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_export_fails_after_too_many_attempts(db: PgPool) {
    let export = Export::start(db).await;
    export.document("a.pdf", &["a"]).await;
    let id = export.request("ndjson").await;
    let step = export.step().await;
    export.faults.plan(&["POST", "uploadType=resumable"], Fault::Refused, 1000);
    export.platform.change("update exports set tries = 10 where id = $1", id.0).await;
    for _ in 0..2 {
        export.deliver(step).await.assert_problem(503, "unavailable");
        let about = export.get(id).await;
        assert_eq!((&about["status"], &about["failure"]), (&json!("processing"), &Value::Null));
    }
    export.deliver(step).await.assert_status(204);
    let about = export.get(id).await;
    assert_eq!((&about["status"], &about["failure"]["code"]), (&json!("failed"), &json!("gave_up")));
    assert_eq!(export.steps().await, []);
}
