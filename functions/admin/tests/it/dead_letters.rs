//! `/admin/dead-letters`: list, replay and delete.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::future::join_all;
use serde_json::{Value, json};
use shared::{
    base::ids::{DeadLetterId, EventId, UserId},
    cloud::events::EmailRequested,
};
use sqlx::PgPool;

use crate::support::{Admin, column};

impl Admin {
    async fn letter(&self, subscription: &str, data: &[u8]) -> (DeadLetterId, EventId) {
        let (id, event) = (DeadLetterId::new(), EventId::new());
        let attributes = json!({
            "event_id": event,
            "event_version": "1",
            "CloudPubSubDeadLetterSourceSubscription": subscription,
        });
        let replayable = subscription.ends_with("email-requested") && data.ends_with(b"}");
        let row = json!({
            "id": id, "subscription": subscription, "subject_hash": format!("\\x{}", id.0.simple()),
            "message_id": id, "attributes": attributes, "data": STANDARD.encode(data), "delivery_attempts": 10,
            "replayable": replayable, "cause": "a fault", "created_at": "now",
        });
        self.platform.insert("dead_letters", row).await;
        (id, event)
    }
}

fn mail(user_id: UserId) -> Vec<u8> {
    serde_json::to_vec(&EmailRequested::AccountExists { user_id }).expect("JSON")
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_dead_letter_is_replayed_once_with_its_original_event_id(db: PgPool) {
    let admin = Admin::start(db).await;
    let user = UserId::new();
    let (id, event) = admin.letter("email-email-requested", &mail(user)).await;
    let page = admin.client.get("/admin/dead-letters").await;
    assert_eq!(column(&page.assert_status(200).body, "subscription"), ["email-email-requested"]);
    assert_eq!(page.body["items"][0]["delivery_attempts"], 10);
    assert_eq!(page.body["items"][0]["cause"], "a fault");
    assert_eq!(page.body["items"][0]["replayable"], true);

    let path = format!("/admin/dead-letters/{id}/replay");
    let answers = join_all((0..5).map(|_| admin.client.post(&path, Value::Null))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 404, 404, 404, 404]);
    let messages = admin.platform.messages("email-requested").await;
    let [(attributes, data)] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!((&attributes["event_id"], data), (&json!(event), &mail(user)));
    assert!(attributes["CloudPubSubDeadLetterSourceSubscription"].is_null(), "{attributes}");
    assert_eq!(column(&admin.client.get("/admin/dead-letters").await.body, "id"), [""; 0]);
    let audited = admin.platform.audited(id.0).await;
    assert_eq!(audited, [("dead_letter.replayed".to_owned(), "success".to_owned())]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_dead_letter_that_cannot_be_replayed_stays_until_it_is_deleted(db: PgPool) {
    let admin = Admin::start(db).await;
    for (subscription, data) in
        [("nobody-knows", mail(UserId::new())), ("email-email-requested", b"{".to_vec())]
    {
        let (id, _) = admin.letter(subscription, &data).await;
        let path = format!("/admin/dead-letters/{id}");
        admin.client.post(&format!("{path}/replay"), Value::Null).await.assert_problem(409, "not_replayable");
        admin.client.delete(&path).await.assert_status(204);
        admin.client.delete(&path).await.assert_problem(404, "not_found");
        let audited = admin.platform.audited(id.0).await;
        assert_eq!(audited, [("dead_letter.deleted".to_owned(), "success".to_owned())]);
    }
    admin.client.get("/admin/dead-letters?limit=0&x=1").await.assert_problem(422, "invalid_fields");
    admin.refuses_others("/admin/dead-letters").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_dead_letters_that_match_a_filter_are_replayed(db: PgPool) {
    let admin = Admin::start(db).await;
    let users = [UserId::new(), UserId::new(), UserId::new()];
    let mut letters = Vec::new();
    for user in users {
        letters.push(admin.letter("email-email-requested", &mail(user)).await.0);
    }
    let (broken, _) = admin.letter("email-email-requested", b"{").await;
    let other =
        "update dead_letters set cause = 'Mailbox full', created_at = now() - interval '1 day' where id = $1";
    admin.platform.change(other, letters[0].0).await;
    let replay = async |query: &str| {
        let answer = admin.client.post(&format!("/admin/dead-letters/replay{query}"), Value::Null).await;
        answer.assert_status(200).body.clone()
    };
    for query in [
        "?subscription=ocr-uploads",
        "?cause=other",
        "?from=2999-01-01T00:00:00Z",
        "?to=2001-01-01T00:00:00Z",
    ] {
        assert_eq!(replay(query).await, json!({"done": 0, "remaining": 0}), "{query}");
    }
    assert_eq!(replay("?cause=mailbox%20FULL").await, json!({"done": 1, "remaining": 0}));
    assert_eq!(admin.platform.events::<EmailRequested>().await.len(), 1);
    let both = join_all([replay(""), replay("?subscription=email-email-requested")]).await;
    assert_eq!(both.iter().filter_map(|body| body["done"].as_u64()).sum::<u64>(), 2, "{both:?}");
    assert_eq!(admin.platform.events::<EmailRequested>().await.len(), 2);
    for letter in letters {
        let audited = admin.platform.audited(letter.0).await;
        assert_eq!(audited, [("dead_letter.replayed".to_owned(), "success".to_owned())]);
    }
    let left = admin.client.get("/admin/dead-letters").await;
    assert_eq!(column(&left.body, "id"), [broken.to_string()], "it cannot be replayed");
    let refused = admin.client.post("/admin/dead-letters/replay?causes=x", Value::Null).await;
    refused.assert_problem(422, "invalid_fields");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn one_call_deletes_at_most_a_thousand_dead_letters(db: PgPool) {
    let admin = Admin::start(db).await;
    let (kept, _) = admin.letter("email-email-requested", b"{").await;
    let (first, _) = admin.letter("ocr-uploads", b"{}").await;
    let more = "insert into dead_letters (id, subscription, subject_hash, message_id, attributes, data, replayable, created_at)
                select gen_random_uuid(), subscription, int4send(n), n::text, attributes, data, false, created_at
                from dead_letters, generate_series(1, 1200) as n where id = $1";
    sqlx::query(more).bind(first).execute(&admin.platform.db).await.expect("more dead letters");
    let delete = async || {
        let answer = admin.client.delete("/admin/dead-letters?subscription=ocr-uploads").await;
        answer.assert_status(200).body.clone()
    };
    assert_eq!(delete().await, json!({"done": 1000, "remaining": 201}));
    assert_eq!(delete().await, json!({"done": 201, "remaining": 0}));
    assert_eq!(delete().await, json!({"done": 0, "remaining": 0}));
    let left = admin.client.get("/admin/dead-letters").await;
    assert_eq!(column(&left.body, "id"), [kept.to_string()]);
    let audited =
        "select count(*) from audit_logs where action = 'dead_letter.deleted' and status = 'success'";
    assert_eq!(admin.platform.count(audited).await, 1201);
    assert_eq!(admin.platform.audited(first.0).await.len(), 1);
}
