use futures::future::join_all;
use serde_json::json;
use sqlx::PgPool;
use time::Duration;

use crate::support::{Auth, tokens};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_refresh_token_is_exchanged_for_new_tokens(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let (_, first) = auth.tokens("ada@example.org").await;
    let (access, second) = tokens(&auth.refresh(&first).await);
    assert_ne!(first, second);
    auth.signed_in(&access).get("/auth/me").await.assert_status(200);
    auth.platform.clock.advance(Duration::days(20));
    let (_, third) = tokens(&auth.refresh(&second).await);
    auth.platform.clock.advance(Duration::days(20));
    tokens(&auth.refresh(&third).await);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_session_ends_at_its_maximum_age_however_often_it_is_refreshed(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let (_, mut token) = auth.tokens("ada@example.org").await;
    for _ in 0..4 {
        auth.platform.clock.advance(Duration::days(22));
        token = tokens(&auth.refresh(&token).await).1;
    }
    auth.platform.clock.advance(Duration::days(2) - Duration::minutes(5));
    let (access, token) = tokens(&auth.refresh(&token).await);
    auth.signed_in(&access).get("/auth/me").await.assert_status(200);
    auth.platform.clock.advance(Duration::minutes(5));
    auth.signed_in(&access).get("/auth/me").await.assert_problem(401, "unauthenticated");
    auth.refresh(&token).await.assert_problem(401, "unauthenticated");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_maximum_age_of_a_session_is_configurable(db: PgPool) {
    let auth = Auth::start_with(db, &[("SESSION_LIFETIME_DAYS", "7")]).await;
    auth.account("ada@example.org").await;
    let (_, first) = auth.tokens("ada@example.org").await;
    auth.platform.clock.advance(Duration::days(6));
    let (_, second) = tokens(&auth.refresh(&first).await);
    auth.platform.clock.advance(Duration::days(1));
    auth.refresh(&second).await.assert_problem(401, "unauthenticated");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn parallel_refreshes_get_the_same_successor_and_late_reuse_ends_the_session(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let (access, first) = auth.tokens("ada@example.org").await;
    let answers = join_all((0..20).map(|_| auth.refresh(&first))).await;
    let mut successors: Vec<String> = answers.iter().map(|answer| tokens(answer).1).collect();
    successors.dedup();
    assert_eq!(successors.len(), 1);

    auth.platform.clock.advance(Duration::seconds(11));
    auth.refresh(&first).await.assert_problem(401, "refresh_reused");
    auth.refresh(&successors[0]).await.assert_problem(401, "unauthenticated");
    auth.signed_in(&access).get("/auth/me").await.assert_problem(401, "unauthenticated");
    let audited: i64 =
        auth.platform.value("select count(*) from audit_logs where action = 'user.refresh_reused'").await;
    assert_eq!(audited, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn reusing_a_token_after_its_successor_ends_the_session(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let (_, first) = auth.tokens("ada@example.org").await;
    let (_, second) = tokens(&auth.refresh(&first).await);
    let (_, third) = tokens(&auth.refresh(&second).await);
    auth.refresh(&first).await.assert_problem(401, "refresh_reused");
    auth.refresh(&third).await.assert_problem(401, "unauthenticated");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn forged_and_expired_tokens_are_refused(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let (_, token) = auth.tokens("ada@example.org").await;
    for forged in ["", "made-up", &token[1..], &token.to_uppercase()] {
        auth.refresh(forged).await.assert_problem(401, "unauthenticated");
    }
    let body = auth.client.post("/auth/refresh", json!({"token": token})).await;
    assert_eq!(body.assert_problem(422, "invalid_fields").invalid_fields(), ["refresh_token", "token"]);
    sqlx::query("update users set suspended_at = now()").execute(&auth.platform.db).await.expect("a change");
    auth.refresh(&token).await.assert_problem(401, "unauthenticated");
    sqlx::query("update users set suspended_at = null").execute(&auth.platform.db).await.expect("a change");
    auth.platform.clock.advance(Duration::days(31));
    auth.refresh(&token).await.assert_problem(401, "unauthenticated");
}
