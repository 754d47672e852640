use futures::future::join_all;
use http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::Users;

const PATH: &str = "/users/me/sessions";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_other_sessions_end(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let bob = users.platform.user("bob@example.org").await;
    let others = [users.platform.another_session(&ada).await, users.platform.another_session(&ada).await];
    let client = users.client.as_user(&ada);
    client.delete(PATH).await.assert_status(204);
    for other in &others {
        assert!(!users.is_in(other).await);
    }
    assert!(users.is_in(&ada).await && users.is_in(&bob).await);
    let row = users.audit_row("user.sessions_revoked").await;
    assert_eq!((&row["actor_user_id"], &row["metadata"]), (&json!(ada.id), &json!({"sessions": 2})));
    client.delete(PATH).await.assert_status(204);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn one_of_several_sessions_that_end_each_other_remains(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let mut sessions = vec![ada.clone()];
    for _ in 0..4 {
        sessions.push(users.platform.another_session(&ada).await);
    }
    let clients: Vec<_> = sessions.iter().map(|session| users.client.as_user(session)).collect();
    let answers = join_all(clients.iter().map(|client| client.delete(PATH))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    let refused = answers.iter().filter(|answer| answer.body["code"] == "unauthenticated");
    assert_eq!(refused.count(), 4);
    assert_eq!(users.platform.count("select count(*) from sessions where revoked_at is null").await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn ending_sessions_requires_a_session_and_a_verified_address(db: PgPool) {
    let users = Users::start(db).await;
    users.refuses_strangers(Method::DELETE, PATH, None).await;
    assert_eq!(users.platform.count("select count(*) from sessions where revoked_at is not null").await, 0);
}
