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
        let row = json!({
            "id": id, "subscription": subscription, "message_id": id, "attributes": attributes,
            "data": STANDARD.encode(data), "delivery_attempts": 10, "cause": "a fault", "created_at": "now",
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

    let path = format!("/admin/dead-letters/{id}/replay");
    let answers = join_all((0..5).map(|_| admin.client.post(&path, Value::Null))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 404, 404, 404, 404]);
    let messages = admin.platform.messages("email-requested").await;
    let [(attributes, data)] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!((&attributes["event_id"], data), (&json!(event), &mail(user)));
    assert!(attributes["CloudPubSubDeadLetterSourceSubscription"].is_null(), "{attributes}");
    assert_eq!(attributes["replayed"], "true");
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
