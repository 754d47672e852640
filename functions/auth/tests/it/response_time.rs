//! The response time of routes that send a mail.

use std::time::Instant;

use serde_json::{Value, json};
use shared::cloud::{events::EmailRequested, outbox};
use sqlx::PgPool;
use tokio::net::TcpListener;

use crate::support::{Auth, PASSWORD};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_mail_takes_its_publish_budget_whether_or_not_it_is_published(db: PgPool) {
    // Accepts connections and never answers.
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let silent = format!("http://{}", silent.local_addr().expect("an address"));
    let auth = Auth::start(db).await;
    let hanging = auth.platform.client_of::<auth::Auth>(&[("PUBSUB_ENDPOINT", silent.as_str())]);
    auth.account("known@example.org").await;
    for (path, mut body) in [
        ("/auth/register", json!({"password": PASSWORD})),
        ("/auth/verify-email/resend", json!({})),
        ("/auth/password/forgot", json!({})),
    ] {
        for address in ["known@example.org", "unknown@example.org"] {
            body["email"] = Value::from(address);
            for client in [&auth.client, &hanging] {
                let start = Instant::now();
                client.post(path, body.clone()).await.assert_status(202);
                assert!(start.elapsed() > outbox::BUDGET, "{path} {address}: {:?}", start.elapsed());
            }
        }
    }
    auth.platform.events::<EmailRequested>().await;
}
