//! `PUT` and `DELETE /projects/{project_id}`.

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use shared::{identity::guard::ProjectRole, testing::TestResponse};
use sqlx::PgPool;

use crate::support::Projects;

impl Projects {
    async fn put(&self, client: &shared::testing::Client, path: &str, body: Value) -> TestResponse {
        client.send(Method::PUT, path, Some("application/json"), body.to_string().into_bytes()).await
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_admin_changes_what_they_have_seen(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let project = projects.platform.project(&ada).await;
    let path = format!("/projects/{project}");
    let client = projects.client.as_user(&ada);
    let body = json!({"name": "Diaries", "description": "of 1988"});
    let changed = projects.put(&client.with("if-match", "\"1\""), &path, body.clone()).await;
    assert_eq!(
        (&changed.assert_status(200).body["name"], &changed.headers["etag"]),
        (&json!("Diaries"), &"\"2\"".parse().expect("a value"))
    );
    let again = projects.put(&client, &path, body.clone()).await;
    assert_eq!(again.assert_status(200).body, changed.body, "what is the same already changes nothing");
    projects.put(&client.with("if-match", "\"1\""), &path, body).await.assert_problem(412, "stale");
    let cleared = projects.put(&client, &path, json!({"name": "Diaries"})).await;
    assert_eq!((&cleared.body["description"], &cleared.body["version"]), (&json!(null), &json!(3)));
    assert_eq!(client.get(&path).await.body, cleared.body);
    let audited = projects.platform.audited(project.0).await;
    assert_eq!(audited.iter().filter(|(action, _)| action == "project.updated").count(), 2);

    let faulty = projects.put(&client, &path, json!({"name": "", "description": 7, "x": 1})).await;
    assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), ["description", "name", "x"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_language_is_changed_and_left_out_with_the_rest(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let project = projects.platform.project(&ada).await;
    let path = format!("/projects/{project}");
    let client = projects.client.as_user(&ada);
    let german = projects.put(&client, &path, json!({"name": "Diaries", "language": "de-AT"})).await;
    assert_eq!((&german.body["language"], &german.body["version"]), (&json!("de-AT"), &json!(2)));
    let french = projects.put(&client, &path, json!({"name": "Diaries", "language": "fr"})).await;
    assert_eq!((&french.body["language"], &french.body["version"]), (&json!("fr"), &json!(3)));
    let none = projects.put(&client, &path, json!({"name": "Diaries"})).await;
    assert_eq!((&none.body["language"], &none.body["version"]), (&json!(null), &json!(4)));
    let faulty = projects.put(&client, &path, json!({"name": "Diaries", "language": "g"})).await;
    assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), ["language"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn of_many_changes_of_one_version_one_is_made(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let project = projects.platform.project(&ada).await;
    let path = format!("/projects/{project}");
    let client = projects.client.as_user(&ada).with("if-match", "\"1\"");
    let changes =
        (0..20).map(|number| projects.put(&client, &path, json!({"name": format!("Name {number}")})));
    let answers = join_all(changes).await;
    let made = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(made, 1);
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.status == 412));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_deleted_project_vanishes_with_all_that_is_in_it(db: PgPool) {
    let projects = Projects::start(db).await;
    let platform = &projects.platform;
    let ada = platform.user("ada@example.org").await;
    let project = platform.project(&ada).await;
    let item = platform.draft(project, &ada, "application/pdf", 7).await.item_id;
    let documents = platform.client_of::<data::Data>(&[]).as_user(&ada);
    documents.get(&format!("/documents/{item}")).await.assert_status(200);
    let client = projects.client.as_user(&ada);
    let path = format!("/projects/{project}");
    client.with("if-match", "\"9\"").delete(&path).await.assert_problem(412, "stale");
    client.delete(&path).await.assert_status(204);
    for gone in [path.clone(), format!("{path}/members"), format!("{path}/invitations")] {
        client.get(&gone).await.assert_problem(404, "not_found");
    }
    client.delete(&path).await.assert_problem(404, "not_found");
    assert_eq!(client.get("/projects").await.body["items"], json!([]));
    documents.get(&format!("/documents/{item}")).await.assert_problem(404, "not_found");
    documents.get(&format!("/documents?project_id={project}")).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_admins_change_and_delete_a_project(db: PgPool) {
    let projects = Projects::start(db).await;
    let platform = &projects.platform;
    let ada = platform.user("ada@example.org").await;
    let project = platform.project(&ada).await;
    let path = format!("/projects/{project}");
    for role in [ProjectRole::Contributor, ProjectRole::Reviewer] {
        let user = platform.user(&format!("{role:?}@example.org")).await;
        platform.member(project, &user, role).await;
        let client = projects.client.as_user(&user);
        projects.put(&client, &path, json!({"name": "Mine"})).await.assert_problem(403, "forbidden");
        client.delete(&path).await.assert_problem(403, "forbidden");
    }
    let root = projects.client.as_user(&platform.super_admin("root@example.org").await);
    projects.put(&root, &path, json!({"name": "Ours"})).await.assert_status(200);
}
