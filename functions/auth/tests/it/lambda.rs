//! Runs the same binary on AWS Lambda.

use serde_json::json;
use shared::testing::Lambda;
use sqlx::PgPool;

use crate::support::{Auth, PASSWORD};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn it_serves_requests_on_lambda(db: PgPool) {
    let auth = Auth::start(db).await;
    let ada = auth.platform.user("ada@example.org").await;
    let env = auth.platform.env().with("RATE_LIMIT_ADDRESS_PER_MINUTE", "30");
    let mut lambda = Lambda::start(env!("CARGO_BIN_EXE_auth"), &env).await;
    // A percent-encoded query.
    let answer = lambda.get("/auth/verify-email?token=%C3%A9").await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(lambda.get("/.well-known/jwks.json").await.assert_status(200).body["keys"][0]["kty"], "EC");

    // A form body, which arrives in base64.
    let form = format!("username=ada%40example.org&password={}", PASSWORD.replace(' ', "+"));
    let answer = lambda.post_bytes("/auth/login", "application/x-www-form-urlencoded", form.as_bytes()).await;
    answer.assert_problem(401, "invalid_credentials");
    // The limit applies to the client address seen by API Gateway, not to a forged `X-Forwarded-For`.
    let mut limited = false;
    for forged in 0..40 {
        lambda.with("x-forwarded-for", &format!("198.51.100.{forged}"));
        let body = json!({"email": format!("nobody{forged}@example.org"), "password": PASSWORD});
        let answer = lambda.post("/auth/login", body).await;
        limited |= answer.status == 429 && answer.headers.contains_key("retry-after");
    }
    assert!(limited, "a forged address has its own limit");

    let mut lambda = Lambda::start(env!("CARGO_BIN_EXE_auth"), &auth.platform.env()).await;
    lambda.assert_answers(&ada, "/auth/me", false).await;
}
