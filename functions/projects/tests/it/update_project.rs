//! Tests of `PUT` and `DELETE` on `/projects/{project_id}`.

use futures::future::join_all;
use serde_json::json;
use shared::{base::ids::ProjectId, identity::guard::ProjectRole, testing::Client};
use sqlx::PgPool;

use crate::support::Projects;

impl Projects {
    /// Creates a project of Ada and returns its id, its path and her client.
    async fn own(&self) -> (ProjectId, String, Client) {
        let ada = self.platform.user("ada@example.org").await;
        let project = self.platform.project(&ada).await;
        (project, format!("/projects/{project}"), self.client.as_user(&ada))
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_admin_can_change_the_current_version(db: PgPool) {
    let projects = Projects::start(db).await;
    let (project, path, client) = projects.own().await;
    let body = json!({"name": "Diaries", "description": "of 1988"});
    let changed = client.with("if-match", "\"1\"").put(&path, body.clone()).await;
    assert_eq!(
        (&changed.assert_status(200).body["name"], &changed.headers["etag"]),
        (&json!("Diaries"), &"\"2\"".parse().expect("a value"))
    );
    let again = client.put(&path, body.clone()).await;
    assert_eq!(again.assert_status(200).body, changed.body, "a request with the same values changes nothing");
    client.with("if-match", "\"1\"").put(&path, body).await.assert_problem(412, "stale");
    let cleared = client.put(&path, json!({"name": "Diaries"})).await;
    assert_eq!((&cleared.body["description"], &cleared.body["version"]), (&json!(null), &json!(3)));
    assert_eq!(client.get(&path).await.body, cleared.body);
    let audited = projects.platform.audited(project.0).await;
    assert_eq!(audited.iter().filter(|(action, _)| action == "project.updated").count(), 2);
    // The metadata stays when a person is erased, so values that people wrote are in the details.
    let metadata =
        projects.platform.count("select count(*) from audit_logs where metadata::text like '%Diaries%'");
    let details =
        projects.platform.count("select count(*) from audit_personal where details::text like '%Diaries%'");
    assert_eq!((metadata.await, details.await), (0, 2));

    let faulty = client.put(&path, json!({"name": "", "description": 7, "x": 1})).await;
    assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), ["description", "name", "x"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_language_can_be_changed_and_cleared(db: PgPool) {
    let projects = Projects::start(db).await;
    let (_, path, client) = projects.own().await;
    let german = client.put(&path, json!({"name": "Diaries", "language": "de-AT"})).await;
    assert_eq!((&german.body["language"], &german.body["version"]), (&json!("de-AT"), &json!(2)));
    let french = client.put(&path, json!({"name": "Diaries", "language": "fr"})).await;
    assert_eq!((&french.body["language"], &french.body["version"]), (&json!("fr"), &json!(3)));
    let none = client.put(&path, json!({"name": "Diaries"})).await;
    assert_eq!((&none.body["language"], &none.body["version"]), (&json!(null), &json!(4)));
    let faulty = client.put(&path, json!({"name": "Diaries", "language": "g"})).await;
    assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), ["language"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_one_of_many_changes_of_one_version_succeeds(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let project = projects.platform.project(&ada).await;
    let path = format!("/projects/{project}");
    let client = projects.client.as_user(&ada).with("if-match", "\"1\"");
    let changes = (0..20).map(|number| client.put(&path, json!({"name": format!("Name {number}")})));
    let answers = join_all(changes).await;
    let created = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(created, 1);
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.status == 412));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn deleting_a_project_hides_its_contents(db: PgPool) {
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
    for deleted in [path.clone(), format!("{path}/members"), format!("{path}/invitations")] {
        client.get(&deleted).await.assert_problem(404, "not_found");
    }
    client.delete(&path).await.assert_problem(404, "not_found");
    assert_eq!(client.get("/projects").await.body["items"], json!([]));
    documents.get(&format!("/documents/{item}")).await.assert_problem(404, "not_found");
    documents.get(&format!("/documents?project_id={project}")).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_admins_can_change_or_delete_a_project(db: PgPool) {
    let projects = Projects::start(db).await;
    let platform = &projects.platform;
    let ada = platform.user("ada@example.org").await;
    let project = platform.project(&ada).await;
    let path = format!("/projects/{project}");
    for role in [ProjectRole::Contributor, ProjectRole::Reviewer] {
        let user = platform.user(&format!("{role:?}@example.org")).await;
        platform.member(project, &user, role).await;
        let client = projects.client.as_user(&user);
        client.put(&path, json!({"name": "Mine"})).await.assert_problem(403, "forbidden");
        client.delete(&path).await.assert_problem(403, "forbidden");
    }
    let root = projects.client.as_user(&platform.super_admin("root@example.org").await);
    root.put(&path, json!({"name": "Ours"})).await.assert_status(200);
}
