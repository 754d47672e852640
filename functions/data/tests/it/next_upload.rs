use serde_json::{Value, json};
use shared::base::ids::ItemId;
use sqlx::PgPool;

use crate::support::{BOTH, Data, FILE, Route, crc32c, put};

impl Data {
    /// Creates an item whose processing failed.
    async fn failed(&self, route: &Route) -> ItemId {
        let mut body = self.new_item(route, "first.bin");
        body["crc32c"] = json!(crc32c(FILE));
        let created = self.client.as_user(&self.contributor).post(route.path, body).await;
        let item = crate::support::id(&created.assert_status(201).body[route.one]);
        self.upload(route, item).await;
        self.deliver(route).await;
        assert_eq!(self.platform.item(item, "status").await.as_deref(), Some("failed"));
        item
    }

    /// Returns the bytes that the download link of an item serves.
    async fn served(&self, route: &Route, item: ItemId) -> Vec<u8> {
        let found = self.client.as_user(&self.reviewer).get(&route.of(item, "/download")).await;
        let url = found.assert_status(200).body["url"].as_str().expect("a URL");
        let served = reqwest::get(url).await.expect("an answer");
        served.bytes().await.expect("bytes").to_vec()
    }

    async fn next(&self, route: &Route, item: ItemId, body: Value) -> shared::testing::TestResponse {
        self.client.as_user(&self.contributor).post(&route.of(item, "/upload-url"), body).await
    }
}

