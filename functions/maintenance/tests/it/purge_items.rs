use serde_json::{Value, json};
use shared::{
    base::ids::ProjectId,
    items::{ItemKind, ObjectName},
    testing::TestUser,
};
use sqlx::PgPool;
use time::Duration;

use crate::support::Maintenance;

impl Maintenance {
    async fn owner(&self) -> (TestUser, ProjectId) {
        let admin = self.platform.user("admin@example.org").await;
        let project = self.platform.project(&admin).await;
        (admin, project)
    }

    /// Creates a document or a voice sample with two uploads and processing results.
    async fn create_processed_item(
        &self,
        admin: &TestUser,
        project: ProjectId,
        kind: ItemKind,
    ) -> ObjectName {
        let mut object = self.platform.draft(project, admin, "application/pdf", 5).await;
        for statement in [
            "insert into item_parts (item_id, attempt, number, text, layout, words) values ($1, 1, 1, 'Dear', '[]', '[]')",
            "insert into voice_samples (item_id) values ($1)",
            "insert into result_shards (item_id, attempt, shard_index, shard_count) values ($1, 1, 0, 1)",
            "insert into item_search (item_id, part, project_id, kind, words)
             select id, 1, project_id, kind, search_words('Dear') from items where id = $1",
        ] {
            self.platform.change(statement, object.item_id.0).await;
        }
        if kind == ItemKind::Voice {
            self.platform.change("update items set kind = 'voice' where id = $1", object.item_id.0).await;
            object.kind = kind;
        }
        for upload_no in [1, 2] {
            self.platform.upload(&ObjectName { upload_no, ..object }, "x").await;
        }
        self.platform
            .change(
                "update items set upload_no = 2, generation = 7, status = 'approved' where id = $1",
                object.item_id.0,
            )
            .await;
        self.discard_events(2).await;
        object
    }

    async fn delete(&self, object: &ObjectName) {
        self.platform.change("update items set deleted_at = now() where id = $1", object.item_id.0).await;
    }

    fn uploads(&self, object: &ObjectName) -> usize {
        let stored =
            |upload_no: &i32| self.stored(&ObjectName { upload_no: *upload_no, ..*object }.to_string());
        [1, 2].iter().filter(|upload_no| stored(upload_no)).count()
    }

