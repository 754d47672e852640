//! `Idempotency-Key` on `POST /projects`: a repeat creates nothing and is authorized again.

use futures::future::join_all;
use serde_json::json;
use sqlx::PgPool;
use time::Duration;

use crate::support::Projects;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn fifty_parallel_requests_with_one_key_create_one_project(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let client = projects.client.as_user(&ada).with("idempotency-key", "8e03978e-40d5");
    let answers = join_all((0..50).map(|_| client.post("/projects", json!({"name": "Letters"})))).await;
    for answer in &answers {
        answer.assert_status(201);
        assert_eq!(answer.body, answers[0].body);
        assert_eq!(answer.headers["location"], answers[0].headers["location"]);
    }
    assert_eq!(projects.platform.count("select count(*) from projects").await, 1);
    assert_eq!(projects.platform.count("select count(*) from audit_logs").await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_key_is_scoped_to_its_user_route_and_request(db: PgPool) {
    let projects = Projects::start(db).await;
    let (ada, bob) =
        (projects.platform.user("ada@example.org").await, projects.platform.user("bob@example.org").await);
    let client = projects.client.as_user(&ada).with("idempotency-key", "\"k\"");
    let first = client.post("/projects", json!({"name": "Letters"})).await;
    first.assert_status(201);
    client.post("/projects", json!({"name": "Diaries"})).await.assert_problem(422, "idempotency_mismatch");
    // A refused request does not use the key.
    client.post("/projects", json!({})).await.assert_problem(422, "invalid_fields");
    let others = projects.client.as_user(&bob).with("idempotency-key", "k");
    let second = others.post("/projects", json!({"name": "Letters"})).await;
    assert_ne!(second.assert_status(201).body["id"], first.body["id"]);
    let path = format!("/projects/{}/invite", first.body["id"].as_str().expect("an id"));
    let invited = client.post(&path, json!({"email": "eve@example.org", "role": "reviewer"})).await;
    let again = client.post(&path, json!({"email": "eve@example.org", "role": "reviewer"})).await;
    assert_eq!(again.assert_status(201).body, invited.assert_status(201).body);
    assert_eq!(projects.platform.events::<shared::cloud::events::EmailRequested>().await.len(), 1);
    for invalid in ["two words", &"k".repeat(256)] {
        let client = projects.client.as_user(&ada).with("idempotency-key", invalid);
        client.post("/projects", json!({"name": "Letters"})).await.assert_problem(400, "malformed");
    }
    assert_eq!(projects.platform.count("select count(*) from projects").await, 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_request_with_a_key_is_refused_before_its_body_is_read(db: PgPool) {
    let projects = Projects::start(db).await;
    let client = projects.client.with("idempotency-key", "k");
    client.post_stalled("/projects").await.assert_problem(401, "unauthenticated");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_repeat_is_authorized_and_rendered_again(db: PgPool) {
    let projects = Projects::start(db).await;
    let (ada, bob) =
        (projects.platform.user("ada@example.org").await, projects.platform.user("bob@example.org").await);
    let client = projects.client.as_user(&ada).with("idempotency-key", "k");
    let body = json!({"name": "Letters"});
    let created = client.post("/projects", body.clone()).await;
    let project = created.assert_status(201).body["id"].as_str().expect("an id").parse().expect("an id");
    projects
        .platform
        .change("update projects set name = 'Diaries', version = 2 where id = $1", project)
        .await;
    let repeated = client.post("/projects", body.clone()).await;
    assert_eq!(
        (&repeated.body["name"], &repeated.headers["etag"]),
        (&json!("Diaries"), &"\"2\"".parse().expect("a value"))
    );

    projects
        .platform
        .member(shared::base::ids::ProjectId(project), &bob, shared::identity::guard::ProjectRole::Admin)
        .await;
    let removed = format!("/projects/{project}/members/{}", ada.id);
    projects.client.as_user(&bob).delete(&removed).await.assert_status(204);
    client.post("/projects", body.clone()).await.assert_problem(404, "not_found");
    projects.platform.change("update users set suspended_at = now() where id = $1", ada.id.0).await;
    client.post("/projects", body).await.assert_problem(401, "unauthenticated");
    assert_eq!(projects.platform.count("select count(*) from projects").await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_key_expires_after_a_day(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let client = projects.client.as_user(&ada).with("idempotency-key", "k");
    let first = client.post("/projects", json!({"name": "Letters"})).await;
    projects.platform.clock.advance(Duration::hours(25));
    projects
        .platform
        .change("update sessions set expires_at = now() + interval '9 days' where user_id = $1", ada.id.0)
        .await;
    let ada = projects.platform.another_session(&ada).await;
    let client = projects.client.as_user(&ada).with("idempotency-key", "k");
    let second = client.post("/projects", json!({"name": "Diaries"})).await;
    assert_ne!(second.assert_status(201).body["id"], first.assert_status(201).body["id"]);
}
