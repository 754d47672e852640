use serde_json::json;
use shared::identity::guard::ProjectRole;
use sqlx::PgPool;

use crate::support::Projects;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_member_sees_the_project_with_their_own_role(db: PgPool) {
    let projects = Projects::start(db).await;
    let platform = &projects.platform;
    let ada = platform.user("ada@example.org").await;
    let project = platform.project(&ada).await;
    let path = format!("/projects/{project}");
    for (role, text) in [(ProjectRole::Contributor, "contributor"), (ProjectRole::Reviewer, "reviewer")] {
        let member = platform.user(&format!("{text}@example.org")).await;
        platform.member(project, &member, role).await;
        let found = projects.client.as_user(&member).get(&path).await;
        assert_eq!(found.assert_status(200).body["role"], text);
    }
    let found = projects.client.as_user(&ada).get(&path).await;
    assert_eq!((&found.body["id"], &found.body["role"]), (&json!(project), &json!("admin")));
    assert_eq!(found.headers["etag"], "\"1\"");
    let root = platform.super_admin("root@example.org").await;
    let found = projects.client.as_user(&root).get(&path).await;
    assert_eq!(found.assert_status(200).body["role"], json!(null));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_project_without_access_is_not_found(db: PgPool) {
    let projects = Projects::start(db).await;
    let platform = &projects.platform;
    let ada = platform.user("ada@example.org").await;
    let project = platform.project(&ada).await;
    let path = format!("/projects/{project}");
    let outsider = projects.client.as_user(&platform.user("eve@example.org").await);
    let hidden = outsider.get(&path).await;
    hidden.assert_problem(404, "not_found");
    let absent = outsider.get("/projects/018f8f8f-0000-7000-8000-000000000001").await;
    absent.assert_problem(404, "not_found");
    assert_eq!(hidden.body["detail"], absent.body["detail"]);
    outsider.get("/projects/letters").await.assert_problem(400, "malformed");

    projects.client.get(&path).await.assert_problem(401, "unauthenticated");
    let unverified = platform.unverified_user("bob@example.org").await;
    platform.member(project, &unverified, ProjectRole::Reviewer).await;
    projects.client.as_user(&unverified).get(&path).await.assert_problem(403, "email_not_verified");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_deleted_project_is_not_found(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let root = projects.platform.super_admin("root@example.org").await;
    let project = projects.platform.project(&ada).await;
    projects.delete(project).await;
    for user in [&ada, &root] {
        projects
            .client
            .as_user(user)
            .get(&format!("/projects/{project}"))
            .await
            .assert_problem(404, "not_found");
    }
}
