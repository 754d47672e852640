use serde_json::json;
use sqlx::PgPool;

use crate::support::{Data, assert_no_internal_fields};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_member_sees_a_document_with_its_text(db: PgPool) {
    let data = Data::start(db).await;
    let item = data.draft().await;
    let path = format!("/documents/{item}");
    for user in [&data.admin, &data.contributor, &data.reviewer, &data.super_admin] {
        let found = data.client.as_user(user).get(&path).await;
        assert_no_internal_fields(&found.assert_status(200).body);
        assert_eq!((&found.body["id"], &found.body["ocr_text"]), (&json!(item), &json!(null)));
        assert_eq!(found.headers["etag"], "\"1\"");
    }
    data.set(
        item,
        "with pages as (
             insert into item_parts (item_id, attempt, number, text, confidence, layout)
             values ($1, 1, 2, 'second', 0.5, '[]'), ($1, 1, 1, 'first', 1, '[]')
         ), document as (
             update documents set page_count = 2 where item_id = $1
         )
         update items set status = 'pending_review', version = 3, generation = 7, text_attempt = 1, confidence = 0.75, language = 'en'
         where id = $1",
    )
    .await;
    let found = data.client.as_user(&data.reviewer).get(&path).await;
    assert_eq!(found.headers["etag"], "\"3\"");
    assert_eq!((&found.body["ocr_text"], &found.body["page_count"]), (&json!("first\nsecond"), &json!(2)));
    assert_eq!((&found.body["confidence"], &found.body["language"]), (&json!(0.75), &json!("en")));
    assert_eq!((&found.body["status"], &found.body["failure"]), (&json!("pending_review"), &json!(null)));
    assert_no_internal_fields(&found.body);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_failed_document_has_a_reason(db: PgPool) {
    let data = Data::start(db).await;
    let item = data.draft().await;
    data.set(
        item,
        "update items set status = 'failed', failure_code = 'encrypted', failure_message = 'Upload a copy.' where id = $1",
    )
    .await;
    let found = data.client.as_user(&data.contributor).get(&format!("/documents/{item}")).await;
    assert_eq!(found.body["failure"], json!({"code": "encrypted", "message": "Upload a copy."}));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_duplicate_names_its_original_until_that_is_deleted(db: PgPool) {
    let data = Data::start(db).await;
    let (original, copy) = (data.draft().await, data.draft().await);
    let set = sqlx::query("update items set duplicate_of = $2 where id = $1").bind(copy).bind(original);
    set.execute(&data.platform.db).await.expect("a duplicate");
    let admin = data.client.as_user(&data.admin);
    let shown = async || {
        let one = admin.get(&format!("/documents/{copy}")).await;
        let list = admin.get(&format!("/items?project_id={}", data.project)).await;
        [one.body["duplicate_of"].clone(), list.body["items"][0]["duplicate_of"].clone()]
    };
    assert_eq!(shown().await, [json!(original), json!(original)]);
    admin.delete(&format!("/documents/{original}")).await.assert_status(204);
    assert_eq!(shown().await, [json!(null), json!(null)]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_document_without_access_looks_like_an_unknown_document(db: PgPool) {
    let data = Data::start(db).await;
    let item = data.draft().await;
    let path = format!("/documents/{item}");
    for (client, status, code) in data.refused().await {
        client.get(&path).await.assert_problem(status, code);
    }
    let admin = data.client.as_user(&data.admin);
    admin.get("/documents/018f8f8f-0000-7000-8000-000000000001").await.assert_problem(404, "not_found");
    admin.get("/documents/letter").await.assert_problem(400, "malformed");
    let voice = data.draft().await;
    data.set(voice, "update items set kind = 'voice' where id = $1").await;
    admin.get(&format!("/documents/{voice}")).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn deleted_documents_and_documents_of_deleted_projects_are_not_found(db: PgPool) {
    let data = Data::start(db).await;
    let (deleted, kept) = (data.draft().await, data.draft().await);
    data.set(deleted, "update items set deleted_at = now() where id = $1").await;
    let assert_missing = async |item| {
        for user in [&data.contributor, &data.admin, &data.super_admin] {
            let client = data.client.as_user(user);
            client.get(&format!("/documents/{item}")).await.assert_problem(404, "not_found");
            let renewed = client.post(&format!("/documents/{item}/upload-url"), json!(null)).await;
            renewed.assert_problem(404, "not_found");
        }
    };
    assert_missing(deleted).await;
    data.client.as_user(&data.admin).get(&format!("/documents/{kept}")).await.assert_status(200);
    data.platform.change("update projects set deleted_at = now() where id = $1", data.project.0).await;
    assert_missing(kept).await;
}
