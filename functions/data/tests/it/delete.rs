use serde_json::{Value, json};
use shared::items::ItemStatus;
use sqlx::PgPool;

use crate::support::{BOTH, Data, ids};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_deleted_item_disappears_from_all_routes_immediately(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.with_text(route, "alpha.bin", &["alpha"]).await;
        data.client.as_user(&data.contributor).delete(&route.of(item, "")).await.assert_status(204);
        for user in [&data.contributor, &data.reviewer, &data.admin, &data.super_admin] {
            let client = data.client.as_user(user);
            for path in ["", &format!("/{}", route.parts), "/download"] {
                client.get(&route.of(item, path)).await.assert_problem(404, "not_found");
            }
            client.patch(&route.of(item, ""), json!({})).await.assert_problem(404, "not_found");
            client.delete(&route.of(item, "")).await.assert_problem(404, "not_found");
            for path in ["/upload-url", "/reprocess"] {
                client.post(&route.of(item, path), Value::Null).await.assert_problem(404, "not_found");
            }
            for query in ["", "&q=alpha", "&status=pending_review", "&uploaded_by=me"] {
                let path = format!("{}?project_id={}{query}", route.path, data.project);
                assert_eq!(ids(&client.get(&path).await.assert_status(200).body), []);
            }
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_deletion_is_recorded_and_audited_once(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        let client = data.client.as_user(&data.contributor);
        let path = route.of(item, "");
        let answers = futures::future::join_all((0..8).map(|_| client.delete(&path))).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404, 404, 404, 404, 404, 404]);
        assert_eq!(data.platform.history(item).await, [ItemStatus::Draft, ItemStatus::Deleted]);
        let audited = data.platform.audited(item.0).await;
        let actions: Vec<&str> = audited.iter().map(|(action, _)| action.as_str()).collect();
        assert_eq!(actions, [format!("{}.created", route.audited), format!("{}.deleted", route.audited)]);
        let transition: Value = sqlx::query_scalar(
            "select to_jsonb(item_transitions) from item_transitions where item_id = $1 and to_status = 'deleted'",
        )
        .bind(item)
        .fetch_one(&data.platform.db)
        .await
        .expect("a transition");
        assert_eq!(
            (&transition["from_status"], &transition["version"], &transition["actor_user_id"]),
            (&json!("draft"), &json!(2), &json!(data.contributor.id))
        );
        assert_eq!(transition["kind"], json!(route.kind));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_item_that_has_changed_is_not_deleted(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.with_text(route, "a.bin", &["text"]).await;
        let client = data.client.as_user(&data.contributor);
        let path = route.of(item, "");
        client.with("if-match", "\"1\"").delete(&path).await.assert_problem(412, "stale");
        let tag = client.get(&path).await.headers["etag"].to_str().expect("a tag").to_owned();
        client.with("if-match", &tag).delete(&path).await.assert_status(204);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn contributors_delete_their_own_items_and_admins_delete_any(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let own = data.create_item(route, &data.contributor, "a.bin").await;
        let admins = data.create_item(route, &data.admin, "b.bin").await;
        for (user, item, status) in [
            (&data.reviewer, own, 403),
            (&data.contributor, admins, 403),
            (&data.contributor, own, 204),
            (&data.super_admin, admins, 204),
        ] {
            data.client.as_user(user).delete(&route.of(item, "")).await.assert_status(status);
        }
        let others = data.create_item(route, &data.contributor, "c.bin").await;
        data.client.as_user(&data.admin).delete(&route.of(others, "")).await.assert_status(204);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn uploads_and_results_after_the_deletion_change_nothing(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let late_bytes = data.create_item(route, &data.contributor, "a.bin").await;
        data.client.as_user(&data.contributor).delete(&route.of(late_bytes, "")).await.assert_status(204);
        data.read(route, late_bytes, &["text"]).await;
        assert_eq!(data.platform.history(late_bytes).await, [ItemStatus::Draft, ItemStatus::Deleted]);

        // The item is deleted during processing, before the event is delivered again.
        let reading = data.create_item(route, &data.contributor, "b.bin").await;
        data.upload(route, reading).await;
        let begun = "update items set status = 'processing', version = 2, attempt = 1, failure_count = 1, generation = 7
                     where id = $1";
        data.set(reading, begun).await;
        data.client.as_user(&data.contributor).delete(&route.of(reading, "")).await.assert_status(204);
        data.deliver(route).await;
        assert_eq!(data.platform.history(reading).await.last(), Some(&ItemStatus::Deleted));
        assert_eq!(data.platform.item(reading, "version").await.as_deref(), Some("3"));
        assert_eq!(data.platform.item(reading, "text_attempt").await, None);
    }
}
