use serde_json::{Value, json};
use shared::items::ItemStatus;
use sqlx::PgPool;

use crate::support::{Data, FILE, VOICE, assert_no_internal_fields, crc32c, id, ids};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_created_sample_is_a_draft_with_an_upload_url(db: PgPool) {
    let data = Data::start(db).await;
    let mut body = data.new_item(&VOICE, "greeting.flac");
    body["language"] = json!("de-CH");
    body["crc32c"] = json!(crc32c(FILE));
    let created = data.client.as_user(&data.contributor).post("/voice", body).await;
    let (sample, upload) = (&created.assert_status(201).body["voice_sample"], &created.body["upload"]);
    let item = id(sample);
    assert_eq!(created.headers["location"], format!("/voice/{item}"));
    assert_eq!(created.headers["etag"], "\"1\"");
    assert_no_internal_fields(sample);
    assert_eq!((&sample["status"], &sample["version"]), (&json!("draft"), &json!(1)));
    assert_eq!((&sample["requested_language"], &sample["language"]), (&json!("de-CH"), &json!(null)));
    assert_eq!(sample["duration_seconds"], Value::Null);
    for of_documents in ["domain", "page_count", "ocr_text"] {
        assert!(!sample.as_object().expect("a sample").contains_key(of_documents), "{sample}");
    }
    assert!(
        upload["url"].as_str().is_some_and(|url| url.contains(&format!("/voice/{}/{item}/1?", data.project)))
    );
    assert_eq!(data.platform.history(item).await, [ItemStatus::Draft]);
    let audited = data.platform.audited(item.0).await;
    assert_eq!(audited, [("voice.created".to_owned(), "success".to_owned())]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_fields_of_the_body_are_reported_together(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.client.as_user(&data.contributor);
    let all = json!({
        "project_id": "x", "filename": "../a.wav", "content_type": "application/pdf", "size_bytes": 0, "crc32c": "AAAA",
        "language": "english!", "domain": "letters", "resumable": 1,
    });
    let refused = client.post("/voice", all).await;
    let fields =
        ["content_type", "crc32c", "domain", "filename", "language", "project_id", "resumable", "size_bytes"];
    assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), fields);
    for (field, value) in [
        ("filename", json!("a\u{0}.wav")),
        ("filename", json!("a".repeat(256))),
        ("content_type", json!("video/ogg")),
        ("content_type", json!("audio/aac")),
        ("size_bytes", json!((500 << 20) + 1)),
        ("language", json!("")),
        ("language", json!("en\u{0}")),
        ("language", json!("en-".to_owned() + &["abcdefgh"; 5].join("-"))),
        ("duration_seconds", json!(1)),
    ] {
        let mut body = data.new_item(&VOICE, "a.flac");
        body[field] = value;
        let refused = client.post("/voice", body.clone()).await;
        assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), [field], "{body}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_sample_can_have_up_to_500_mib_and_any_supported_type(db: PgPool) {
    let data = Data::start(db).await;
    for kind in ["wav", "x-wav", "flac", "mpeg", "mp4", "ogg", "webm"] {
        let mut body = data.new_item(&VOICE, "a");
        body["content_type"] = json!(format!("audio/{kind}"));
        body["size_bytes"] = json!(500 << 20);
        let created = data.client.as_user(&data.admin).post("/voice", body).await;
        assert_eq!(created.assert_status(201).body["voice_sample"]["content_type"], format!("audio/{kind}"));
    }
    let unasked = data.client.as_user(&data.admin).post("/voice", data.new_item(&VOICE, "a")).await;
    assert_eq!(unasked.body["voice_sample"]["requested_language"], Value::Null);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_names_that_browsers_send_for_a_type_are_normalized(db: PgPool) {
    let data = Data::start(db).await;
    for (given, stored) in [
        ("audio/webm;codecs=opus", "audio/webm"),
        ("video/webm", "audio/webm"),
        ("video/mp4", "audio/mp4"),
        ("audio/x-m4a", "audio/mp4"),
        ("audio/m4a", "audio/mp4"),
        ("audio/mp3", "audio/mpeg"),
        ("audio/wave", "audio/wav"),
        ("audio/vnd.wave", "audio/wav"),
        ("audio/x-pn-wav", "audio/wav"),
        ("Audio/X-FLAC", "audio/flac"),
    ] {
        let mut body = data.new_item(&VOICE, "a");
        body["content_type"] = json!(given);
        let created = data.client.as_user(&data.admin).post("/voice", body).await;
        assert_eq!(created.assert_status(201).body["voice_sample"]["content_type"], stored, "{given}");
        assert_eq!(created.body["upload"]["headers"]["content-type"], stored, "{given}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_idempotency_key_creates_one_sample(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.client.as_user(&data.contributor).with("idempotency-key", "k");
    let twins = (0..8).map(|_| client.post("/voice", data.new_item(&VOICE, "a.flac")));
    let twins = futures::future::join_all(twins).await;
    let first = id(&twins[0].assert_status(201).body["voice_sample"]);
    assert!(twins.iter().all(|twin| id(&twin.body["voice_sample"]) == first));
    client.post("/voice", data.new_item(&VOICE, "b.flac")).await.assert_problem(422, "idempotency_mismatch");
    data.client.as_user(&data.contributor).delete(&VOICE.of(first, "")).await.assert_status(204);
    client.post("/voice", data.new_item(&VOICE, "a.flac")).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_member_sees_a_sample_with_its_text(db: PgPool) {
    let data = Data::start(db).await;
    let item = data.with_text(&VOICE, "a.flac", &["first", "second"]).await;
    data.set(item, "update voice_samples set duration_seconds = 12.5 where item_id = $1").await;
    data.set(item, "update items set corrected_text = 'corrected' where id = $1").await;
    for user in [&data.admin, &data.contributor, &data.reviewer, &data.super_admin] {
        let found = data.client.as_user(user).get(&VOICE.of(item, "")).await;
        assert_no_internal_fields(&found.assert_status(200).body);
        assert_eq!(found.headers["etag"], "\"3\"");
        for (field, value) in [
            ("transcription_text", json!("first\nsecond")),
            ("corrected_text", json!("corrected")),
            ("duration_seconds", json!(12.5)),
            ("confidence", json!(0.5)),
            ("language", json!("en")),
            ("status", json!("pending_review")),
            ("requested_language", json!(null)),
        ] {
            assert_eq!(found.body[field], value, "{field}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_list_returns_samples_newest_first_and_supports_filters(db: PgPool) {
    let data = Data::start(db).await;
    let mut made = Vec::new();
    for number in 0..5 {
        made.push(data.create_item(&VOICE, &data.contributor, &format!("{number}.flac")).await);
    }
    let own = data.create_item(&VOICE, &data.admin, "own.flac").await;
    made.push(own);
    made.reverse();
    data.draft().await;
    data.set(made[2], "update items set status = 'approved' where id = $1").await;
    let client = data.client.as_user(&data.admin);
    let get = async |query: &str| client.get(&format!("/voice?project_id={}&{query}", data.project)).await;
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(&format!("limit=2{cursor}")).await;
        let items = page.assert_status(200).body["items"].as_array().expect("items");
        items.iter().for_each(assert_no_internal_fields);
        walked.extend(ids(&page.body));
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(walked, made);
    assert_eq!(ids(&get("status=approved").await.body), [made[2]]);
    assert_eq!(ids(&get("uploaded_by=me").await.body), [own]);
    assert_eq!(ids(&get("uploaded_by=me&status=approved").await.body), []);
    let refused = get("limit=0&cursor=x&status=lost&uploaded_by=you&domain=letters&q=").await;
    let fields = ["cursor", "domain", "limit", "q", "status", "uploaded_by"];
    assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), fields);
    for (client, status, code) in data.refused().await {
        client.get(&format!("/voice?project_id={}", data.project)).await.assert_problem(status, code);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_language_is_accepted_if_the_engine_offers_a_close_one(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.client.as_user(&data.contributor);
    let listed = client.get("/voice/languages").await;
    let languages = listed.assert_status(200).body["items"].as_array().expect("languages").clone();
    assert!(
        languages.contains(&json!({"code": "en-US", "name": "English (United States)"})),
        "{languages:?}"
    );
    for tag in ["en", "de", "pt", "zh-CN", "nb-NO", "he-IL", "de-CH-1996"] {
        let mut body = data.new_item(&VOICE, "greeting.flac");
        body["language"] = json!(tag);
        let created = client.post("/voice", body).await;
        let sample = &created.assert_status(201).body["voice_sample"];
        assert_eq!(sample["requested_language"], tag);
        let path = format!("/voice/{}", id(sample));
        let refused = client.with("if-match", "\"1\"").patch(&path, json!({"language": "tlh"})).await;
        assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), ["language"]);
    }
    let mut body = data.new_item(&VOICE, "greeting.flac");
    body["language"] = json!("tlh");
    let refused = client.post("/voice", body).await;
    assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), ["language"]);
    // The problem lists the supported languages.
    let problem = refused.body.to_string();
    assert!(languages.iter().all(|language| problem.contains(language["code"].as_str().expect("a code"))));
}
