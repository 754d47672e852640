use serde_json::json;
use shared::cloud::events::EmailRequested;
use sqlx::PgPool;

use crate::support::{Auth, PASSWORD};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_new_address_gets_a_verification_link(db: PgPool) {
    let auth = Auth::start(db).await;
    let response = auth
        .client
        .post(
            "/auth/register",
            json!({"email": " Ada@Example.org", "password": PASSWORD, "display_name": "Ada"}),
        )
        .await;
    response.assert_status(202);
    assert_eq!(response.body, json!({"status": "verification_sent"}));
    let token = auth.mailed_token().await;
    auth.verify(&token).await;
    let me = auth.signed_in(&auth.login("ada@example.org", PASSWORD).await).get("/auth/me").await;
    assert_eq!(
        (me.body["email"].as_str(), me.body["display_name"].as_str()),
        (Some("ada@example.org"), Some("Ada"))
    );
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_known_address_gets_the_same_response_and_a_different_mail(db: PgPool) {
    let auth = Auth::start(db).await;
    let token = auth.register("ada@example.org", PASSWORD).await;
    auth.verify(&token).await;
    let response = auth
        .client
        .post("/auth/register", json!({"email": "ada@example.org", "password": "another password"}))
        .await;
    response.assert_status(202);
    assert_eq!(response.body, json!({"status": "verification_sent"}));
    let events = auth.platform.events::<EmailRequested>().await;
    assert!(matches!(events[..], [EmailRequested::AccountExists { .. }]), "{events:?}");
    auth.login("ada@example.org", PASSWORD).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_fields_are_reported(db: PgPool) {
    let auth = Auth::start(db).await;
    let body = json!({"email": "no address", "password": "short", "display_name": "https://evil.example", "more": 1});
    let response = auth.client.post("/auth/register", body).await;
    response.assert_problem(422, "invalid_fields");
    assert_eq!(response.invalid_fields(), ["display_name", "email", "more", "password"]);
    let response = auth.client.post("/auth/register", json!({"display_name": "a\u{0}b"})).await;
    assert_eq!(response.invalid_fields(), ["display_name", "email", "password"]);
    for name in ["pay at evil.example/x", "a\u{202E}b", "a\u{2029}b"] {
        let body = json!({"email": "ada@example.org", "password": PASSWORD, "display_name": name});
        let response = auth.client.post("/auth/register", body).await;
        assert_eq!(
            response.assert_problem(422, "invalid_fields").invalid_fields(),
            ["display_name"],
            "{name:?}"
        );
    }
    for password in ["password12345", "aaaaaaaaaaaaaaaaaaaa", "ada@example.org", "AdaExample2026"] {
        let body = json!({"email": "ada@example.org", "password": password});
        let response = auth.client.post("/auth/register", body).await;
        assert_eq!(
            response.assert_problem(422, "invalid_fields").invalid_fields(),
            ["password"],
            "{password}"
        );
    }
    let users: i64 = auth.platform.value("select count(*) from users").await;
    assert_eq!(users, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_address_that_cannot_be_mailed_is_refused_on_every_route(db: PgPool) {
    let auth = Auth::start(db).await;
    for email in ["a..b@x.example", ".a@x.example", "a@127.0.0.1", "\"a\"@x.example"] {
        for path in ["/auth/register", "/auth/verify-email/resend", "/auth/password/forgot"] {
            let mut body = json!({"email": email});
            if path == "/auth/register" {
                body["password"] = PASSWORD.into();
            }
            let refused = auth.client.post(path, body).await;
            let fields = refused.assert_problem(422, "invalid_fields").invalid_fields();
            assert_eq!(fields, ["email"], "{path} {email}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_body_that_is_not_json_is_refused(db: PgPool) {
    let auth = Auth::start(db).await;
    let send = |kind: Option<&'static str>, body: &str| {
        auth.client.send(http::Method::POST, "/auth/register", kind, body.as_bytes().to_vec())
    };
    send(Some("application/json"), "{").await.assert_problem(400, "malformed");
    send(Some("text/plain"), "{}").await.assert_problem(415, "unsupported_media_type");
    send(None, "{}").await.assert_problem(415, "unsupported_media_type");
    let padded = |size: usize| format!("{:size$}", "{}");
    send(Some("application/json"), &padded(16 << 10)).await.assert_problem(422, "invalid_fields");
    send(Some("application/json"), &padded((16 << 10) + 1)).await.assert_problem(413, "body_too_large");
    auth.client.get("/auth/register").await.assert_problem(405, "method_not_allowed");
    auth.client.get("/nowhere").await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn fifty_parallel_registrations_create_one_user(db: PgPool) {
    let auth = Auth::start(db).await;
    let body = json!({"email": "ada@example.org", "password": PASSWORD});
    let answers =
        futures::future::join_all((0..50).map(|_| auth.client.post("/auth/register", body.clone()))).await;
    for answer in answers {
        answer.assert_status(202);
    }
    let users: i64 = auth.platform.value("select count(*) from users").await;
    assert_eq!(users, 1);
    assert_eq!(auth.platform.events::<EmailRequested>().await.len(), 50);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn neither_password_nor_token_is_stored_or_published(db: PgPool) {
    let auth = Auth::start(db).await;
    let body = json!({"email": "ada@example.org", "password": PASSWORD});
    auth.client.post("/auth/register", body).await.assert_status(202);
    let messages = auth.platform.messages("email-requested").await;
    let rows: Vec<String> = sqlx::query_scalar(
        "select to_jsonb(users)::text from users
         union all select to_jsonb(email_verification_tokens)::text from email_verification_tokens
         union all select to_jsonb(audit_logs)::text from audit_logs
         union all select to_jsonb(outbox)::text from outbox",
    )
    .fetch_all(&auth.platform.db)
    .await
    .expect("rows");
    assert_eq!((messages.len(), rows.len()), (1, 3), "the event was published and its row is gone");
    let (_, data) = &messages[0];
    let event: serde_json::Value = serde_json::from_slice(data).expect("an event");
    let fields: Vec<&String> = event.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["mail", "verification_id"]);
    for row in rows {
        assert!(!row.contains(PASSWORD), "{row}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_the_allowed_domains_may_register(db: PgPool) {
    let auth = Auth::start_with(db, &[("REGISTRATION", "example.org,example.com")]).await;
    for other in ["ada@example.net", "ada@mail.example.org", "ada@example.org.example.net"] {
        let body = json!({"email": other, "password": PASSWORD});
        auth.client.post("/auth/register", body).await.assert_problem(403, "registration_closed");
    }
    let accounts: i64 =
        sqlx::query_scalar("select count(*) from users").fetch_one(&auth.platform.db).await.expect("a count");
    assert_eq!((accounts, auth.platform.events::<EmailRequested>().await), (0, vec![]));
    auth.register("Ada@EXAMPLE.com", PASSWORD).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_invited_addresses_get_an_account_and_a_mail(db: PgPool) {
    let auth = Auth::start_with(db, &[("REGISTRATION", "invited"), ("SENDER_MAILS_PER_HOUR", "5")]).await;
    let platform = &auth.platform;
    let admin = platform.user("admin@example.org").await;
    let project = platform.project(&admin).await;
    let invite = async |email: &str, expires_in_days: i32, revoked: bool| {
        let invited = sqlx::query(
            "insert into project_invitations
                 (id, project_id, email, role, invited_by_id, key_id, token_hash, expires_at, created_at,
                  revoked_at)
             values (gen_random_uuid(), $1, $2, 'reviewer', $3, 'k1', sha256($2::bytea),
                     now() + $4 * interval '1 day', now(), case when $5 then now() end)",
        )
        .bind(project)
        .bind(email)
        .bind(admin.id)
        .bind(expires_in_days)
        .bind(revoked);
        invited.execute(&platform.db).await.expect("an invitation");
    };
    invite("ada@example.org", 1, false).await;
    invite("expired@example.org", -1, false).await;
    invite("revoked@example.org", 1, true).await;
    auth.register("ada@example.org", PASSWORD).await;
    let verifications = async || {
        let count = sqlx::query_scalar::<_, i64>("select count(*) from email_verification_tokens");
        count.fetch_one(&platform.db).await.expect("a count")
    };
    for other in ["expired@example.org", "revoked@example.org", "bob@example.org", "admin@example.org"] {
        let body = json!({"email": other, "password": PASSWORD});
        let answer = auth.client.post("/auth/register", body).await;
        assert_eq!(answer.assert_status(202).body, json!({"status": "verification_sent"}));
        // The event names no row, so `email` discards it.
        let events = platform.events::<EmailRequested>().await;
        assert!(matches!(events[..], [EmailRequested::Verification { .. }]), "{events:?}");
        assert_eq!(verifications().await, 1, "{other}");
    }
    let accounts: Vec<String> = sqlx::query_scalar("select email from users order by email")
        .fetch_all(&platform.db)
        .await
        .expect("addresses");
    assert_eq!(accounts, ["ada@example.org", "admin@example.org"]);
    // A client over its cap does not learn who is invited.
    invite("eve@example.org", 1, false).await;
    for email in ["bob@example.org", "eve@example.org"] {
        let body = json!({"email": email, "password": PASSWORD});
        auth.client.post("/auth/register", body).await.assert_problem(429, "quota_exceeded");
    }
}
