use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    base::ids::ItemId,
    cloud::events::EmailRequested,
    items::ItemStatus,
    testing::{Statements, TestResponse},
};
use sqlx::PgPool;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::Review;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_approval_records_the_reviewer_and_the_time_in_one_transaction(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    let decided = review.approve(&review.reviewer, item).await;
    let body = &decided.assert_status(200).body;
    assert_eq!((&body["status"], &body["version"]), (&json!("approved"), &json!(4)));
    assert_eq!(body["reviewed_by_id"], json!(review.reviewer.id));
    assert!(body["reviewed_at"].is_string());
    assert_eq!(decided.headers["etag"], "\"4\"");
    assert_eq!(
        review.platform.audited(item.0).await,
        [("document.approved".to_owned(), "success".to_owned())]
    );
    assert_eq!(review.platform.history(item).await.last(), Some(&ItemStatus::Approved));
    review.approve(&review.colleague, item).await.assert_problem(409, "already_decided");
    assert_eq!(review.platform.audited(item.0).await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_rejection_has_feedback_and_is_mailed_to_the_uploader(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    for feedback in [Value::Null, json!(""), json!("  ")] {
        let body = json!({"status": "rejected", "feedback": feedback});
        let refused = review.decide(&review.reviewer, item, body).await;
        assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), ["feedback"]);
    }
    let body = json!({"status": "rejected", "feedback": "Page 2 is blurred."});
    let decided = review.decide(&review.reviewer, item, body).await;
    assert_eq!(decided.assert_status(200).body["feedback"], "Page 2 is blurred.");
    let events = review.platform.events::<EmailRequested>().await;
    assert_eq!(events, [EmailRequested::ItemRejected { item_id: item, version: 4 }]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn rejections_over_the_uploaders_cap_of_mails_succeed_without_a_mail(db: PgPool) {
    let review = Review::start_with(db, &[("RECIPIENT_MAILS_PER_HOUR", "2")]).await;
    let reject = async |item| {
        let body = json!({"status": "rejected", "feedback": "Page 2 is blurred."});
        review.decide(&review.reviewer, item, body).await.assert_status(200);
    };
    for _ in 0..3 {
        reject(review.pending().await).await;
    }
    assert_eq!(review.platform.events::<EmailRequested>().await.len(), 2);
    reject(review.pending_of(&review.admin, 0.9).await).await;
    assert_eq!(review.platform.events::<EmailRequested>().await.len(), 1, "another uploader gets a mail");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_corrected_text_does_not_replace_the_original_and_the_history_has_both(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    let body = json!({"status": "approved", "corrected_text": "as it should be"});
    review.decide(&review.reviewer, item, body).await.assert_status(200);
    let corrected = review.platform.item(item, "corrected_text").await;
    assert_eq!(corrected.as_deref(), Some("as it should be"));
    let path = format!("/review/{item}/history");
    let history = review.client.as_user(&review.reviewer).get(&path).await;
    let latest = &history.assert_status(200).body["items"][0];
    assert_eq!((&latest["from"], &latest["to"]), (&json!("pending_review"), &json!("approved")));
    assert_eq!(latest["actor_id"], json!(review.reviewer.id));
    assert_eq!(
        (&latest["text_before"], &latest["text_after"]),
        (&json!("as it was read"), &json!("as it should be"))
    );
    assert_eq!(history.body["items"].as_array().map(Vec::len), Some(3));
    review.client.as_user(&review.contributor).get(&path).await.assert_problem(403, "forbidden");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn reviewers_cannot_decide_on_their_own_uploads_but_a_sole_admin_can(db: PgPool) {
    let review = Review::start(db).await;
    let own = review.pending_of(&review.admin, 0.9).await;
    review.approve(&review.admin, own).await.assert_problem(403, "own_submission");
    for user in [&review.reviewer, &review.colleague] {
        review.platform.change("update users set suspended_at = now() where id = $1", user.id.0).await;
    }
    review.approve(&review.admin, own).await.assert_status(200);
    let is_mailed: bool = sqlx::query_scalar(
        "select (metadata -> 'own_submission')::boolean from audit_logs where resource_id = $1",
    )
    .bind(own)
    .fetch_one(&review.platform.db)
    .await
    .expect("an audit row");
    assert!(is_mailed);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_decision_on_a_stale_version_is_refused(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    let client = review.client.as_user(&review.reviewer);
    let path = format!("/review/{item}");
    let stale = client.with("if-match", "\"2\"").patch(&path, json!({"status": "approved"})).await;
    stale.assert_problem(412, "stale");
    client.with("if-match", "\"3\"").patch(&path, json!({"status": "approved"})).await.assert_status(200);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn of_two_concurrent_decisions_one_succeeds(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    let answers = futures::future::join_all((0..10).map(|number| {
        let user = if number % 2 == 0 { &review.reviewer } else { &review.colleague };
        review.approve(user, item)
    }))
    .await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.assert_problem(409, "already_decided");
    }
    assert_eq!(review.platform.audited(item.0).await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_batch_has_a_result_for_each_decision(db: PgPool) {
    let review = Review::start(db).await;
    let (one, two) = (review.pending().await, review.pending().await);
    let decisions = json!([
        {"item_id": one, "status": "approved"},
        {"item_id": two, "status": "rejected"},
        {"item_id": one, "status": "approved"},
        {"item_id": ItemId::new(), "status": "approved"},
        {"status": "approved"},
    ]);
    let body = json!({"project_id": review.project, "decisions": decisions});
    let client = review.client.as_user(&review.reviewer);
    let answer = client.post("/review/bulk", body).await;
    let items = answer.assert_status(200).body["items"].as_array().expect("items").clone();
    let results: Vec<(u64, &str)> = items
        .iter()
        .map(|item| (item["status"].as_u64().unwrap_or(0), item["problem"]["code"].as_str().unwrap_or("")))
        .collect();
    let expected = [
        (200, ""),
        (422, "invalid_fields"),
        (409, "already_decided"),
        (404, "not_found"),
        (422, "invalid_fields"),
    ];
    assert_eq!(results, expected);
    assert_eq!(items[0]["item"]["status"], "approved");
    assert_eq!(review.platform.status(two).await, ItemStatus::PendingReview);
    let many = vec![json!({"item_id": one, "status": "approved"}); 101];
    let body = json!({"project_id": review.project, "decisions": many});
    let refused = client.post("/review/bulk", body).await;
    assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), ["decisions"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_hundred_rejections_finish_in_time_without_pubsub(db: PgPool) {
    let review = Review::start(db).await;
    // It accepts connections and never responds.
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let endpoint = format!("http://{}", silent.local_addr().expect("an address"));
    // Waiting 300 ms for each of the events would take 30 seconds.
    let variables = [("PUBSUB_ENDPOINT", endpoint.as_str()), ("REQUEST_TIMEOUT", "20")];
    let client = review.platform.client_of::<review::Review>(&variables).as_user(&review.reviewer);
    let mut decisions = Vec::new();
    for _ in 0..100 {
        let item = review.pending().await;
        decisions.push(json!({"item_id": item, "status": "rejected", "feedback": "Blurred."}));
    }
    let body = json!({"project_id": review.project, "decisions": decisions});
    let answer = client.post("/review/bulk", body).await;
    let items = answer.assert_status(200).body["items"].as_array().expect("items");
    assert!(items.len() == 100 && items.iter().all(|item| item["status"] == 200), "{items:?}");
    // The sweep publishes the mails later.
    assert_eq!(review.platform.count("select count(*) from outbox").await, 100);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_admin_can_reopen_a_decided_item(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    let path = format!("/review/{item}/reopen");
    let admin = review.client.as_user(&review.admin);
    admin.post(&path, Value::Null).await.assert_problem(409, "invalid_state");
    review.approve(&review.reviewer, item).await.assert_status(200);
    review.client.as_user(&review.reviewer).post(&path, Value::Null).await.assert_problem(403, "forbidden");
    let reopened = admin.post(&path, Value::Null).await;
    let body = &reopened.assert_status(200).body;
    assert_eq!((&body["status"], &body["version"]), (&json!("pending_review"), &json!(5)));
    assert_eq!((&body["reviewed_by_id"], &body["feedback"]), (&Value::Null, &Value::Null));
    review.approve(&review.colleague, item).await.assert_status(200);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn reopening_a_rejected_item_cancels_its_next_upload(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    let body = json!({"status": "rejected", "feedback": "Blurred."});
    review.decide(&review.reviewer, item, body).await.assert_status(200);
    review.platform.change("update items set next_upload = '{\"upload_no\": 2}' where id = $1", item.0).await;
    let path = format!("/review/{item}/reopen");
    review.client.as_user(&review.admin).post(&path, Value::Null).await.assert_status(200);
    assert_eq!(review.platform.item(item, "next_upload").await, None);
    assert_eq!(review.platform.item(item, "generation").await.as_deref(), Some("7"));
    assert_eq!(review.platform.events::<EmailRequested>().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn items_of_other_projects_are_not_found(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    let stranger = review.platform.user("stranger@example.org").await;
    let elsewhere = review.platform.project(&stranger).await;
    review.approve(&stranger, item).await.assert_problem(404, "not_found");
    let decisions = json!([{"item_id": item, "status": "approved"}]);
    let body = json!({"project_id": elsewhere, "decisions": decisions});
    let answer = review.client.as_user(&stranger).post("/review/bulk", body).await;
    assert_eq!(answer.assert_status(200).body["items"][0]["status"], 404);
    assert_eq!(review.platform.status(item).await, ItemStatus::PendingReview);
}

/// Sends a decision while a transaction changes the item, and commits the change once the decision waits for it.
async fn decide_during(review: &Review, item: ItemId, change: &'static str) -> TestResponse {
    let mut other = review.platform.db.begin().await.expect("a transaction");
    sqlx::query(change).bind(item).bind(review.colleague.id).execute(&mut *other).await.expect("a change");
    let commit = async {
        let waiting = "select count(*) from pg_stat_activity
                       where datname = current_database() and wait_event_type = 'Lock'";
        while review.platform.count(waiting).await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        other.commit().await.expect("a commit");
    };
    futures::join!(review.approve(&review.reviewer, item), commit).0
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_decision_is_made_on_the_version_that_a_concurrent_change_leaves(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    let renamed = "update items set original_filename = 'renamed.pdf', version = version + 1 where id = $1 and $2 <> id";
    let decided = decide_during(&review, item, renamed).await;
    let body = &decided.assert_status(200).body;
    assert_eq!((&body["version"], &body["original_filename"]), (&json!(5), &json!("renamed.pdf")));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_claim_that_is_committed_during_a_decision_prevents_it(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    let claimed =
        "update items set claimed_by_id = $2, claimed_until = now() + interval '15 minutes' where id = $1";
    decide_during(&review, item, claimed).await.assert_problem(409, "claimed");
    assert_eq!(review.platform.status(item).await, ItemStatus::PendingReview);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_response_to_a_decision_and_to_reopening_is_the_stored_item(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    review.claim(&review.reviewer, item).await.assert_status(200);
    let rejected = json!({"status": "rejected", "feedback": "Page 2 is blurred."});
    let stored = async |response: &TestResponse| {
        let sql = "select to_jsonb(items) from items where id = $1";
        let row: Value =
            sqlx::query_scalar(sql).bind(item).fetch_one(&review.platform.db).await.expect("the item");
        let times = ["reviewed_at", "claimed_until", "processed_at"];
        for (field, value) in response.assert_status(200).body.as_object().expect("an object") {
            // The fields of a kind are in a table of their own.
            let Some(stored) = row.get(field) else { continue };
            let is_equal = if times.contains(&field.as_str()) {
                let time = |value: &Value| {
                    value.as_str().map(|text| OffsetDateTime::parse(text, &Rfc3339).expect("a time"))
                };
                time(value) == time(stored)
            } else {
                value == stored
            };
            assert!(is_equal, "{field}: the response has {value}, and the table {stored}");
        }
    };
    stored(&review.decide(&review.reviewer, item, rejected).await).await;
    let reopen = format!("/review/{item}/reopen");
    stored(&review.client.as_user(&review.admin).post(&reopen, Value::Null).await).await;
    assert_eq!(review.platform.events::<EmailRequested>().await.len(), 1);
}

/// Returns the SQL statements that the handler itself sent. Excludes those of the guard, the transaction and the
/// outbox, and the type lookups of a new connection.
fn of_the_handler(statements: &Statements) -> Vec<String> {
    let others = ["from live_session(", "delete from outbox", "pg_catalog"];
    let mut sent = statements.take();
    assert!(sent.iter().any(|statement| statement.contains("from live_session(")), "{sent:#?}");
    sent.retain(|statement| !others.iter().any(|other| statement.contains(other)));
    sent
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_decision_sends_two_statements(db: PgPool) {
    let review = Review::start(db).await;
    let approved = json!({"status": "approved", "corrected_text": "as it should be"});
    let rejected = json!({"status": "rejected", "feedback": "Page 2 is blurred."});
    let (item, other, own) =
        (review.pending().await, review.pending().await, review.pending_of(&review.admin, 0.9).await);

    let statements = Statements::record();
    review.decide(&review.reviewer, item, approved).await.assert_status(200);
    let sent = of_the_handler(&statements);
    assert_eq!(sent.len(), 2, "{sent:#?}");
    review.decide(&review.reviewer, other, rejected).await.assert_status(200);
    let sent = of_the_handler(&statements);
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert!(sent[1].contains("item_transition") && sent[1].contains("audit_record"), "{sent:#?}");
    assert!(sent[1].contains("outbox_add"), "{sent:#?}");
    review.approve(&review.admin, own).await.assert_problem(403, "own_submission");
    let sent = of_the_handler(&statements);
    assert!(sent.len() == 2 && !sent[1].contains("item_transition"), "{sent:#?}");
    review.platform.events::<EmailRequested>().await;
}
