use http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::Users;

const PATH: &str = "/users/me/sessions";

fn ids(body: &Value) -> Vec<Value> {
    body["items"].as_array().expect("entries").iter().map(|entry| entry["id"].clone()).collect()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn live_sessions_are_listed_newest_first(db: PgPool) {
    let users = Users::start(db).await;
    let platform = &users.platform;
    let ada = platform.user("ada@example.org").await;
    let (second, ended) = (platform.another_session(&ada).await, platform.another_session(&ada).await);
    let (expired, third) = (platform.another_session(&ada).await, platform.another_session(&ada).await);
    platform.user("bob@example.org").await;
    platform.change("update sessions set revoked_at = now() where id = $1", ended.session.0).await;
    platform.change("update sessions set expires_at = now() where id = $1", expired.session.0).await;
    let seen = "update sessions set ip_address = '203.0.113.9', user_agent = 'Firefox' where id = $1";
    platform.change(seen, second.session.0).await;

    let client = users.client.as_user(&second);
    let page = client.get(PATH).await;
    assert_eq!(
        ids(&page.assert_status(200).body),
        [third.session, second.session, ada.session].map(|id| json!(id))
    );
    let current: Vec<&Value> =
        page.body["items"].as_array().expect("entries").iter().map(|entry| &entry["current"]).collect();
    assert_eq!(current, [false, true, false]);
    let mine = &page.body["items"][1];
    assert_eq!((&mine["ip_address"], &mine["user_agent"]), (&json!("203.0.113.9"), &json!("Firefox")));
    assert!(mine["created_at"].is_string() && mine["last_used_at"].is_string());

    let first = client.get(&format!("{PATH}?limit=2")).await;
    assert_eq!(ids(&first.body), ids(&page.body)[..2]);
    let cursor = first.body["next_cursor"].as_str().expect("a cursor");
    let rest = client.get(&format!("{PATH}?limit=2&cursor={cursor}")).await;
    assert_eq!((ids(&rest.body), &rest.body["next_cursor"]), (ids(&page.body)[2..].to_vec(), &json!(null)));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_parameters_are_reported_together(db: PgPool) {
    let users = Users::start(db).await;
    let client = users.client.as_user(&users.platform.user("ada@example.org").await);
    let response = client.get(&format!("{PATH}?limit=0&cursor=x&all=true")).await;
    assert_eq!(response.assert_problem(422, "invalid_fields").invalid_fields(), ["all", "cursor", "limit"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_list_requires_a_session_and_a_verified_address(db: PgPool) {
    let users = Users::start(db).await;
    users.refuses_strangers(Method::GET, PATH, None).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_page_is_read_from_the_index(db: PgPool) {
    let users = Users::start(db).await;
    let plan = users.platform.plan(&["id = $2 as \"current!\""]).await;
    assert!(plan.contains("sessions_user_id_live_idx") && !plan.contains("Sort"), "{plan}");
}
