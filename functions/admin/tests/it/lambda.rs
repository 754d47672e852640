//! The function `admin` under AWS Lambda.

use shared::testing::Lambda;
use sqlx::PgPool;

use crate::support::Admin;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn it_answers_under_lambda(db: PgPool) {
    let admin = Admin::start(db).await;
    let ada = admin.platform.user("ada@example.org").await;
    let mut lambda = Lambda::start(env!("CARGO_BIN_EXE_admin"), &admin.platform.env()).await;
    lambda.assert_answers(&admin.root, "/admin/users?q=ada%40example.org", true).await;
    let found = lambda.get("/admin/users?q=ada%40example.org").await;
    assert_eq!(found.assert_status(200).body["items"][0]["id"], ada.id.to_string());
    // AWS Lambda buffers the audit log export, which is a stream elsewhere.
    lambda.with("accept", "application/x-ndjson");
    let log = lambda.get("/admin/audit-logs").await;
    assert_eq!(log.assert_status(200).headers["content-type"], "application/x-ndjson");

    lambda.as_user(&ada).get("/admin/users").await.assert_problem(403, "forbidden");
}
