use serde_json::json;
use sqlx::PgPool;

use crate::support::Auth;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn signing_out_ends_only_this_session(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let (access, refresh) = auth.tokens("ada@example.org").await;
    let (other, _) = auth.tokens("ada@example.org").await;
    auth.signed_in(&access).post("/auth/logout", json!({})).await.assert_status(204);
    auth.signed_in(&access).get("/auth/me").await.assert_problem(401, "unauthenticated");
    auth.refresh(&refresh).await.assert_problem(401, "unauthenticated");
    auth.signed_in(&other).get("/auth/me").await.assert_status(200);
    auth.client.post("/auth/logout", json!({})).await.assert_problem(401, "unauthenticated");
}
