use futures::future::join_all;
use serde_json::json;
use shared::{cloud::events::EmailRequested, identity::mail_token::Purpose, testing::TestResponse};
use sqlx::PgPool;
use time::Duration;

use crate::support::{Auth, PASSWORD};

const NEW_PASSWORD: &str = "a new password of mine";

async fn reset(auth: &Auth, token: &str) -> TestResponse {
    auth.client.post("/auth/password/reset", json!({"token": token, "password": NEW_PASSWORD})).await
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_reset_ends_all_sessions_and_invalidates_other_links(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let (access, refresh) = auth.tokens("ada@example.org").await;
    let (other, token) = (
        auth.request_password_reset("ada@example.org").await,
        auth.request_password_reset("ada@example.org").await,
    );

    reset(&auth, &token).await.assert_status(204);

    auth.signed_in(&access).get("/auth/me").await.assert_problem(401, "unauthenticated");
    auth.refresh(&refresh).await.assert_problem(401, "unauthenticated");
    reset(&auth, &other).await.assert_problem(400, "token_invalid");
    reset(&auth, &token).await.assert_problem(400, "token_invalid");
    let old = json!({"email": "ada@example.org", "password": PASSWORD});
    auth.client.post("/auth/login", old).await.assert_problem(401, "invalid_credentials");
    auth.login("ada@example.org", NEW_PASSWORD).await;
    let events = auth.platform.events::<EmailRequested>().await;
    assert!(matches!(events[..], [EmailRequested::PasswordChanged { .. }]), "{events:?}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_link_works_once_under_parallel_use(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let token = auth.request_password_reset("ada@example.org").await;
    let answers = join_all((0..5).map(|_| reset(&auth, &token))).await;
    let done = answers.iter().filter(|answer| answer.status == 204).count();
    assert_eq!(done, 1);
    assert_eq!(auth.platform.events::<EmailRequested>().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn invalid_links_and_weak_passwords_are_refused(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.account("ada@example.org").await;
    let token = auth.request_password_reset("ada@example.org").await;
    reset(&auth, "made-up").await.assert_problem(400, "token_invalid");
    let short =
        auth.client.post("/auth/password/reset", json!({"token": token, "password": "short", "x": 1})).await;
    assert_eq!(short.assert_problem(422, "invalid_fields").invalid_fields(), ["password", "x"]);
    auth.platform.clock.advance(Duration::minutes(61));
    reset(&auth, &token).await.assert_problem(400, "token_expired");
    auth.login("ada@example.org", PASSWORD).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_link_of_a_first_super_admin_gives_the_role_where_registration_needs_an_invitation(db: PgPool) {
    let auth = Auth::start_with(db.clone(), &[("REGISTRATION", "invited")]).await;
    let (tokens, clock) = (auth.platform.mail_tokens(), &auth.platform.clock);
    let granted = migrations::grant_super_admin(&db, "ada@example.org", &tokens, clock).await;
    assert_eq!(granted.ok(), Some(migrations::Promotion::Mailed));
    let id = sqlx::query_scalar("select id from password_reset_tokens").fetch_one(&db).await.expect("a link");

    reset(&auth, &auth.platform.mailed_token(Purpose::PasswordReset, id)).await.assert_status(204);

    let access = auth.login("ada@example.org", NEW_PASSWORD).await;
    let me = auth.signed_in(&access).get("/auth/me").await;
    me.assert_status(200);
    assert_eq!((&me.body["global_role"], &me.body["is_verified"]), (&json!("super_admin"), &json!(true)));
    auth.platform.events::<EmailRequested>().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_ordinary_reset_does_not_use_the_role_of_another_link(db: PgPool) {
    let auth = Auth::start(db.clone()).await;
    let (tokens, clock) = (auth.platform.mail_tokens(), &auth.platform.clock);
    migrations::grant_super_admin(&db, "ada@example.org", &tokens, clock).await.expect("a link");

    auth.reset("ada@example.org", NEW_PASSWORD).await;

    let access = auth.login("ada@example.org", NEW_PASSWORD).await;
    let me = auth.signed_in(&access).get("/auth/me").await;
    me.assert_status(200);
    assert_eq!(me.body["global_role"], "user");
}