    /// Counts the rows about items, except for their transitions.
    async fn rows_of_items(&self) -> i64 {
        self.count(
            "select (select count(*) from items) + (select count(*) from documents)
                  + (select count(*) from item_parts) + (select count(*) from voice_samples)
                  + (select count(*) from result_shards)
                  + (select count(*) from item_search)",
        )
        .await
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_deleted_item_is_purged_with_all_its_objects(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let (admin, project) = maintenance.owner().await;
    let kept = maintenance.create_processed_item(&admin, project, ItemKind::Document).await;
    let document = maintenance.create_processed_item(&admin, project, ItemKind::Document).await;
    let voice = maintenance.create_processed_item(&admin, project, ItemKind::Voice).await;
    maintenance.delete(&document).await;
    maintenance.delete(&voice).await;
    maintenance.platform.clock.advance(Duration::days(29));
    assert_eq!(maintenance.purge().await["items"], 0);
    maintenance.platform.clock.advance(Duration::days(2));
    let purged = maintenance.purge().await;
    assert_eq!((&purged["items"], &purged["projects"]), (&json!(2), &json!(0)));
    assert_eq!([&kept, &document, &voice].map(|object| maintenance.uploads(object)), [2, 0, 0]);
    assert_eq!(maintenance.rows_of_items().await, 6);
    assert_eq!(maintenance.count("select count(*) from item_transitions").await, 3, "transitions stay");
    maintenance.discard_events(4).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_deleted_project_is_purged_after_its_items(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let (admin, project) = maintenance.owner().await;
    let live = maintenance.create_processed_item(&admin, project, ItemKind::Document).await;
    let deleted = maintenance.create_processed_item(&admin, project, ItemKind::Voice).await;
    maintenance.platform.clock.advance(Duration::days(20));
    let other = maintenance.platform.project(&admin).await;
    let kept = maintenance.create_processed_item(&admin, other, ItemKind::Document).await;
    maintenance.platform.change("update projects set deleted_at = now() where id = $1", project.0).await;
    // Deleted after its project, by a request that had already started.
    maintenance
        .platform
        .change("update items set deleted_at = now() + interval '20 days' where id = $1", deleted.item_id.0)
        .await;
    maintenance.platform.clock.advance(Duration::days(11));
    let purged = maintenance.purge().await;
    assert_eq!((&purged["items"], &purged["projects"]), (&json!(1), &json!(0)));
    assert_eq!([&live, &deleted, &kept].map(|object| maintenance.uploads(object)), [0, 2, 2]);
    let history: Vec<String> =
        sqlx::query_scalar("select to_status from item_transitions where item_id = $1 order by version")
            .bind(live.item_id)
            .fetch_all(&maintenance.platform.db)
            .await
            .expect("transitions");
    assert_eq!(history, ["draft", "deleted"]);
    maintenance.platform.clock.advance(Duration::days(20));
    maintenance.folded_all().await;
    let purged = maintenance.purge().await;
    assert_eq!((&purged["items"], &purged["projects"]), (&json!(1), &json!(1)));
    assert_eq!([&live, &deleted, &kept].map(|object| maintenance.uploads(object)), [0, 0, 2]);
    assert_eq!(maintenance.count("select count(*) from projects").await, 1);
    assert_eq!(maintenance.count("select count(*) from project_members").await, 1);
    assert_eq!(maintenance.rows_of_items().await, 6);
    maintenance.discard_events(4).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn objects_are_always_deleted_before_their_rows(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let (admin, project) = maintenance.owner().await;
    let object = maintenance.create_processed_item(&admin, project, ItemKind::Document).await;
    maintenance.delete(&object).await;
    maintenance.platform.clock.advance(Duration::days(31));
    let vain = maintenance.without_storage();
    vain.post("/tasks/purge", Value::Null).await.assert_problem(503, "unavailable");
    assert_eq!(maintenance.rows_of_items().await, 6);

    // A run that dies after it deleted the objects.
    sqlx::raw_sql(
        "create function no() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
                   create trigger no before delete on items for each row execute function no();",
    )
    .execute(&maintenance.platform.db)
    .await
    .expect("a trigger");
    maintenance.client.post("/tasks/purge", Value::Null).await.assert_status(500);
    assert_eq!((maintenance.uploads(&object), maintenance.rows_of_items().await), (0, 6));
    sqlx::raw_sql("drop trigger no on items").execute(&maintenance.platform.db).await.expect("no trigger");
    assert_eq!(maintenance.purge().await["items"], 1);
    assert_eq!(maintenance.rows_of_items().await, 0);
    maintenance.discard_events(2).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn two_concurrent_runs_purge_each_item_once(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let (admin, project) = maintenance.owner().await;
    let mut objects = Vec::new();
    for _ in 0..45 {
        objects.push(maintenance.create_processed_item(&admin, project, ItemKind::Document).await);
    }
    maintenance.platform.change("update projects set deleted_at = now() where id = $1", project.0).await;
    maintenance.folded_all().await;
    maintenance.platform.clock.advance(Duration::days(31));
    let (one, two) = tokio::join!(maintenance.purge(), maintenance.purge());
    let sum = |name: &str| one[name].as_u64().zip(two[name].as_u64()).map(|(one, two)| one + two);
    assert_eq!((sum("items"), sum("projects")), (Some(45), Some(1)));
    assert_eq!(maintenance.rows_of_items().await, 0);
    assert_eq!(objects.iter().map(|object| maintenance.uploads(object)).sum::<usize>(), 0);
    assert_eq!(
        maintenance.count("select count(*) from item_transitions where to_status = 'deleted'").await,
        45
    );
    maintenance.discard_events(90).await;
}
