use futures::future::join_all;
use http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::Users;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_name_can_be_set_kept_and_cleared(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let client = users.client.as_user(&ada);
    let set = client.patch("/users/me", json!({"display_name": " Ada "})).await;
    assert_eq!(
        (&set.assert_status(200).body["display_name"], &set.body["version"]),
        (&json!("Ada"), &json!(2))
    );
    assert_eq!(set.headers["etag"], "\"2\"");
    assert_eq!(client.get("/users/me").await.body, set.body);
    for same in [json!({}), json!({"display_name": "Ada"})] {
        assert_eq!(client.patch("/users/me", same).await.assert_status(200).body, set.body);
    }
    let cleared = client.patch("/users/me", json!({"display_name": null})).await;
    assert_eq!((&cleared.body["display_name"], &cleared.body["version"]), (&json!(null), &json!(3)));
    let updated = ("user.updated".to_owned(), "success".to_owned());
    assert_eq!(users.platform.audited(ada.id.0).await, [updated.clone(), updated]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_change_of_an_outdated_version_is_refused(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let client = users.client.as_user(&ada);
    let with_tag = |tag: &str| client.with("if-match", tag);
    let ada_is = json!({"display_name": "Ada"});
    with_tag("\"0\"").patch("/users/me", ada_is.clone()).await.assert_problem(412, "stale");
    with_tag("W/\"0\"").patch("/users/me", ada_is.clone()).await.assert_problem(412, "stale");
    with_tag("\"1\"").patch("/users/me", ada_is.clone()).await.assert_status(200);
    with_tag("\"1\"").patch("/users/me", json!({"display_name": null})).await.assert_problem(412, "stale");
    with_tag("*").patch("/users/me", json!({"display_name": "Augusta"})).await.assert_status(200);
    assert_eq!(client.get("/users/me").await.body["display_name"], "Augusta");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_one_of_many_changes_of_one_version_succeeds(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let client = users.client.as_user(&ada).with("if-match", "\"1\"");
    let names = (0..8).map(|number| json!({"display_name": format!("Ada {number}")}));
    let answers = join_all(names.map(|name| client.patch("/users/me", name))).await;
    let created = answers.iter().filter(|answer| answer.status == 200).count();
    let stale = answers.iter().filter(|answer| answer.body["code"] == "stale").count();
    assert_eq!((created, stale), (1, 7));
    assert_eq!(users.platform.count("select count(*) from audit_logs").await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_fields_are_reported_together(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let client = users.client.as_user(&ada);
    let cases = [
        (
            json!({"display_name": 7, "email": "eve@example.org", "version": 9}),
            vec!["display_name", "email", "version"],
        ),
        (json!({"display_name": "see https://evil.example"}), vec!["display_name"]),
        (json!({"display_name": "pay at evil.example/x"}), vec!["display_name"]),
        (json!({"display_name": "a\u{202E}b"}), vec!["display_name"]),
        (json!({"display_name": "a\u{0}b", "x": 1}), vec!["display_name", "x"]),
        (json!({"display_name": ""}), vec!["display_name"]),
        (json!(["Ada"]), vec![""]),
    ];
    for (body, fields) in cases {
        let response = client.patch("/users/me", body).await;
        assert_eq!(response.assert_problem(422, "invalid_fields").invalid_fields(), fields);
    }
    let send = |kind, body: &str| client.send(Method::PATCH, "/users/me", kind, body.as_bytes().to_vec());
    send(Some("application/json"), "{").await.assert_problem(400, "malformed");
    send(Some("text/plain"), "{}").await.assert_problem(415, "unsupported_media_type");
    assert_eq!(client.get("/users/me").await.body["version"], 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn changes_require_a_session_and_a_verified_address(db: PgPool) {
    let users = Users::start(db).await;
    users.refuses_strangers(Method::PATCH, "/users/me", Some(json!({"display_name": "Eve"}))).await;
}
