use serde_json::{Value, json};
use shared::{
    base::ids::{ExportId, ProjectId},
    cloud::events::ExportRequested,
    items::exports::object_name,
    testing::EXPORTS_BUCKET,
};
use sqlx::PgPool;
use time::Duration;

use crate::support::Maintenance;

/// A worker holds the export for another 45 seconds.
const LEASED: &str = "update exports set attempt = 1, lease_until = now() + interval '45 seconds', next_attempt_at = null where id = $1";
/// No worker holds the export. Its message is due within five minutes.
const WAITING: &str =
    "update exports set step = 4, next_attempt_at = now() + interval '5 minutes' where id = $1";
const READY: &str = "update exports set status = 'ready', file_attempt = 1, generation = 1, next_attempt_at = null where id = $1";

impl Maintenance {
    async fn new_project(&self) -> ProjectId {
        let admin = self.platform.user(&format!("{}@example.org", ExportId::new())).await;
        self.platform.project(&admin).await
    }

    /// Creates an export with two objects that expires in a week.
    async fn export(&self, project: ProjectId, statement: &'static str) -> ExportId {
        let id = ExportId::new();
        let now = self.platform.clock.now();
        sqlx::query(
            "insert into exports (id, project_id, requested_by_id, format, created_at, kept_until)
             select $1, id, created_by_id, 'csv', $3, $3 + interval '7 days' from projects where id = $2",
        )
        .bind(id)
        .bind(project)
        .bind(now)
        .execute(&self.platform.db)
        .await
        .expect("an export");
        self.platform.change(statement, id.0).await;
        for attempt in [1, 2] {
            let name = object_name(project, id, attempt);
            let storage = &self.platform.storage;
            let created = storage.create_object(EXPORTS_BUCKET, &name, Default::default(), "x".into()).await;
            created.expect("an object");
        }
        id
    }

    fn objects_of(&self, project: ProjectId, export: ExportId) -> usize {
        let exists = |attempt: &i32| {
            let name = object_name(project, export, *attempt);
            self.platform.storage.open_object(EXPORTS_BUCKET, &name, None).is_some()
        };
        [1, 2].iter().filter(|attempt| exists(attempt)).count()
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_export_without_a_worker_is_restarted_once(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let project = maintenance.new_project().await;
    let leased = maintenance.export(project, LEASED).await;
    let waiting = maintenance.export(project, WAITING).await;
    maintenance.export(project, READY).await;
    let events = async || maintenance.platform.events::<ExportRequested>().await;
    maintenance.platform.clock.advance(Duration::seconds(40));
    assert_eq!((maintenance.restart().await, events().await), (json!({"restarted": 0}), vec![]));
    maintenance.platform.clock.advance(Duration::seconds(10));
    assert_eq!(maintenance.restart().await, json!({"restarted": 1}));
    assert_eq!(events().await, [ExportRequested { export_id: leased, step: 0 }]);
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}));
    maintenance.platform.clock.advance(Duration::minutes(6));
    let (one, two) = tokio::join!(maintenance.restart(), maintenance.restart());
    assert_eq!(one["restarted"].as_u64().zip(two["restarted"].as_u64()).map(|(one, two)| one + two), Some(2));
    let mut requested = events().await;
    requested.sort_by_key(|event| event.step);
    let expected = [(leased, 0), (waiting, 4)].map(|(export_id, step)| ExportRequested { export_id, step });
    assert_eq!(requested, expected);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn expired_exports_and_exports_of_deleted_projects_are_not_restarted(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let project = maintenance.new_project().await;
    maintenance.export(project, WAITING).await;
    maintenance.platform.clock.advance(Duration::days(7));
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}));
    let project = maintenance.new_project().await;
    maintenance.export(project, WAITING).await;
    maintenance.platform.change("update projects set deleted_at = now() where id = $1", project.0).await;
    maintenance.platform.clock.advance(Duration::minutes(6));
    assert_eq!(maintenance.restart().await, json!({"restarted": 0}));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_expired_export_is_deleted_objects_first(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let project = maintenance.new_project().await;
    let ready = maintenance.export(project, READY).await;
    let stuck = maintenance.export(project, WAITING).await;
    let part = "insert into export_parts (export_id, level, number, attempt, generation, size_bytes)
                values ($1, 0, 0, 1, 1, 1)";
    maintenance.platform.change(part, stuck.0).await;
    let held = maintenance.export(project, LEASED).await;
    maintenance
        .platform
        .change("update exports set lease_until = lease_until + interval '8 days' where id = $1", held.0)
        .await;
    maintenance.platform.clock.advance(Duration::days(6));
    let newer = maintenance.export(project, READY).await;
    assert_eq!(maintenance.purge().await["exports"], 0);
    maintenance.platform.clock.advance(Duration::days(1));

    let vain = maintenance.without_storage();
    vain.post("/tasks/purge", Value::Null).await.assert_problem(503, "unavailable");
    assert_eq!(maintenance.count("select count(*) from exports").await, 4);
    assert_eq!(maintenance.purge().await["exports"], 2);
    let left = [ready, stuck, held, newer].map(|export| maintenance.objects_of(project, export));
    assert_eq!(left, [0, 0, 2, 2], "an export that a worker holds stays until its lease ends");
    assert_eq!(maintenance.count("select count(*) from export_parts").await, 0);
    maintenance.platform.clock.advance(Duration::days(2));
    assert_eq!(maintenance.purge().await["exports"], 1);
    assert_eq!(maintenance.count("select count(*) from exports").await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn exports_of_a_deleted_project_are_deleted_at_once_and_before_the_project(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let (project, other) = (maintenance.new_project().await, maintenance.new_project().await);
    let export = maintenance.export(project, READY).await;
    let kept = maintenance.export(other, READY).await;
    maintenance.platform.change("update projects set deleted_at = now() where id = $1", project.0).await;
    maintenance.platform.clock.advance(Duration::seconds(1));
    let (one, two) = tokio::join!(maintenance.purge(), maintenance.purge());
    assert_eq!(one["exports"].as_u64().zip(two["exports"].as_u64()).map(|(one, two)| one + two), Some(1));
    assert_eq!((maintenance.objects_of(project, export), maintenance.objects_of(other, kept)), (0, 2));
    maintenance.platform.clock.advance(Duration::days(31));
    let purged = maintenance.purge().await;
    assert_eq!((&purged["exports"], &purged["projects"]), (&json!(1), &json!(1)));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_statement_about_exports_reads_an_index(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    for (texts, index) in [
        (["for update of exports skip locked", "exports.next_attempt_at"], "exports_due_idx"),
        (["from exports", "order by exports.kept_until, id"], "exports_kept_until_id_idx"),
        (["update exports set kept_until", "join lateral"], "exports_project_id_id_idx"),
        (["update exports set kept_until", "join lateral"], "projects_deleted_at_idx"),
        (["delete from projects", "not exists"], "exports_project_id_id_idx"),
    ] {
        let plan = maintenance.platform.plan(&texts).await;
        assert!(plan.contains(index), "{plan}");
    }
}
