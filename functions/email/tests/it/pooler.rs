use futures::future::join_all;
use shared::{base::ids::EventId, cloud::events::EmailRequested, testing::Pooler};
use sqlx::PgPool;

use crate::support::Email;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn mails_are_sent_behind_a_pooler_in_transaction_mode(db: PgPool) {
    let pooler = Pooler::start(&db, 2).await;
    let url = pooler.url();
    let email = Email::start_with(db, &[("DATABASE_URL", &url), ("DATABASE_STATEMENT_CACHE", "0")]).await;
    // More deliveries than server connections, so that statements of several clients meet on one connection.
    let mut events = Vec::new();
    for _ in 0..6 {
        events.push(EmailRequested::Verification { verification_id: email.registration().await });
    }
    let deliver = async |event| email.deliver(EventId::new(), event).await;
    for answer in join_all(events.iter().map(deliver)).await {
        answer.assert_status(204);
    }
    assert_eq!((email.deliveries().await, email.mails().len()), (6, 6));
}
