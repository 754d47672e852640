use serde_json::{Value, json};
use shared::{base::ids::ItemId, items::ItemStatus, testing::TestUser};
use sqlx::PgPool;

use crate::support::{Data, assert_no_internal_fields, put};

impl Data {
    async fn renew(&self, user: &TestUser, item: ItemId) -> shared::testing::TestResponse {
        self.client.as_user(user).post(&format!("/documents/{item}/upload-url"), Value::Null).await
    }
}

fn upload_no(upload: &Value) -> &str {
    let path = upload["url"].as_str().and_then(|url| url.split('?').next()).expect("a URL");
    path.rsplit('/').next().expect("an upload")
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_draft_gets_a_new_url_for_the_same_upload(db: PgPool) {
    let data = Data::start(db).await;
    let item = data.draft().await;
    data.set(item, "update items set next_attempt_at = now() where id = $1").await;
    for user in [&data.contributor, &data.admin, &data.super_admin] {
        let renewed = data.renew(user, item).await;
        renewed.assert_status(200);
        assert_no_internal_fields(&renewed.body["document"]);
        assert_eq!(upload_no(&renewed.body["upload"]), "1");
        assert_eq!(renewed.body["document"]["status"], "draft");
        // Maintenance counts the age of the upload from here.
        assert!(data.platform.item(item, "upload_url_renewed_at").await.is_some());
        assert_eq!(data.platform.item(item, "next_attempt_at").await, None);
    }
    let renewed = data.renew(&data.contributor, item).await;
    assert_eq!(put(&renewed.body["upload"], b"%PDF-").await.0, 200);
    assert_eq!(put(&renewed.body["upload"], b"%PDF-").await.0, 412);
    shared::testing::eventually("the finalize event", async || {
        (data.platform.messages("uploads").await.len() == 1).then_some(())
    })
    .await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_admins_renew_the_upload_urls_of_others(db: PgPool) {
    let data = Data::start(db).await;
    let admins = data.platform.draft(data.project, &data.admin, "application/pdf", 5).await.item_id;
    data.renew(&data.contributor, admins).await.assert_problem(403, "forbidden");
    data.renew(&data.reviewer, admins).await.assert_problem(403, "forbidden");
    // A reviewer who uploaded the item as a contributor has no more rights than other reviewers.
    let once = data.platform.draft(data.project, &data.reviewer, "application/pdf", 5).await.item_id;
    data.renew(&data.reviewer, once).await.assert_problem(403, "forbidden");
    for (client, status, code) in data.refused().await {
        let refused = client.post(&format!("/documents/{admins}/upload-url"), Value::Null).await;
        refused.assert_problem(status, code);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_uploaded_document_accepts_no_other_file(db: PgPool) {
    let data = Data::start(db).await;
    let item = data.draft().await;
    for statement in [
        "update items set status = 'processing', generation = 7 where id = $1",
        "update items set status = 'pending_review' where id = $1",
        "update items set status = 'approved' where id = $1",
    ] {
        data.set(item, statement).await;
        data.renew(&data.contributor, item).await.assert_problem(409, "invalid_state");
    }
    assert_eq!(data.platform.item(item, "upload_no").await.as_deref(), Some("1"));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn renewing_the_url_of_a_failed_or_rejected_document_opens_one_upload(db: PgPool) {
    let data = Data::start(db).await;
    let statements = [
        "update items set status = 'failed', failure_code = 'unreadable', generation = 7, attempt = 3, failure_count = 3
         where id = $1",
        "update items set status = 'rejected', feedback = 'blurred', generation = 7, attempt = 3, failure_count = 3
         where id = $1",
    ];
    for statement in statements {
        let item = data.draft().await;
        data.set(item, statement).await;
        let answers = futures::future::join_all((0..8).map(|_| data.renew(&data.contributor, item))).await;
        for renewed in answers {
            assert_eq!(upload_no(&renewed.assert_status(200).body["upload"]), "2");
        }
        assert_eq!(data.platform.item(item, "last_upload_no").await.as_deref(), Some("2"));
        for (column, value) in
            [("upload_no", "1"), ("generation", "7"), ("attempt", "3"), ("failure_count", "3")]
        {
            assert_eq!(data.platform.item(item, column).await.as_deref(), Some(value), "{column}");
        }
        assert_eq!(data.platform.history(item).await, [ItemStatus::Draft]);
        let found = data.client.as_user(&data.contributor).get(&format!("/documents/{item}")).await;
        assert_ne!(found.body["status"], json!("draft"));
    }
}
