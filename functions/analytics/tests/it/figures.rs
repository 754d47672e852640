use serde_json::{Value, json};
use shared::{
    base::ids::ProjectId,
    identity::guard::ProjectRole,
    items::{ItemKind, ItemStatus},
    testing::TestUser,
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime, macros::datetime};

use crate::support::{Analytics, Item, days};

const NOW: OffsetDateTime = datetime!(2027-02-10 15:00 UTC);

async fn owner(analytics: &Analytics) -> (TestUser, ProjectId) {
    let admin = analytics.platform.user("admin@example.org").await;
    let project = analytics.platform.project(&admin).await;
    (admin, project)
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_figure_counts_its_transitions(db: PgPool) {
    let analytics = Analytics::start(db, NOW).await;
    let (admin, project) = owner(&analytics).await;
    let reviewer = analytics.platform.user("reviewer@example.org").await;
    analytics.platform.member(project, &reviewer, ProjectRole::Reviewer).await;
    analytics.platform.change("update users set display_name = 'Rea' where id = $1", reviewer.id.0).await;
    let at = |hours: i64| NOW - Duration::hours(hours);

    let mut letter = Item::new(project, ItemKind::Document);
    analytics.upload(&mut letter, &admin, at(30), json!({"domain": "letters"})).await;
    let read = json!({"attempt": 1, "parts": 3, "confidence": 0.9, "seconds_to_text": 20.0});
    analytics.change(&mut letter, ItemStatus::PendingReview, at(29), None, read).await;
    let decided = json!({"feedback": null, "corrected": false, "seconds_to_decision": 3600.0});
    analytics.change(&mut letter, ItemStatus::Approved, at(28), Some(reviewer.id), decided.clone()).await;

    let mut speech = Item::new(project, ItemKind::Voice);
    analytics.upload(&mut speech, &reviewer, at(5), json!({})).await;
    let recognized =
        json!({"parts": 40, "confidence": 0.5, "duration_seconds": 90.5, "seconds_to_text": 40.0});
    analytics.change(&mut speech, ItemStatus::PendingReview, at(4), None, recognized).await;
    analytics.change(&mut speech, ItemStatus::Rejected, at(3), Some(reviewer.id), decided).await;

    let mut broken = analytics.uploaded(project, &admin, at(2)).await;
    let code = json!({"attempt": 1, "code": "unreadable"});
    analytics.change(&mut broken, ItemStatus::Failed, at(1), None, code).await;
    let mut draft = Item::new(project, ItemKind::Document);
    analytics.change(&mut draft, ItemStatus::Draft, at(1), Some(admin.id), json!({})).await;

    let summary = analytics.folded_or_not(&admin, &format!("project_id={project}&timeframe=7d")).await;
    assert_eq!((&summary["timeframe"], &summary["timezone"]), (&json!("7d"), &json!("UTC")));
    assert_eq!(summary["project_id"], json!(project));
    assert_eq!(summary["from"], "2027-02-04T00:00:00Z");
    let none =
        json!({"draft": 0, "processing": 0, "pending_review": 0, "approved": 0, "rejected": 0, "failed": 0});
    let (mut documents, mut voice) = (none.clone(), none);
    documents["approved"] = json!(1);
    documents["failed"] = json!(1);
    documents["draft"] = json!(1);
    voice["rejected"] = json!(1);
    assert_eq!(summary["totals"], json!({"documents": documents, "voice": voice}));
    let domains = json!([{"domain": null, "documents": 2}, {"domain": "letters", "documents": 1}]);
    assert_eq!((&summary["domains"], &summary["other_domains"]), (&domains, &json!(0)));
    assert_eq!(summary["daily"].as_array().map(Vec::len), Some(7));
    let counted = |what| days(&summary, what).into_iter().map(|(date, count)| (date[8..].to_owned(), count));
    let counted = |what| counted(what).collect::<Vec<_>>();
    let (nine, ten) = ("09".to_owned(), "10".to_owned());
    assert_eq!(counted("uploaded"), [(nine.clone(), 1), (ten.clone(), 2)]);
    assert_eq!(counted("processed"), [(nine.clone(), 1), (ten.clone(), 1)]);
    assert_eq!(counted("failed"), [(ten.clone(), 1)]);
    assert_eq!(counted("approved"), [(nine, 1)]);
    assert_eq!(counted("rejected"), [(ten, 1)]);
    assert_eq!((&summary["pages"], &summary["voice_minutes"]), (&json!(3), &json!(90.5 / 60.0)));
    assert_eq!(summary["mean_confidence"], json!({"documents": 0.9, "voice": 0.5}));
    assert_eq!(summary["time_to_text"]["count"], 2);
    near(&summary["time_to_text"]["median_seconds"], 20.0);
    near(&summary["time_to_text"]["p90_seconds"], 40.0);
    near(&summary["time_to_decision"]["median_seconds"], 3600.0);
    let contributor = |user: &TestUser, name: Value, uploaded: i32| json!({"user_id": user.id, "display_name": name, "uploaded": uploaded});
    assert_eq!(
        summary["contributors"],
        json!([contributor(&admin, Value::Null, 2), contributor(&reviewer, json!("Rea"), 1)])
    );
    assert_eq!(
        summary["reviewers"],
        json!([{"user_id": reviewer.id, "display_name": "Rea", "approved": 1, "rejected": 1}])
    );
}

#[track_caller]
fn near(found: &Value, expected: f64) {
    let found = found.as_f64().expect("a number");
    assert!((found - expected).abs() <= 0.05 * expected, "{found} is not {expected}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn histograms_of_the_database_are_within_five_percent(db: PgPool) {
    let analytics = Analytics::start(db, NOW).await;
    let (admin, project) = owner(&analytics).await;
    let query = format!("project_id={project}&timeframe=7d");
    let mut seconds = Vec::new();
    let mut value = 0.11;
    while value < 300_000.0 {
        seconds.push(value);
        let mut item = analytics.uploaded(project, &admin, NOW).await;
        let read = json!({"parts": 1, "seconds_to_text": value});
        analytics.change(&mut item, ItemStatus::Approved, NOW, None, read).await;
        value *= 1.47;
        if seconds.len() % 10 == 0 {
            let summary = analytics.fresh(&admin, &query).await;
            let took = &summary["time_to_text"];
            assert_eq!(took["count"], json!(seconds.len()));
            near(&took["median_seconds"], seconds[seconds.len() / 2 - 1]);
            near(&took["p90_seconds"], seconds[seconds.len() / 10 * 9 - 1]);
            analytics.fold().await;
        }
    }
    assert!(seconds.len() > 30);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn deleting_or_relabeling_an_item_changes_current_totals_but_not_past_days(db: PgPool) {
    let analytics = Analytics::start(db, NOW).await;
    let (admin, project) = owner(&analytics).await;
    let query = format!("project_id={project}");
    let at = NOW - Duration::HOUR;
    let mut items = Vec::new();
    for domain in [Some("a"), Some("a"), Some("b"), None] {
        let mut item = Item::new(project, ItemKind::Document);
        let created = domain.map_or(json!({}), |domain| json!({"domain": domain}));
        analytics.upload(&mut item, &admin, at, created).await;
        analytics.change(&mut item, ItemStatus::Approved, at, None, json!({"parts": 1})).await;
        items.push(item);
    }
    let labelled = json!({"domain": "b", "domain_before": "a"});
    analytics.change(&mut items[0], ItemStatus::Approved, at, Some(admin.id), labelled).await;
    let summary = analytics.folded_or_not(&admin, &query).await;
    let domains = |counts: &[(Option<&str>, i64)]| {
        json!(counts.iter().map(|(domain, n)| json!({"domain": domain, "documents": n})).collect::<Vec<_>>())
    };
    assert_eq!(summary["domains"], domains(&[(Some("b"), 2), (Some("a"), 1), (None, 1)]));
    assert_eq!(
        days(&summary, "approved"),
        [("2027-02-10".to_owned(), 4)],
        "a change of the domain is not a decision"
    );

    for (index, domain) in
        [(0, json!({"domain_before": "b"})), (1, json!({"domain_before": "a"})), (3, json!({}))]
    {
        analytics.change(&mut items[index], ItemStatus::Deleted, at, Some(admin.id), domain).await;
    }
    let summary = analytics.folded_or_not(&admin, &query).await;
    assert_eq!(summary["totals"]["documents"]["approved"], 1);
    assert_eq!(summary["domains"], domains(&[(Some("b"), 1)]));
    assert_eq!(days(&summary, "approved"), [("2027-02-10".to_owned(), 4)]);
    assert_eq!(summary["pages"], 4);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn repeated_processing_and_decisions_count_each_time(db: PgPool) {
    let analytics = Analytics::start(db, NOW).await;
    let (admin, project) = owner(&analytics).await;
    let at = NOW - Duration::HOUR;
    let mut item = analytics.uploaded(project, &admin, at).await;
    analytics.change(&mut item, ItemStatus::Failed, at, None, json!({"code": "attempts_exhausted"})).await;
    // Reprocessing on request uses the same file, so it is not another upload.
    analytics.change(&mut item, ItemStatus::Processing, at, Some(admin.id), json!({})).await;
    let read = json!({"parts": 2, "confidence": 0.8, "seconds_to_text": 1.0});
    analytics.change(&mut item, ItemStatus::PendingReview, at, None, read.clone()).await;
    let decided = json!({"seconds_to_decision": 10.0});
    analytics.change(&mut item, ItemStatus::Approved, at, Some(admin.id), decided.clone()).await;
    analytics.change(&mut item, ItemStatus::PendingReview, at, Some(admin.id), json!({})).await;
    analytics.change(&mut item, ItemStatus::Rejected, at, Some(admin.id), decided).await;
    analytics.upload(&mut item, &admin, at, json!({})).await;
    analytics.change(&mut item, ItemStatus::PendingReview, at, None, read).await;

    let summary = analytics.folded_or_not(&admin, &format!("project_id={project}&timeframe=30d")).await;
    let today = |what| days(&summary, what).first().map_or(0, |(_, count)| *count);
    assert_eq!(["uploaded", "processed", "failed", "approved", "rejected"].map(today), [2, 2, 1, 1, 1]);
    assert_eq!(summary["totals"]["documents"]["pending_review"], 1);
    assert_eq!((&summary["pages"], &summary["time_to_decision"]["count"]), (&json!(4), &json!(2)));
    let admin_reviews = json!({"user_id": admin.id, "display_name": null, "approved": 1, "rejected": 1});
    assert_eq!(summary["reviewers"], json!([admin_reviews]));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_deleted_project_leaves_the_platform_totals(db: PgPool) {
    let analytics = Analytics::start(db, NOW).await;
    let (admin, project) = owner(&analytics).await;
    let root = analytics.platform.super_admin("root@example.org").await;
    let kept = analytics.platform.project(&admin).await;
    for project in [project, project, kept] {
        let object = analytics.platform.draft(project, &admin, "application/pdf", 5).await;
        let domain = "with labelled as (update documents set domain = 'd' where item_id = $1)
                      update item_transitions set details = '{\"domain\": \"d\"}' where item_id = $1";
        analytics.platform.change(domain, object.item_id.0).await;
    }
    let before = analytics.folded_or_not(&root, "").await;
    assert_eq!(before["totals"]["documents"]["draft"], 3);
    assert_eq!(before["domains"], json!([{"domain": "d", "documents": 3}]));
    analytics.platform.change("update projects set deleted_at = now() where id = $1", project.0).await;
    analytics.fold().await;
    let after = analytics.folded_or_not(&root, "").await;
    assert_eq!(after["totals"]["documents"]["draft"], 1);
    assert_eq!(after["domains"], json!([{"domain": "d", "documents": 1}]));
    assert_eq!(analytics.folded_or_not(&admin, "").await["totals"], after["totals"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn domains_beyond_the_limit_are_counted_together(db: PgPool) {
    let analytics = Analytics::start(db, NOW).await;
    let (admin, project) = owner(&analytics).await;
    for (domain, documents) in (0..30).map(|n| (format!("domain {n:02}"), 1 + i64::from(n < 5))) {
        for _ in 0..documents {
            let mut item = Item::new(project, ItemKind::Document);
            let created = json!({"domain": domain});
            analytics.change(&mut item, ItemStatus::Draft, NOW, Some(admin.id), created).await;
        }
    }
    let summary = analytics.folded_or_not(&admin, "").await;
    let listed: Vec<&Value> = summary["domains"].as_array().expect("domains").iter().collect();
    assert_eq!((listed.len(), &summary["other_domains"]), (20, &json!(10)));
    assert_eq!(listed[4], &json!({"domain": "domain 04", "documents": 2}));
    assert_eq!(listed[19], &json!({"domain": "domain 19", "documents": 1}));
}
