use serde_json::json;
use shared::{
    base::ids::{EventId, ExportId},
    cloud::events::ExportRequested,
    testing::envelope,
};
use sqlx::PgPool;

use crate::support::Export;

const PATH: &str = "/events/export-requested";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_push_without_a_valid_token_does_nothing(db: PgPool) {
    let export = Export::start(db).await;
    let id = export.request("ndjson").await;
    let step = export.step().await;
    let attributes = json!({"event_id": EventId::new(), "event_version": "1"});
    let message = envelope("1", &attributes, &serde_json::to_vec(&step).expect("JSON"));
    let identity = export.platform.identity();
    let anonymous = export.platform.client(export.router.clone());
    anonymous.post(PATH, message.clone()).await.assert_problem(401, "unauthenticated");
    for token in [
        identity.id_token("data", identity.email()),
        identity.id_token("test", "eve@alta-local.iam.gserviceaccount.com"),
        "made-up".to_owned(),
    ] {
        let client = anonymous.with("authorization", &format!("Bearer {token}"));
        client.post(PATH, message.clone()).await.assert_problem(401, "unauthenticated");
    }
    assert_eq!(export.column(id, "attempt").await.as_deref(), Some("0"));
    export.client.post(PATH, message).await.assert_status(204);
    assert_eq!(export.column(id, "step").await.as_deref(), Some("1"));
    export.steps().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn events_of_unknown_exports_are_discarded_and_malformed_events_are_refused(db: PgPool) {
    let export = Export::start(db).await;
    export.deliver(ExportRequested { export_id: ExportId::new(), step: 0 }).await.assert_status(204);
    assert_eq!(export.steps().await, []);
    for data in ["", "{}", "[]", "{\"export_id\": 7, \"step\": 0}"] {
        let message = envelope("1", &json!({}), data.as_bytes());
        export.client.post(PATH, message).await.assert_problem(400, "malformed");
    }
    export.client.post(PATH, json!({"message": 7})).await.assert_problem(400, "malformed");
}
