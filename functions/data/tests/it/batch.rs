use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::{base::ids::ItemId, items::ItemStatus, testing::TestResponse};
use sqlx::PgPool;

use crate::support::{BOTH, Data, FILE, Route, assert_no_internal_fields, id, put};

impl Data {
    async fn batch(&self, route: &Route, key: Option<&str>, items: Vec<Value>) -> TestResponse {
        let client = self.client.as_user(&self.contributor);
        let client = key.map_or(client.clone(), |key| client.with("idempotency-key", key));
        let body = json!({"project_id": self.project, "items": items});
        client.post(&format!("{}/batch", route.path), body).await
    }

    /// Returns `count` items without a `project_id`, which the batch provides.
    fn many(&self, route: &Route, count: usize) -> Vec<Value> {
        let item = |number| {
            let mut item = self.new_item(route, &format!("{number}.bin"));
            item.as_object_mut().expect("an object").remove("project_id");
            item
        };
        (0..count).map(item).collect()
    }

    async fn count(&self) -> i64 {
        let count = sqlx::query_scalar("select count(*) from items").fetch_one(&self.platform.db).await;
        count.expect("a count")
    }
}

fn answers(batch: &TestResponse) -> &Vec<Value> {
    batch.assert_status(200).body["items"].as_array().expect("answers")
}