/// Returns a content type that differs from the first upload's.
fn other_type(route: &Route) -> &'static str {
    if route.path == "/voice" { "audio/ogg" } else { "image/png" }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_current_file_stays_until_the_bytes_of_the_next_upload_arrive(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.failed(route).await;
        let bytes = b"other bytes";
        let next = json!({
            "filename": "second.bin", "content_type": other_type(route), "size_bytes": bytes.len(), "resumable": false,
        });
        let before = data.client.as_user(&data.contributor).get(&route.of(item, "")).await;
        let renewed = data.next(route, item, next.clone()).await;
        let upload = &renewed.assert_status(200).body["upload"];
        let after = data.client.as_user(&data.contributor).get(&route.of(item, "")).await;
        assert_eq!((&after.body, &after.headers["etag"]), (&before.body, &before.headers["etag"]));
        assert_eq!(renewed.body[route.one]["original_filename"], "first.bin");
        assert_eq!(data.served(route, item).await, FILE);
        assert_eq!(
            upload["headers"],
            json!({
                "content-type": other_type(route), "x-goog-content-length-range": "11,11",
                "x-goog-if-generation-match": "0",
            })
        );
        assert!(upload["url"].as_str().is_some_and(|url| url.contains(&format!("/{item}/2?"))), "{upload}");
        // Repeating the same request begins no further upload.
        let repeated = data.next(route, item, next).await;
        let url = repeated.assert_status(200).body["upload"]["url"].as_str().expect("a URL");
        assert!(url.contains(&format!("/{item}/2?")), "{url}");
        let described = |kind: &str, size: usize| json!({"content_type": kind, "size_bytes": size});
        let action = format!("{}.updated", route.audited);
        assert_eq!(
            data.audit_metadata(item, &action).await,
            [json!({
                "before": described(route.content_type, FILE.len()),
                "after": described(other_type(route), bytes.len()),
            })]
        );
        assert_eq!(
            data.audit_details(item, &action).await,
            [json!({"after": {"original_filename": "second.bin"}})]
        );

        assert_eq!(put(upload, bytes).await.0, 200);
        data.texts.lock().expect("the mutex is not poisoned").insert(item, vec!["legible".into()]);
        shared::testing::eventually("its text", async || {
            data.deliver(route).await;
            (data.platform.item(item, "status").await.as_deref() == Some("pending_review")).then_some(())
        })
        .await;
        let found = data.client.as_user(&data.reviewer).get(&route.of(item, "")).await;
        let shown = |name: &str| found.body[name].clone();
        assert_eq!(
            (shown("original_filename"), shown("content_type"), shown("size_bytes"), shown("version")),
            (json!("second.bin"), json!(other_type(route)), json!(bytes.len()), json!(5))
        );
        assert_eq!(data.served(route, item).await, &bytes[..]);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn reprocessing_the_current_file_cancels_the_next_upload(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.failed(route).await;
        let canceled = data.next(route, item, json!({"filename": "second.bin"})).await;
        let canceled = &canceled.assert_status(200).body["upload"];
        let admin = data.client.as_user(&data.admin);
        admin.post(&route.of(item, "/reprocess"), Value::Null).await.assert_status(202);
        data.deliver(route).await;
        assert_eq!(data.platform.item(item, "status").await.as_deref(), Some("failed"));
        assert_eq!(data.platform.item(item, "upload_no").await.as_deref(), Some("1"));
        // A late file changes nothing, and its number is not used again.
        assert_eq!(put(canceled, FILE).await.0, 200);
        data.deliver(route).await;
        assert_eq!(data.platform.item(item, "upload_no").await.as_deref(), Some("1"));
        let next = data.next(route, item, Value::Null).await;
        let url = next.assert_status(200).body["upload"]["url"].as_str().expect("a URL");
        assert!(url.contains(&format!("/{item}/3?")), "{url}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_search_finds_the_name_of_the_current_file(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let assert_found = async |name: &str, other: &str| {
            for (words, found) in [(name, 1), (other, 0)] {
                let path = format!("{}?project_id={}&q={words}", route.path, data.project);
                let list = data.client.as_user(&data.reviewer).get(&path).await;
                let items = list.assert_status(200).body["items"].as_array().map(Vec::len);
                assert_eq!(items, Some(found), "{words}");
            }
        };
        let item = data.failed(route).await;
        let next = data.next(route, item, json!({"filename": "second.bin"})).await;
        assert_found("first", "second").await;
        assert_eq!(put(&next.assert_status(200).body["upload"], FILE).await.0, 200);
        data.deliver(route).await;
        assert_found("second", "first").await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_checksum_is_kept_for_the_same_file_and_cleared_for_another(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.failed(route).await;
        let hash = |answer: &shared::testing::TestResponse| {
            answer.assert_status(200).body["upload"]["headers"]["x-goog-hash"].clone()
        };
        let same = data.next(route, item, Value::Null).await;
        assert_eq!(hash(&same), format!("crc32c={}", crc32c(FILE)));
        let renamed = data.next(route, item, json!({"filename": "b.bin"})).await;
        assert_eq!(hash(&renamed), format!("crc32c={}", crc32c(FILE)));
        let other = data.next(route, item, json!({"size_bytes": 5, "crc32c": crc32c(b"other")})).await;
        assert_eq!(hash(&other), format!("crc32c={}", crc32c(b"other")));
        assert_eq!(hash(&data.next(route, item, json!({"size_bytes": 6})).await), Value::Null);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_description_of_a_draft_can_change_before_the_upload(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        let large = data.next(route, item, json!({"size_bytes": 9 << 20})).await;
        let upload = &large.assert_status(200).body["upload"];
        assert_eq!((&upload["method"], &upload["resumable"]), (&json!("POST"), &json!(true)));
        assert!(upload["url"].as_str().is_some_and(|url| url.contains(&format!("/{item}/1?"))), "{upload}");
        let small = data.next(route, item, json!({"size_bytes": 5, "resumable": false})).await;
        assert_eq!(small.assert_status(200).body["upload"]["method"], "PUT");
        assert_eq!(put(&small.body["upload"], FILE).await.0, 200);
        shared::testing::eventually("the bytes", async || {
            data.deliver(route).await;
            data.platform.item(item, "generation").await
        })
        .await;
        data.set(item, "update items set status = 'approved', failure_code = null where id = $1").await;
        data.next(route, item, json!({"filename": "b.bin"})).await.assert_problem(409, "invalid_state");
        assert_eq!(data.platform.item(item, "original_filename").await.as_deref(), Some("a.bin"));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_fields_of_the_description_are_reported_together(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        let foreign_type = if route.path == "/voice" { "application/pdf" } else { "audio/flac" };
        for (body, fields) in [
            (
                json!({
                    "filename": "a/b", "content_type": foreign_type, "size_bytes": 0, "crc32c": "x", "resumable": "yes",
                    "domain": "letters",
                }),
                vec!["content_type", "crc32c", "domain", "filename", "resumable", "size_bytes"],
            ),
            (json!({"content_type": foreign_type}), vec!["content_type"]),
            (json!({"size_bytes": route.max_bytes + 1}), vec!["size_bytes"]),
            (json!({"filename": "a\u{0}"}), vec!["filename"]),
            (json!({"filename": ""}), vec!["filename"]),
            (json!({"project_id": data.project}), vec!["project_id"]),
        ] {
            let refused = data.next(route, item, body.clone()).await;
            assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), fields, "{body}");
        }
        let client = data.client.as_user(&data.contributor);
        let path = route.of(item, "/upload-url");
        let post = || "POST".parse().expect("a method");
        client.send(post(), &path, None, Vec::new()).await.assert_status(200);
        client.send(post(), &path, Some("application/json"), Vec::new()).await.assert_status(200);
        let malformed = client.send(post(), &path, Some("application/json"), b"{".into()).await;
        malformed.assert_problem(400, "malformed");
        let text = client.send(post(), &path, Some("text/plain"), b"{}".into()).await;
        text.assert_problem(415, "unsupported_media_type");
        assert_eq!(data.platform.item(item, "version").await.as_deref(), Some("1"));
    }
}
