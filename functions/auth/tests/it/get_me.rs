use serde_json::json;
use shared::testing::Client;
use sqlx::PgPool;
use time::Duration;

use crate::support::{Auth, PASSWORD};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_unverified_user_can_read_their_account(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.register("ada@example.org", PASSWORD).await;
    let me = auth.signed_in(&auth.login("ada@example.org", PASSWORD).await).get("/auth/me").await;
    me.assert_status(200);
    assert_eq!((&me.body["is_verified"], &me.body["display_name"]), (&json!(false), &json!(null)));
    assert_eq!(me.body["global_role"], "user");
}

async fn refused(client: &Client) {
    let response = client.get("/auth/me").await;
    response.assert_problem(401, "unauthenticated");
    assert_eq!(response.headers["www-authenticate"], "Bearer");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_foreign_or_forged_token_is_refused(db: PgPool) {
    let auth = Auth::start(db).await;
    let user = auth.platform.user("ada@example.org").await;
    auth.client.as_user(&user).get("/auth/me").await.assert_status(200);
    refused(&auth.client).await;
    for header in ["Bearer", "Bearer ", "Basic YTpi", "Bearer not.a.token"] {
        refused(&auth.client.with("authorization", header)).await;
    }
    let mut parts: Vec<&str> = user.token.split('.').collect();
    // {"alg":"none","kid":"x"}
    parts[0] = "eyJhbGciOiJub25lIiwia2lkIjoieCJ9";
    refused(&auth.signed_in(&parts.join("."))).await;
    parts[2] = "";
    refused(&auth.signed_in(&parts.join("."))).await;
    let foreign = auth.platform.identity().id_token("alta-data", "ada@example.org");
    refused(&auth.signed_in(&foreign)).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_ended_session_is_refused_at_the_next_request(db: PgPool) {
    let auth = Auth::start(db).await;
    let statements = [
        "update sessions set revoked_at = now() where user_id = $1",
        "update sessions set expires_at = now() where user_id = $1",
        "update users set suspended_at = now() where id = $1",
        "update users set deleted_at = now() where id = $1",
    ];
    for (number, statement) in statements.into_iter().enumerate() {
        let user = auth.platform.user(&format!("user{number}@example.org")).await;
        auth.platform.change(statement, user.id.0).await;
        refused(&auth.client.as_user(&user)).await;
    }
    let user = auth.platform.user("ada@example.org").await;
    auth.platform.clock.advance(Duration::minutes(16));
    refused(&auth.client.as_user(&user)).await;
}
