use http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::Users;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_session_can_end_another_session_of_its_user(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    let lost = users.platform.another_session(&ada).await;
    let third = users.platform.another_session(&ada).await;
    let path = format!("/users/me/sessions/{}", lost.session);
    let client = users.client.as_user(&ada);
    client.delete(&path).await.assert_status(204);
    assert!(!users.is_in(&lost).await && users.is_in(&ada).await && users.is_in(&third).await);
    client.delete(&path).await.assert_problem(404, "not_found");
    let row = users.audit_row("user.session_revoked").await;
    assert_eq!(
        (&row["resource_id"], &row["metadata"]),
        (&json!(ada.id), &json!({"session_id": lost.session}))
    );
    assert_eq!(users.platform.count("select count(*) from audit_logs").await, 1);

    client.delete(&format!("/users/me/sessions/{}", ada.session)).await.assert_status(204);
    assert!(!users.is_in(&ada).await);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_session_of_another_user_is_not_found(db: PgPool) {
    let users = Users::start(db).await;
    let client = users.client.as_user(&users.platform.user("ada@example.org").await);
    let bob = users.platform.user("bob@example.org").await;
    let hidden = client.delete(&format!("/users/me/sessions/{}", bob.session)).await;
    hidden.assert_problem(404, "not_found");
    let absent = client.delete("/users/me/sessions/018f8f8f-0000-7000-8000-000000000001").await;
    absent.assert_problem(404, "not_found");
    assert_eq!(hidden.body["detail"], absent.body["detail"]);
    client.delete("/users/me/sessions/mine").await.assert_problem(400, "malformed");
    assert!(users.is_in(&bob).await);
    assert_eq!(users.platform.count("select count(*) from audit_logs").await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn ending_a_session_requires_a_session_and_a_verified_address(db: PgPool) {
    let users = Users::start(db).await;
    let ada = users.platform.user("ada@example.org").await;
    users.refuses_strangers(Method::DELETE, &format!("/users/me/sessions/{}", ada.session), None).await;
    assert!(users.is_in(&ada).await);
}
