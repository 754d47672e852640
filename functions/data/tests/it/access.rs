//! Access control on every route of an item.

use serde_json::{Value, json};
use shared::{
    base::ids::ItemId,
    testing::{Client, TestResponse},
};
use sqlx::PgPool;

use crate::support::{BOTH, DOCUMENTS, Data, Route, VOICE};

/// The method and the path suffix of each route of an item.
const ROUTES: [(&str, &str); 7] = [
    ("GET", ""),
    ("PATCH", ""),
    ("DELETE", ""),
    ("POST", "/upload-url"),
    ("POST", "/reprocess"),
    ("GET", "/download"),
    ("GET", "/parts"),
];

async fn request(client: &Client, route: &Route, item: &str, method: &str, rest: &str) -> TestResponse {
    let rest = rest.replace("parts", route.parts);
    let (kind, body) = match method {
        "PATCH" => (Some("application/json"), b"{}".to_vec()),
        _ => (None, Vec::new()),
    };
    let path = format!("{}/{item}{rest}", route.path);
    client.send(method.parse().expect("a method"), &path, kind, body).await
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn items_of_other_projects_are_not_found(db: PgPool) {
    let data = Data::start(db).await;
    let refused = data.refused().await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await.to_string();
        for (method, rest) in ROUTES {
            for (client, status, code) in &refused {
                request(client, route, &item, method, rest).await.assert_problem(*status, code);
            }
        }
        let audited = data.platform.audited(item.parse::<ItemId>().expect("an id").0).await;
        assert_eq!(audited.len(), 1, "{audited:?}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn ids_that_are_unknown_or_of_another_kind_get_404_and_malformed_ids_get_400(db: PgPool) {
    let data = Data::start(db).await;
    let document = data.create_item(&DOCUMENTS, &data.contributor, "a.pdf").await.to_string();
    let sample = data.create_item(&VOICE, &data.contributor, "a.flac").await.to_string();
    for (route, other) in [(&DOCUMENTS, &sample), (&VOICE, &document)] {
        for user in [&data.admin, &data.super_admin] {
            let client = data.client.as_user(user);
            for (method, rest) in ROUTES {
                for unknown in [other, &ItemId::new().to_string(), &data.project.to_string()] {
                    request(&client, route, unknown, method, rest).await.assert_problem(404, "not_found");
                }
                for no_id in ["letter", "1", "%00", "..%2f"] {
                    request(&client, route, no_id, method, rest).await.assert_problem(400, "malformed");
                }
            }
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn items_of_a_deleted_project_are_not_found(db: PgPool) {
    let data = Data::start(db).await;
    let mut items = Vec::new();
    for route in &BOTH {
        items.push((route, data.create_item(route, &data.contributor, "a.bin").await.to_string()));
    }
    data.platform.change("update projects set deleted_at = now() where id = $1", data.project.0).await;
    for (route, item) in items {
        for user in [&data.contributor, &data.admin, &data.super_admin] {
            let client = data.client.as_user(user);
            for (method, rest) in ROUTES {
                request(&client, route, &item, method, rest).await.assert_problem(404, "not_found");
            }
            let list = client.get(&format!("{}?project_id={}", route.path, data.project)).await;
            list.assert_problem(404, "not_found");
            let batch = json!({"project_id": data.project, "items": [data.new_item(route, "b.bin")]});
            client.post(&format!("{}/batch", route.path), batch).await.assert_problem(404, "not_found");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_removed_member_loses_access_even_to_their_own_uploads(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        let remove =
            "update project_members set role = 'reviewer' where user_id = $1 and role = 'contributor'";
        data.platform.change(remove, data.contributor.id.0).await;
        let client = data.client.as_user(&data.contributor);
        client.get(&route.of(item, "")).await.assert_status(200);
        for (method, rest) in ROUTES.into_iter().filter(|(method, _)| *method != "GET") {
            request(&client, route, &item.to_string(), method, rest).await.assert_problem(403, "forbidden");
        }
        let restore =
            "update project_members set role = 'contributor' where user_id = $1 and role = 'reviewer'";
        data.platform.change(restore, data.contributor.id.0).await;
    }
    let item = data.create_item(&VOICE, &data.contributor, "b.flac").await;
    data.platform.change("delete from project_members where user_id = $1", data.contributor.id.0).await;
    let client = data.client.as_user(&data.contributor);
    for (method, rest) in ROUTES {
        request(&client, &VOICE, &item.to_string(), method, rest).await.assert_problem(404, "not_found");
    }
    let own = client.get(&format!("/voice?project_id={}&uploaded_by=me", data.project)).await;
    assert_eq!(own.assert_problem(404, "not_found").body.get("items"), None::<&Value>);
}
