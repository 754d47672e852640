use serde_json::{Value, json};
use shared::base::ids::ItemId;
use sqlx::PgPool;

use crate::support::{BOTH, DOCUMENTS, Data, VOICE, assert_no_internal_fields, ids};

impl Data {
    /// Creates documents and voice samples of the contributor, alternately. Returns the newest first.
    async fn mixed(&self, count: usize) -> Vec<ItemId> {
        let mut created = Vec::new();
        for number in 0..count {
            let route = &BOTH[number % 2];
            created.push(self.create_item(route, &self.contributor, &format!("{number}.bin")).await);
        }
        created.reverse();
        created
    }

    async fn listed(&self, query: &str) -> Vec<ItemId> {
        let path = format!("/items?project_id={}{query}", self.project);
        let pages = self.client.as_user(&self.admin).pages(&path).await;
        ids(&json!({"items": pages.concat()}))
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn pagination_returns_each_item_of_every_kind_once_newest_first(db: PgPool) {
    let data = Data::start(db).await;
    let created = data.mixed(7).await;
    for limit in [1, 2, 3, 7, 200] {
        assert_eq!(data.listed(&format!("&limit={limit}")).await, created, "{limit}");
    }
    // The newest items are all of one kind.
    let mut samples = Vec::new();
    for number in 0..3 {
        samples.push(data.create_item(&VOICE, &data.contributor, &format!("late {number}.flac")).await);
    }
    samples.reverse();
    assert_eq!(data.listed("&limit=3").await, [samples, created].concat());
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_entry_has_a_kind_and_the_fields_of_that_kind(db: PgPool) {
    let data = Data::start(db).await;
    let document = data.with_text(&DOCUMENTS, "a.pdf", &["first", "second"]).await;
    data.set(document, "update documents set domain = 'letters' where item_id = $1").await;
    let sample = data.with_text(&VOICE, "a.flac", &["hello"]).await;
    data.set(sample, "update voice_samples set duration_seconds = 2.5 where item_id = $1").await;
    let client = data.client.as_user(&data.reviewer);
    let page = client.get(&format!("/items?project_id={}", data.project)).await;
    assert_eq!(page.assert_status(200).body["next_cursor"], Value::Null);
    assert_eq!(ids(&page.body), [sample, document]);
    let items = &page.body["items"];
    assert_eq!((&items[0]["kind"], &items[1]["kind"]), (&json!("voice"), &json!("document")));
    assert_eq!((&items[0]["duration_seconds"], &items[1]["page_count"]), (&json!(2.5), &json!(2)));
    assert_eq!(items[1]["domain"], "letters");
    for (item, route) in [(&items[0], &VOICE), (&items[1], &DOCUMENTS)] {
        assert_no_internal_fields(item);
        // An entry equals the one in the list of its kind.
        let list = client.get(&format!("{}?project_id={}", route.path, data.project)).await;
        assert_eq!(*item, list.body["items"][0]);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn filters_apply_to_every_kind(db: PgPool) {
    let data = Data::start(db).await;
    let created = data.mixed(6).await;
    let mut own = Vec::new();
    for route in &BOTH {
        own.push(data.create_item(route, &data.admin, "own.bin").await);
    }
    own.reverse();
    for item in [created[0], created[3], own[0]] {
        data.set(item, "update items set status = 'approved' where id = $1").await;
    }
    data.client.as_user(&data.admin).delete(&DOCUMENTS.of(created[5], "")).await.assert_status(204);
    for limit in [1, 200] {
        let listed = async |filter: &str| data.listed(&format!("{filter}&limit={limit}")).await;
        assert_eq!(listed("").await, [&own[..], &created[..5]].concat());
        assert_eq!(listed("&status=approved").await, [own[0], created[0], created[3]]);
        assert_eq!(listed("&uploaded_by=me").await, own);
        assert_eq!(listed("&uploaded_by=me&status=approved").await, own[..1]);
        assert_eq!(listed("&status=rejected").await, []);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_members_see_the_items_of_a_project(db: PgPool) {
    let data = Data::start(db).await;
    let path = format!("/items?project_id={}", data.project);
    for (client, status, code) in data.refused().await {
        client.get(&path).await.assert_problem(status, code);
    }
    for user in [&data.admin, &data.contributor, &data.reviewer, &data.super_admin] {
        let empty = data.client.as_user(user).get(&path).await;
        assert_eq!(empty.assert_status(200).body, json!({"items": [], "next_cursor": null}));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_parameters_are_reported_together(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.client.as_user(&data.admin);
    let query = "cursor=x&limit=201&status=lost&uploaded_by=you&domain=letters&q=word&kind=voice";
    let refused = client.get(&format!("/items?project_id={}&{query}", data.project)).await;
    assert_eq!(
        refused.assert_problem(422, "invalid_fields").invalid_fields(),
        ["cursor", "domain", "kind", "limit", "q", "status", "uploaded_by"]
    );
    let without = client.get("/items").await;
    assert_eq!(without.assert_problem(422, "invalid_fields").invalid_fields(), ["project_id"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_fields_of_a_kind_are_read_by_primary_key(db: PgPool) {
    let data = Data::start(db).await;
    // In an empty table, a scan of any index costs as much as a search in the primary key.
    data.fill(5000).await;
    sqlx::raw_sql("analyze items").execute(&data.platform.db).await.expect("statistics");
    for texts in [["items.id = any($1)", "items.crc32c"], ["for update", "is_requested!"]] {
        let plan = data.platform.plan(&["from item_details", texts[0], texts[1]]).await;
        assert!(plan.contains("items_pkey") && plan.contains("documents_pkey"), "{plan}");
        assert!(plan.contains("voice_samples_pkey") && !plan.contains("Seq Scan"), "{plan}");
    }
}
