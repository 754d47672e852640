use reqwest::{Response, header};
use serde_json::{Value, json};
use shared::{items::ItemStatus, testing::TestResponse};
use sqlx::PgPool;

use crate::support::{BOTH, Data, Route, crc32c, id, put_with, request};

/// The unit of part sizes in a resumable upload.
const QUANTUM: usize = 256 * 1024;

impl Data {
    async fn resumable(&self, route: &Route, bytes: &[u8]) -> TestResponse {
        let mut body = self.new_item(route, "a.bin");
        body["size_bytes"] = json!(bytes.len());
        body["resumable"] = json!(true);
        let created = self.client.as_user(&self.contributor).post(route.path, body).await;
        created.assert_status(201);
        created
    }
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| u8::try_from(index % 251).unwrap_or_default()).collect()
}

/// Starts the session that `upload` in a response describes. Returns its `Location`.
async fn begin(upload: &Value) -> String {
    let answer = send_start(upload).await;
    assert_eq!(answer.status(), 201);
    answer.headers()[header::LOCATION].to_str().expect("an address").to_owned()
}

async fn send_start(upload: &Value) -> Response {
    request(upload).header(header::CONTENT_LENGTH, "0").send().await.expect("an answer")
}

/// Sends a part. Returns the status and the stored `Range`.
async fn send_part(session: &str, range: &str, bytes: &[u8]) -> (u16, Option<String>) {
    let request = reqwest::Client::new().put(session).header(header::CONTENT_RANGE, range);
    let answer = request.body(bytes.to_vec()).send().await.expect("an answer");
    let range = answer.headers().get(header::RANGE).map(|range| range.to_str().expect("a range").to_owned());
    (answer.status().as_u16(), range)
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_large_or_explicitly_resumable_upload_is_a_post_that_starts_a_session(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        for (size, wanted, resumable) in [
            (8 << 20, None, false),
            ((8 << 20) + 1, None, true),
            ((8 << 20) + 1, Some(false), true),
            (route.max_bytes, None, true),
            (1, Some(true), true),
            (1, Some(false), false),
        ] {
            let mut body = data.new_item(route, "a.bin");
            body["size_bytes"] = json!(size);
            if let Some(wanted) = wanted {
                body["resumable"] = json!(wanted);
            }
            let created = data.client.as_user(&data.contributor).post(route.path, body).await;
            let upload = created.assert_status(201).body["upload"].clone();
            let shown = (upload["method"].as_str(), upload["headers"]["x-goog-resumable"].as_str());
            let expected = if resumable { (Some("POST"), Some("start")) } else { (Some("PUT"), None) };
            assert_eq!((shown, &upload["resumable"]), (expected, &json!(resumable)), "{size} {wanted:?}");
            assert_eq!(upload["headers"]["x-goog-content-length-range"], format!("{size},{size}"));
            assert_eq!(upload["headers"]["x-goog-if-generation-match"], "0");
            // A renewed URL is resumable too.
            let path = route.of(id(&created.body[route.one]), "/upload-url");
            let renewed = data.client.as_user(&data.contributor).post(&path, Value::Null).await;
            let headers = (&renewed.assert_status(200).body["upload"]["headers"], &upload["headers"]);
            assert_eq!(headers.0, headers.1);
            assert_eq!(renewed.body["upload"]["method"], upload["method"]);
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_interrupted_upload_resumes_at_the_stored_offset(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let bytes = content(QUANTUM + 1000);
        let total = bytes.len();
        let created = data.resumable(route, &bytes).await;
        let item = id(&created.body[route.one]);
        let session = begin(&created.body["upload"]).await;
        assert_eq!(send_part(&session, &format!("bytes */{total}"), b"").await, (308, None));
        let first = send_part(&session, &format!("bytes 0-{}/{total}", QUANTUM - 1), &bytes[..QUANTUM]).await;
        assert_eq!(first, (308, Some("bytes=0-262143".to_owned())));
        let offset = send_part(&session, &format!("bytes */{total}"), b"").await;
        assert_eq!(offset, (308, Some("bytes=0-262143".to_owned())));
        assert!(data.platform.messages("uploads").await.is_empty());
        let rest = format!("bytes {QUANTUM}-{}/{total}", total - 1);
        assert_eq!(send_part(&session, &rest, &bytes[QUANTUM..]).await.0, 200);
        // If the response was lost, a status request reports the complete upload.
        assert_eq!(send_part(&session, &format!("bytes */{total}"), b"").await.0, 200);

        data.texts.lock().expect("the mutex is not poisoned").insert(item, vec!["read".into()]);
        shared::testing::eventually("its text", async || {
            data.deliver(route).await;
            (data.platform.status(item).await == ItemStatus::PendingReview).then_some(())
        })
        .await;
        let answer = data.client.as_user(&data.reviewer).get(&route.of(item, "/download")).await;
        let served = reqwest::get(answer.body["url"].as_str().expect("a URL")).await.expect("an answer");
        assert_eq!(served.headers()[header::CONTENT_TYPE], route.content_type);
        assert_eq!(served.bytes().await.expect("bytes"), bytes);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_session_accepts_only_the_declared_size_and_checksum(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let bytes = content(1000);
        let upload = data.resumable(route, &bytes).await.body["upload"].clone();
        let small = begin(&upload).await;
        assert_eq!(send_part(&small, "bytes 0-998/999", &bytes[1..]).await.0, 400);
        let large = begin(&upload).await;
        assert_eq!(send_part(&large, "bytes 0-1000/1001", &content(1001)).await.0, 400);

        let mut body = data.new_item(route, "a.bin");
        body["size_bytes"] = json!(bytes.len());
        body["resumable"] = json!(true);
        body["crc32c"] = json!(crc32c(&bytes));
        let created = data.client.as_user(&data.contributor).post(route.path, body).await;
        let session = begin(&created.body["upload"]).await;
        assert_eq!(send_part(&session, "bytes 0-999/1000", &[0; 1000]).await.0, 400);
        let session = begin(&created.body["upload"]).await;
        assert_eq!(send_part(&session, "bytes 0-999/1000", &bytes).await.0, 200);
        shared::testing::eventually("the finalize event", async || {
            (data.platform.messages("uploads").await.len() == 1).then_some(())
        })
        .await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_second_session_cannot_overwrite(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let bytes = content(1000);
        let created = data.resumable(route, &bytes).await;
        let upload = &created.body["upload"];
        let (winner, loser) = (begin(upload).await, begin(upload).await);
        assert_eq!(send_part(&winner, "bytes 0-999/1000", &bytes).await.0, 200);
        assert_eq!(send_part(&loser, "bytes 0-999/1000", &[1; 1000]).await.0, 412);
        assert_eq!(send_start(upload).await.status(), 412);
        shared::testing::eventually("the finalize event", async || {
            (data.platform.messages("uploads").await.len() == 1).then_some(())
        })
        .await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_signed_headers_of_a_session_cannot_be_changed(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let bytes = content(1000);
        let upload = data.resumable(route, &bytes).await.body["upload"].clone();
        for (name, value) in [
            ("content-type", "text/html"),
            ("x-goog-content-length-range", "0,9999"),
            ("x-goog-if-generation-match", "1"),
        ] {
            let changed = put_with(&upload, b"", |upload| upload["headers"][name] = json!(value)).await;
            assert_eq!(changed.0, 403, "{}", changed.1);
        }
        // The signed URL only starts a session. Bytes must go to the `Location`.
        let as_put = put_with(&upload, &bytes, |upload| upload["method"] = json!("PUT")).await;
        assert_eq!(as_put.0, 403, "{}", as_put.1);
    }
}
