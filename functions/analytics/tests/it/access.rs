use serde_json::json;
use shared::{base::ids::ProjectId, identity::guard::ProjectRole};
use sqlx::PgPool;
use time::macros::datetime;

use crate::support::Analytics;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_summary_is_for_admins_and_super_admins(db: PgPool) {
    let analytics = Analytics::start(db, datetime!(2027-02-10 15:00 UTC)).await;
    let admin = analytics.platform.user("admin@example.org").await;
    let project = analytics.platform.project(&admin).await;
    let root = analytics.platform.super_admin("root@example.org").await;
    let outsider = analytics.platform.user("outsider@example.org").await;
    let of_project = format!("project_id={project}");
    for role in [ProjectRole::Contributor, ProjectRole::Reviewer] {
        let member = analytics.platform.user(&format!("{role:?}@example.org")).await;
        analytics.platform.member(project, &member, role).await;
        for query in [of_project.as_str(), ""] {
            analytics.summary(&member, query).await.assert_problem(403, "forbidden");
        }
    }
    analytics.summary(&outsider, &of_project).await.assert_problem(404, "not_found");
    analytics.summary(&outsider, "").await.assert_problem(403, "forbidden");
    for user in [&admin, &root] {
        for query in [of_project.as_str(), ""] {
            analytics.summary(user, query).await.assert_status(200);
        }
        let unknown = format!("project_id={}", ProjectId::new());
        analytics.summary(user, &unknown).await.assert_problem(404, "not_found");
    }
    analytics.client.get("/analytics/summary").await.assert_problem(401, "unauthenticated");
    let unverified = analytics.platform.unverified_user("new@example.org").await;
    analytics.summary(&unverified, "").await.assert_problem(403, "email_not_verified");

    analytics.platform.change("update projects set deleted_at = now() where id = $1", project.0).await;
    analytics.summary(&admin, &of_project).await.assert_problem(404, "not_found");
    analytics.summary(&admin, "").await.assert_problem(403, "forbidden");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn without_a_project_an_admin_sees_all_projects_that_they_administer(db: PgPool) {
    let analytics = Analytics::start(db, datetime!(2027-02-10 15:00 UTC)).await;
    let (ada, bob) =
        (analytics.platform.user("ada@example.org").await, analytics.platform.user("bob@example.org").await);
    let root = analytics.platform.super_admin("root@example.org").await;
    let mut projects = Vec::new();
    for (admin, items) in [(&ada, 1), (&ada, 2), (&bob, 4)] {
        let project = analytics.platform.project(admin).await;
        for _ in 0..items {
            analytics.platform.draft(project, admin, "application/pdf", 5).await;
        }
        projects.push(project);
    }
    analytics.platform.member(projects[2], &ada, ProjectRole::Reviewer).await;
    for (user, drafts) in [(&ada, 3), (&bob, 4), (&root, 7)] {
        let summary = analytics.folded_or_not(user, "").await;
        assert_eq!(summary["totals"]["documents"]["draft"], json!(drafts));
        assert_eq!(summary["project_id"], json!(null));
    }
    let one = analytics.folded_or_not(&ada, &format!("project_id={}", projects[1])).await;
    assert_eq!(one["totals"]["documents"]["draft"], 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn invalid_query_parameters_are_refused(db: PgPool) {
    let analytics = Analytics::start(db, datetime!(2027-02-10 15:00 UTC)).await;
    let root = analytics.platform.super_admin("root@example.org").await;
    for (query, field) in [
        ("timezone=Mars/Phobos", "timezone"),
        ("timezone=", "timezone"),
        ("timezone=Etc/Unknown", "timezone"),
        ("timezone=%2B05:30", "timezone"),
        ("timezone=UTC%00", "timezone"),
        ("timeframe=8d", "timeframe"),
        ("project_id=1", "project_id"),
        ("from=2027-01-01", "from"),
    ] {
        let answer = analytics.summary(&root, query).await;
        answer.assert_problem(422, "invalid_fields");
        assert_eq!(answer.body["errors"][0]["field"], field, "{query}");
    }
}
