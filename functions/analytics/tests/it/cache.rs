use serde_json::Value;
use shared::{
    identity::guard::ProjectRole,
    testing::{Client, RedisServer, TestUser, eventually},
};
use sqlx::PgPool;
use time::{Duration, macros::datetime};

use crate::support::Analytics;

async fn drafts(client: &Client, user: &TestUser, query: &str) -> Value {
    let answer = client.as_user(user).get(&format!("/analytics/summary?{query}")).await;
    answer.assert_status(200);
    answer.body["totals"]["documents"]["draft"].clone()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_summary_is_cached_for_30_seconds(db: PgPool) {
    let analytics = Analytics::start(db, datetime!(2027-02-10 15:00 UTC)).await;
    let admin = analytics.platform.user("admin@example.org").await;
    let project = analytics.platform.project(&admin).await;
    assert_eq!(drafts(&analytics.client, &admin, "").await, 0);
    analytics.platform.draft(project, &admin, "application/pdf", 5).await;
    analytics.platform.clock.advance(Duration::seconds(28));
    assert_eq!(drafts(&analytics.client, &admin, "").await, 0);
    assert_eq!(drafts(&analytics.client, &admin, "timezone=Asia/Tokyo").await, 1);
    assert_eq!(drafts(&analytics.client, &admin, "timeframe=all").await, 1);
    analytics.platform.clock.advance(Duration::seconds(3));
    assert_eq!(drafts(&analytics.client, &admin, "").await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_cached_summary_is_only_shown_to_callers_with_access(db: PgPool) {
    let analytics = Analytics::start(db, datetime!(2027-02-10 15:00 UTC)).await;
    let root = analytics.platform.super_admin("root@example.org").await;
    let (ada, bob) =
        (analytics.platform.user("ada@example.org").await, analytics.platform.user("bob@example.org").await);
    let of_ada = analytics.platform.project(&ada).await;
    let of_bob = analytics.platform.project(&bob).await;
    analytics.platform.draft(of_ada, &ada, "application/pdf", 5).await;
    for _ in 0..2 {
        analytics.platform.draft(of_bob, &bob, "application/pdf", 5).await;
    }
    for _ in 0..2 {
        assert_eq!(drafts(&analytics.client, &root, "").await, 3);
        assert_eq!(drafts(&analytics.client, &ada, "").await, 1);
        assert_eq!(drafts(&analytics.client, &bob, "").await, 2);
    }
    // A change of access applies at once.
    analytics.platform.member(of_bob, &ada, ProjectRole::Admin).await;
    assert_eq!(drafts(&analytics.client, &ada, "").await, 3);
    let lost = "delete from project_members where user_id = $1 and project_id <> $1 and role = 'admin'
                  and project_id = (select max(project_id::text)::uuid from project_members where user_id = $1)";
    analytics.platform.change(lost, ada.id.0).await;
    assert_eq!(drafts(&analytics.client, &ada, "").await, 1);
    let lost = "delete from project_members where user_id = $1";
    analytics.platform.change(lost, ada.id.0).await;
    analytics.summary(&ada, "").await.assert_problem(403, "forbidden");
    analytics.summary(&ada, &format!("project_id={of_ada}")).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn instances_share_summaries_in_redis_and_work_without_it(db: PgPool) {
    let analytics = Analytics::start(db, datetime!(2027-02-10 15:00 UTC)).await;
    let mut redis = RedisServer::start().await;
    let url = redis.url();
    let variables = [("REDIS_URL", url.as_str()), ("REDIS_TIMEOUT_MS", "5000")];
    let [one, two] = [(); 2].map(|()| analytics.platform.client_of::<analytics::Analytics>(&variables));
    let admin = analytics.platform.user("admin@example.org").await;
    let project = analytics.platform.project(&admin).await;
    assert_eq!(drafts(&one, &admin, "").await, 0);
    analytics.platform.draft(project, &admin, "application/pdf", 5).await;
    assert_eq!(drafts(&two, &admin, "").await, 0, "the other instance cached the summary");
    assert_eq!(
        drafts(&analytics.client, &admin, "").await,
        1,
        "an instance without Redis reads the database"
    );
    let health = one.get("/health").await;
    assert_eq!((health.status.as_u16(), health.body["status"].as_str()), (200, Some("ok")));
    redis.kill().await;
    assert_eq!(drafts(&two, &admin, "").await, 1, "nothing is cached while Redis is down");
    eventually("a new report", async || {
        (one.get("/health").await.body["status"] == "degraded").then_some(())
    })
    .await;
}
