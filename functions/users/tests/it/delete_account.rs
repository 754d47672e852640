use futures::future::join_all;
use http::Method;
use serde_json::json;
use shared::identity::guard::ProjectRole;
use sqlx::PgPool;
use time::Duration;

use crate::support::Users;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn deleting_an_account_ends_its_sessions_and_frees_its_address(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let elsewhere = users.platform.another_session(&ada).await;
    let bob = users.platform.user("bob@example.org").await;
    let project = users.platform.project(&bob).await;
    users.platform.member(project, &ada, ProjectRole::Contributor).await;
    users.client.as_user(&ada).delete("/users/me").await.assert_status(204);
    for session in [&ada, &elsewhere] {
        assert!(!users.is_in(session).await);
    }
    users.client.as_user(&ada).delete("/users/me").await.assert_problem(401, "unauthenticated");
    assert!(users.is_in(&bob).await);
    let live = "select count(*) from sessions where revoked_at is null";
    assert_eq!(users.platform.count(live).await, 1);
    assert_eq!(users.platform.count("select count(*) from users where deleted_at is not null").await, 1);
    users.platform.user("ada@example.org").await;
    let audited = users.platform.audited(ada.id.0).await;
    assert_eq!(audited, [("user.deleted".to_owned(), "success".to_owned())]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn projects_that_would_lose_their_last_admin_are_listed(db: PgPool) {
    let users = Users::start(db).await;
    let platform = &users.platform;
    let ada = platform.user("ada@example.org").await;
    let (alone, shared) = (platform.project(&ada).await, platform.project(&ada).await);
    let (deleted, suspended) = (platform.project(&ada).await, platform.project(&ada).await);
    let bob = platform.user("bob@example.org").await;
    platform.member(shared, &bob, ProjectRole::Admin).await;
    platform.member(alone, &bob, ProjectRole::Reviewer).await;
    let former = platform.user("gone@example.org").await;
    platform.member(alone, &former, ProjectRole::Admin).await;
    platform.change("update users set deleted_at = now() where id = $1", former.id.0).await;
    let shut = platform.user("shut@example.org").await;
    platform.member(suspended, &shut, ProjectRole::Admin).await;
    platform.change("update users set suspended_at = now() where id = $1", shut.id.0).await;
    platform.change("update projects set deleted_at = now() where id = $1", deleted.0).await;

    let refused = users.client.as_user(&ada).delete("/users/me").await;
    refused.assert_problem(409, "last_admin");
    let expected = json!([{"id": alone, "name": "Letters"}, {"id": suspended, "name": "Letters"}]);
    assert_eq!(refused.body["projects"], expected);
    assert!(users.is_in(&ada).await);
    assert_eq!(users.platform.count("select count(*) from audit_logs").await, 0);

    platform.change("update users set suspended_at = null where id = $1", shut.id.0).await;
    platform.change("update projects set deleted_at = now() where id = $1", alone.0).await;
    users.client.as_user(&ada).delete("/users/me").await.assert_status(204);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_one_of_two_last_admins_can_leave(db: PgPool) {
    let users = Users::start(db).await;
    let platform = &users.platform;
    for round in 0..10 {
        let ada = platform.user(&format!("ada{round}@example.org")).await;
        let bob = platform.user(&format!("bob{round}@example.org")).await;
        for _ in 0..3 {
            let by_ada = platform.project(&ada).await;
            platform.member(by_ada, &bob, ProjectRole::Admin).await;
            let by_bob = platform.project(&bob).await;
            platform.member(by_bob, &ada, ProjectRole::Admin).await;
        }
        let clients = [&ada, &bob].map(|user| users.client.as_user(user));
        let answers = join_all(clients.iter().map(|client| client.delete("/users/me"))).await;
        let mut statuses = answers.iter().map(|answer| answer.status.as_u16()).collect::<Vec<_>>();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "round {round}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn deletion_requires_a_recent_session_and_the_current_version(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let client = users.client.as_user(&ada);
    client.with("if-match", "\"2\"").delete("/users/me").await.assert_problem(412, "stale");
    users.platform.clock.advance(Duration::minutes(11));
    client.delete("/users/me").await.assert_problem(403, "reauthentication_required");
    let again =
        "update sessions set authenticated_at = authenticated_at + interval '2 minutes' where id = $1";
    users.platform.change(again, ada.session.0).await;
    client.with("if-match", "\"1\"").delete("/users/me").await.assert_status(204);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn deleting_an_account_invalidates_its_mailed_links(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let link = "insert into password_reset_tokens (id, user_id, key_id, token_hash, expires_at, created_at)
                values (gen_random_uuid(), $1, 'k1', 'hash', now() + interval '1 hour', now())";
    users.platform.change(link, ada.id.0).await;
    users.client.as_user(&ada).delete("/users/me").await.assert_status(204);
    assert_eq!(users.platform.count("select count(*) from password_reset_tokens").await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn deletion_requires_a_session_and_a_verified_address(db: PgPool) {
    let users = Users::start(db).await;
    users.refuses_strangers(Method::DELETE, "/users/me", None).await;
    assert_eq!(users.platform.count("select count(*) from users where deleted_at is not null").await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_last_super_admin_cannot_delete_their_account(db: PgPool) {
    let users = Users::start(db).await;
    let platform = &users.platform;
    let root = platform.super_admin("root@example.org").await;
    let suspended = platform.super_admin("suspended@example.org").await;
    platform.change("update users set suspended_at = now() where id = $1", suspended.id.0).await;
    users.client.as_user(&root).delete("/users/me").await.assert_problem(409, "last_super_admin");
    assert!(users.is_in(&root).await);

    let second = platform.super_admin("second@example.org").await;
    let clients = [&root, &second].map(|user| users.client.as_user(user));
    let answers = join_all(clients.iter().map(|client| client.delete("/users/me"))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
}
