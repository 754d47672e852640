use serde_json::{Value, json};
use shared::{function, identity::guard::ProjectRole};
use sqlx::PgPool;
use tokio::{net::TcpListener, sync::oneshot};

use crate::support::Projects;

fn actions(body: &Value) -> Vec<&str> {
    body["items"].as_array().expect("entries").iter().filter_map(|entry| entry["action"].as_str()).collect()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn admins_see_only_the_audit_log_of_their_project(db: PgPool) {
    let projects = Projects::start(db).await;
    let platform = &projects.platform;
    let (ada, rita) = (platform.user("ada@example.org").await, platform.user("rita@example.org").await);
    let client = projects.client.as_user(&ada).with("x-forwarded-for", "203.0.113.9");
    let created = client.post("/projects", json!({"name": "Letters"})).await;
    client.post("/projects", json!({"name": "Diaries"})).await.assert_status(201);
    let project =
        created.body["id"].as_str().expect("an id").parse().map(shared::base::ids::ProjectId).expect("an id");
    platform.member(project, &rita, ProjectRole::Reviewer).await;
    client
        .patch(&format!("/projects/{project}/members/{}", rita.id), json!({"role": "contributor"}))
        .await
        .assert_status(200);
    let path = format!("/projects/{project}/audit-logs");
    projects.client.as_user(&rita).get(&path).await.assert_problem(403, "forbidden");
    let eve = platform.user("eve@example.org").await;
    projects.client.as_user(&eve).get(&path).await.assert_problem(404, "not_found");

    let page = client.get(&path).await;
    assert_eq!(
        actions(&page.assert_status(200).body),
        ["access.denied", "member.role_changed", "project.created"]
    );
    let changed = &page.body["items"][1];
    assert_eq!(changed["metadata"], json!({"before": "reviewer", "after": "contributor"}));
    assert_eq!((&changed["actor_user_id"], &changed["ip_address"]), (&json!(ada.id), &json!("203.0.113.9")));
    let denied = &page.body["items"][0];
    assert_eq!((&denied["status"], &denied["actor_user_id"]), (&json!("denied"), &json!(rita.id)));
    assert_eq!(denied["metadata"], json!({"route": "GET /projects/{project_id}/audit-logs", "count": 1}));
    let filtered = client.get(&format!("{path}?action=project.created&actor={}", ada.id)).await;
    assert_eq!(actions(&filtered.body), ["project.created"]);
    let faulty = client.get(&format!("{path}?project_id={project}&actor=x")).await;
    assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), ["actor", "project_id"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn repeated_refusals_are_recorded_before_the_function_stops(db: PgPool) {
    let projects = Projects::start(db).await;
    let platform = &projects.platform;
    let (ada, rita) = (platform.user("ada@example.org").await, platform.user("rita@example.org").await);
    let project = platform.project(&ada).await;
    platform.member(project, &rita, ProjectRole::Reviewer).await;
    let env = platform.env_of::<::projects::Projects>();
    let service = function::service::<::projects::Projects>(&env, platform.clock.clone()).expect("a service");
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("http://{}/projects/{project}/audit-logs", listener.local_addr().expect("an address"));
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(service.serve(listener, async move { stopped.await.expect("a signal") }));
    for _ in 0..3 {
        let answer = reqwest::Client::new().get(&url).bearer_auth(&rita.token).send().await;
        assert_eq!(answer.expect("an answer").status(), 403);
    }
    stop.send(()).expect("a server");
    server.await.expect("a task").expect("a clean end");
    let refusals =
        "select sum((metadata ->> 'count')::bigint)::bigint from audit_logs where action = 'access.denied'";
    assert_eq!(platform.count(refusals).await, 3);
}
