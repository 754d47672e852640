use futures::future::join_all;
use http::Method;
use serde_json::json;
use shared::cloud::events::EmailRequested;
use sqlx::PgPool;
use time::Duration;

use crate::support::{PASSWORD, Users};

const NEW_PASSWORD: &str = "a new password of mine";
const PATH: &str = "/users/me/password";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_new_password_ends_other_sessions_and_invalidates_reset_links(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.user_with_password("ada@example.org").await;
    let elsewhere = users.platform.another_session(&ada).await;
    let bob = users.platform.user("bob@example.org").await;
    let link = "insert into password_reset_tokens (id, user_id, key_id, token_hash, expires_at, created_at)
                values (gen_random_uuid(), $1, 'k1', 'hash' || $1::text, now() + interval '1 hour', now())";
    for user in [&ada, &bob] {
        let link = link.replace("'hash' || $1::text", "decode(replace($1::text, '-', ''), 'hex')");
        sqlx::query(sqlx::AssertSqlSafe(link))
            .bind(user.id)
            .execute(&users.platform.db)
            .await
            .expect("a link");
    }

    let client = users.client.as_user(&ada);
    client.post(PATH, json!({"new_password": NEW_PASSWORD})).await.assert_status(204);

    assert!(users.is_in(&ada).await && users.is_in(&bob).await && !users.is_in(&elsewhere).await);
    assert!(users.opens(&ada, NEW_PASSWORD).await && !users.opens(&ada, PASSWORD).await);
    let links = "select count(*) from password_reset_tokens";
    assert_eq!(users.platform.count(links).await, 1);
    let coherent = "select count(*) from users join sessions on sessions.user_id = users.id
                    where sessions.password_id = users.password_id and sessions.revoked_at is null";
    assert_eq!(users.platform.count(coherent).await, 1);
    let events = users.platform.events::<EmailRequested>().await;
    assert_eq!(events, [EmailRequested::PasswordChanged { user_id: ada.id }]);
    let audited = users.platform.audited(ada.id.0).await;
    assert_eq!(audited, [("user.password_changed".to_owned(), "success".to_owned())]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_old_session_needs_the_current_password(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.user_with_password("ada@example.org").await;
    let client = users.client.as_user(&ada);
    users.platform.clock.advance(Duration::minutes(11));
    let without = json!({"new_password": NEW_PASSWORD});
    client.post(PATH, without).await.assert_problem(403, "reauthentication_required");
    let invalid = json!({"current_password": "wrong", "new_password": NEW_PASSWORD});
    client.post(PATH, invalid).await.assert_problem(401, "invalid_credentials");
    assert!(users.opens(&ada, PASSWORD).await);
    let right = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
    client.post(PATH, right).await.assert_status(204);
    assert!(users.opens(&ada, NEW_PASSWORD).await);
    assert_eq!(users.platform.events::<EmailRequested>().await.len(), 1);
    let audited = users.platform.audited(ada.id.0).await;
    let outcomes: Vec<&str> = audited.iter().map(|(_, outcome)| outcome.as_str()).collect();
    assert_eq!(outcomes, ["failure", "success"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_wrong_current_password_is_refused_even_in_a_recent_session(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.user_with_password("ada@example.org").await;
    let passwordless = users.platform.user("bob@example.org").await;
    let body = json!({"current_password": "wrong", "new_password": NEW_PASSWORD});
    for user in [&ada, &passwordless] {
        let client = users.client.as_user(user);
        client.post(PATH, body.clone()).await.assert_problem(401, "invalid_credentials");
    }
    assert!(users.opens(&ada, PASSWORD).await);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_one_of_two_parallel_password_changes_succeeds(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.user_with_password("ada@example.org").await;
    let elsewhere = users.platform.another_session(&ada).await;
    let clients = [&ada, &elsewhere].map(|session| users.client.as_user(session));
    let passwords = ["the first new password", "the second new password"];
    let changes = clients.iter().zip(passwords);
    let answers =
        join_all(changes.map(|(client, password)| client.post(PATH, json!({"new_password": password}))))
            .await;
    let won = answers.iter().position(|answer| answer.status == 204).expect("one success");
    answers[1 - won].assert_problem(401, "unauthenticated");
    assert!(users.opens(&ada, passwords[won]).await);
    assert_eq!(users.platform.events::<EmailRequested>().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_fields_are_reported_together(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.user_with_password("ada@example.org").await;
    let client = users.client.as_user(&ada);
    let cases = [
        (
            json!({"current_password": 7, "new_password": "short", "x": 1}),
            vec!["current_password", "new_password", "x"],
        ),
        (json!({}), vec!["new_password"]),
        (json!({"new_password": "kX9-vw2q+Lm4".repeat(11)}), vec!["new_password"]),
        (json!({"new_password": "password12345"}), vec!["new_password"]),
        (json!({"new_password": null, "password": "x"}), vec!["new_password", "password"]),
    ];
    for (body, fields) in cases {
        let response = client.post(PATH, body).await;
        assert_eq!(response.assert_problem(422, "invalid_fields").invalid_fields(), fields);
    }
    assert!(users.opens(&ada, PASSWORD).await);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_password_change_requires_a_session_and_a_verified_address(db: PgPool) {
    let users = Users::start(db).await;
    users.refuses_strangers(Method::POST, PATH, Some(json!({"new_password": NEW_PASSWORD}))).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn password_guesses_in_one_session_are_limited_across_addresses(db: PgPool) {
    let users = Users::start_with(db, &[("RATE_LIMIT_ACCOUNT_PER_MINUTE", "9")]).await;
    let ada = users.user_with_password("ada@example.org").await;
    let change = async |address: &str, current: &str| {
        let client = users.client.as_user(&ada).with("x-forwarded-for", address);
        client.post(PATH, json!({"current_password": current, "new_password": NEW_PASSWORD})).await
    };
    for address in ["203.0.113.1", "203.0.113.2", "203.0.113.3"] {
        change(address, "wrong").await.assert_problem(401, "invalid_credentials");
    }
    change("203.0.113.4", PASSWORD).await.assert_problem(429, "too_many_requests");
    users.platform.clock.advance(Duration::minutes(1));
    change("203.0.113.4", PASSWORD).await.assert_status(204);
    assert_eq!(users.platform.events::<EmailRequested>().await.len(), 1);
}
