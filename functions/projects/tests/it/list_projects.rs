use serde_json::{Value, json};
use shared::{
    base::ids::ProjectId,
    testing::{Client, TestUser},
};
use sqlx::PgPool;

use crate::support::Projects;

async fn create_five_projects(projects: &Projects, user: &TestUser) -> Vec<ProjectId> {
    let mut created = Vec::new();
    for _ in 0..5 {
        created.push(projects.platform.project(user).await);
    }
    created.reverse();
    created
}

/// Follows the cursors and returns the ids on each page.
async fn pages(client: &Client, query: &str) -> Vec<Vec<ProjectId>> {
    let pages = client.pages(&format!("/projects?{query}")).await;
    let id = |entry: Value| serde_json::from_value(entry["id"].clone()).expect("an id");
    pages.into_iter().map(|page| page.into_iter().map(id).collect()).collect()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn paging_returns_each_project_of_the_caller_once_newest_first(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let others = projects.platform.user("bob@example.org").await;
    projects.platform.project(&others).await;
    let created = create_five_projects(&projects, &ada).await;
    projects.platform.project(&others).await;
    let client = projects.client.as_user(&ada);
    assert_eq!(pages(&client, "limit=2").await, [&created[..2], &created[2..4], &created[4..]]);
    assert_eq!(pages(&client, "limit=5").await, [&created[..]]);
    let page = client.get("/projects").await;
    assert_eq!((&page.body["items"][0]["role"], &page.body["next_cursor"]), (&json!("admin"), &json!(null)));
    let nobodys =
        projects.client.as_user(&projects.platform.user("eve@example.org").await).get("/projects").await;
    assert_eq!(nobodys.assert_status(200).body, json!({"items": [], "next_cursor": null}));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_super_admin_can_list_all_projects(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let root = projects.platform.super_admin("root@example.org").await;
    let mut created = create_five_projects(&projects, &ada).await;
    created.insert(0, projects.platform.project(&root).await);
    let client = projects.client.as_user(&root);
    assert_eq!(pages(&client, "all=true&limit=4").await, [&created[..4], &created[4..]]);
    assert_eq!(pages(&client, "limit=4").await, [&created[..1]]);
    assert_eq!(pages(&client, "all=false").await, [&created[..1]]);
    let all = client.get("/projects?all=true").await;
    assert_eq!(
        (&all.body["items"][0]["role"], &all.body["items"][1]["role"]),
        (&json!("admin"), &json!(null))
    );
    projects.client.as_user(&ada).get("/projects?all=true").await.assert_problem(403, "forbidden");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_deleted_project_is_not_listed(db: PgPool) {
    let projects = Projects::start(db).await;
    let root = projects.platform.super_admin("root@example.org").await;
    let mut created = create_five_projects(&projects, &root).await;
    projects.delete(created.remove(2)).await;
    let client = projects.client.as_user(&root);
    for query in ["limit=3", "limit=3&all=true"] {
        assert_eq!(pages(&client, query).await, [&created[..3], &created[3..]]);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_parameters_are_reported_together(db: PgPool) {
    let projects = Projects::start(db).await;
    let client = projects.client.as_user(&projects.platform.user("ada@example.org").await);
    let cases = [
        ("limit=0", vec!["limit"]),
        ("limit=201", vec!["limit"]),
        ("limit=many&cursor=x&all=perhaps&lmit=5", vec!["all", "cursor", "limit", "lmit"]),
        ("limit=0&cursor=x", vec!["cursor", "limit"]),
        ("cursor=", vec!["cursor"]),
    ];
    for (query, fields) in cases {
        let response = client.get(&format!("/projects?{query}")).await;
        assert_eq!(response.assert_problem(422, "invalid_fields").invalid_fields(), fields, "{query}");
    }
    client.get("/projects?limit=1").await.assert_status(200);
    client.get("/projects?limit=200").await.assert_status(200);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_verified_users_can_list_projects(db: PgPool) {
    let projects = Projects::start(db).await;
    projects.client.get("/projects").await.assert_problem(401, "unauthenticated");
    let unverified = projects.platform.unverified_user("eve@example.org").await;
    projects.client.as_user(&unverified).get("/projects").await.assert_problem(403, "email_not_verified");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_page_is_read_from_the_index(db: PgPool) {
    let projects = Projects::start(db).await;
    let plan = projects
        .platform
        .plan(&["from project_members", "order by project_members.project_id desc", "projects.version"])
        .await;
    assert!(plan.contains("project_members_user_id_project_id_idx"), "{plan}");
    assert!(plan.contains("Index Cond: ((user_id = $1) AND (project_id < COALESCE("), "{plan}");
    assert!(!plan.contains("Sort"), "{plan}");
    let plan = projects.platform.plan(&["from projects\n", "where projects.id < coalesce("]).await;
    assert!(plan.contains("Index Scan using projects_live_idx") && !plan.contains("Sort"), "{plan}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn search_by_name_ignores_case_and_escapes_wildcards(db: PgPool) {
    let projects = Projects::start(db).await;
    let (ada, bob) =
        (projects.platform.user("ada@example.org").await, projects.platform.user("bob@example.org").await);
    let root = projects.platform.super_admin("root@example.org").await;
    for (user, name) in
        [(&ada, "Old Letters"), (&ada, "100 % of_it"), (&bob, "Letters home"), (&ada, "Diaries")]
    {
        projects.client.as_user(user).post("/projects", json!({"name": name})).await.assert_status(201);
    }
    let found = async |user, query: &str| -> Vec<String> {
        let page = projects.client.as_user(user).get(&format!("/projects?{query}")).await;
        let items = page.assert_status(200).body["items"].as_array().expect("entries").clone();
        items.iter().filter_map(|item| item["name"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(found(&ada, "q=LETTER").await, ["Old Letters"]);
    assert_eq!(found(&ada, "q=%25").await, ["100 % of_it"], "a percent sign is not a wildcard");
    assert_eq!(found(&ada, "q=f_i").await, ["100 % of_it"]);
    assert!(found(&ada, "q=%5C").await.is_empty());
    assert_eq!(found(&root, "all=true&q=letters").await, ["Letters home", "Old Letters"]);
    assert_eq!(found(&root, "all=true&q=letters&limit=1").await, ["Letters home"]);
    let empty = projects.client.as_user(&ada).get("/projects?q=").await;
    assert_eq!(empty.assert_problem(422, "invalid_fields").invalid_fields(), ["q"]);
}
