use serde_json::json;
use sqlx::PgPool;
use time::Duration;

use crate::support::Review;

impl Review {
    async fn queue(&self, query: &str) -> Vec<serde_json::Value> {
        let path = format!("/review?project_id={}{query}", self.project);
        let page = self.client.as_user(&self.reviewer).get(&path).await;
        let items = page.assert_status(200).body["items"].as_array().expect("items").clone();
        items.into_iter().map(|item| item["id"].clone()).collect()
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_queue_is_ordered_by_age_or_by_confidence(db: PgPool) {
    let review = Review::start(db).await;
    let mut created = Vec::new();
    for confidence in [0.9, 0.5, 0.7] {
        created.push(json!(review.pending_of(&review.contributor, confidence).await));
    }
    assert_eq!(review.queue("").await, created);
    // A blank document has no confidence: there is nothing to doubt.
    let blank = review.pending_of(&review.contributor, 0.9).await;
    review.platform.change("update items set confidence = null where id = $1", blank.0).await;
    created.push(json!(blank));
    let by_confidence = [1, 2, 0, 3].map(|index: usize| created[index].clone());
    assert_eq!(review.queue("&order=confidence").await, by_confidence);
    assert_eq!(review.queue("&order=confidence&kind=document").await, by_confidence);
    assert_eq!(review.queue("&kind=document").await, created);
    assert_eq!(review.queue("&kind=voice").await, [] as [serde_json::Value; 0]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn documents_have_a_page_count_and_voice_samples_a_duration(db: PgPool) {
    let review = Review::start(db).await;
    let document = review.pending().await;
    let voice = review.platform.draft(review.project, &review.contributor, "audio/wav", 5).await.item_id;
    for change in [
        "update items set status = 'pending_review', generation = 7 where kind = 'voice'",
        "update documents set page_count = 3",
        "update voice_samples set duration_seconds = 7.5",
    ] {
        sqlx::query(change).execute(&review.platform.db).await.expect(change);
    }
    let path = format!("/review?project_id={}", review.project);
    let page = review.client.as_user(&review.reviewer).get(&path).await;
    let summary = |item: &serde_json::Value| {
        json!([item["id"], item["kind"], item["page_count"], item["duration_seconds"]])
    };
    let items: Vec<_> =
        page.assert_status(200).body["items"].as_array().expect("items").iter().map(summary).collect();
    assert_eq!(items, [json!([document, "document", 3, null]), json!([voice, "voice", null, 7.5])]);
    assert_eq!(review.queue("&kind=voice").await, [json!(voice)]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn pagination_returns_each_item_once_in_either_order(db: PgPool) {
    let review = Review::start(db).await;
    for number in 0..5_u8 {
        review.pending_of(&review.contributor, f32::from(number % 2) / 2.0).await;
    }
    for order in ["oldest", "confidence"] {
        let client = review.client.as_user(&review.reviewer);
        let (mut listed, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/review?project_id={}&order={order}&limit=2{cursor}", review.project);
            let page = client.get(&path).await;
            let items = page.assert_status(200).body["items"].as_array().expect("items").clone();
            listed.extend(items.into_iter().map(|item| item["id"].clone()));
            let Some(next) = page.body["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(listed, review.queue(&format!("&order={order}")).await, "{order}");
        assert_eq!(listed.len(), 5);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn items_claimed_by_others_are_excluded_until_the_claim_expires(db: PgPool) {
    let review = Review::start(db).await;
    let (one, two) = (review.pending().await, review.pending().await);
    review.claim(&review.colleague, one).await.assert_status(200);
    review.claim(&review.reviewer, two).await.assert_status(200);
    assert_eq!(review.queue("").await, [json!(two)]);
    review.platform.clock.advance(Duration::minutes(14));
    assert_eq!(review.queue("").await, [json!(two)]);
    review.platform.clock.advance(Duration::minutes(2));
    let reviewer = review.platform.another_session(&review.reviewer).await;
    let path = format!("/review?project_id={}", review.project);
    let page = review.client.as_user(&reviewer).get(&path).await;
    assert_eq!(page.assert_status(200).body["items"].as_array().map(Vec::len), Some(2));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_reviewers_and_admins_see_the_queue(db: PgPool) {
    let review = Review::start(db).await;
    let path = format!("/review?project_id={}", review.project);
    review.client.get(&path).await.assert_problem(401, "unauthenticated");
    review.client.as_user(&review.contributor).get(&path).await.assert_problem(403, "forbidden");
    let outsider = review.platform.user("outsider@example.org").await;
    review.client.as_user(&outsider).get(&path).await.assert_problem(404, "not_found");
    review.client.as_user(&review.admin).get(&path).await.assert_status(200);
    let invalid = format!("{path}&kind=video&order=newest&limit=0&more=1&cursor=x");
    let faults = review.client.as_user(&review.admin).get(&invalid).await;
    assert_eq!(
        faults.assert_problem(422, "invalid_fields").invalid_fields(),
        ["cursor", "kind", "limit", "more", "order"]
    );
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_order_is_read_from_its_own_index(db: PgPool) {
    let review = Review::start(db).await;
    for (condition, order, index) in [
        ("true))\n                      and id > $5", "order by id\n", "items_queue_idx"),
        ("and kind = $6 and id > $5", "order by id\n", "_kind_"),
        (
            "true))\n                      and (queue_confidence, id)",
            "order by queue_confidence, id\n",
            "items_queue_confidence_idx",
        ),
        (
            "and kind = $7 and (queue_confidence, id)",
            "order by queue_confidence, id\n",
            "items_queue_kind_confidence_idx",
        ),
        ("and true", "order by id\n", "items_queue_idx"),
        ("or $4)\n                  and kind = $6", "order by id\n", "_kind_"),
        ("and true", "order by queue_confidence, id\n", "items_queue_confidence_idx"),
        (
            "or $4)\n                  and kind = $6",
            "order by queue_confidence, id\n",
            "items_queue_kind_confidence_idx",
        ),
    ] {
        let plan = review.platform.plan(&["from review_queue", condition, order]).await;
        assert!(plan.contains(index) && !plan.contains("Seq Scan on items"), "{index}: {plan}");
        assert!(!plan.contains("Sort"), "{index}: {plan}");
    }
}
