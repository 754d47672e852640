use std::net::Ipv4Addr;

use http::Method;
use serde_json::{Value, json};
use shared::{
    cloud::events::EmailRequested,
    testing::{RedisServer, TestResponse, eventually},
};
use sqlx::PgPool;

use crate::support::{Auth, PASSWORD};

/// Public routes without a rate limit, with the reason.
const UNLIMITED: [(&str, &str); 1] =
    [("/.well-known/jwks.json", "caches serve it, and the handler only reads memory")];

/// The only public route without a body or query.
const WITHOUT_BODY: &str = "/auth/passkeys/login/start";

/// Returns the number of mails about unfamiliar sign-ins since the last call.
async fn mails(auth: &Auth) -> usize {
    let events = auth.platform.events::<EmailRequested>().await;
    assert!(events.iter().all(|event| matches!(event, EmailRequested::NewSignIn { .. })), "{events:?}");
    events.len()
}

async fn login(auth: &Auth, address: impl ToString, password: &str) -> TestResponse {
    let client = auth.client.with("x-forwarded-for", &address.to_string());
    client.post("/auth/login", json!({"email": "ada@example.org", "password": password})).await
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_public_route_has_a_rate_limit(db: PgPool) {
    let auth = Auth::start_with(db, &[("RATE_LIMIT_ADDRESS_PER_MINUTE", "1")]).await;
    let document = serde_json::to_value(shared::function::openapi::<auth::Auth>()).expect("a document");
    let mut limited = 0;
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let exempt = UNLIMITED.iter().any(|(unlimited, _)| unlimited == path);
            if exempt || operation["security"].as_array().is_none_or(|schemes| !schemes.is_empty()) {
                continue;
            }
            let method: Method = method.to_uppercase().parse().expect("a method");
            let request = || auth.client.send(method.clone(), path, Some("application/json"), b"{}".to_vec());
            let first = request().await;
            assert!(first.headers.contains_key("ratelimit"), "{method} {path} has no limit");
            let second = request().await;
            second.assert_problem(429, "too_many_requests");
            assert!(second.headers.contains_key("retry-after"), "{method} {path}");
            assert!(operation["responses"]["429"].is_object(), "{method} {path} does not document its 429");
            let asks = operation["requestBody"]["content"].is_object() || operation["parameters"].is_array();
            assert!(asks || path == WITHOUT_BODY, "{method} {path} does not document its body or query");
            limited += 1;
        }
    }
    assert_eq!(limited, 8);
    for (path, _) in UNLIMITED {
        assert!(document["paths"][path].is_object(), "{path}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn routes_that_need_a_session_send_no_ratelimit_header(db: PgPool) {
    let auth = Auth::start_with(db, &[("RATE_LIMIT_ADDRESS_PER_MINUTE", "1")]).await;
    let user = auth.platform.user("ada@example.org").await;
    for _ in 0..3 {
        let me = auth.client.as_user(&user).get("/auth/me").await;
        assert!(!me.assert_status(200).headers.contains_key("ratelimit"));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn password_guesses_over_the_limit_are_neither_checked_nor_audited(db: PgPool) {
    let auth = Auth::start_with(db, &[("RATE_LIMIT_ACCOUNT_PER_MINUTE", "7")]).await;
    auth.account("ada@example.org").await;
    for _ in 0..3 {
        login(&auth, "203.0.113.1", "wrong").await.assert_problem(401, "invalid_credentials");
    }
    for password in ["wrong", PASSWORD] {
        let refused = login(&auth, "203.0.113.1", password).await;
        refused.assert_problem(429, "too_many_requests");
        assert!(!refused.headers.contains_key("www-authenticate"));
    }
    let failures = "select count(*) from audit_logs where action = 'user.login' and status = 'failure'";
    assert_eq!(auth.platform.count(failures).await, 3);
    // The guesses of one client do not count against the owner's own network.
    login(&auth, "203.0.113.2", PASSWORD).await.assert_status(200);
    auth.platform.clock.advance(time::Duration::minutes(1));
    login(&auth, "203.0.113.1", PASSWORD).await.assert_status(200);
    assert_eq!(mails(&auth).await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_flood_from_many_addresses_does_not_lock_out_known_networks(db: PgPool) {
    let auth = Auth::start_with(db, &[("RATE_LIMIT_UNKNOWN_ADDRESSES_PER_MINUTE", "30")]).await;
    auth.account("ada@example.org").await;
    for address in ["203.0.113.1", "2001:db8:1:2::1"] {
        login(&auth, address, PASSWORD).await.assert_status(200);
    }
    // Networks stay known after all sessions have ended.
    sqlx::query("update sessions set revoked_at = now()").execute(&auth.platform.db).await.expect("a change");
    let flood = || async {
        let mut refused = 0;
        for number in 0..20 {
            let address = Ipv4Addr::from_bits(0xC633_6400 + number);
            refused += u32::from(login(&auth, address, "wrong").await.status == 429);
        }
        refused
    };
    assert!(flood().await >= 5);
    login(&auth, "198.51.100.200", PASSWORD).await.assert_problem(429, "too_many_requests");
    for address in ["203.0.113.1", "2001:db8:1:2:ffff::9", "::ffff:203.0.113.1"] {
        login(&auth, address, PASSWORD).await.assert_status(200);
    }
    login(&auth, "2001:db8:1:3::1", PASSWORD).await.assert_problem(429, "too_many_requests");
    // A request without a client address never comes from a known network.
    let nowhere = json!({"email": "ada@example.org", "password": PASSWORD});
    auth.client.post("/auth/login", nowhere).await.assert_problem(429, "too_many_requests");
    assert_eq!(mails(&auth).await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn networks_used_before_the_address_was_verified_are_not_known(db: PgPool) {
    let auth = Auth::start_with(db, &[("RATE_LIMIT_UNKNOWN_ADDRESSES_PER_MINUTE", "30")]).await;
    auth.register("ada@example.org", "the forger's password").await;
    login(&auth, "198.51.100.200", "the forger's password").await.assert_status(200);
    auth.platform.clock.advance(time::Duration::seconds(2));
    auth.account("ada@example.org").await;
    for number in 0..20 {
        login(&auth, Ipv4Addr::from_bits(0xC633_6400 + number), "wrong").await;
    }
    login(&auth, "198.51.100.200", PASSWORD).await.assert_problem(429, "too_many_requests");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn mails_to_one_address_are_limited(db: PgPool) {
    let auth = Auth::start_with(db, &[("RATE_LIMIT_ACCOUNT_PER_MINUTE", "30")]).await;
    for (path, mut body) in [
        ("/auth/register", json!({"password": PASSWORD})),
        ("/auth/verify-email/resend", json!({})),
        ("/auth/password/forgot", json!({})),
    ] {
        body["email"] = Value::from("ada@example.org");
        for _ in 0..3 {
            auth.client.post(path, body.clone()).await.assert_status(202);
        }
        auth.client.post(path, body).await.assert_problem(429, "too_many_requests");
        assert_eq!(auth.platform.events::<EmailRequested>().await.len(), 3);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn refreshes_are_limited_per_session(db: PgPool) {
    let auth = Auth::start_with(db, &[("RATE_LIMIT_ACCOUNT_PER_MINUTE", "5")]).await;
    auth.account("ada@example.org").await;
    let (_, mut token) = auth.tokens("ada@example.org").await;
    let (_, other) = auth.tokens("ada@example.org").await;
    for _ in 0..5 {
        let answer = auth.refresh(&token).await;
        token = crate::support::tokens(&answer).1;
    }
    auth.refresh(&token).await.assert_problem(429, "too_many_requests");
    auth.refresh(&other).await.assert_status(200);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn sign_in_works_without_redis_and_health_is_degraded(db: PgPool) {
    let mut redis = RedisServer::start().await;
    let url = redis.url();
    let auth = Auth::start_with(db, &[("REDIS_URL", url.as_str()), ("REDIS_TIMEOUT_MS", "10000")]).await;
    auth.account("ada@example.org").await;
    let health = auth.client.get("/health").await;
    assert_eq!(health.assert_status(200).body["status"], "ok");
    assert_eq!(health.body["dependencies"][1]["name"], "redis");
    redis.kill().await;
    login(&auth, "203.0.113.1", PASSWORD).await.assert_status(200);
    eventually("a new report", async || {
        let health = auth.client.get("/health").await;
        (health.assert_status(200).body["status"] == "degraded").then_some(())
    })
    .await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn password_guesses_in_one_session_are_limited_across_addresses(db: PgPool) {
    let auth = Auth::start_with(db, &[("RATE_LIMIT_ACCOUNT_PER_MINUTE", "9")]).await;
    auth.account("ada@example.org").await;
    let (access, _) = auth.tokens("ada@example.org").await;
    let guess = async |address: &str, password: &str| {
        let client = auth.signed_in(&access).with("x-forwarded-for", address);
        client.post("/auth/reauthenticate", json!({"password": password})).await
    };
    for address in ["203.0.113.1", "203.0.113.2", "203.0.113.3"] {
        guess(address, "wrong").await.assert_problem(401, "invalid_credentials");
    }
    let refused = guess("203.0.113.4", PASSWORD).await;
    refused.assert_problem(429, "too_many_requests");
    assert!(refused.headers.contains_key("retry-after"));
    auth.platform.clock.advance(time::Duration::minutes(1));
    guess("203.0.113.4", PASSWORD).await.assert_status(200);
}
