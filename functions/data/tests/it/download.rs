use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{BOTH, Data, FILE, assert_signed};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_url_serves_the_file_as_an_attachment_with_its_name(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "Ümlaut 報告書 \"q\" a%20b*;c.bin").await;
        let generation = data.upload(route, item).await;
        data.deliver(route).await;
        let path = route.of(item, "/download");
        for user in [&data.contributor, &data.reviewer, &data.admin, &data.super_admin] {
            let answer = data.client.as_user(user).get(&path).await;
            let fields: BTreeSet<&str> = answer
                .assert_status(200)
                .body
                .as_object()
                .expect("fields")
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(fields, BTreeSet::from(["expires_at", "url"]));
            let url = answer.body["url"].as_str().expect("a URL");
            assert!(url.contains(&format!("generation={generation}")), "{url}");
            let served = reqwest::get(url).await.expect("an answer");
            assert_eq!(served.status(), 200);
            let extension = if route.path == "/voice" { "flac" } else { "pdf" };
            assert_eq!(
                served.headers()["content-disposition"],
                format!(
                    "attachment; filename=\"_mlaut ___ _q_ a_20b*;c.bin.{extension}\"; \
                     filename*=UTF-8''%C3%9Cmlaut%20%E5%A0%B1%E5%91%8A%E6%9B%B8%20%22q%22%20a%2520b%2A%3Bc.bin.{extension}"
                )
            );
            assert_eq!(served.headers()["content-type"], route.content_type);
            assert_eq!(served.bytes().await.expect("bytes"), FILE);
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_url_grants_only_reads_of_its_generation(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.with_text(route, "a.bin", &["text"]).await;
        let answer = data.client.as_user(&data.reviewer).get(&route.of(item, "/download")).await;
        let url = answer.assert_status(200).body["url"].as_str().expect("a URL");
        let generation = data.platform.item(item, "generation").await.expect("a generation");
        let others = [
            url.replace(&format!("generation={generation}"), "generation=1"),
            url.replace(&format!("generation={generation}&"), ""),
            url.replace("attachment", "inline"),
            url.replace("filename", "filenome"),
            url.replace("/1?", "/2?"),
        ];
        assert_signed(url, others).await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_file_cannot_be_downloaded_before_it_is_uploaded(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        let path = route.of(item, "/download");
        data.client.as_user(&data.contributor).get(&path).await.assert_problem(409, "invalid_state");
        // The type of this file has not been checked.
        data.set(item, "update items set status = 'processing', generation = 7 where id = $1").await;
        data.client.as_user(&data.contributor).get(&path).await.assert_problem(409, "invalid_state");
        data.set(item, "update items set status = 'draft', generation = null where id = $1").await;
        data.upload(route, item).await;
        // The file can be downloaded even though there is no text.
        data.deliver(route).await;
        assert_eq!(data.platform.item(item, "status").await.as_deref(), Some("failed"));
        data.client.as_user(&data.contributor).get(&path).await.assert_status(200);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_file_of_no_accepted_type_is_never_served(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "setup.exe").await;
        data.upload_bytes(route, item, b"MZ\x90\0\x03").await;
        data.deliver(route).await;
        let client = data.client.as_user(&data.admin);
        let assert_refused = async || {
            let refused = client.get(&route.of(item, "/download")).await;
            refused.assert_problem(409, "invalid_state");
        };
        assert_eq!(client.get(&route.of(item, "")).await.body["failure"]["code"], "content_type_mismatch");
        assert_refused().await;
        client.post(&route.of(item, "/reprocess"), Value::Null).await.assert_status(202);
        assert_refused().await;
        data.deliver(route).await;
        assert_refused().await;
        // The next upload does not inherit the check of an earlier file either.
        client.post(&route.of(item, "/upload-url"), Value::Null).await.assert_status(200);
        data.upload(route, item).await;
        data.deliver(route).await;
        client.get(&route.of(item, "/download")).await.assert_status(200);
        client.post(&route.of(item, "/upload-url"), Value::Null).await.assert_status(200);
        data.upload_bytes(route, item, b"MZ\x90\0\x03").await;
        data.deliver(route).await;
        assert_refused().await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_type_that_the_file_shows_becomes_the_type_of_the_item(db: PgPool) {
    let data = Data::start(db).await;
    let files: [(&[u8], &str, &str); 2] =
        [(b"\x89PNG\r", "image/png", "png"), (b"OggS\0", "audio/ogg", "ogg")];
    for (route, (bytes, shown, extension)) in BOTH.iter().zip(files) {
        let item = data.create_item(route, &data.contributor, "setup.exe").await;
        data.upload_bytes(route, item, bytes).await;
        data.deliver(route).await;
        let client = data.client.as_user(&data.reviewer);
        let found = client.get(&route.of(item, "")).await;
        assert_eq!((&found.body["content_type"], &found.body["version"]), (&json!(shown), &json!(4)));
        assert_eq!(
            data.audit_metadata(item, &format!("{}.updated", route.audited)).await,
            [json!({"before": {"content_type": route.content_type}, "after": {"content_type": shown}})]
        );
        let answer = client.get(&route.of(item, "/download")).await;
        let url = answer.assert_status(200).body["url"].as_str().expect("a URL");
        let served = reqwest::get(url).await.expect("an answer");
        assert_eq!(served.headers()["content-type"], shown);
        assert_eq!(
            served.headers()["content-disposition"],
            format!("attachment; filename=\"setup.exe.{extension}\"")
        );
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_download_is_audited_without_the_url(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.with_text(route, "a.bin", &["text"]).await;
        let path = route.of(item, "/download");
        for _ in 0..2 {
            data.client.as_user(&data.reviewer).get(&path).await.assert_status(200);
        }
        data.client.as_user(&data.outsider).get(&path).await.assert_problem(404, "not_found");
        let rows: Vec<Value> = sqlx::query_scalar(
            "select to_jsonb(audit_logs) || jsonb_build_object('personal', to_jsonb(audit_personal))
             from audit_logs left join audit_personal on audit_id = audit_logs.id
             where resource_id = $1 and action = $2",
        )
        .bind(item)
        .bind(format!("{}.downloaded", route.audited))
        .fetch_all(&data.platform.db)
        .await
        .expect("audit rows");
        assert_eq!(rows.len(), 2);
        for row in rows {
            assert_eq!(row["actor_user_id"], json!(data.reviewer.id));
            assert_eq!((&row["project_id"], &row["status"]), (&json!(data.project), &json!("success")));
            let text = row.to_string().to_lowercase();
            assert!(!text.contains("http") && !text.contains("goog"), "{text}");
        }
    }
}
