use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::{
    base::ids::{ExportId, ProjectId},
    cloud::events::ExportRequested,
    items::exports::object_name,
    testing::{Client, EXPORTS_BUCKET},
};
use sqlx::PgPool;
use time::Duration;

use crate::support::{Data, assert_quota, assert_signed};

impl Data {
    fn as_admin(&self) -> Client {
        self.client.as_user(&self.admin)
    }

    /// Requests an export. Its event is not delivered.
    async fn export(&self) -> ExportId {
        let body = json!({"project_id": self.project, "format": "ndjson"});
        let answer = self.as_admin().post("/exports", body).await;
        self.platform.events::<ExportRequested>().await;
        serde_json::from_value(answer.assert_status(202).body["id"].clone()).expect("an id")
    }

    /// Completes an export with this file, as the function `export` does.
    async fn created(&self, id: ExportId, file: &'static str) {
        let object = object_name(self.project, id, 3);
        let attributes = local_storage::Attributes::default();
        let created =
            self.platform.storage.create_object(EXPORTS_BUCKET, &object, attributes, file.into()).await;
        sqlx::query(
            "update exports set status = 'ready', file_attempt = 3, generation = $2, size_bytes = $3, done = 2, total = 2,
                    completed_at = now()
             where id = $1",
        )
        .bind(id)
        .bind(created.expect("an object").generation)
        .bind(i64::try_from(file.len()).expect("a size"))
        .execute(&self.platform.db)
        .await
        .expect("an end");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_request_is_accepted_published_and_audited(db: PgPool) {
    let data = Data::start(db).await;
    for (user, format) in [(&data.admin, "ndjson"), (&data.super_admin, "csv")] {
        let body = json!({"project_id": data.project, "format": format, "status": "approved"});
        let answer = data.client.as_user(user).post("/exports", body).await;
        answer.assert_status(202);
        let id: ExportId = serde_json::from_value(answer.body["id"].clone()).expect("an id");
        assert_eq!(answer.body, json!({"id": id, "status": "processing"}));
        assert_eq!(answer.headers["location"], format!("/exports/{id}"));
        let events = data.platform.events::<ExportRequested>().await;
        assert_eq!(events, [ExportRequested { export_id: id, step: 0 }]);
        let row: (Value, Value, Value) = sqlx::query_as(
            "select to_jsonb(actor_user_id), to_jsonb(project_id), metadata from audit_logs
             where resource_id = $1 and action = 'export.requested' and status = 'success'",
        )
        .bind(id)
        .fetch_one(&data.platform.db)
        .await
        .expect("one row");
        let about = json!({"format": format, "status": "approved"});
        assert_eq!(row, (json!(user.id), json!(data.project), about));
        let shown = data.as_admin().get(&format!("/exports/{id}")).await;
        shown.assert_status(200);
        assert!(shown.body["kept_until"].as_str() > shown.body["created_at"].as_str(), "{}", shown.body);
        for (field, value) in [
            ("project_id", json!(data.project)),
            ("requested_by_id", json!(user.id)),
            ("format", json!(format)),
            ("item_status", json!("approved")),
            ("status", json!("processing")),
            ("failure", Value::Null),
            ("progress", json!({"done": 0, "total": null})),
            ("size_bytes", Value::Null),
            ("completed_at", Value::Null),
        ] {
            assert_eq!(shown.body[field], value, "{field}");
        }
        assert!(shown.body.get("url").is_none() && shown.body.get("expires_at").is_none(), "{}", shown.body);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_repeated_request_creates_one_export(db: PgPool) {
    let data = Data::start(db).await;
    let keyed = data.as_admin().with("idempotency-key", "once");
    let body = json!({"project_id": data.project, "format": "csv"});
    let (one, two) = tokio::join!(keyed.post("/exports", body.clone()), keyed.post("/exports", body.clone()));
    assert_eq!(one.assert_status(202).body, two.assert_status(202).body);
    assert_eq!(data.platform.events::<ExportRequested>().await.len(), 1);
    let id: ExportId = serde_json::from_value(one.body["id"].clone()).expect("an id");
    assert_eq!(data.platform.audited(id.0).await.len(), 1);
    data.created(id, "header").await;
    let later = keyed.post("/exports", body.clone()).await;
    assert_eq!(later.assert_status(202).body, json!({"id": id, "status": "ready"}));
    let other = json!({"project_id": data.project, "format": "ndjson"});
    keyed.post("/exports", other).await.assert_problem(422, "idempotency_mismatch");
    data.platform.change("update exports set kept_until = now() where id = $1", id.0).await;
    data.platform.clock.advance(Duration::seconds(2));
    keyed.post("/exports", body).await.assert_problem(404, "not_found");
    assert_eq!(data.platform.events::<ExportRequested>().await, []);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_admins_have_access_to_exports(db: PgPool) {
    let data = Data::start(db).await;
    let id = data.export().await;
    let mut callers = data.refused().await;
    callers.push((data.client.as_user(&data.contributor), 403, "forbidden"));
    callers.push((data.client.as_user(&data.reviewer), 403, "forbidden"));
    for (client, status, code) in &callers {
        let body = json!({"project_id": data.project, "format": "csv"});
        client.post("/exports", body).await.assert_problem(*status, code);
        client.get(&format!("/exports/{id}")).await.assert_problem(*status, code);
        client.get(&format!("/exports?project_id={}", data.project)).await.assert_problem(*status, code);
    }
    data.as_admin().get(&format!("/exports/{}", ExportId::new())).await.assert_problem(404, "not_found");
    data.as_admin().get("/exports/1").await.assert_problem(400, "malformed");
    assert_eq!(data.platform.events::<ExportRequested>().await, []);
    data.platform.change("update projects set deleted_at = now() where id = $1", data.project.0).await;
    for user in [&data.admin, &data.super_admin] {
        let client = data.client.as_user(user);
        client.get(&format!("/exports/{id}")).await.assert_problem(404, "not_found");
        client.get(&format!("/exports?project_id={}", data.project)).await.assert_problem(404, "not_found");
        let body = json!({"project_id": data.project, "format": "csv"});
        client.post("/exports", body).await.assert_problem(404, "not_found");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_fields_are_reported(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.as_admin();
    let good = json!({"project_id": data.project, "format": "csv"});
    for (field, value) in [
        ("format", json!("xlsx")),
        ("format", Value::Null),
        ("status", json!("done")),
        ("status", json!("deleted")),
        ("project_id", json!("letters")),
        ("kind", json!("voice")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = client.post("/exports", body).await;
        assert_eq!(answer.assert_problem(422, "invalid_fields").invalid_fields(), [field]);
    }
    client.post("/exports", json!([])).await.assert_problem(422, "invalid_fields");
    let other = json!({"project_id": ProjectId::new(), "format": "csv"});
    client.post("/exports", other).await.assert_problem(404, "not_found");
    for (query, field) in [("limit=0", "limit"), ("cursor=x", "cursor"), ("status=ready", "status")] {
        let answer = client.get(&format!("/exports?project_id={}&{query}", data.project)).await;
        assert_eq!(answer.assert_problem(422, "invalid_fields").invalid_fields(), [field]);
    }
    assert_eq!(data.platform.events::<ExportRequested>().await, []);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_user_has_at_most_five_exports_in_progress(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.as_admin();
    let other = data.platform.project(&data.admin).await;
    let bodies = [data.project, other].map(|project| json!({"project_id": project, "format": "csv"}));
    let requests = (0..12).map(|number| client.post("/exports", bodies[number % 2].clone()));
    let answers = futures::future::join_all(requests).await;
    let accepted: Vec<_> = answers.iter().filter(|answer| answer.status == 202).collect();
    assert_eq!(accepted.len(), 5);
    for refused in answers.iter().filter(|answer| answer.status != 202) {
        assert_quota(refused, "exports_in_progress_per_user");
        assert_eq!(refused.headers["retry-after"], "60");
    }
    assert_eq!(data.platform.events::<ExportRequested>().await.len(), 5);
    let id: ExportId = serde_json::from_value(accepted[0].body["id"].clone()).expect("an id");
    data.created(id, "x").await;
    client.post("/exports", bodies[0].clone()).await.assert_status(202);
    assert_quota(&client.post("/exports", bodies[0].clone()).await, "exports_in_progress_per_user");
    let root = data.client.as_user(&data.super_admin);
    root.post("/exports", bodies[0].clone()).await.assert_status(202);
    assert_eq!(data.platform.events::<ExportRequested>().await.len(), 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_list_is_paginated_newest_first(db: PgPool) {
    let data = Data::start(db).await;
    let mut created = Vec::new();
    for _ in 0..5 {
        created.push(data.export().await);
    }
    created.reverse();
    let expired = created.remove(2);
    data.platform.change("update exports set kept_until = now() where id = $1", expired.0).await;
    data.platform.clock.advance(Duration::seconds(2));
    let (mut listed, mut cursor): (Vec<ExportId>, _) = (Vec::new(), String::new());
    loop {
        let path = format!("/exports?project_id={}&limit=3{cursor}", data.project);
        let page = data.as_admin().get(&path).await;
        let items = page.assert_status(200).body["items"].as_array().expect("a list").clone();
        listed.extend(items.iter().map(|export| {
            assert!(export.get("url").is_none(), "{export}");
            serde_json::from_value::<ExportId>(export["id"].clone()).expect("an id")
        }));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(listed, created);
    let plan = data.platform.plan(&["from exports", "order by id desc"]).await;
    assert!(plan.contains("exports_project_id_id_idx"), "{plan}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_ready_export_has_a_link_that_is_valid_for_its_file_only(db: PgPool) {
    let data = Data::start(db).await;
    let id = data.export().await;
    data.created(id, "{}\n{}\n").await;
    let path = format!("/exports/{id}");
    let about = data.as_admin().get(&path).await.assert_status(200).body.clone();
    assert_eq!((&about["status"], &about["size_bytes"]), (&json!("ready"), &json!(6)));
    assert_eq!(about["progress"], json!({"done": 2, "total": 2}));
    let url = about["url"].as_str().expect("a URL");
    assert!(about["expires_at"].as_str() < about["kept_until"].as_str(), "{about}");
    let served = reqwest::get(url).await.expect("an answer");
    let day = &about["created_at"].as_str().expect("a time")[..10];
    assert_eq!(
        served.headers()["content-disposition"],
        format!("attachment; filename=\"items-{day}.ndjson\"")
    );
    assert_eq!(served.text().await.expect("a text"), "{}\n{}\n");
    let others = [
        url.replace("generation=", "generation=1"),
        url.replace("attachment", "inline"),
        url.replace("/3?", "/2?"),
    ];
    assert_signed(url, others).await;
    let fields: BTreeSet<&str> = about.as_object().expect("fields").keys().map(String::as_str).collect();
    for secret in ["generation", "file_attempt", "attempt", "bucket", "object", "step", "lease_until"] {
        assert!(!fields.contains(secret), "{about}");
    }
    let rows: Vec<Value> = sqlx::query_scalar(
        "select to_jsonb(audit_logs) from audit_logs where resource_id = $1 and action = 'export.downloaded'",
    )
    .bind(id)
    .fetch_all(&data.platform.db)
    .await
    .expect("audit rows");
    assert_eq!(rows.len(), 1, "one audit row for each link");
    assert_eq!(rows[0]["actor_user_id"], json!(data.admin.id));
    assert!(!rows[0].to_string().contains("http"), "{}", rows[0]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_failed_export_has_a_reason_and_an_expired_export_is_not_found(db: PgPool) {
    let data = Data::start(db).await;
    let id = data.export().await;
    let fail =
        "update exports set status = 'failed', failure_code = 'attempts_exhausted', failure_message = 'So it is.',
                       completed_at = now() where id = $1";
    data.platform.change(fail, id.0).await;
    let path = format!("/exports/{id}");
    let about = data.as_admin().get(&path).await.assert_status(200).body.clone();
    assert_eq!(about["failure"], json!({"code": "attempts_exhausted", "message": "So it is."}));
    assert!(about.get("url").is_none() && about["status"] == "failed", "{about}");
    data.platform.clock.advance(Duration::days(7));
    let admin = data.platform.another_session(&data.admin).await;
    data.client.as_user(&admin).get(&path).await.assert_problem(404, "not_found");
}
