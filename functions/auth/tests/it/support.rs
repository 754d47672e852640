//! Helpers shared by the tests of `auth`.

use serde_json::json;
use shared::{
    cloud::events::EmailRequested,
    identity::mail_token::Purpose,
    testing::{Client, Platform, TestResponse},
};
use sqlx::PgPool;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Auth {
    pub(crate) platform: Platform,
    pub(crate) client: Client,
}

impl Auth {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, &[]).await
    }

    /// Starts the function with additional environment variables.
    pub(crate) async fn start_with(db: PgPool, variables: &[(&str, &str)]) -> Self {
        let platform = Platform::start(db).await;
        let client = platform.client_of::<auth::Auth>(variables);
        Self { platform, client }
    }

    /// Registers and returns the token of the verification mail.
    pub(crate) async fn register(&self, email: &str, password: &str) -> String {
        let body = json!({"email": email, "password": password, "display_name": "Ada"});
        self.client.post("/auth/register", body).await.assert_status(202);
        self.mailed_token().await
    }

    /// Returns the token of the only verification mail requested since the last call.
    pub(crate) async fn mailed_token(&self) -> String {
        let events = self.platform.events::<EmailRequested>().await;
        let [EmailRequested::Verification { verification_id }] = events[..] else {
            panic!("expected one verification mail, got {events:?}")
        };
        self.platform.mailed_token(Purpose::Verification, verification_id.0)
    }

    /// Requests a password reset and returns the token of the mail.
    pub(crate) async fn request_password_reset(&self, email: &str) -> String {
        self.client.post("/auth/password/forgot", json!({"email": email})).await.assert_status(202);
        let events = self.platform.events::<EmailRequested>().await;
        let [EmailRequested::PasswordReset { reset_id }] = events[..] else {
            panic!("expected one reset mail, got {events:?}")
        };
        self.platform.mailed_token(Purpose::PasswordReset, reset_id.0)
    }

    /// Sets a password with a mailed link and consumes the mail about it.
    pub(crate) async fn reset(&self, email: &str, password: &str) {
        let body = json!({"token": self.request_password_reset(email).await, "password": password});
        self.client.post("/auth/password/reset", body).await.assert_status(204);
        let events = self.platform.events::<EmailRequested>().await;
        assert!(matches!(events[..], [EmailRequested::PasswordChanged { .. }]), "{events:?}");
    }

    /// Creates a verified account with [`PASSWORD`].
    pub(crate) async fn account(&self, email: &str) {
        let token = self.register(email, PASSWORD).await;
        self.verify(&token).await;
    }

    /// Signs in and returns both tokens.
    pub(crate) async fn tokens(&self, email: &str) -> (String, String) {
        let response = self.client.post("/auth/login", json!({"email": email, "password": PASSWORD})).await;
        tokens(&response)
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> TestResponse {
        self.client.post("/auth/refresh", json!({"refresh_token": refresh_token})).await
    }

    pub(crate) async fn verify(&self, token: &str) {
        self.client.get(&format!("/auth/verify-email?token={token}")).await.assert_status(200);
    }

    /// Signs in and returns the access token.
    pub(crate) async fn login(&self, email: &str, password: &str) -> String {
        let response = self.client.post("/auth/login", json!({"email": email, "password": password})).await;
        response.assert_status(200);
        response.body["access_token"].as_str().expect("a token").to_owned()
    }

    pub(crate) fn signed_in(&self, token: &str) -> Client {
        self.client.with("authorization", &format!("Bearer {token}"))
    }
}

/// Returns the access token and the refresh token of a response.
#[track_caller]
pub(crate) fn tokens(response: &TestResponse) -> (String, String) {
    response.assert_status(200);
    let text = |name: &str| response.body[name].as_str().expect("a token").to_owned();
    (text("access_token"), text("refresh_token"))
}
