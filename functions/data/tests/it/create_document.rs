use serde_json::{Value, json};
use shared::items::ItemStatus;
use sqlx::PgPool;

use crate::support::{Data, assert_no_internal_fields, crc32c};

const BYTES: &[u8] = b"%PDF-1.7 a letter";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_created_document_is_a_draft_with_an_upload_url(db: PgPool) {
    let data = Data::start(db).await;
    let mut body = data.body(BYTES);
    body["domain"] = json!("letters");
    body["crc32c"] = json!(crc32c(BYTES));
    let created = data.create(body).await;
    let (document, upload) = (&created.body["document"], &created.body["upload"]);
    let id: shared::base::ids::ItemId = serde_json::from_value(document["id"].clone()).expect("an id");
    assert_eq!(created.headers["location"], format!("/documents/{id}"));
    assert_eq!(created.headers["etag"], "\"1\"");
    assert_no_internal_fields(document);
    assert_eq!((&document["status"], &document["version"]), (&json!("draft"), &json!(1)));
    assert_eq!(document["uploaded_by_id"], json!(data.contributor.id));
    assert_eq!(
        (&document["original_filename"], &document["domain"]),
        (&json!("letter.pdf"), &json!("letters"))
    );
    for empty in
        ["failure", "progress", "duplicate_of", "submitted_at", "processed_at", "reviewed_at", "feedback"]
    {
        assert_eq!(document[empty], Value::Null, "{empty}");
    }
    assert_eq!((&upload["method"], &upload["resumable"]), (&json!("PUT"), &json!(false)));
    assert_eq!(
        upload["headers"],
        json!({
            "content-type": "application/pdf", "x-goog-content-length-range": "17,17",
            "x-goog-if-generation-match": "0", "x-goog-hash": format!("crc32c={}", crc32c(BYTES)),
        })
    );
    assert!(upload["expires_at"].is_string());
    assert!(upload["url"].as_str().is_some_and(|url| url.contains(&format!("/{id}/1?"))), "{upload}");
    assert_eq!(data.platform.history(id).await, [ItemStatus::Draft]);
    let audited = data.platform.audited(id.0).await;
    assert_eq!(audited, [("document.created".to_owned(), "success".to_owned())]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_fields_of_the_body_are_reported_together(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.client.as_user(&data.contributor);
    let all = json!({
        "project_id": data.project, "filename": "../letter.pdf", "content_type": "text/html", "size_bytes": 0,
        "crc32c": "AAAA", "domain": "", "more": 1,
    });
    let response = client.post("/documents", all).await;
    let fields = ["content_type", "crc32c", "domain", "filename", "more", "size_bytes"];
    assert_eq!(response.assert_problem(422, "invalid_fields").invalid_fields(), fields);
    let nothing = client.post("/documents", json!({})).await;
    assert_eq!(nothing.invalid_fields(), ["content_type", "filename", "project_id", "size_bytes"]);
    let cases = [
        ("filename", json!("")),
        ("filename", json!("x".repeat(256))),
        ("filename", json!("a\\b.pdf")),
        ("filename", json!("a\u{0}b.pdf")),
        ("filename", json!("a\nb.pdf")),
        ("filename", json!("a\u{202E}fdp.exe")),
        ("filename", json!("a\u{2028}b.pdf")),
        ("filename", json!("a\u{200F}b.pdf")),
        ("filename", json!("a\u{61C}b.pdf")),
        ("filename", json!(".")),
        ("filename", json!("..")),
        ("filename", json!(" .. ")),
        ("filename", json!(" \u{A0}\u{3000}")),
        ("filename", json!("\u{200B}\u{FEFF}")),
        ("content_type", json!("application/pdf2")),
        ("content_type", json!("image/heic")),
        ("content_type", json!("audio/wav")),
        ("content_type", json!("")),
        ("size_bytes", json!(-1)),
        ("size_bytes", json!(104_857_601)),
        ("size_bytes", json!("17")),
        ("size_bytes", json!(1.5)),
        ("crc32c", json!("not base64!")),
        ("domain", json!("x".repeat(65))),
        ("domain", json!("a\u{0}")),
        ("project_id", json!("letters")),
        ("uploaded_by_id", json!(data.admin.id)),
    ];
    for (field, value) in cases {
        let mut body = data.body(BYTES);
        body[field] = value;
        let response = client.post("/documents", body.clone()).await;
        assert_eq!(response.assert_problem(422, "invalid_fields").invalid_fields(), [field], "{body}");
    }
    let count: i64 =
        sqlx::query_scalar("select count(*) from items").fetch_one(&data.platform.db).await.expect("a count");
    assert_eq!(count, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_document_can_have_up_to_100_mib_and_any_supported_type(db: PgPool) {
    let data = Data::start(db).await;
    for kind in
        ["application/pdf", "image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp"]
    {
        let mut body = data.body(BYTES);
        body["content_type"] = json!(kind);
        body["size_bytes"] = json!(104_857_600);
        let created = data.create(body).await;
        assert_eq!(created.body["document"]["content_type"], kind);
        assert_eq!(created.body["document"]["size_bytes"], 104_857_600);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn parameters_case_and_other_names_of_a_type_are_accepted_and_normalized(db: PgPool) {
    let data = Data::start(db).await;
    for (given, stored) in [
        ("Application/PDF", "application/pdf"),
        ("image/png; charset=binary", "image/png"),
        ("image/jpg", "image/jpeg"),
        ("image/pjpeg", "image/jpeg"),
    ] {
        let mut body = data.body(BYTES);
        body["content_type"] = json!(given);
        let created = data.create(body).await;
        assert_eq!(created.body["document"]["content_type"], stored, "{given}");
        // The signature covers the normalized name, which the client sends.
        assert_eq!(created.body["upload"]["headers"]["content-type"], stored, "{given}");
    }
    let mut body = data.body(BYTES);
    body["content_type"] = json!("image/heic");
    let refused = data.client.as_user(&data.contributor).post("/documents", body).await;
    let message = &refused.assert_problem(422, "invalid_fields").body["errors"][0]["message"];
    assert!(
        message.as_str().is_some_and(|text| text.contains("HEIC photo") && text.contains("JPEG")),
        "{message}"
    );
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn names_and_domains_are_normalized(db: PgPool) {
    let data = Data::start(db).await;
    let mut body = data.body(BYTES);
    // macOS decomposes the letters of file names.
    body["filename"] = json!("Bu\u{308}cher.pdf");
    body["domain"] = json!("Bu\u{308}cher");
    let created = data.create(body).await;
    let document = &created.body["document"];
    assert_eq!(
        (&document["original_filename"], &document["domain"]),
        (&json!("Bücher.pdf"), &json!("Bücher"))
    );
    let client = data.client.as_user(&data.contributor);
    for domain in ["B%C3%BCcher", "Bu%CC%88cher"] {
        let listed = client.get(&format!("/documents?project_id={}&domain={domain}", data.project)).await;
        assert_eq!(listed.body["items"].as_array().map(Vec::len), Some(1), "{domain}");
    }
    let path = format!("/documents/{}", document["id"].as_str().expect("an id"));
    let patched = client.patch(&path, json!({"domain": "Ho\u{308}fe"})).await;
    assert_eq!(patched.assert_status(200).body["domain"], "Höfe");
    let renamed = client.post(&format!("{path}/upload-url"), json!({"filename": "Ho\u{308}fe.pdf"})).await;
    assert_eq!(renamed.assert_status(200).body["document"]["original_filename"], "Höfe.pdf");
    for visible in ["...", ".hidden", "a b.pdf", "می\u{200C}خواهم.pdf"] {
        let mut body = data.body(BYTES);
        body["filename"] = json!(visible);
        assert_eq!(data.create(body).await.body["document"]["original_filename"], visible);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_contributors_and_admins_create_documents(db: PgPool) {
    let data = Data::start(db).await;
    for user in [&data.admin, &data.contributor, &data.super_admin] {
        data.client.as_user(user).post("/documents", data.body(BYTES)).await.assert_status(201);
    }
    data.client
        .as_user(&data.reviewer)
        .post("/documents", data.body(BYTES))
        .await
        .assert_problem(403, "forbidden");
    for (client, status, code) in data.refused().await {
        client.post("/documents", data.body(BYTES)).await.assert_problem(status, code);
    }
    data.platform.change("update projects set deleted_at = now() where id = $1", data.project.0).await;
    for user in [&data.admin, &data.super_admin] {
        data.client.as_user(user).post("/documents", data.body(BYTES)).await.assert_problem(404, "not_found");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_idempotency_key_creates_one_document_and_each_repeat_returns_a_new_url(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.client.as_user(&data.contributor).with("idempotency-key", "k");
    let created = client.post("/documents", data.body(BYTES)).await;
    created.assert_status(201);
    data.platform.clock.advance(time::Duration::minutes(1));
    let repeated = client.post("/documents", data.body(BYTES)).await;
    repeated.assert_status(201);
    assert_eq!(repeated.body["document"], created.body["document"]);
    assert_eq!(repeated.headers["location"], created.headers["location"]);
    assert_ne!(repeated.body["upload"]["expires_at"], created.body["upload"]["expires_at"]);
    let other = client.post("/documents", data.body(b"%PDF-1.7 another")).await;
    other.assert_problem(422, "idempotency_mismatch");

    let twins = client.with("idempotency-key", "twins");
    let requests = (0..20).map(|_| twins.post("/documents", data.body(BYTES)));
    let answers = futures::future::join_all(requests).await;
    let ids: std::collections::BTreeSet<String> =
        answers.iter().map(|answer| answer.assert_status(201).body["document"]["id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    let count: i64 =
        sqlx::query_scalar("select count(*) from items").fetch_one(&data.platform.db).await.expect("a count");
    assert_eq!(count, 2);

    data.platform.change("delete from project_members where user_id = $1", data.contributor.id.0).await;
    client.post("/documents", data.body(BYTES)).await.assert_problem(404, "not_found");
}
