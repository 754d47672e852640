use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::identity::guard::ProjectRole;
use sqlx::PgPool;
use time::Duration;

use crate::support::Review;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn next_returns_the_callers_active_claim_first_and_then_an_unclaimed_item(db: PgPool) {
    let review = Review::start(db).await;
    let (one, two) = (review.pending().await, review.pending().await);
    for _ in 0..2 {
        let claimed = review.next(&review.reviewer, "").await;
        assert_eq!(claimed.assert_status(200).body["id"], json!(one));
        assert_eq!(claimed.body["claimed_by_id"], json!(review.reviewer.id));
        assert_eq!(claimed.headers["etag"], "\"3\"");
    }
    let claimed = review.next(&review.colleague, "").await;
    assert_eq!(claimed.assert_status(200).body["id"], json!(two));
    let release = format!("/review/{two}/claim");
    review.client.as_user(&review.reviewer).delete(&release).await.assert_status(204);
    review.approve(&review.reviewer, one).await.assert_status(200);
    // Only the holder of a claim can release it.
    review.next(&review.reviewer, "").await.assert_status(204);
    review.client.as_user(&review.colleague).delete(&release).await.assert_status(204);
    assert_eq!(review.next(&review.reviewer, "").await.assert_status(200).body["id"], json!(two));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn next_supports_kinds_and_orders(db: PgPool) {
    let review = Review::start(db).await;
    review.pending_of(&review.contributor, 0.9).await;
    let doubtful = review.pending_of(&review.contributor, 0.2).await;
    review.next(&review.reviewer, "&kind=voice").await.assert_status(204);
    let claimed = review.next(&review.reviewer, "&kind=document&order=confidence").await;
    assert_eq!(claimed.assert_status(200).body["id"], json!(doubtful));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn next_skips_the_callers_own_uploads_unless_no_other_member_can_decide(db: PgPool) {
    let review = Review::start(db).await;
    let own = review.pending_of(&review.admin, 0.9).await;
    review.next(&review.admin, "").await.assert_status(204);
    for user in [&review.reviewer, &review.colleague] {
        review.platform.change("delete from project_members where user_id = $1", user.id.0).await;
    }
    assert_eq!(review.next(&review.admin, "").await.assert_status(200).body["id"], json!(own));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_claim_lasts_15_minutes_and_can_be_renewed_by_its_holder(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    review.claim(&review.reviewer, item).await.assert_status(200);
    review.claim(&review.colleague, item).await.assert_problem(409, "claimed");
    review.approve(&review.colleague, item).await.assert_problem(409, "claimed");
    review.platform.clock.advance(Duration::minutes(10));
    review.claim(&review.reviewer, item).await.assert_status(200);
    review.platform.clock.advance(Duration::minutes(10));
    let colleague = review.platform.another_session(&review.colleague).await;
    review.claim(&colleague, item).await.assert_problem(409, "claimed");
    review.platform.clock.advance(Duration::minutes(6));
    let colleague = review.platform.another_session(&colleague).await;
    review.claim(&colleague, item).await.assert_status(200);
    review.approve(&colleague, item).await.assert_status(200);
    assert_eq!(review.platform.item(item, "claimed_by_id").await, None);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_reviewer_can_claim_at_most_20_items(db: PgPool) {
    let review = Review::start(db).await;
    let mut items = Vec::new();
    for _ in 0..21 {
        items.push(review.pending().await);
    }
    for item in &items[..20] {
        review.claim(&review.reviewer, *item).await.assert_status(200);
    }
    review.claim(&review.reviewer, items[20]).await.assert_problem(409, "too_many_claims");
    review.claim(&review.reviewer, items[0]).await.assert_status(200);
    review.approve(&review.reviewer, items[0]).await.assert_status(200);
    review.claim(&review.reviewer, items[20]).await.assert_status(200);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn parallel_requests_of_a_reviewer_claim_at_most_20_items(db: PgPool) {
    let review = Review::start(db).await;
    let mut items = Vec::new();
    for _ in 0..30 {
        items.push(review.pending().await);
    }
    let claims = items.iter().map(|item| review.claim(&review.reviewer, *item));
    let answers = futures::future::join_all(claims).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 20);
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        refused.assert_problem(409, "too_many_claims");
    }

    // Parallel requests for the next item get one item, which is then the caller's claim.
    let answers = (0..10).map(|_| review.next(&review.colleague, ""));
    let answers = futures::future::join_all(answers).await;
    let claimed: BTreeSet<String> =
        answers.iter().map(|answer| answer.assert_status(200).body["id"].to_string()).collect();
    assert_eq!(claimed.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn next_reports_that_all_claims_of_the_caller_are_in_other_queues(db: PgPool) {
    let mut review = Review::start(db).await;
    let mut items = Vec::new();
    for _ in 0..20 {
        items.push(review.pending().await);
        review.claim(&review.reviewer, items[items.len() - 1]).await.assert_status(200);
    }
    review.next(&review.reviewer, "&kind=voice").await.assert_problem(409, "too_many_claims");
    let here = std::mem::replace(&mut review.project, review.platform.project(&review.admin).await);
    review.platform.member(review.project, &review.reviewer, ProjectRole::Reviewer).await;
    let waiting = review.pending().await;
    review.next(&review.reviewer, "").await.assert_problem(409, "too_many_claims");
    assert_eq!(review.platform.item(waiting, "claimed_by_id").await, None);
    // In the queue that has them, the request renews a claim.
    let other = std::mem::replace(&mut review.project, here);
    review.next(&review.reviewer, "").await.assert_status(200);
    review.approve(&review.reviewer, items[0]).await.assert_status(200);
    review.project = other;
    assert_eq!(review.next(&review.reviewer, "").await.assert_status(200).body["id"], json!(waiting));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_reviewers_claim_and_only_items_that_await_a_decision(db: PgPool) {
    let review = Review::start(db).await;
    let item = review.pending().await;
    review.claim(&review.contributor, item).await.assert_problem(403, "forbidden");
    let outsider = review.platform.user("outsider@example.org").await;
    review.claim(&outsider, item).await.assert_problem(404, "not_found");
    review.platform.change("update items set status = 'processing' where id = $1", item.0).await;
    review.claim(&review.reviewer, item).await.assert_problem(409, "invalid_state");
    review.platform.change("update items set status = 'approved' where id = $1", item.0).await;
    review.claim(&review.reviewer, item).await.assert_problem(409, "already_decided");
    review.platform.change("update items set deleted_at = now() where id = $1", item.0).await;
    review.claim(&review.reviewer, item).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn concurrent_reviewers_never_get_the_same_item(db: PgPool) {
    let review = Review::start(db).await;
    let mut reviewers = Vec::new();
    for number in 0..12 {
        let user = review.platform.user(&format!("reviewer{number}@example.org")).await;
        review.platform.member(review.project, &user, ProjectRole::Reviewer).await;
        reviewers.push(user);
    }
    for _ in 0..60 {
        review.pending().await;
    }
    let work = reviewers.iter().map(|reviewer| {
        let review = &review;
        async move {
            let mut decided = Vec::new();
            loop {
                let next = review.next(reviewer, "").await;
                if next.status == 204 {
                    return decided;
                }
                let item: Value = next.assert_status(200).body["id"].clone();
                let id = serde_json::from_value(item.clone()).expect("an id");
                review.approve(reviewer, id).await.assert_status(200);
                decided.push(item.to_string());
            }
        }
    });
    let decided: Vec<String> = futures::future::join_all(work).await.into_iter().flatten().collect();
    assert_eq!(decided.len(), 60);
    assert_eq!(decided.iter().collect::<BTreeSet<_>>().len(), 60);
}
