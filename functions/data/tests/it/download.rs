use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{BOTH, Data, FILE, assert_signed};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_url_serves_the_file_as_an_attachment_with_its_name(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.announce(route, &data.contributor, "Ümlaut \"q\" a%20b;c.bin").await;
        let generation = data.upload(route, item).await;
        data.deliver(route).await;
        let path = route.of(item, "/download");
        for user in [&data.contributor, &data.reviewer, &data.admin, &data.super_admin] {
            let answer = data.client.as_user(user).get(&path).await;
            let fields: BTreeSet<&str> = answer
                .assert_status(200)
                .body
                .as_object()
                .expect("fields")
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(fields, BTreeSet::from(["expires_at", "url"]));
            let url = answer.body["url"].as_str().expect("a URL");
            assert!(url.contains(&format!("generation={generation}")), "{url}");
            let served = reqwest::get(url).await.expect("an answer");
            assert_eq!(served.status(), 200);
            assert_eq!(
                served.headers()["content-disposition"],
                "attachment; filename=\"_mlaut _q_ a_20b;c.bin\""
            );
            assert_eq!(served.bytes().await.expect("bytes"), FILE);
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_url_grants_only_reads_of_its_generation(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.with_text(route, "a.bin", &["text"]).await;
        let answer = data.client.as_user(&data.reviewer).get(&route.of(item, "/download")).await;
        let url = answer.assert_status(200).body["url"].as_str().expect("a URL");
        let generation = data.platform.item(item, "generation").await.expect("a generation");
        let others = [
            url.replace(&format!("generation={generation}"), "generation=1"),
            url.replace(&format!("generation={generation}&"), ""),
            url.replace("attachment", "inline"),
            url.replace("/1?", "/2?"),
        ];
        assert_signed(url, others).await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_file_cannot_be_downloaded_before_it_is_uploaded(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.announce(route, &data.contributor, "a.bin").await;
        let path = route.of(item, "/download");
        data.client.as_user(&data.contributor).get(&path).await.assert_problem(409, "invalid_state");
        data.upload(route, item).await;
        // The file can be downloaded even though there is no text.
        data.deliver(route).await;
        assert_eq!(data.platform.item(item, "status").await.as_deref(), Some("failed"));
        data.client.as_user(&data.contributor).get(&path).await.assert_status(200);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_download_is_audited_without_the_url(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.with_text(route, "a.bin", &["text"]).await;
        let path = route.of(item, "/download");
        for _ in 0..2 {
            data.client.as_user(&data.reviewer).get(&path).await.assert_status(200);
        }
        data.client.as_user(&data.outsider).get(&path).await.assert_problem(404, "not_found");
        let rows: Vec<Value> = sqlx::query_scalar(
            "select to_jsonb(audit_logs) || jsonb_build_object('personal', to_jsonb(audit_personal))
             from audit_logs left join audit_personal on audit_id = audit_logs.id
             where resource_id = $1 and action = $2",
        )
        .bind(item)
        .bind(format!("{}.downloaded", route.audited))
        .fetch_all(&data.platform.db)
        .await
        .expect("audit rows");
        assert_eq!(rows.len(), 2);
        for row in rows {
            assert_eq!(row["actor_user_id"], json!(data.reviewer.id));
            assert_eq!((&row["project_id"], &row["status"]), (&json!(data.project), &json!("success")));
            let text = row.to_string().to_lowercase();
            assert!(!text.contains("http") && !text.contains("goog"), "{text}");
        }
    }
}
