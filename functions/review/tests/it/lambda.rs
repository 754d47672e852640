//! `review` on AWS Lambda, with the same binary.

use axum::http::Method;
use serde_json::json;
use shared::{cloud::events::EmailRequested, testing::Lambda};
use sqlx::PgPool;

use crate::support::Review;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn it_responds_on_lambda(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    let mut lambda = Lambda::start(env!("CARGO_BIN_EXE_review"), &review.platform.env()).await;
    lambda.assert_answers(&review.reviewer, &format!("/review?project_id={}", review.project), true).await;

    let claimed =
        lambda.send(Method::POST, &format!("/review/next?project_id={}", review.project), None, None).await;
    assert_eq!(claimed.assert_status(200).body["id"], item.to_string());
    let decision = json!({"status": "rejected", "feedback": "Unleserlich: „Größe“"}).to_string();
    let kind = Some("application/merge-patch+json");
    let decided =
        lambda.send(Method::PATCH, &format!("/review/{item}"), kind, Some((decision.into(), false))).await;
    assert_eq!(decided.assert_status(200).body["feedback"], "Unleserlich: „Größe“", "{}", decided.body);
    let empty =
        lambda.send(Method::POST, &format!("/review/next?project_id={}", review.project), None, None).await;
    assert_eq!((empty.status.as_u16(), &empty.body), (204, &json!(null)));
    // The event is published before the response, because Lambda freezes the process after it.
    assert_eq!(review.platform.events::<EmailRequested>().await.len(), 1);
}
