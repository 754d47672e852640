use http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::Projects;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_creator_of_a_project_becomes_its_admin(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let client = projects.client.as_user(&ada);
    let created = client.post("/projects", json!({"name": " Letters ", "description": "of 1987"})).await;
    created.assert_status(201);
    let id = created.body["id"].as_str().expect("an id");
    assert_eq!(created.headers["location"], format!("/projects/{id}"));
    assert_eq!(created.headers["etag"], "\"1\"");
    assert_eq!((&created.body["name"], &created.body["description"]), (&json!("Letters"), &json!("of 1987")));
    assert_eq!(created.body["language"], json!(null));
    assert_eq!((&created.body["role"], &created.body["version"]), (&json!("admin"), &json!(1)));
    assert_eq!(created.body["created_by_id"], json!(ada.id));
    assert_eq!(created.body["created_at"], created.body["updated_at"]);

    let found = client.get(&format!("/projects/{id}")).await;
    assert_eq!(found.assert_status(200).body, created.body);
    let audited = projects.platform.audited(id.parse().expect("an id")).await;
    assert_eq!(audited, [("project.created".to_owned(), "success".to_owned())]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_description_is_optional_and_names_are_not_unique(db: PgPool) {
    let projects = Projects::start(db).await;
    let client = projects.client.as_user(&projects.platform.user("ada@example.org").await);
    for body in [json!({"name": "Letters"}), json!({"name": "Letters", "description": null})] {
        let created = client.post("/projects", body).await;
        assert_eq!(created.assert_status(201).body["description"], json!(null));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_project_can_set_the_language_of_its_voice_samples(db: PgPool) {
    let projects = Projects::start(db).await;
    let client = projects.client.as_user(&projects.platform.user("ada@example.org").await);
    let created = client.post("/projects", json!({"name": "Stories", "language": "cmn-Hans-CN"})).await;
    assert_eq!(created.assert_status(201).body["language"], "cmn-Hans-CN");
    let id = created.body["id"].as_str().expect("an id");
    assert_eq!(client.get(&format!("/projects/{id}")).await.body, created.body);
    assert_eq!(client.get("/projects").await.body["items"][0], created.body);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_fields_are_reported_together(db: PgPool) {
    let projects = Projects::start(db).await;
    let client = projects.client.as_user(&projects.platform.user("ada@example.org").await);
    let cases = [
        (
            json!({"name": "", "description": "x".repeat(2001), "more": 1}),
            vec!["description", "more", "name"],
        ),
        (json!({}), vec!["name"]),
        (json!({"name": 7}), vec!["name"]),
        (json!({"name": "x".repeat(201)}), vec!["name"]),
        (json!({"name": "see https://evil.example"}), vec!["name"]),
        (json!({"name": "pay at evil.example/x"}), vec!["name"]),
        (json!({"name": "a\u{2028}b"}), vec!["name"]),
        (json!({"name": "a\u{2066}b"}), vec!["name"]),
        (json!({"name": "a\u{0}b", "description": "c\u{0}d"}), vec!["description", "name"]),
        (json!({"name": "Letters", "language": "en_US"}), vec!["language"]),
        // Klingon, which the engine does not offer.
        (json!({"name": "Letters", "language": "tlh"}), vec!["language"]),
        (json!([{"name": "Letters"}]), vec![""]),
    ];
    for (body, fields) in cases {
        let response = client.post("/projects", body).await;
        assert_eq!(response.assert_problem(422, "invalid_fields").invalid_fields(), fields);
    }
    let send = |kind, body: &str| client.send(Method::POST, "/projects", kind, body.as_bytes().to_vec());
    send(Some("application/json"), "{").await.assert_problem(400, "malformed");
    send(Some("text/plain"), "{}").await.assert_problem(415, "unsupported_media_type");
    let count: i64 = projects.platform.value("select count(*) from projects").await;
    assert_eq!(count, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_verified_users_can_create_projects(db: PgPool) {
    let projects = Projects::start(db).await;
    let body = json!({"name": "Letters"});
    let anonymous = projects.client.post("/projects", body.clone()).await;
    anonymous.assert_problem(401, "unauthenticated");
    assert_eq!(anonymous.headers["www-authenticate"], "Bearer");
    let unverified = projects.platform.unverified_user("eve@example.org").await;
    projects
        .client
        .as_user(&unverified)
        .post("/projects", body)
        .await
        .assert_problem(403, "email_not_verified");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_user_creates_a_limited_number_of_projects(db: PgPool) {
    let projects = Projects::start_with(db, &[("PROJECTS_PER_USER", "3")]).await;
    let [ada, bob] =
        [projects.platform.user("ada@example.org").await, projects.platform.user("bob@example.org").await];
    let client = projects.client.as_user(&ada);
    let body = json!({"name": "Letters"});
    let key = client.with("idempotency-key", "first");
    key.post("/projects", body.clone()).await.assert_status(201);
    let answers = futures::future::join_all((0..6).map(|_| client.post("/projects", body.clone()))).await;
    let (created, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((created.len(), refused.len()), (2, 4));
    for answer in refused {
        answer.assert_problem(429, "quota_exceeded");
        assert_eq!(answer.body["limit"], "projects_per_user");
        assert!(!answer.headers.contains_key("retry-after"), "waiting does not help");
    }
    key.post("/projects", body.clone()).await.assert_status(201);
    projects.client.as_user(&bob).post("/projects", body.clone()).await.assert_status(201);
    let id = created[0].body["id"].as_str().expect("an id");
    client.delete(&format!("/projects/{id}")).await.assert_status(204);
    client.post("/projects", body).await.assert_status(201);
}
