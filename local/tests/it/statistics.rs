//! Compares the statistics that were folded while the platform ran with the transitions and the items.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::time::{Instant, sleep};

use crate::{
    restart::{PAGE, create_document, open_account, put, wait_for},
    running::Running,
};

/// The time limit for the fold, which the scheduler runs every minute.
const TIMEOUT: Duration = Duration::from_secs(150);

/// Fails unless all transitions are folded, and the buckets match both the transitions and the items.
pub(crate) async fn assert_statistics_match(running: &Running) {
    let url = std::fs::read_to_string(running.folder.path().join("data/database.url")).expect("a URL");
    let db = PgPool::connect(url.trim()).await.expect("the database");
    let unfolded = "select count(*) from statistics_cursor, item_transitions
                    where (item_transitions.xid, item_transitions.id) > (statistics_cursor.xid, statistics_cursor.id)";
    let deadline = Instant::now() + TIMEOUT;
    while sqlx::query_scalar::<_, i64>(unfolded).fetch_one(&db).await.expect("a count") > 0 {
        assert!(Instant::now() < deadline, "not folded");
        sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(migrations::recompute(&db, false).await.expect("a comparison"), []);
    let differ = "
        select count(*)
        from (
            select project_id, kind, status, count(*) as items from items where deleted_at is null
            group by project_id, kind, status
        ) as counted
        full join (
            select * from statistics_totals
            where items <> 0 and project_id <> '00000000-0000-0000-0000-000000000000'
        ) as folded using (project_id, kind, status)
        where counted.items is distinct from folded.items";
    assert_eq!(sqlx::query_scalar::<_, i64>(differ).fetch_one(&db).await.expect("a count"), 0);
    let folded: i64 =
        sqlx::query_scalar("select count(*) from statistics_counts").fetch_one(&db).await.expect("a count");
    assert!(folded > 0, "at least one transition was folded");
}

#[tokio::test]
async fn a_summary_counts_all_work_and_matches_the_transitions() {
    let mut running = Running::start().await;
    let project = open_account(&mut running, false).await;
    let documents = [create_document(&running, &project).await, create_document(&running, &project).await];
    for document in &documents {
        assert_eq!(put(document, PAGE).await.expect("an answer"), StatusCode::OK);
    }
    for document in &documents {
        wait_for(&running, document, &["approved"]).await;
    }
    let labelled =
        running.request(Method::PATCH, &documents[0].path).json(&json!({"domain": "letters"})).send().await;
    assert_eq!(labelled.expect("an answer").status(), StatusCode::OK);
    let deleted = running.request(Method::DELETE, &documents[1].path).send().await.expect("an answer");
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);

    let path = format!("/analytics/summary?project_id={project}&timeframe=7d");
    assert_counted(&running.get(&path).await);
    running.kill_and_start().await;
    assert_statistics_match(&running).await;
    assert_counted(&running.get(&path).await);
}

fn assert_counted(summary: &Value) {
    assert_eq!(summary["totals"]["documents"]["approved"], 1, "{summary}");
    assert_eq!(summary["domains"], json!([{"domain": "letters", "documents": 1}]));
    let sum = |what: &str| {
        let days = summary["daily"].as_array().expect("days").iter();
        days.filter_map(|day| day[what].as_i64()).sum::<i64>()
    };
    assert_eq!([sum("uploaded"), sum("processed"), sum("approved"), sum("failed")], [2, 2, 2, 0]);
    assert_eq!((&summary["pages"], &summary["time_to_text"]["count"]), (&json!(2), &json!(2)));
    let confidence = summary["mean_confidence"]["documents"].as_f64().expect("a confidence");
    assert!((0.3..=1.0).contains(&confidence), "{confidence}");
    assert_eq!(summary["contributors"][0]["uploaded"], 2);
    assert_eq!(summary["reviewers"], json!([]));
}
