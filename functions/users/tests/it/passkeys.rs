//! Tests of `GET`, `PATCH`, `DELETE` and `POST .../confirm` on `/users/me/passkeys`.

use http::Method;
use serde_json::{Value, json};
use shared::{base::ids::PasskeyId, cloud::events::EmailRequested, testing::TestUser};
use sqlx::PgPool;
use time::Duration;

use crate::support::Users;

const PATH: &str = "/users/me/passkeys";

impl Users {
    pub(crate) async fn passkey(&self, owner: &TestUser, name: &str) -> PasskeyId {
        let id = PasskeyId::new();
        let row = json!({
            "id": id, "user_id": owner.id, "credential_id": format!("\\x{}", id.0.simple()),
            "credential": {"cred": "secret half"}, "name": name, "created_at": "now",
        });
        self.platform.insert("passkeys", row).await;
        id
    }
}

fn names(body: &Value) -> Vec<&str> {
    body["items"].as_array().expect("entries").iter().filter_map(|entry| entry["name"].as_str()).collect()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_users_own_passkeys_are_listed_newest_first(db: PgPool) {
    let users = Users::start(db).await;
    let (ada, bob) =
        (users.platform.user("ada@example.org").await, users.platform.user("bob@example.org").await);
    for name in ["Phone", "Laptop", "Key ring"] {
        users.passkey(&ada, name).await;
    }
    users.passkey(&bob, "Bob's").await;
    let client = users.client.as_user(&ada);
    let page = client.get(PATH).await;
    assert_eq!(names(&page.assert_status(200).body), ["Key ring", "Laptop", "Phone"]);
    let fields: Vec<&String> = page.body["items"][0].as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["created_at", "id", "last_used_at", "name", "suspended_at"]);
    let first = client.get(&format!("{PATH}?limit=2")).await;
    assert_eq!(names(&first.body), ["Key ring", "Laptop"]);
    let cursor = first.body["next_cursor"].as_str().expect("a cursor");
    let rest = client.get(&format!("{PATH}?limit=2&cursor={cursor}")).await;
    assert_eq!((names(&rest.body), &rest.body["next_cursor"]), (vec!["Phone"], &json!(null)));
    let faulty = client.get(&format!("{PATH}?limit=0&cursor=x&all=true")).await;
    assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), ["all", "cursor", "limit"]);
    let plan = users.platform.plan(&["select id as \"id: PasskeyId\"", "order by id desc"]).await;
    assert!(plan.contains("passkeys_user_id_id_idx") && !plan.contains("Sort"), "{plan}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_passkey_is_renamed_by_its_owner(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let id = users.passkey(&ada, "Phone").await;
    let path = format!("{PATH}/{id}");
    let client = users.client.as_user(&ada);
    let renamed = client.patch(&path, json!({"name": " Work phone "})).await;
    assert_eq!(renamed.assert_status(200).body["name"], "Work phone");
    assert_eq!(client.patch(&path, json!({})).await.assert_status(200).body["name"], "Work phone");
    assert_eq!(names(&client.get(PATH).await.body), ["Work phone"]);
    let audited = users.platform.audited(ada.id.0).await;
    assert_eq!(audited, [("user.passkey_renamed".to_owned(), "success".to_owned())]);
    for (body, fields) in [
        (json!({"name": null}), vec!["name"]),
        (json!({"name": "", "x": 1}), vec!["name", "x"]),
        (json!({"name": "https://evil.example"}), vec!["name"]),
        (json!({"name": "pay at evil.example/x"}), vec!["name"]),
        (json!({"name": "a\u{2028}b"}), vec!["name"]),
        (json!({"name": "a\u{0}b"}), vec!["name"]),
    ] {
        let faulty = client.patch(&path, body).await;
        assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), fields);
    }
    assert_eq!(names(&client.get(PATH).await.body), ["Work phone"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn deleting_a_passkey_requires_a_recent_session(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let id = users.passkey(&ada, "Phone").await;
    users.passkey(&ada, "Laptop").await;
    let path = format!("{PATH}/{id}");
    users.client.as_user(&ada).delete(&path).await.assert_status(204);
    users.client.as_user(&ada).delete(&path).await.assert_problem(404, "not_found");
    assert_eq!(names(&users.client.as_user(&ada).get(PATH).await.body), ["Laptop"]);
    let row = users.audit_row("user.passkey_removed").await;
    assert_eq!((&row["metadata"], &row["resource_id"]), (&json!({"passkey_id": id}), &json!(ada.id)));
    assert_eq!(users.mails().await, [EmailRequested::PasskeyRemoved { user_id: ada.id }]);
    users.platform.clock.advance(Duration::minutes(11));
    users.client.as_user(&ada).delete(&path).await.assert_problem(403, "reauthentication_required");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_password_change_suspends_passkeys_until_each_is_confirmed(db: PgPool) {
    let users = Users::start(db).await;
    let (ada, bob) =
        (users.platform.user("ada@example.org").await, users.platform.user("bob@example.org").await);
    let (phone, _) = (users.passkey(&ada, "Phone").await, users.passkey(&ada, "Laptop").await);
    users.passkey(&bob, "Bob's").await;
    let ceremony = "insert into passkey_ceremonies (id, user_id, state, expires_at)
                    select gen_random_uuid(), id, '{}', now() + interval '5 minutes' from users";
    sqlx::query(ceremony).execute(&users.platform.db).await.expect("ceremonies");
    let client = users.client.as_user(&ada);
    let change = json!({"new_password": "a new password of mine"});
    client.post("/users/me/password", change).await.assert_status(204);
    assert_eq!(users.mails().await, [EmailRequested::PasswordChanged { user_id: ada.id }]);

    let suspended = async |user: &TestUser| {
        let page = users.client.as_user(user).get(PATH).await;
        let items = page.body["items"].as_array().expect("entries").clone();
        let suspended = items.iter().filter(|item| item["suspended_at"].is_string());
        suspended.filter_map(|item| item["name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(
        (suspended(&ada).await, suspended(&bob).await),
        (vec!["Laptop".into(), "Phone".into()], vec![])
    );
    let left = users.platform.count("select count(*) from passkey_ceremonies").await;
    assert_eq!(left, 1, "the ceremonies of other users go on");

    let path = format!("{PATH}/{phone}/confirm");
    users.client.as_user(&bob).post(&path, Value::Null).await.assert_problem(404, "not_found");
    for _ in 0..2 {
        let confirmed = client.post(&path, Value::Null).await;
        assert_eq!(
            (&confirmed.assert_status(200).body["name"], &confirmed.body["suspended_at"]),
            (&json!("Phone"), &Value::Null)
        );
    }
    assert_eq!(suspended(&ada).await, ["Laptop"]);
    let row = users.audit_row("user.passkey_confirmed").await;
    assert_eq!((&row["metadata"], &row["resource_id"]), (&json!({"passkey_id": phone}), &json!(ada.id)));
    client.post(&format!("{PATH}/x/confirm"), Value::Null).await.assert_problem(400, "malformed");
    users.platform.clock.advance(Duration::minutes(11));
    client.post(&path, Value::Null).await.assert_problem(403, "reauthentication_required");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_passkey_of_another_user_is_not_found(db: PgPool) {
    let users = Users::start(db).await;
    let (ada, eve) =
        (users.platform.user("ada@example.org").await, users.platform.user("eve@example.org").await);
    let id = users.passkey(&ada, "Phone").await;
    let client = users.client.as_user(&eve);
    for id in [id, PasskeyId::new()] {
        let path = format!("{PATH}/{id}");
        client.patch(&path, json!({"name": "Mine"})).await.assert_problem(404, "not_found");
        client.delete(&path).await.assert_problem(404, "not_found");
    }
    client.delete(&format!("{PATH}/x")).await.assert_problem(400, "malformed");
    assert_eq!(names(&users.client.as_user(&ada).get(PATH).await.body), ["Phone"]);
    assert_eq!(users.platform.count("select count(*) from audit_logs").await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn passkeys_are_exported_and_deleted_with_their_account(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    users.passkey(&ada, "Phone").await;
    let client = users.client.as_user(&ada);
    let export = client.get("/users/me/export").await;
    let passkeys = export.body["passkeys"].as_array().expect("a list");
    assert_eq!(passkeys.iter().map(|row| &row["name"]).collect::<Vec<_>>(), ["Phone"]);
    assert!(!export.body.to_string().contains("secret half"), "{}", export.body);
    client.delete("/users/me").await.assert_status(204);
    assert_eq!(users.platform.count("select count(*) from passkeys").await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_list_requires_a_session_and_a_verified_address(db: PgPool) {
    let users = Users::start(db).await;
    users.refuses_strangers(Method::GET, PATH, None).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn changes_require_a_session_and_a_verified_address(db: PgPool) {
    let users = Users::start(db).await;
    let path = format!("{PATH}/{}", PasskeyId::new());
    users.refuses_strangers(Method::PATCH, &path, Some(json!({"name": "Mine"}))).await;
    users
        .platform
        .change(
            "delete from users where email = 'unverified@example.org' and $1 is not null",
            PasskeyId::new().0,
        )
        .await;
    users.refuses_strangers(Method::DELETE, &path, None).await;
    users
        .platform
        .change(
            "delete from users where email = 'unverified@example.org' and $1 is not null",
            PasskeyId::new().0,
        )
        .await;
    users.refuses_strangers(Method::POST, &format!("{path}/confirm"), None).await;
}
