use serde_json::{Value, json};
use shared::{
    items::{ItemStatus, ObjectName},
    testing::BUCKET,
};
use sqlx::PgPool;

use crate::support::{BOTH, Data, assert_no_internal_fields};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_failed_item_can_be_reprocessed(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        let generation = data.upload(route, item).await;
        data.deliver(route).await;
        let admin = data.client.as_user(&data.admin);
        assert_eq!(admin.get(&route.of(item, "")).await.body["failure"]["code"], "unreadable");
        let restarted = admin.post(&route.of(item, "/reprocess"), Value::Null).await;
        let body = &restarted.assert_status(202).body;
        assert_no_internal_fields(body);
        assert_eq!((&body["status"], &body["failure"]), (&json!("processing"), &json!(null)));
        assert_eq!((&body["processed_at"], &body["version"]), (&json!(null), &json!(4)));

        // The published event equals the finalize event that Cloud Storage sent first.
        let messages = data.platform.messages("uploads").await;
        let [(attributes, content)] = &messages[..] else { panic!("{messages:?}") };
        let object = ObjectName { kind: route.kind, project_id: data.project, item_id: item, upload_no: 1 }
            .to_string();
        assert_eq!(attributes["eventType"], "OBJECT_FINALIZE");
        assert_eq!((&attributes["bucketId"], &attributes["objectId"]), (&json!(BUCKET), &json!(object)));
        assert_eq!(attributes["objectGeneration"], generation.to_string());
        let content: Value = serde_json::from_slice(content).expect("JSON");
        assert_eq!((&content["name"], &content["bucket"]), (&json!(object), &json!(BUCKET)));
        assert!(content["md5Hash"].is_string(), "{content}");

        assert_eq!(
            data.audit_metadata(item, &format!("{}.reprocessed", route.audited)).await,
            [json!({"version": 4})]
        );
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_reprocessed_item_gets_a_text(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        data.upload(route, item).await;
        data.deliver(route).await;
        let admin = data.client.as_user(&data.super_admin);
        admin.post(&route.of(item, "/reprocess"), Value::Null).await.assert_status(202);
        data.texts.lock().expect("the mutex is not poisoned").insert(item, vec!["legible".into()]);
        data.deliver(route).await;
        let found = admin.get(&route.of(item, "")).await;
        assert_eq!(
            (&found.body["status"], &found.body[route.text]),
            (&json!("pending_review"), &json!("legible"))
        );
        assert_eq!(
            data.platform.history(item).await,
            [
                ItemStatus::Draft,
                ItemStatus::Processing,
                ItemStatus::Failed,
                ItemStatus::Processing,
                ItemStatus::PendingReview
            ]
        );
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_item_that_has_not_failed_or_has_no_file_is_not_reprocessed(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        let client = data.client.as_user(&data.admin);
        for statement in [
            "update items set status = 'draft' where id = $1",
            "update items set status = 'failed', failure_code = 'unreadable' where id = $1",
            "update items set status = 'processing', failure_code = null, generation = 7 where id = $1",
            "update items set status = 'pending_review' where id = $1",
            "update items set status = 'approved' where id = $1",
            "update items set status = 'rejected' where id = $1",
        ] {
            data.set(item, statement).await;
            let refused = client.post(&route.of(item, "/reprocess"), Value::Null).await;
            refused.assert_problem(409, "invalid_state");
        }
        assert_eq!(data.platform.history(item).await, [ItemStatus::Draft]);
        // Dropping the platform asserts that nothing was published.
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn of_concurrent_requests_only_one_restarts_the_item(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        data.set(
            item,
            "update items set status = 'failed', failure_code = 'unreadable', generation = 7 where id = $1",
        )
        .await;
        let client = data.client.as_user(&data.admin);
        let path = route.of(item, "/reprocess");
        let answers = futures::future::join_all((0..8).map(|_| client.post(&path, Value::Null))).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [202, 409, 409, 409, 409, 409, 409, 409]);
        assert_eq!(data.platform.messages("uploads").await.len(), 1);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_admins_reprocess_items_even_their_own(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        data.set(
            item,
            "update items set status = 'failed', failure_code = 'unreadable', generation = 7 where id = $1",
        )
        .await;
        for user in [&data.contributor, &data.reviewer] {
            let refused = data.client.as_user(user).post(&route.of(item, "/reprocess"), Value::Null).await;
            refused.assert_problem(403, "forbidden");
        }
    }
}
