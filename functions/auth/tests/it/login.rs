use http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{Auth, PASSWORD};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_password_signs_in_as_json_and_as_the_oauth_form(db: PgPool) {
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
async fn wrong_unknown_and_suspended_are_told_the_same(db: PgPool) {
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
    let failures: i64 = sqlx::query_scalar(
        "select count(*) from audit_logs where action = 'user.login' and status = 'failure'",
    )
    .fetch_one(&auth.platform.db)
    .await
    .expect("a count");
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
