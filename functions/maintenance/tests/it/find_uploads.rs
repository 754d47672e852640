use serde_json::{Value, json};
use shared::{
    items::ObjectName,
    testing::{BUCKET, TestUser},
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use crate::support::Maintenance;

impl Maintenance {
    async fn find(&self) -> Value {
        self.task("/tasks/find-uploads").await.body
    }

    async fn admin(&self) -> TestUser {
        self.platform.user("admin@example.org").await
    }

    /// Creates drafts in a new project.
    async fn drafts(&self, count: usize) -> Vec<ObjectName> {
        let admin = self.admin().await;
        let project = self.platform.project(&admin).await;
        let mut drafts = Vec::new();
        for _ in 0..count {
            drafts.push(self.platform.draft(project, &admin, "application/pdf", 5).await);
        }
        drafts
    }

    /// Uploads an object and loses its event.
    async fn upload_without_event(&self, object: &ObjectName) -> i64 {
        let generation = self.platform.upload(object, "bytes").await;
        self.discard_events(1).await;
        generation
    }

    async fn next_check(&self, object: &ObjectName) -> Option<OffsetDateTime> {
        sqlx::query_scalar("select next_attempt_at from items where id = $1")
            .bind(object.item_id)
            .fetch_one(&self.platform.db)
            .await
            .expect("an item")
    }
}

const NOTHING: [(&str, i64); 4] = [("arrived", 0), ("absent", 0), ("purged", 0), ("canceled", 0)];

fn report(changes: &[(&str, i64)]) -> Value {
    let mut report: serde_json::Map<String, Value> =
        NOTHING.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
    report.extend(changes.iter().map(|(name, count)| ((*name).to_owned(), (*count).into())));
    report.into()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_event_of_an_upload_is_published_if_it_was_lost(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.drafts(1).await.remove(0);
    let generation = maintenance.upload_without_event(&object).await;
    maintenance.platform.clock.advance(Duration::minutes(9));
    assert_eq!(maintenance.find().await, report(&[]), "the event may still arrive");
    maintenance.platform.clock.advance(Duration::minutes(2));
    assert_eq!(maintenance.find().await, report(&[("arrived", 1)]));
    let sent = maintenance.repeated().await;
    let [(about, resource)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((&about["eventType"], &about["bucketId"]), (&json!("OBJECT_FINALIZE"), &json!(BUCKET)));
    assert_eq!(
        (&about["objectId"], &about["objectGeneration"]),
        (&json!(object.to_string()), &json!(generation.to_string()))
    );
    assert!(resource["md5Hash"].is_string(), "{resource}");

    assert_eq!(maintenance.find().await, report(&[]), "the published event may still arrive");
    maintenance.platform.clock.advance(Duration::minutes(12));
    assert_eq!(
        maintenance.find().await,
        report(&[("arrived", 1)]),
        "the event is published again if it was lost"
    );
    assert_eq!(maintenance.repeated().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_event_of_an_upload_that_stays_a_draft_is_published_less_and_less_often(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.drafts(1).await.remove(0);
    maintenance.upload_without_event(&object).await;
    let mut hours = Vec::new();
    for _ in 0..2 * 24 {
        let mut published = 0;
        for _ in 0..12 {
            maintenance.platform.clock.advance(Duration::minutes(5));
            maintenance.find().await;
            published += maintenance.repeated().await.len();
        }
        hours.push(published);
    }
    assert!(hours[0] <= 3 && hours[1..].iter().all(|published| *published <= 1), "{hours:?}");
    assert!(hours.iter().sum::<usize>() > 36, "{hours:?}");
    assert_eq!(maintenance.count("select count(*) from items where status = 'draft'").await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_draft_is_looked_up_less_and_less_often_and_deleted_after_eight_days(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.drafts(1).await.remove(0);
    let created: OffsetDateTime = maintenance.platform.value("select created_at from items").await;
    maintenance.platform.clock.advance(Duration::minutes(10));
    let mut ages = Vec::new();
    loop {
        maintenance.platform.clock.advance(Duration::seconds(1));
        match maintenance.find().await {
            found if found == report(&[("absent", 1)]) => {}
            found => {
                assert_eq!(found, report(&[("purged", 1)]));
                break;
            }
        }
        let next = maintenance.next_check(&object).await.expect("a time");
        ages.push((next - created).whole_minutes());
        assert_eq!(maintenance.find().await, report(&[]));
        maintenance.platform.clock.advance(next - maintenance.platform.clock.now());
    }
    assert_eq!(ages[..4], [20, 40, 80, 160]);
    assert_eq!(ages.last(), Some(&(8 * 24 * 60)), "{ages:?}");
    assert!(ages.windows(2).all(|pair| pair[1] - pair[0] <= 24 * 60 + 1), "{ages:?}");
    assert_eq!(maintenance.count("select count(*) from items").await, 0);
    assert_eq!(maintenance.count("select count(*) from documents").await, 0);
    let history: Vec<(Option<String>, String, i32)> = sqlx::query_as(
        "select from_status, to_status, version from item_transitions where item_id = $1 order by version",
    )
    .bind(object.item_id)
    .fetch_all(&maintenance.platform.db)
    .await
    .expect("transitions");
    assert_eq!(history, [(None, "draft".to_owned(), 1), (Some("draft".to_owned()), "deleted".to_owned(), 2)]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_draft_whose_file_arrives_at_the_last_moment_is_not_deleted(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.drafts(1).await.remove(0);
    maintenance.upload_without_event(&object).await;
    maintenance.platform.clock.advance(Duration::days(9));
    assert_eq!(maintenance.find().await, report(&[("arrived", 1)]));
    assert_eq!(maintenance.repeated().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_age_of_a_draft_counts_from_its_last_upload_url(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let object = maintenance.drafts(1).await.remove(0);
    maintenance.platform.clock.advance(Duration::days(7));
    assert_eq!(maintenance.find().await, report(&[("absent", 1)]));
    let renewed = "update items set upload_url_renewed_at = $2, next_attempt_at = null where id = $1";
    let renewed = sqlx::query(renewed).bind(object.item_id).bind(maintenance.platform.clock.now());
    renewed.execute(&maintenance.platform.db).await.expect("a renewed URL");
    // A resumable upload that began with the renewed URL may still be in progress.
    maintenance.platform.clock.advance(Duration::days(7));
    assert_eq!(maintenance.find().await, report(&[("absent", 1)]));
    maintenance.platform.clock.advance(Duration::days(1));
    assert_eq!(maintenance.find().await, report(&[("purged", 1)]));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_later_upload_of_an_item_is_found_and_its_item_is_never_deleted(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let drafts = maintenance.drafts(3).await;
    let [failed, rejected, read] = &drafts[..] else { panic!("three") };
    for (object, statement) in [
        (
            failed,
            "update items set status = 'failed', failure_code = 'unreadable', generation = 7, next_upload = '{\"upload_no\": 2}'
             where id = $1",
        ),
        (
            rejected,
            "update items set status = 'rejected', generation = 7, next_upload = '{\"upload_no\": 2}' where id = $1",
        ),
        (read, "update items set status = 'rejected', upload_no = 2, generation = 7 where id = $1"),
    ] {
        maintenance.platform.change(statement, object.item_id.0).await;
    }
    let next = ObjectName { upload_no: 2, ..*failed };
    maintenance.upload_without_event(&next).await;
    maintenance.platform.clock.advance(Duration::days(7));
    assert_eq!(maintenance.find().await, report(&[("arrived", 1), ("absent", 1)]));
    assert_eq!(maintenance.repeated().await[0].0["objectId"], next.to_string());
    maintenance.platform.clock.advance(Duration::hours(25));
    assert_eq!(maintenance.find().await, report(&[("arrived", 1), ("canceled", 1)]));
    assert_eq!(maintenance.repeated().await.len(), 1);
    assert_eq!(maintenance.count("select count(*) from items").await, 3);
    // The canceled upload is no longer looked up, and the current one stays.
    let left =
        "select count(*) from items where status = 'rejected' and generation = 7 and next_upload is null";
    assert_eq!(maintenance.count(left).await, 2);
    maintenance.platform.clock.advance(Duration::hours(25));
    assert_eq!(maintenance.find().await, report(&[("arrived", 1)]));
    assert_eq!(maintenance.repeated().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn two_concurrent_runs_look_up_each_upload_once(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let drafts = maintenance.drafts(130).await;
    for object in &drafts[..15] {
        maintenance.upload_without_event(object).await;
    }
    maintenance.platform.clock.advance(Duration::minutes(11));
    let (one, two) = tokio::join!(maintenance.find(), maintenance.find());
    let sum = |name: &str| one[name].as_u64().zip(two[name].as_u64()).map(|(one, two)| one + two);
    assert_eq!((sum("arrived"), sum("absent"), sum("purged")), (Some(15), Some(115), Some(0)));
    maintenance.platform.clock.advance(Duration::minutes(1));
    maintenance.sweep().await;
    assert_eq!(maintenance.repeated().await.len(), 15);
    maintenance.platform.clock.advance(Duration::days(9));
    let (one, two) = tokio::join!(maintenance.find(), maintenance.find());
    let sum = |name: &str| one[name].as_u64().zip(two[name].as_u64()).map(|(one, two)| one + two);
    assert_eq!((sum("arrived"), sum("absent"), sum("purged")), (Some(15), Some(0), Some(115)));
    maintenance.platform.clock.advance(Duration::minutes(1));
    maintenance.sweep().await;
    assert_eq!(maintenance.repeated().await.len(), 15);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn no_draft_is_deleted_while_cloud_storage_is_down(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let drafts = maintenance.drafts(2).await;
    maintenance.upload_without_event(&drafts[0]).await;
    maintenance.platform.clock.advance(Duration::days(9));
    let vain = maintenance.without_storage();
    vain.post("/tasks/find-uploads", Value::Null).await.assert_problem(503, "unavailable");
    assert_eq!(maintenance.count("select count(*) from items where status = 'draft'").await, 2);
    maintenance.platform.clock.advance(Duration::minutes(11));
    assert_eq!(maintenance.find().await, report(&[("arrived", 1), ("purged", 1)]));
    assert_eq!(maintenance.repeated().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn items_that_do_not_wait_for_a_file_are_not_looked_up(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let statements = [
        "update items set status = 'processing', generation = 7 where id = $1",
        "update items set status = 'approved', generation = 7 where id = $1",
        "update items set deleted_at = now() where id = $1",
    ];
    for (object, statement) in maintenance.drafts(3).await.iter().zip(statements) {
        maintenance.platform.change(statement, object.item_id.0).await;
    }
    maintenance.platform.clock.advance(Duration::days(9));
    assert_eq!(maintenance.find().await, report(&[]));
    let plan = maintenance.platform.plan(&["next_upload is not null", "skip locked"]).await;
    assert!(plan.contains("items_incomplete_uploads_idx"), "{plan}");
}
