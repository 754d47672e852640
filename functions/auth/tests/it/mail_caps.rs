//! Caps on the mails to one recipient and from one client, over all routes.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::{cloud::events::EmailRequested, testing::TestResponse};
use sqlx::PgPool;
use time::Duration;

use crate::{
    authenticator::Authenticator,
    passkeys::register,
    support::{Auth, PASSWORD},
};

/// The routes that mail any address.
const ROUTES: [&str; 3] = ["/auth/register", "/auth/verify-email/resend", "/auth/password/forgot"];

impl Auth {
    async fn request(&self, route: &str, email: &str) -> TestResponse {
        let body = match route {
            "/auth/register" => json!({"email": email, "password": PASSWORD}),
            _ => json!({"email": email}),
        };
        self.client.post(route, body).await
    }

    /// Returns the number of mails that were requested since the last call.
    async fn mails(&self) -> usize {
        self.platform.events::<EmailRequested>().await.len()
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn mails_to_one_address_are_capped_over_all_routes_and_the_response_does_not_tell(db: PgPool) {
    let auth =
        Auth::start_with(db, &[("RECIPIENT_MAILS_PER_HOUR", "4"), ("RECIPIENT_MAILS_PER_DAY", "5")]).await;
    auth.platform.user("ada@example.org").await;
    for email in ["ada@example.org", "nobody@example.org"] {
        let mut answers = Vec::new();
        for _ in 0..3 {
            for route in ROUTES {
                answers.push(auth.request(route, email).await.assert_status(202).body.clone());
            }
        }
        assert_eq!(answers[..3], answers[6..], "the response is the same over the cap");
        assert_eq!(auth.mails().await, 4, "{email}");
    }
    auth.platform.clock.advance(Duration::minutes(61));
    for route in ROUTES {
        auth.request(route, "ada@example.org").await.assert_status(202);
    }
    assert_eq!(auth.mails().await, 1, "the day has a cap of its own");
    auth.platform.clock.advance(Duration::DAY);
    auth.request(ROUTES[2], "ada@example.org").await.assert_status(202);
    assert_eq!(auth.mails().await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn parallel_requests_do_not_exceed_a_cap(db: PgPool) {
    let auth = Auth::start_with(db, &[("RECIPIENT_MAILS_PER_HOUR", "4")]).await;
    auth.platform.user("ada@example.org").await;
    // The owner's one link over the cap, which would otherwise depend on the order of the requests.
    auth.request(ROUTES[2], "ada@example.org").await.assert_status(202);
    assert_eq!(auth.mails().await, 1);
    let answers = join_all((0..20).map(|number| auth.request(ROUTES[number % 3], "ada@example.org"))).await;
    answers.iter().for_each(|answer| {
        answer.assert_status(202);
    });
    assert_eq!(auth.mails().await, 3);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_client_that_requests_too_many_mails_is_refused_before_anything_changes(db: PgPool) {
    let caps = [("SENDER_MAILS_PER_HOUR", "2"), ("RECIPIENT_MAILS_PER_HOUR", "1")];
    let mut auth = Auth::start_with(db, &caps).await;
    let anyone = auth.client.clone();
    auth.client = anyone.with("x-forwarded-for", "203.0.113.1");
    for email in ["a@example.org", "a@example.org", "b@example.org"] {
        auth.request(ROUTES[2], email).await.assert_status(202);
    }
    assert_eq!(
        auth.mails().await,
        2,
        "a mail that the recipient's cap refuses does not count for the client"
    );
    for route in ROUTES {
        let refused = auth.request(route, "c@example.org").await;
        refused.assert_problem(429, "quota_exceeded");
        assert_eq!(refused.body["limit"], "sender_mails_per_hour");
        let wait = refused.headers["retry-after"].to_str().ok().and_then(|text| text.parse().ok());
        assert!(wait.is_some_and(|wait: u32| (3500..=3600).contains(&wait)), "{wait:?}");
    }
    assert_eq!((auth.platform.count("select count(*) from users").await, auth.mails().await), (0, 0));
    auth.client = anyone.with("x-forwarded-for", "203.0.113.2");
    auth.request(ROUTES[0], "c@example.org").await.assert_status(202);
    assert_eq!(auth.mails().await, 1, "the refused mails did not count for their recipient");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_capped_owner_can_use_the_newest_reset_link(db: PgPool) {
    let auth = Auth::start_with(db, &[("RECIPIENT_MAILS_PER_DAY", "2")]).await;
    auth.account("ada@example.org").await;
    let token = auth.request_password_reset("ada@example.org").await;
    for _ in 0..3 {
        auth.platform.clock.advance(Duration::minutes(50));
        auth.request(ROUTES[2], "ada@example.org").await.assert_status(202);
    }
    assert_eq!(auth.mails().await, 0);
    auth.platform.clock.advance(Duration::minutes(50));
    let body = json!({"token": token, "password": PASSWORD});
    auth.client.post("/auth/password/reset", body).await.assert_status(204);
    assert_eq!(auth.mails().await, 1, "the notice of a reset has no cap");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_cap_used_up_by_other_mails_leaves_the_owner_one_reset_link(db: PgPool) {
    let auth = Auth::start_with(db, &[("RECIPIENT_MAILS_PER_DAY", "2")]).await;
    let ada = auth.platform.user("ada@example.org").await;
    for _ in 0..4 {
        auth.request(ROUTES[0], "ada@example.org").await.assert_status(202);
    }
    let exists = EmailRequested::AccountExists { user_id: ada.id };
    assert_eq!(auth.platform.events::<EmailRequested>().await, [exists.clone(), exists]);
    let token = auth.request_password_reset("ada@example.org").await;
    for email in ["ada@example.org", "nobody@example.org", "nobody@example.org", "nobody@example.org"] {
        auth.request(ROUTES[2], email).await.assert_status(202);
    }
    assert_eq!(auth.mails().await, 2, "of nobody, who has no account");
    let body = json!({"token": token, "password": PASSWORD});
    auth.client.post("/auth/password/reset", body).await.assert_status(204);
    assert_eq!(auth.mails().await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn no_cap_suppresses_a_notice_about_the_account(db: PgPool) {
    let auth =
        Auth::start_with(db, &[("RECIPIENT_MAILS_PER_HOUR", "1"), ("SENDER_MAILS_PER_HOUR", "1")]).await;
    auth.account("ada@example.org").await;
    let client = auth.signed_in(&auth.login("ada@example.org", PASSWORD).await);
    for _ in 0..2 {
        register(&client, &mut Authenticator::new()).await.assert_status(201);
    }
    assert_eq!(auth.mails().await, 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn counts_hold_no_address(db: PgPool) {
    let mut auth = Auth::start(db).await;
    auth.client = auth.client.with("x-forwarded-for", "203.0.113.1");
    auth.request(ROUTES[2], "ada@example.org").await.assert_status(202);
    assert_eq!(auth.mails().await, 1);
    let counts: Value = auth.platform.value("select jsonb_agg(mail_counts) from mail_counts").await;
    assert_eq!(counts.as_array().map(Vec::len), Some(2));
    assert!(!counts.to_string().contains("example") && !counts.to_string().contains("203.0"), "{counts}");
}
