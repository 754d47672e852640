use http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::Users;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_user_gets_their_own_account(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    users.platform.user("bob@example.org").await;
    let account = users.client.as_user(&ada).get("/users/me").await;
    account.assert_status(200);
    assert_eq!(account.headers["etag"], "\"1\"");
    assert!(account.body["created_at"].is_string());
    let mut body = account.body.clone();
    body.as_object_mut().expect("an object").remove("created_at");
    assert_eq!(
        body,
        json!({
            "id": ada.id, "email": "ada@example.org", "display_name": null, "global_role": "user",
            "is_verified": true, "version": 1,
        })
    );
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_account_requires_a_session_and_a_verified_address(db: PgPool) {
    let users = Users::start(db).await;
    users.refuses_strangers(Method::GET, "/users/me", None).await;
    users.client.get("/users/you").await.assert_problem(404, "not_found");
}
