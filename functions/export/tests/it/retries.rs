use serde_json::json;
use shared::{base::ids::EventId, testing::envelope};
use sqlx::PgPool;
use time::Duration;

use crate::support::{Export, Fault};

/// The request of the last step, which the client does not repeat itself.
const LISTS: &[&str] = &["GET", "prefix="];

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_dead_letter_does_not_fail_the_export(db: PgPool) {
    let export = Export::start(db).await;
    export.document("a.pdf", &["a"]).await;
    let id = export.request("ndjson").await;
    let step = export.step().await;
    let data = serde_json::to_vec(&step).expect("JSON");
    for message in ["1", "2"] {
        let attributes = json!({
            "event_id": EventId::new(), "event_version": "1",
            "CloudPubSubDeadLetterSourceSubscription": "export-export-requested",
        });
        let letter = envelope(message, &attributes, &data);
        export.maintenance.post("/events/dead-letter", letter).await.assert_status(204);
    }
    assert_eq!(export.platform.count("select count(*) from dead_letters").await, 1);
    assert_eq!(export.get(id).await["status"], "processing");
    export.platform.clock.advance(Duration::minutes(6));
    assert_eq!(export.restart().await, json!(1));
    export.run().await;
    export.assert_mailed(id).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_step_that_fails_is_repeated_with_growing_pauses_until_the_export_fails(db: PgPool) {
    let export = Export::start(db).await;
    export.document("a.pdf", &["a"]).await;
    let id = export.request("ndjson").await;
    export.faults.plan(LISTS, Fault::Refused, 1000);
    let (mut minutes, mut attempts) = (0, Vec::new());
    while export.column(id, "status").await.as_deref() == Some("processing") {
        assert!(minutes < 24 * 60, "the export never fails");
        for step in export.steps().await {
            export.deliver(step).await.assert_status(204);
            if step.step == 1 {
                attempts.push(minutes);
            }
        }
        export.platform.clock.advance(Duration::minutes(1));
        export.restart().await;
        minutes += 1;
    }
    assert_eq!(export.column(id, "failure_code").await.as_deref(), Some("attempts_exhausted"));
    let audited = export.platform.audited(id.0).await;
    assert_eq!(audited.last(), Some(&("export.failed".to_owned(), "failure".to_owned())));
    assert_eq!(attempts.len(), 12, "{attempts:?}");
    assert!(minutes > 3 * 60, "an outage of an hour must not fail an export: {attempts:?}");
    assert_eq!(export.steps().await, []);
}
