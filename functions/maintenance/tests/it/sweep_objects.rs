use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared::{
    base::ids::{ItemId, ProjectId},
    items::{ItemKind, ObjectName},
    testing::BUCKET,
};
use sqlx::PgPool;
use time::Duration;

use crate::support::Maintenance;

impl Maintenance {
    async fn sweep_objects(&self) -> Value {
        self.task("/tasks/sweep-objects").await.body
    }

    async fn object(&self, name: &str) {
        let created = self.platform.storage.create_object(BUCKET, name, Default::default(), "x".into()).await;
        created.expect("an object");
    }

    /// Creates an object of an item that does not exist.
    async fn stray(&self) -> String {
        let (project_id, item_id) = (ProjectId::new(), ItemId::new());
        let name = ObjectName { kind: ItemKind::Voice, project_id, item_id, upload_no: 1 }.to_string();
        self.object(&name).await;
        name
    }

    async fn position(&self) -> Option<String> {
        self.platform.value("select position from task_positions where task = 'sweep-objects'").await
    }

    /// Stores the position of a sweep that stopped after an object.
    async fn broken_off(&self, token: &str) {
        sqlx::query("insert into task_positions values ('sweep-objects', $1, $2)")
            .bind(token)
            .bind(self.platform.clock.now())
            .execute(&self.platform.db)
            .await
            .expect("a position");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_old_stray_objects_are_deleted(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let admin = maintenance.platform.user("admin@example.org").await;
    let project = maintenance.platform.project(&admin).await;
    let kept = maintenance.platform.draft(project, &admin, "application/pdf", 5).await;
    let deleted = maintenance.platform.draft(project, &admin, "application/pdf", 5).await;
    maintenance.platform.change("update items set deleted_at = now() where id = $1", deleted.item_id.0).await;
    for object in [kept, ObjectName { upload_no: 2, ..kept }, deleted] {
        maintenance.platform.upload(&object, "x").await;
    }
    let stray = [maintenance.stray().await, maintenance.stray().await];
    let odd = ["a".to_owned(), "documents/x".to_owned(), format!("{kept}/more"), format!("{}+1", &stray[0])];
    for name in &odd {
        maintenance.object(name).await;
    }
    maintenance.discard_events(9).await;
    maintenance.platform.clock.advance(Duration::hours(23));
    assert_eq!(maintenance.sweep_objects().await, json!({"checked": 9, "deleted": 0, "ended": true}));
    maintenance.platform.clock.advance(Duration::hours(2));
    assert_eq!(maintenance.sweep_objects().await, json!({"checked": 9, "deleted": 6, "ended": true}));
    for object in [kept, ObjectName { upload_no: 2, ..kept }, deleted] {
        assert!(maintenance.stored(&object.to_string()));
    }
    for name in stray.iter().chain(&odd) {
        assert!(!maintenance.stored(name), "{name}");
    }
    assert_eq!(maintenance.sweep_objects().await, json!({"checked": 3, "deleted": 0, "ended": true}));
    maintenance.discard_events(6).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_sweep_continues_where_it_stopped(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    for name in ["a", "b", "c"] {
        maintenance.object(name).await;
    }
    maintenance.discard_events(3).await;
    maintenance.platform.clock.advance(Duration::hours(25));
    maintenance.broken_off(&URL_SAFE_NO_PAD.encode("b")).await;
    assert_eq!(maintenance.sweep_objects().await, json!({"checked": 1, "deleted": 1, "ended": true}));
    assert_eq!(maintenance.position().await, None);
    assert_eq!(maintenance.sweep_objects().await, json!({"checked": 2, "deleted": 2, "ended": true}));
    maintenance.discard_events(3).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_sweep_restarts_when_its_position_has_expired(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.object("a").await;
    maintenance.discard_events(1).await;
    maintenance.broken_off("no token!").await;
    let vain = maintenance.client.post("/tasks/sweep-objects", Value::Null).await;
    vain.assert_problem(503, "unavailable");
    assert!(maintenance.position().await.is_some());
    maintenance.platform.clock.advance(Duration::hours(25));
    assert_eq!(maintenance.sweep_objects().await, json!({"checked": 1, "deleted": 1, "ended": true}));
    maintenance.discard_events(1).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn two_concurrent_sweeps_over_several_pages_miss_no_object(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    for number in 0..1005 {
        maintenance.object(&format!("{number:04}")).await;
    }
    maintenance.discard_events(1005).await;
    maintenance.platform.clock.advance(Duration::hours(25));
    let (one, two) = tokio::join!(maintenance.sweep_objects(), maintenance.sweep_objects());
    assert_eq!((&one["ended"], &two["ended"]), (&json!(true), &json!(true)));
    assert_eq!(maintenance.sweep_objects().await, json!({"checked": 0, "deleted": 0, "ended": true}));
    maintenance.discard_events(1005).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_position_is_kept_while_cloud_storage_is_down(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.broken_off("somewhere").await;
    let vain = maintenance.without_storage();
    vain.post("/tasks/sweep-objects", Value::Null).await.assert_problem(503, "unavailable");
    assert_eq!(maintenance.position().await.as_deref(), Some("somewhere"));
}
