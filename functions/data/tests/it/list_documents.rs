use serde_json::json;
use shared::{
    base::ids::ItemId,
    testing::{Client, TestUser},
};
use sqlx::PgPool;

use crate::support::{Data, assert_no_internal_fields};

impl Data {
    async fn create_five_documents(&self) -> Vec<ItemId> {
        let mut created = Vec::new();
        for _ in 0..5 {
            created.push(self.draft().await);
        }
        created.reverse();
        created
    }

    async fn pages(&self, client: &Client, query: &str) -> Vec<Vec<ItemId>> {
        let mut pages = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = client.get(&format!("/documents?project_id={}&{query}{cursor}", self.project)).await;
            let items = page.assert_status(200).body["items"].as_array().expect("entries").clone();
            items.iter().for_each(assert_no_internal_fields);
            pages.push(
                items.iter().map(|item| serde_json::from_value(item["id"].clone()).expect("an id")).collect(),
            );
            match page.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return pages,
            }
        }
    }

    async fn found(&self, user: &TestUser, query: &str) -> Vec<ItemId> {
        self.pages(&self.client.as_user(user), query).await.concat()
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn pagination_returns_each_document_once_newest_first(db: PgPool) {
    let data = Data::start(db).await;
    let created = data.create_five_documents().await;
    let other = data.platform.project(&data.admin).await;
    data.platform.draft(other, &data.admin, "image/png", 1).await;
    for user in [&data.admin, &data.contributor, &data.reviewer, &data.super_admin] {
        let client = data.client.as_user(user);
        assert_eq!(data.pages(&client, "limit=2").await, [&created[..2], &created[2..4], &created[4..]]);
    }
    assert_eq!(data.pages(&data.client.as_user(&data.admin), "limit=5").await, [&created[..]]);
    data.set(created[2], "update items set deleted_at = now() where id = $1").await;
    let left = [&created[..2], &created[3..]].concat();
    assert_eq!(data.found(&data.admin, "limit=1").await, left);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn filters_combine(db: PgPool) {
    let data = Data::start(db).await;
    let created = data.create_five_documents().await;
    let own = data.platform.draft(data.project, &data.admin, "image/png", 1).await.item_id;
    data.set(created[0], "update items set status = 'approved' where id = $1").await;
    data.set(created[1], "update items set status = 'approved' where id = $1").await;
    data.set(created[1], "update documents set domain = 'letters' where item_id = $1").await;
    data.set(created[2], "update documents set domain = 'letters' where item_id = $1").await;
    let voice = data.draft().await;
    data.set(voice, "update items set kind = 'voice' where id = $1").await;

    assert_eq!(data.found(&data.admin, "status=approved").await, created[..2]);
    assert_eq!(data.found(&data.admin, "status=approved&limit=1").await, created[..2]);
    assert_eq!(data.found(&data.admin, "domain=letters").await, created[1..3]);
    assert_eq!(data.found(&data.admin, "domain=letters&status=approved").await, created[1..2]);
    assert_eq!(data.found(&data.admin, "uploaded_by=me").await, [own]);
    assert_eq!(data.found(&data.contributor, "uploaded_by=me").await, created);
    assert_eq!(data.found(&data.reviewer, "uploaded_by=me").await, []);
    assert_eq!(data.found(&data.admin, "status=rejected").await, []);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_parameters_are_reported_together(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.client.as_user(&data.admin);
    let cases = [
        ("limit=0", vec!["limit"]),
        ("limit=201", vec!["limit"]),
        (
            "cursor=x&limit=many&status=lost&uploaded_by=you&domain=&lmit=5",
            vec!["cursor", "domain", "limit", "lmit", "status", "uploaded_by"],
        ),
        ("domain=a%00b", vec!["domain"]),
    ];
    for (query, fields) in cases {
        let response = client.get(&format!("/documents?project_id={}&{query}", data.project)).await;
        assert_eq!(response.assert_problem(422, "invalid_fields").invalid_fields(), fields, "{query}");
    }
    let without = client.get("/documents").await;
    assert_eq!(without.assert_problem(422, "invalid_fields").invalid_fields(), ["project_id"]);
    let invalid = client.get("/documents?project_id=letters").await;
    assert_eq!(invalid.assert_problem(422, "invalid_fields").invalid_fields(), ["project_id"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_members_see_a_list(db: PgPool) {
    let data = Data::start(db).await;
    let path = format!("/documents?project_id={}", data.project);
    for (client, status, code) in data.refused().await {
        client.get(&path).await.assert_problem(status, code);
    }
    let empty = data.client.as_user(&data.reviewer).get(&path).await;
    assert_eq!(empty.assert_status(200).body, json!({"items": [], "next_cursor": null}));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_page_is_read_from_the_index_of_its_filter(db: PgPool) {
    let data = Data::start(db).await;
    let unfiltered = "and items.id < $3\n                order by items.id desc";
    for (text, index, condition) in [
        (unfiltered, "items_project_id_kind_id_idx", "(kind = $2)"),
        ("and items.status = $5", "items_project_id_kind_status_id_idx", "(status = $5)"),
        (
            "and items.uploaded_by_id = $5",
            "items_project_id_uploaded_by_id_kind_id_idx",
            "(uploaded_by_id = $5)",
        ),
        ("and documents.domain = $5", "documents_project_id_domain_item_id_idx", "(domain = $5)"),
    ] {
        let plan = data.platform.plan(&["from item_details as items", "limit $4", text]).await;
        assert!(plan.contains(index) && plan.contains(condition), "{plan}");
        assert!(plan.contains("(project_id = $1)") && plan.contains("id < $3)"), "{plan}");
        assert!(!plan.contains("Sort"), "{plan}");
    }
}

/// Runs the generic plan on a project with thousands of documents, of which the filter selects few.
#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_selective_filter_reads_only_the_matching_rows(db: PgPool) {
    let data = Data::start(db).await;
    data.fill(5000).await;
    let few = data.platform.draft(data.project, &data.admin, "image/png", 1).await.item_id;
    data.set(few, "update items set status = 'rejected' where id = $1").await;
    data.set(few, "update documents set domain = 'letters' where item_id = $1").await;
    sqlx::raw_sql("analyze items; analyze documents").execute(&data.platform.db).await.expect("statistics");
    let (project, admin, last) = (data.project, data.admin.id, uuid::Uuid::max());
    for (text, parameters) in [
        ("and items.status = $5", "'rejected'".to_owned()),
        ("and items.uploaded_by_id = $5", format!("'{admin}', null")),
        ("and documents.domain = $5", "'letters', null, null".to_owned()),
    ] {
        let parameters = format!("'{project}', 'document', '{last}', 51, {parameters}");
        let ran = data.platform.ran(&["from item_details as items", "limit $4", text], &parameters).await;
        assert!(ran.contains("rows=1 loops=1"), "{ran}");
        assert!(!ran.contains("Rows Removed"), "{ran}");
    }
}
