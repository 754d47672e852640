//! Test helpers: the functions, recorded transitions and summaries.

use serde_json::{Value, json};
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    items::{ItemKind, ItemStatus},
    testing::{Client, Platform, TestResponse, TestUser, rfc3339},
};
use sqlx::PgPool;
use time::OffsetDateTime;

/// `analytics` and `maintenance`, with a clock that the test sets.
pub(crate) struct Analytics {
    pub(crate) platform: Platform,
    pub(crate) client: Client,
    maintenance: Client,
}

/// The state of an item after its last transition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    id: ItemId,
    project: ProjectId,
    kind: ItemKind,
    status: Option<ItemStatus>,
    version: i32,
}

impl Item {
    pub(crate) fn new(project: ProjectId, kind: ItemKind) -> Self {
        Self { id: ItemId::new(), project, kind, status: None, version: 0 }
    }
}

impl Analytics {
    pub(crate) async fn start(db: PgPool, now: OffsetDateTime) -> Self {
        let platform = Platform::start(db).await;
        platform.clock.advance(now - platform.clock.now());
        let client = platform.client_of::<analytics::Analytics>(&[]);
        let maintenance = platform.push_client_of::<maintenance::Maintenance>(&[]);
        Self { platform, client, maintenance }
    }

    /// Records a transition of an item, as the other functions do.
    pub(crate) async fn change(
        &self,
        item: &mut Item,
        to: ItemStatus,
        at: OffsetDateTime,
        actor: Option<UserId>,
        details: Value,
    ) {
        let row = json!({
            "item_id": item.id, "project_id": item.project, "kind": item.kind, "from_status": item.status,
            "to_status": to, "version": item.version + 1, "actor_user_id": actor, "at": rfc3339(at),
            "details": details,
        });
        self.platform.insert("item_transitions", row).await;
        item.status = Some(to);
        item.version += 1;
    }

    /// Records the upload of a document, which is then in the status `processing`.
    pub(crate) async fn uploaded(&self, project: ProjectId, by: &TestUser, at: OffsetDateTime) -> Item {
        let mut item = Item::new(project, ItemKind::Document);
        self.upload(&mut item, by, at, json!({})).await;
        item
    }

    pub(crate) async fn upload(&self, item: &mut Item, by: &TestUser, at: OffsetDateTime, created: Value) {
        if item.status.is_none() {
            self.change(item, ItemStatus::Draft, at, Some(by.id), created).await;
        }
        let details = json!({"upload_no": 1, "uploaded_by_id": by.id});
        self.change(item, ItemStatus::Processing, at, None, details).await;
    }

    /// Adds all transitions to the buckets.
    pub(crate) async fn fold(&self) {
        self.maintenance.post("/tasks/fold-statistics", Value::Null).await.assert_status(200);
    }

    pub(crate) async fn summary(&self, user: &TestUser, query: &str) -> TestResponse {
        self.client.as_user(user).get(&format!("/analytics/summary?{query}")).await
    }

    /// Returns a user's summary from a new instance, whose cache is empty.
    pub(crate) async fn fresh(&self, user: &TestUser, query: &str) -> Value {
        let client = self.platform.client_of::<analytics::Analytics>(&[]);
        let answer = client.as_user(user).get(&format!("/analytics/summary?{query}")).await;
        answer.assert_status(200);
        answer.body
    }

    /// Returns a user's summary, and asserts that it is the same before and after the transitions are in buckets.
    pub(crate) async fn folded_or_not(&self, user: &TestUser, query: &str) -> Value {
        let mut before = self.fresh(user, query).await;
        self.fold().await;
        let mut after = self.fresh(user, query).await;
        for answer in [&mut before, &mut after] {
            answer["to"] = Value::Null;
        }
        assert_eq!(before, after, "transitions count before they are in a bucket");
        assert_eq!(migrations::recompute(&self.platform.db, false).await.expect("a comparison"), []);
        after
    }
}

/// Returns the dates and counts of the days on which a figure is not zero.
pub(crate) fn days(summary: &Value, what: &str) -> Vec<(String, i64)> {
    let days = summary["daily"].as_array().expect("days");
    let day = |day: &Value| {
        (day["date"].as_str().expect("a date").to_owned(), day[what].as_i64().expect("a count"))
    };
    days.iter().map(day).filter(|(_, count)| *count != 0).collect()
}
