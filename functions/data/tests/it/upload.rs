use serde_json::{Value, json};
use shared::{items::ObjectName, testing::BUCKET};
use sqlx::PgPool;

use crate::support::{Data, crc32c, put, put_with};

const BYTES: &[u8] = b"%PDF-1.7 a letter";

/// Returns the size of the stored object of an upload, if it exists.
fn stored(data: &Data, document: &Value, upload_no: i32) -> Option<u64> {
    let object = ObjectName {
        kind: shared::items::ItemKind::Document,
        project_id: data.project,
        item_id: serde_json::from_value(document["id"].clone()).expect("an id"),
        upload_no,
    };
    Some(data.platform.storage.open_object(BUCKET, &object.to_string(), None)?.0.size)
}

/// Returns the number of undelivered finalize events.
async fn finalized(data: &Data) -> usize {
    data.platform.messages("uploads").await.len()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_url_accepts_one_upload(db: PgPool) {
    let data = Data::start(db).await;
    let created = data.create(data.body(BYTES)).await;
    let upload = &created.body["upload"];
    let (status, text) = put(upload, BYTES).await;
    assert_eq!(status, 200, "{text}");
    assert_eq!(stored(&data, &created.body["document"], 1), Some(17));
    let (status, text) = put(upload, b"%PDF-1.7 another!").await;
    assert_eq!(status, 412, "{text}");
    assert!(text.contains("PreconditionFailed"), "{text}");
    shared::testing::eventually("the finalize event", async || (finalized(&data).await == 1).then_some(()))
        .await;
}

/// Asserts that nothing is stored yet, and that the correct upload still succeeds.
async fn assert_upload_still_accepted(data: &Data, created: &Value) {
    assert_eq!(stored(data, &created["document"], 1), None);
    assert_eq!(put(&created["upload"], BYTES).await.0, 200);
    shared::testing::eventually("the finalize event", async || (finalized(data).await == 1).then_some(()))
        .await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn storage_refuses_an_upload_of_another_size(db: PgPool) {
    let data = Data::start(db).await;
    let created = data.create(data.body(BYTES)).await;
    for (bytes, code) in [(&BYTES[1..], "EntityTooSmall"), (&[BYTES, b"!"].concat()[..], "EntityTooLarge")] {
        let (status, text) = put(&created.body["upload"], bytes).await;
        assert_eq!(status, 400, "{text}");
        assert!(text.contains(code), "{text}");
    }
    assert_upload_still_accepted(&data, &created.body).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn signed_parameters_and_headers_cannot_be_changed(db: PgPool) {
    let data = Data::start(db).await;
    let created = data.create(data.body(BYTES)).await;
    let upload = &created.body["upload"];
    let refused = async |change: fn(&mut Value)| {
        let (status, text) = put_with(upload, BYTES, change).await;
        assert_eq!(status, 403, "{text}");
        assert!(text.contains("SignatureDoesNotMatch"), "{text}");
    };
    let (status, text) = put_with(upload, BYTES, |upload| {
        upload["headers"].as_object_mut().expect("headers").remove("x-goog-if-generation-match");
    })
    .await;
    assert_eq!(status, 400, "{text}");
    assert!(text.contains("MalformedSecurityHeader"), "{text}");
    refused(|upload| {
        let mut url = upload["url"].as_str().expect("a URL").to_owned();
        let last = if url.ends_with('0') { "1" } else { "0" };
        url.replace_range(url.len() - 1.., last);
        upload["url"] = json!(url);
    })
    .await;
    refused(|upload| upload["url"] = json!(upload["url"].as_str().expect("a URL").replace("/1?", "/2?")))
        .await;
    refused(|upload| {
        let longer =
            upload["url"].as_str().expect("a URL").replace("X-Goog-Expires=3600", "X-Goog-Expires=360000");
        upload["url"] = json!(longer);
    })
    .await;
    refused(|upload| upload["headers"]["content-type"] = json!("image/png")).await;
    refused(|upload| upload["headers"]["x-goog-content-length-range"] = json!("0,99999")).await;
    refused(|upload| upload["headers"]["x-goog-if-generation-match"] = json!("1")).await;
    refused(|upload| upload["method"] = json!("GET")).await;
    assert_eq!(stored(&data, &created.body["document"], 1), None);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn storage_refuses_an_upload_with_another_checksum(db: PgPool) {
    let data = Data::start(db).await;
    let mut body = data.body(BYTES);
    body["crc32c"] = json!(crc32c(BYTES));
    let created = data.create(body).await;
    let (status, text) = put(&created.body["upload"], b"%PDF-1.7 a Letter").await;
    assert_eq!(status, 400, "{text}");
    assert_upload_still_accepted(&data, &created.body).await;
}
