//! Helpers shared by the tests of `users`.

use http::Method;
use serde_json::Value;
use shared::{
    cloud::events::EmailRequested,
    identity::passwords::{PasswordSettings, Passwords},
    testing::{Client, Platform, TestUser},
};
use sqlx::PgPool;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Users {
    pub(crate) platform: Platform,
    pub(crate) client: Client,
}

impl Users {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, &[]).await
    }

    /// Starts the function with additional environment variables.
    pub(crate) async fn start_with(db: PgPool, variables: &[(&str, &str)]) -> Self {
        let platform = Platform::start(db).await;
        let client = platform.client_of::<users::Users>(variables);
        Self { platform, client }
    }

    /// Creates a verified user with [`PASSWORD`].
    pub(crate) async fn user_with_password(&self, email: &str) -> TestUser {
        let user = self.platform.user(email).await;
        let hash = passwords().hash(&PASSWORD.into()).await.expect("a hash");
        sqlx::query("update users set password_hash = $2 where id = $1")
            .bind(user.id)
            .bind(hash)
            .execute(&self.platform.db)
            .await
            .expect("a password");
        user
    }

    /// Returns true if the password is the user's.
    pub(crate) async fn opens(&self, user: &TestUser, password: &str) -> bool {
        let hash = sqlx::query_scalar("select password_hash from users where id = $1")
            .bind(user.id)
            .fetch_one(&self.platform.db)
            .await
            .expect("a user");
        passwords().verify(&password.into(), hash).await.expect("an answer")
    }

    /// Returns true if the user's session can send requests.
    pub(crate) async fn is_in(&self, user: &TestUser) -> bool {
        let answer = self.client.as_user(user).get("/users/me").await;
        if answer.status == 200 {
            return true;
        }
        answer.assert_problem(401, "unauthenticated");
        false
    }

    /// Takes the mails that were requested since the last call.
    pub(crate) async fn mails(&self) -> Vec<EmailRequested> {
        self.platform.events().await
    }

    /// Returns the last audit log entry with an action.
    pub(crate) async fn audit_row(&self, action: &str) -> Value {
        let row = sqlx::query_scalar(
            "select to_jsonb(audit_logs) from audit_logs where action = $1 order by id desc limit 1",
        )
        .bind(action)
        .fetch_one(&self.platform.db)
        .await;
        row.expect("an audit row")
    }

    /// Checks that a request without a session or with an unverified address is refused.
    pub(crate) async fn refuses_strangers(&self, method: Method, path: &str, body: Option<Value>) {
        let kind = body.as_ref().map(|_| "application/json");
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let anonymous = self.client.send(method.clone(), path, kind, body.clone()).await;
        anonymous.assert_problem(401, "unauthenticated");
        assert_eq!(anonymous.headers["www-authenticate"], "Bearer");
        let unverified = self.platform.unverified_user("unverified@example.org").await;
        let client = self.client.as_user(&unverified);
        client.send(method, path, kind, body).await.assert_problem(403, "email_not_verified");
    }
}

fn passwords() -> Passwords {
    Passwords::new(&PasswordSettings { concurrency: 1 })
}
