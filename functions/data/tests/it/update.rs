use serde_json::{Value, json};
use shared::{base::ids::ItemId, testing::Client};
use sqlx::PgPool;

use crate::support::{BOTH, DOCUMENTS, Data, Route, VOICE, assert_no_internal_fields};

/// Returns the field that can be updated, its name in responses, and two values of it.
fn field(route: &Route) -> (&'static str, &'static str, &'static str, &'static str) {
    match route.path {
        "/documents" => ("domain", "domain", "letters", "bills & co"),
        _ => ("language", "requested_language", "de-CH", "en-US"),
    }
}

/// Creates an item of the contributor. Returns the item, its path and a client.
async fn created(data: &Data, route: &Route) -> (ItemId, String, Client) {
    let item = data.create_item(route, &data.contributor, "a.bin").await;
    (item, route.of(item, ""), data.client.as_user(&data.contributor))
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_merge_patch_sets_keeps_and_clears(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let (name, shown, first, second) = field(route);
        let (item, path, client) = created(&data, route).await;
        for (patch, value, version) in [
            (json!({name: first}), json!(first), 2),
            (json!({name: first}), json!(first), 2),
            (json!({}), json!(first), 2),
            (json!({name: second}), json!(second), 3),
            (json!({name: null}), Value::Null, 4),
            (json!({name: null}), Value::Null, 4),
        ] {
            let updated = client.patch(&path, patch.clone()).await;
            assert_eq!(updated.assert_status(200).body[shown], value, "{patch}");
            assert_eq!(updated.body["version"], version, "{patch}");
            assert_eq!(updated.headers["etag"], format!("\"{version}\""));
            assert_no_internal_fields(&updated.body);
            let found = client.get(&path).await;
            assert_eq!((&found.body[shown], &found.headers["etag"]), (&value, &updated.headers["etag"]));
        }
        let action = format!("{}.updated", route.audited);
        assert_eq!(
            data.audit_details(item, &action).await,
            [
                json!({"after": {name: first}}),
                json!({"after": {name: second}}),
                json!({"after": {name: null}}),
            ]
        );
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_update_of_a_stale_version_is_refused(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let (name, shown, first, second) = field(route);
        let (item, path, client) = created(&data, route).await;
        client.with("if-match", "\"1\"").patch(&path, json!({name: first})).await.assert_status(200);
        let stale = client.with("if-match", "\"1\"").patch(&path, json!({name: second})).await;
        stale.assert_problem(412, "stale");
        client.with("if-match", "\"7\", \"2\"").patch(&path, json!({name: second})).await.assert_status(200);
        client.with("if-match", "*").patch(&path, json!({name: second})).await.assert_status(200);
        assert_eq!(client.get(&path).await.body[shown], second);

        // Of concurrent updates with the same `ETag`, one succeeds.
        let conditional = client.with("if-match", "\"3\"");
        let racing = (0..8).map(|number| conditional.patch(&path, json!({name: format!("en-{number}0")})));
        let answers = futures::future::join_all(racing).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 7, "{statuses:?}");
        assert_eq!(data.platform.item(item, "version").await.as_deref(), Some("4"));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_fields_of_a_patch_are_reported_together(db: PgPool) {
    let data = Data::start(db).await;
    let refused = async |client: &Client, path: &str, patch: Value, fields: &[&str]| {
        let answer = client.patch(path, patch.clone()).await;
        assert_eq!(answer.assert_problem(422, "invalid_fields").invalid_fields(), fields, "{patch}");
    };
    for route in &BOTH {
        let (name, ..) = field(route);
        let (item, path, client) = created(&data, route).await;
        refused(&client, &path, json!({name: 7, "status": "approved", "x": 1}), &[name, "status", "x"]).await;
        for invalid in [json!(""), json!("a\u{0}"), json!(["a"]), json!("x".repeat(65))] {
            refused(&client, &path, json!({name: invalid}), &[name]).await;
        }
        for other in ["original_filename", "content_type", "feedback", "version", "uploaded_by_id"] {
            refused(&client, &path, json!({other: "1"}), &[other]).await;
        }
        refused(&client, &path, json!([]), &[""]).await;
        let malformed =
            client.send("PATCH".parse().expect("a method"), &path, Some("application/json"), b"{".into());
        malformed.await.assert_problem(400, "malformed");
        let text = client.send("PATCH".parse().expect("a method"), &path, Some("text/plain"), b"{}".into());
        text.await.assert_problem(415, "unsupported_media_type");
        assert_eq!(data.platform.item(item, "version").await.as_deref(), Some("1"));
    }
    let sample = data.create_item(&VOICE, &data.contributor, "a.flac").await;
    let client = data.client.as_user(&data.contributor);
    for invalid in ["e", "english-", "en_US", "en-toolongpart", "en--US", "12"] {
        refused(&client, &VOICE.of(sample, ""), json!({"language": invalid}), &["language"]).await;
    }
    refused(&client, &VOICE.of(sample, ""), json!({"domain": "letters"}), &["domain"]).await;
    let document = data.create_item(&DOCUMENTS, &data.contributor, "a.pdf").await;
    refused(&client, &DOCUMENTS.of(document, ""), json!({"language": "en"}), &["language"]).await;
    let longest = "ä".repeat(64);
    let labelled = client.patch(&DOCUMENTS.of(document, ""), json!({"domain": longest})).await;
    assert_eq!(labelled.assert_status(200).body["domain"], longest);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn contributors_update_their_own_items_and_admins_update_any(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let (name, _, first, second) = field(route);
        let own = data.create_item(route, &data.contributor, "a.bin").await;
        let admins = data.create_item(route, &data.admin, "b.bin").await;
        for (user, item, status) in [
            (&data.contributor, own, 200),
            (&data.contributor, admins, 403),
            (&data.reviewer, own, 403),
            (&data.admin, own, 200),
            (&data.super_admin, admins, 200),
        ] {
            let value = if status == 200 { first } else { second };
            let answer = data.client.as_user(user).patch(&route.of(item, ""), json!({name: value})).await;
            answer.assert_status(status);
        }
        assert_eq!(data.audit_metadata(own, &format!("{}.updated", route.audited)).await.len(), 1);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_changed_label_can_be_filtered_by_immediately(db: PgPool) {
    let data = Data::start(db).await;
    let item = data.create_item(&DOCUMENTS, &data.contributor, "a.pdf").await;
    let client = data.client.as_user(&data.contributor);
    client.patch(&DOCUMENTS.of(item, ""), json!({"domain": "bills & co"})).await.assert_status(200);
    let by_label = |label: &str| format!("/documents?project_id={}&domain={label}", data.project);
    let found = client.get(&by_label("bills%20%26%20co")).await;
    assert_eq!(found.body["items"][0]["id"], json!(item));
    client.patch(&DOCUMENTS.of(item, ""), json!({"domain": null})).await.assert_status(200);
    assert_eq!(client.get(&by_label("bills%20%26%20co")).await.body["items"], json!([]));
}
