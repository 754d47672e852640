use http::Method;
use serde_json::json;
use shared::{base::ids::SessionId, cloud::events::EmailRequested};
use sqlx::PgPool;
use time::Duration;

use crate::support::{Auth, PASSWORD};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_password_signs_in_with_json_and_with_the_oauth_form(db: PgPool) {
    let auth = Auth::start(db).await;
    let token = auth.register("ada@example.org", PASSWORD).await;
    auth.verify(&token).await;

    let json =
        auth.client.post("/auth/login", json!({"email": "Ada@example.org", "password": PASSWORD})).await;
    let form =
        b"grant_type=password&username=ada%40example.org&password=correct+horse+battery&scope=".to_vec();
    let form =
        auth.client.send(Method::POST, "/auth/login", Some("application/x-www-form-urlencoded"), form).await;
    for response in [json, form] {
        response.assert_status(200);
        assert_eq!(
            (&response.body["token_type"], &response.body["expires_in"]),
            (&json!("bearer"), &json!(900))
        );
        assert!(
            response.body["refresh_token"].as_str().is_some_and(|token| token.len() > 40),
            "{}",
            response.body
        );
        assert_eq!(response.headers["cache-control"], "no-store");
        let access = response.body["access_token"].as_str().expect("a token");
        auth.signed_in(access).get("/auth/me").await.assert_status(200);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn wrong_password_unknown_address_and_suspended_account_get_the_same_response(db: PgPool) {
    let auth = Auth::start(db).await;
    let token = auth.register("ada@example.org", PASSWORD).await;
    auth.verify(&token).await;
    let mut answers = Vec::new();
    let attempt = |email: &str, password: &str| {
        auth.client.post("/auth/login", json!({"email": email, "password": password}))
    };
    answers.push(attempt("ada@example.org", "wrong password!").await);
    answers.push(attempt("nobody@example.org", PASSWORD).await);
    for change in
        ["update users set suspended_at = now()", "update users set suspended_at = null, deleted_at = now()"]
    {
        sqlx::query(change).execute(&auth.platform.db).await.expect("a change");
        answers.push(attempt("ada@example.org", PASSWORD).await);
    }
    for answer in &answers {
        answer.assert_problem(401, "invalid_credentials");
        assert_eq!(answer.body["detail"], answers[0].body["detail"]);
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    let failures: i64 = auth
        .platform
        .value("select count(*) from audit_logs where action = 'user.login' and status = 'failure'")
        .await;
    assert_eq!(failures, 4);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_malformed_login_is_refused(db: PgPool) {
    let auth = Auth::start(db).await;
    let response =
        auth.client.post("/auth/login", json!({"email": "ada@example.org", "passwort": "x"})).await;
    assert_eq!(response.assert_problem(422, "invalid_fields").invalid_fields(), ["password", "passwort"]);
    let send = |kind, body: &str| {
        auth.client.send(Method::POST, "/auth/login", Some(kind), body.as_bytes().to_vec())
    };
    let form = send("application/x-www-form-urlencoded", "username=ada").await;
    assert_eq!(form.assert_problem(422, "invalid_fields").invalid_fields(), ["password"]);
    send("text/plain", "ada").await.assert_problem(415, "unsupported_media_type");
}

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const NEXT_FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0";

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_sign_in_from_a_new_network_or_device_is_mailed(db: PgPool) {
    let auth = Auth::start(db).await;
    // Sessions from before the address was verified say nothing about its owner.
    auth.register("ada@example.org", "the forger's password").await;
    let sign_in = async |address: &str, user_agent: &str, password: &str| {
        let client = auth.client.with("x-forwarded-for", address).with("user-agent", user_agent);
        let body = json!({"email": "ada@example.org", "password": password});
        client.post("/auth/login", body).await.assert_status(200);
        auth.platform.events::<EmailRequested>().await
    };
    assert_eq!(sign_in("198.51.100.7", "curl/8", "the forger's password").await, []);
    auth.platform.clock.advance(Duration::seconds(2));
    auth.account("ada@example.org").await;
    auth.platform.clock.advance(Duration::seconds(2));

    assert_eq!(sign_in("203.0.113.1", FIREFOX, PASSWORD).await, [], "the first sign-in is not mailed");
    assert_eq!(sign_in("203.0.113.1", FIREFOX, PASSWORD).await, []);
    assert_eq!(
        sign_in("203.0.113.1", NEXT_FIREFOX, PASSWORD).await,
        [],
        "a browser update is not a new device"
    );
    for (address, user_agent) in [
        ("203.0.113.2", FIREFOX),
        ("203.0.113.1", "curl/8.5.0"),
        ("198.51.100.7", "curl/8"),
        ("2001:db8::1", FIREFOX),
    ] {
        let events = sign_in(address, user_agent, PASSWORD).await;
        let newest: SessionId = auth.platform.value("select id from sessions order by id desc limit 1").await;
        assert_eq!(events, [EmailRequested::NewSignIn { session_id: newest }], "{address} {user_agent}");
        assert_eq!(
            sign_in(address, user_agent, PASSWORD).await,
            [],
            "{address} {user_agent} is already known"
        );
    }
    assert_eq!(sign_in("2001:db8::ffff:2", FIREFOX, PASSWORD).await, [], "the same network");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_a_sign_in_renews_a_hash_with_outdated_parameters(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let (_, refresh) = auth.tokens("ada@example.org").await;
    let hash = async || -> String {
        let hash = sqlx::query_scalar("select password_hash from users").fetch_one(&auth.platform.db).await;
        hash.expect("a hash")
    };
    let set = async |hash: &str| {
        let set = sqlx::query("update users set password_hash = $1").bind(hash);
        set.execute(&auth.platform.db).await.expect("a change");
    };
    let current = hash().await;
    auth.login("ada@example.org", PASSWORD).await;
    assert_eq!(hash().await, current, "a current hash is not replaced");

    // The same password hashed with 8 MiB and one pass by another implementation.
    let outdated =
        "$argon2id$v=19$m=8192,t=1,p=1$KHpnuBmui9fKwnKRbjO5HA$1+Q+imwH7I9lERTvzKqhfcYBNiMvYe2tQ2sPMyYMJ1c";
    set(outdated).await;
    auth.client
        .post("/auth/login", json!({"email": "ada@example.org", "password": "wrong"}))
        .await
        .assert_problem(401, "invalid_credentials");
    assert_eq!(hash().await, outdated);
    auth.login("ada@example.org", PASSWORD).await;
    let renewed = hash().await;
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    auth.login("ada@example.org", PASSWORD).await;
    assert_eq!(auth.refresh(&refresh).await.status, 200, "the password is still the same");
}
