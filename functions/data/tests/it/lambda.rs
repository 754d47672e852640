//! `data` on AWS Lambda, with the same binary.

use serde_json::json;
use shared::testing::Lambda;
use sqlx::PgPool;

use crate::support::Data;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn it_responds_on_lambda(db: PgPool) {
    let data = Data::start(db).await;
    let mut lambda = Lambda::start(env!("CARGO_BIN_EXE_data"), &data.platform.env()).await;
    let list = format!("/documents?project_id={}", data.project);
    lambda.assert_answers(&data.contributor, &list, true).await;

    let new = json!({
        "project_id": data.project, "filename": "Größe.pdf", "content_type": "application/pdf", "size_bytes": 5,
    });
    let answer = lambda.post("/documents", new).await;
    answer.assert_status(201);
    let id = answer.body["document"]["id"].as_str().expect("an id").to_owned();
    let url = answer.body["upload"]["url"].as_str().expect("a URL");
    assert!(url.contains("X-Goog-Signature="), "{url}");
    let found = lambda.get(&format!("/documents/{id}")).await;
    assert_eq!(found.assert_status(200).body["original_filename"], "Größe.pdf");
    let searched = lambda.get(&format!("{list}&q=gr%C3%B6%C3%9Fe")).await;
    assert_eq!(
        searched.assert_status(200).body["items"].as_array().map(Vec::len),
        Some(1),
        "{}",
        searched.body
    );
}