fn created_ids(route: &Route, batch: &TestResponse) -> Vec<ItemId> {
    answers(batch).iter().map(|answer| id(&answer[route.one])).collect()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_hundred_items_get_one_result_each_in_request_order(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let batch = data.batch(route, None, data.many(route, 100)).await;
        assert_eq!(answers(&batch).len(), 100);
        for (number, answer) in answers(&batch).iter().enumerate() {
            let item = &answer[route.one];
            assert_eq!(answer["status"], 201);
            assert_eq!(item["original_filename"], format!("{number}.bin"));
            assert_eq!((&item["status"], &item["project_id"]), (&json!("draft"), &json!(data.project)));
            assert_no_internal_fields(item);
            let url = answer["upload"]["url"].as_str().expect("a URL");
            assert!(url.contains(&format!("/{}/1?", id(item))), "{url}");
        }
        let last = created_ids(route, &batch)[99];
        assert_eq!(put(&answers(&batch)[99]["upload"], FILE).await.0, 200);
        shared::testing::eventually("the finalize event", async || {
            (data.platform.messages("uploads").await.len() == 1).then_some(())
        })
        .await;
        assert_eq!(data.platform.history(last).await, [ItemStatus::Draft]);
        let audited = data.platform.audited(last.0).await;
        assert_eq!(audited, [(format!("{}.created", route.audited), "success".to_owned())]);
    }
    assert_eq!(data.count().await, 200);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_invalid_item_does_not_affect_the_others(db: PgPool) {
    let data = Data::start(db).await;
    let elsewhere = data.platform.project(&data.contributor).await;
    for route in &BOTH {
        let mut items = data.many(route, 7);
        items[1]["size_bytes"] = json!(0);
        items[1]["content_type"] = json!("text/html");
        items[1]["more"] = json!(1);
        items[2]["project_id"] = json!(elsewhere);
        items[3] = json!("a.bin");
        items[4]["project_id"] = json!(data.project);
        items[5]["project_id"] = Value::Null;
        let batch = data.batch(route, None, items).await;
        let statuses: Vec<&Value> = answers(&batch).iter().map(|answer| &answer["status"]).collect();
        assert_eq!(statuses, [201, 422, 404, 422, 201, 422, 201]);
        let problem = &answers(&batch)[1]["problem"];
        assert_eq!((&problem["code"], &problem["status"]), (&json!("invalid_fields"), &json!(422)));
        let mut fields: Vec<&str> = problem["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .filter_map(|error| error["field"].as_str())
            .collect();
        fields.sort_unstable();
        assert_eq!(fields, ["content_type", "more", "size_bytes"]);
        assert_eq!(problem["request_id"], batch.headers["x-request-id"].to_str().expect("an id"));
        assert_eq!(answers(&batch)[2]["problem"]["code"], "not_found");
        assert_eq!(answers(&batch)[5]["problem"]["errors"][0]["field"], "project_id");
        for (number, name) in [(0, "0.bin"), (4, "4.bin"), (6, "6.bin")] {
            assert_eq!(answers(&batch)[number][route.one]["original_filename"], name);
        }
    }
    assert_eq!(data.count().await, 6);
    let only_wrong = data.batch(&BOTH[0], Some("wrong"), vec![json!({}), json!(null)]).await;
    assert_eq!(answers(&only_wrong).iter().filter(|answer| answer["status"] == 422).count(), 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_batch_has_1_to_100_items_and_nothing_else(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        for count in [0, 101] {
            let refused = data.batch(route, None, data.many(route, count)).await;
            assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), ["items"], "{count}");
        }
        let client = data.client.as_user(&data.contributor);
        let path = format!("{}/batch", route.path);
        for (body, fields) in [
            (json!({}), vec!["items", "project_id"]),
            (json!({"project_id": 7, "items": {}, "more": 1}), vec!["items", "more", "project_id"]),
        ] {
            let refused = client.post(&path, body).await;
            assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), fields);
        }
        // U+0000 is refused before any item is parsed.
        let mut items = data.many(route, 3);
        items[1]["filename"] = json!("a\u{0}.bin");
        let refused = data.batch(route, None, items).await;
        assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), ["items[1].filename"]);
    }
    assert_eq!(data.count().await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_repeat_with_the_same_key_returns_the_same_items_with_new_urls(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let mut items = data.many(route, 5);
        items[2]["size_bytes"] = json!(0);
        let first = data.batch(route, Some("k"), items.clone()).await;
        data.platform.clock.advance(time::Duration::minutes(1));
        let again = data.batch(route, Some("k"), items.clone()).await;
        for (first, again) in answers(&first).iter().zip(answers(&again)) {
            assert_eq!((&first["status"], &first[route.one]), (&again["status"], &again[route.one]));
            if first["status"] == 201 {
                assert_ne!(first["upload"]["expires_at"], again["upload"]["expires_at"]);
            }
        }
        // A deleted item does not shift the results of the others.
        let deleted = id(&answers(&first)[1][route.one]);
        data.client.as_user(&data.contributor).delete(&route.of(deleted, "")).await.assert_status(204);
        let later = data.batch(route, Some("k"), items.clone()).await;
        let statuses: Vec<&Value> = answers(&later).iter().map(|answer| &answer["status"]).collect();
        assert_eq!(statuses, [201, 404, 422, 201, 201]);
        for number in [0, 3, 4] {
            assert_eq!(answers(&later)[number][route.one], answers(&first)[number][route.one]);
        }

        let mismatch = data.batch(route, Some("k"), data.many(route, 5)).await;
        mismatch.assert_problem(422, "idempotency_mismatch");
        // Another key, route or user creates other items.
        assert_eq!(answers(&data.batch(route, Some("other"), data.many(route, 1)).await).len(), 1);
        let single = data.client.as_user(&data.contributor).with("idempotency-key", "k");
        single.post(route.path, data.new_item(route, "a.bin")).await.assert_status(201);
        let body = json!({"project_id": data.project, "items": items});
        let admin = data.client.as_user(&data.admin).with("idempotency-key", "k");
        let theirs = admin.post(&format!("{}/batch", route.path), body).await;
        assert_ne!(answers(&theirs)[0][route.one]["id"], answers(&first)[0][route.one]["id"]);
    }
    assert_eq!(data.count().await, 2 * (4 + 1 + 1 + 4));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn concurrent_repeats_create_items_once(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let twins = (0..8).map(|_| data.batch(route, Some("twins"), data.many(route, 10)));
        let twins = futures::future::join_all(twins).await;
        let distinct: BTreeSet<Vec<String>> = twins
            .iter()
            .map(|twin| created_ids(route, twin).iter().map(ToString::to_string).collect())
            .collect();
        assert_eq!(distinct.len(), 1);
    }
    assert_eq!(data.count().await, 20);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_contributors_and_admins_create_batches(db: PgPool) {
    let data = Data::start(db).await;
    let refused = data.refused().await;
    for route in &BOTH {
        let path = format!("{}/batch", route.path);
        let body = json!({"project_id": data.project, "items": data.many(route, 1)});
        for user in [&data.admin, &data.super_admin] {
            data.client.as_user(user).post(&path, body.clone()).await.assert_status(200);
        }
        let reviewer = data.client.as_user(&data.reviewer);
        reviewer.post(&path, body.clone()).await.assert_problem(403, "forbidden");
        for (client, status, code) in &refused {
            client.post(&path, body.clone()).await.assert_problem(*status, code);
        }
    }
}
