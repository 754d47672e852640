//! Runs the same binary on AWS Lambda.

use http::Method;
use serde_json::json;
use shared::{identity::guard::ProjectRole, testing::Lambda};
use sqlx::PgPool;

use crate::support::Projects;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn it_serves_requests_on_lambda(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let mut lambda = Lambda::start(env!("CARGO_BIN_EXE_projects"), &projects.platform.env()).await;
    lambda.assert_answers(&ada, "/projects?limit=1", true).await;

    let answer = lambda.post("/projects", json!({"name": "Letters"})).await;
    answer.assert_status(201);
    assert_eq!(
        (&answer.body["name"], &answer.headers["etag"]),
        (&json!("Letters"), &"\"1\"".parse().expect("a tag"))
    );
    // API Gateway may encode any body in base64, including text.
    let body = json!({"name": "Briefe aus Köln"}).to_string();
    let answer = lambda.post_bytes("/projects", "application/json", body.as_bytes()).await;
    assert_eq!(answer.assert_status(201).body["name"], "Briefe aus Köln");
    let answer = lambda.post_bytes("/projects", "application/json", b"{\"name\": \"\xff\xfe\"}").await;
    answer.assert_problem(400, "malformed");
    let answer = lambda.post_bytes("/projects", "application/json", &vec![b' '; 2 << 20]).await;
    answer.assert_problem(413, "body_too_large");

    // A list with a query, a cursor passed from one response to the next, and a response without a body.
    let first = lambda.get("/projects?limit=1").await;
    let cursor = first.assert_status(200).body["next_cursor"].as_str().expect("a second page").to_owned();
    let second = lambda.get(&format!("/projects?limit=1&cursor={cursor}")).await;
    assert_eq!(second.assert_status(200).body["items"].as_array().map(Vec::len), Some(1));
    assert_ne!(first.body["items"], second.body["items"]);
    let project = second.body["items"][0]["id"].as_str().expect("an id").to_owned();
    let deleted = lambda.send(Method::DELETE, &format!("/projects/{project}"), None, None).await;
    assert_eq!((deleted.status.as_u16(), &deleted.body), (204, &json!(null)));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_audited_address_is_the_one_seen_by_api_gateway(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let mut lambda = Lambda::start(env!("CARGO_BIN_EXE_projects"), &projects.platform.env()).await;
    lambda.as_user(&ada).with("x-forwarded-for", "198.51.100.1").with("x-forwarded-for", "198.51.100.2");
    let answer = lambda.post("/projects", json!({"name": "Letters"})).await;
    let project = answer.assert_status(201).body["id"].as_str().expect("an id").to_owned();
    let log = lambda.get(&format!("/projects/{project}/audit-logs")).await;
    let entries = log.assert_status(200).body["items"].as_array().expect("entries").clone();
    assert_eq!(entries.len(), 1, "{}", log.body);
    assert_eq!(entries[0]["ip_address"], "203.0.113.9", "{}", log.body);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn repeated_refusals_are_recorded_before_lambda_ends_an_instance(db: PgPool) {
    let projects = Projects::start(db).await;
    let platform = &projects.platform;
    let (ada, rita) = (platform.user("ada@example.org").await, platform.user("rita@example.org").await);
    let project = platform.project(&ada).await;
    platform.member(project, &rita, ProjectRole::Reviewer).await;
    let mut lambda = Lambda::start(env!("CARGO_BIN_EXE_projects"), &platform.env()).await;
    lambda.as_user(&rita);
    for _ in 0..3 {
        lambda.get(&format!("/projects/{project}/audit-logs")).await.assert_status(403);
    }
    let recorded =
        "select sum((metadata ->> 'count')::bigint)::bigint from audit_logs where action = 'access.denied'";
    assert_eq!(platform.count(recorded).await, 1);
    lambda.stop().await;
    assert_eq!(platform.count(recorded).await, 3);
}
