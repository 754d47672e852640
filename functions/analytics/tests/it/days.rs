use serde_json::json;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime, macros::datetime};

use crate::support::{Analytics, days};

/// Creates a project with an upload at each of these times, and returns its summary of a timeframe.
async fn counted(
    db: PgPool,
    now: OffsetDateTime,
    uploads: &[OffsetDateTime],
    query: &str,
) -> (serde_json::Value, Vec<(String, i64)>) {
    let analytics = Analytics::start(db, now).await;
    let admin = analytics.platform.user("admin@example.org").await;
    let project = analytics.platform.project(&admin).await;
    for at in uploads {
        analytics.uploaded(project, &admin, *at).await;
    }
    let summary = analytics.folded_or_not(&admin, query).await;
    let days = days(&summary, "uploaded");
    (summary, days)
}

fn day(date: &str, count: i64) -> (String, i64) {
    (date.to_owned(), count)
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_day_of_23_hours_begins_and_ends_at_local_midnight(db: PgPool) {
    let uploads = [
        datetime!(2027-03-27 22:59:59 UTC),
        datetime!(2027-03-27 23:00 UTC),
        datetime!(2027-03-28 21:59:59 UTC),
        datetime!(2027-03-28 22:00 UTC),
    ];
    let now = datetime!(2027-03-30 12:00 UTC);
    let (summary, days) = counted(db, now, &uploads, "timeframe=7d&timezone=Europe/Berlin").await;
    assert_eq!(days, [day("2027-03-27", 1), day("2027-03-28", 2), day("2027-03-29", 1)]);
    assert_eq!(summary["from"], "2027-03-23T23:00:00Z");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_day_of_25_hours_begins_and_ends_at_local_midnight(db: PgPool) {
    let uploads = [
        datetime!(2027-11-07 03:59:59 UTC),
        datetime!(2027-11-07 04:00 UTC),
        datetime!(2027-11-08 04:59:59 UTC),
        datetime!(2027-11-08 05:00 UTC),
    ];
    let now = datetime!(2027-11-09 12:00 UTC);
    let (_, days) = counted(db, now, &uploads, "timeframe=30d&timezone=america/new_york").await;
    assert_eq!(days, [day("2027-11-06", 1), day("2027-11-07", 2), day("2027-11-08", 1)]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn days_of_half_hour_zones_begin_within_an_hour(db: PgPool) {
    let uploads = [
        datetime!(2027-02-08 18:29:59 UTC),
        datetime!(2027-02-08 18:30 UTC),
        datetime!(2027-02-09 18:29:59.999 UTC),
        datetime!(2027-02-09 18:30 UTC),
    ];
    let now = datetime!(2027-02-10 15:00 UTC);
    let (summary, days) = counted(db, now, &uploads, "timeframe=7d&timezone=Asia/Kolkata").await;
    assert_eq!(days, [day("2027-02-08", 1), day("2027-02-09", 2), day("2027-02-10", 1)]);
    assert_eq!(summary["timezone"], "Asia/Kolkata");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn days_of_quarter_hour_zones_begin_within_an_hour(db: PgPool) {
    let uploads = [datetime!(2027-02-08 18:14:59 UTC), datetime!(2027-02-08 18:15 UTC)];
    let now = datetime!(2027-02-10 15:00 UTC);
    let (_, days) = counted(db, now, &uploads, "timeframe=7d&timezone=Asia/Kathmandu").await;
    assert_eq!(days, [day("2027-02-08", 1), day("2027-02-09", 1)]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn activity_before_the_first_midnight_is_not_counted(db: PgPool) {
    let now = datetime!(2027-02-10 15:00 UTC);
    let analytics = Analytics::start(db, now).await;
    let admin = analytics.platform.user("admin@example.org").await;
    let project = analytics.platform.project(&admin).await;
    for (zone, midnight) in [
        ("UTC", datetime!(2027-02-04 0:00 UTC)),
        ("Europe/Berlin", datetime!(2027-02-03 23:00 UTC)),
        ("America/Los_Angeles", datetime!(2027-02-04 8:00 UTC)),
        ("Asia/Kolkata", datetime!(2027-02-03 18:30 UTC)),
    ] {
        let before = analytics.fresh(&admin, &format!("timeframe=7d&timezone={zone}")).await;
        for at in [midnight - Duration::seconds(1), midnight] {
            let mut item = analytics.uploaded(project, &admin, at).await;
            let read = json!({"parts": 1, "confidence": 1, "seconds_to_text": 1});
            analytics.change(&mut item, shared::items::ItemStatus::Approved, at, None, read).await;
        }
        let after = analytics.folded_or_not(&admin, &format!("timeframe=7d&timezone={zone}")).await;
        assert_eq!(
            after["pages"].as_i64().zip(before["pages"].as_i64()).map(|(a, b)| a - b),
            Some(1),
            "{zone}"
        );
        let processed = |summary: &serde_json::Value| {
            days(summary, "processed").iter().map(|(_, count)| count).sum::<i64>()
        };
        assert_eq!(processed(&after) - processed(&before), 1, "{zone}");
        if zone != "Asia/Kolkata" {
            let count = |summary: &serde_json::Value| summary["time_to_text"]["count"].as_i64();
            assert_eq!(count(&after).zip(count(&before)).map(|(a, b)| a - b), Some(1), "{zone}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn days_without_activity_are_listed(db: PgPool) {
    let now = datetime!(2028-03-01 0:30 UTC);
    let analytics = Analytics::start(db, now).await;
    let admin = analytics.platform.user("admin@example.org").await;
    let project = analytics.platform.project(&admin).await;
    for (timeframe, count, first) in [
        ("7d", 7, "2028-02-24"),
        ("30d", 30, "2028-02-01"),
        ("90d", 90, "2027-12-03"),
        ("365d", 365, "2027-03-03"),
    ] {
        let summary = analytics.fresh(&admin, &format!("timeframe={timeframe}")).await;
        let daily = summary["daily"].as_array().expect("days");
        assert_eq!((daily.len(), &daily[0]["date"]), (count, &json!(first)));
        assert_eq!(daily[count - 1]["date"], "2028-03-01");
        assert!(daily.iter().all(|day| day["uploaded"] == 0 && day["rejected"] == 0));
        assert_eq!(summary["time_to_text"], json!({"count": 0, "median_seconds": null, "p90_seconds": null}));
        assert_eq!(summary["mean_confidence"], json!({"documents": null, "voice": null}));
    }
    let nothing = analytics.fresh(&admin, "timeframe=all").await;
    assert_eq!(nothing["daily"].as_array().map(Vec::len), Some(1));
    analytics.uploaded(project, &admin, datetime!(2027-12-31 23:30 UTC)).await;
    let all = analytics.folded_or_not(&admin, "timeframe=all&timezone=Europe/Berlin").await;
    assert_eq!((&all["daily"][0]["date"], &all["daily"][0]["uploaded"]), (&json!("2028-01-01"), &json!(1)));
    assert_eq!(all["daily"].as_array().map(Vec::len), Some(61));
}
