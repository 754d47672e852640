//! Tests of `GET`, `PATCH` and `DELETE` on `/projects/{project_id}/members`.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::{
    base::ids::{ProjectId, UserId},
    identity::guard::ProjectRole,
    testing::TestUser,
};
use sqlx::PgPool;

use crate::support::Projects;

fn path(project: ProjectId, user: UserId) -> String {
    format!("/projects/{project}/members/{user}")
}

fn emails(body: &Value) -> Vec<&str> {
    body["items"].as_array().expect("entries").iter().filter_map(|entry| entry["email"].as_str()).collect()
}

/// Creates a project with an admin, a contributor and a reviewer.
async fn team(projects: &Projects) -> (ProjectId, TestUser, TestUser, TestUser) {
    let platform = &projects.platform;
    let ada = platform.user("ada@example.org").await;
    let project = platform.project(&ada).await;
    let (carl, rita) = (platform.user("carl@example.org").await, platform.user("rita@example.org").await);
    platform.member(project, &carl, ProjectRole::Contributor).await;
    platform.member(project, &rita, ProjectRole::Reviewer).await;
    (project, ada, carl, rita)
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_member_can_list_the_members_in_joining_order(db: PgPool) {
    let projects = Projects::start(db).await;
    let (project, ada, carl, rita) = team(&projects).await;
    let list = format!("/projects/{project}/members");
    for user in [&ada, &carl, &rita] {
        let page = projects.client.as_user(user).get(&list).await;
        assert_eq!(
            emails(&page.assert_status(200).body),
            ["ada@example.org", "carl@example.org", "rita@example.org"]
        );
    }
    let client = projects.client.as_user(&carl);
    let first = client.get(&format!("{list}?limit=2")).await;
    assert_eq!(first.body["items"][1]["role"], "contributor");
    let cursor = first.body["next_cursor"].as_str().expect("a cursor");
    let rest = client.get(&format!("{list}?limit=2&cursor={cursor}")).await;
    assert_eq!((emails(&rest.body), &rest.body["next_cursor"]), (vec!["rita@example.org"], &json!(null)));
    let faulty = client.get(&format!("{list}?limit=0&x=1")).await;
    assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), ["limit", "x"]);

    projects.platform.change("update users set deleted_at = now() where id = $1", rita.id.0).await;
    assert_eq!(emails(&client.get(&list).await.body), ["ada@example.org", "carl@example.org"]);
    let eve = projects.platform.user("eve@example.org").await;
    projects.client.as_user(&eve).get(&list).await.assert_problem(404, "not_found");
    let plan = projects.platform.plan(&["as joined_at", "order by project_members.id"]).await;
    assert!(plan.contains("project_members_project_id_id_idx") && !plan.contains("Sort"), "{plan}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_changed_role_applies_from_the_next_request(db: PgPool) {
    let projects = Projects::start(db).await;
    let (project, ada, carl, rita) = team(&projects).await;
    let client = projects.client.as_user(&ada);
    let promoted = client.patch(&path(project, carl.id), json!({"role": "admin"})).await;
    assert_eq!(promoted.assert_status(200).body["role"], "admin");
    let by_carl = projects.client.as_user(&carl);
    by_carl.patch(&path(project, rita.id), json!({"role": "contributor"})).await.assert_status(200);
    client.patch(&path(project, rita.id), json!({})).await.assert_status(200);
    let row: Value = sqlx::query_scalar("select metadata from audit_logs where resource_id = $1")
        .bind(rita.id)
        .fetch_one(&projects.platform.db)
        .await
        .expect("one row");
    assert_eq!(row, json!({"before": "reviewer", "after": "contributor"}));
    for (body, fields) in
        [(json!({"role": "owner"}), vec!["role"]), (json!({"role": null, "x": 1}), vec!["role", "x"])]
    {
        let faulty = client.patch(&path(project, carl.id), body).await;
        assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), fields);
    }
    let unknown = path(project, UserId::new());
    client.patch(&unknown, json!({"role": "admin"})).await.assert_problem(404, "not_found");
    client.patch(&format!("/projects/{project}/members/x"), json!({})).await.assert_problem(400, "malformed");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn members_who_are_not_admins_can_only_leave(db: PgPool) {
    let projects = Projects::start(db).await;
    let (project, ada, carl, rita) = team(&projects).await;
    for user in [&carl, &rita] {
        let client = projects.client.as_user(user);
        client
            .patch(&path(project, ada.id), json!({"role": "reviewer"}))
            .await
            .assert_problem(403, "forbidden");
        client.delete(&path(project, ada.id)).await.assert_problem(403, "forbidden");
        client.delete(&path(project, user.id)).await.assert_status(204);
        client.get(&format!("/projects/{project}")).await.assert_problem(404, "not_found");
        let audited = projects.platform.audited(user.id.0).await;
        assert_eq!(audited, [("member.left".to_owned(), "success".to_owned())]);
    }
    let eve = projects.platform.user("eve@example.org").await;
    projects.client.as_user(&eve).delete(&path(project, ada.id)).await.assert_problem(404, "not_found");
    projects.client.as_user(&eve).delete(&path(project, eve.id)).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_last_active_admin_cannot_leave_or_be_demoted(db: PgPool) {
    let projects = Projects::start(db).await;
    let (project, ada, carl, _) = team(&projects).await;
    let client = projects.client.as_user(&ada);
    client.delete(&path(project, ada.id)).await.assert_problem(409, "last_admin");
    client.patch(&path(project, ada.id), json!({"role": "reviewer"})).await.assert_problem(409, "last_admin");
    // A suspended admin does not count.
    client.patch(&path(project, carl.id), json!({"role": "admin"})).await.assert_status(200);
    projects.platform.change("update users set suspended_at = now() where id = $1", carl.id.0).await;
    client.delete(&path(project, ada.id)).await.assert_problem(409, "last_admin");
    projects.platform.change("update users set suspended_at = null where id = $1", carl.id.0).await;
    client.delete(&path(project, ada.id)).await.assert_status(204);
    let root = projects.platform.super_admin("root@example.org").await;
    projects.client.as_user(&root).delete(&path(project, carl.id)).await.assert_problem(409, "last_admin");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn parallel_demotions_of_the_last_two_admins_leave_one_admin(db: PgPool) {
    let projects = Projects::start(db).await;
    let (project, ada, carl, _) = team(&projects).await;
    let promote = json!({"role": "admin"});
    projects.client.as_user(&ada).patch(&path(project, carl.id), promote).await.assert_status(200);
    let demotions = (0..100).map(|number| {
        let (by, of) = if number % 2 == 0 { (&ada, &carl) } else { (&carl, &ada) };
        let (by, of) = if number % 3 == 0 { (by, by) } else { (by, of) };
        let (client, path) = (projects.client.as_user(by), path(project, of.id));
        async move { client.patch(&path, json!({"role": "contributor"})).await.status.as_u16() }
    });
    let mut statuses = join_all(demotions).await;
    statuses.sort_unstable();
    statuses.dedup();
    assert!(statuses.iter().all(|status| [200, 403, 409].contains(status)), "{statuses:?}");
    let admins: i64 =
        sqlx::query_scalar("select count(*) from project_members where project_id = $1 and role = 'admin'")
            .bind(project)
            .fetch_one(&projects.platform.db)
            .await
            .expect("a count");
    assert_eq!(admins, 1);
}
