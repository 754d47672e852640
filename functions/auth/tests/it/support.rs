//! What these tests share.

use secrecy::ExposeSecret as _;
use serde_json::json;
use shared::{
    config::Settings as _,
    events::EmailRequested,
    ids::VerificationId,
    mail_token::{MailTokenSettings, MailTokens, Purpose},
    testing::{Client, Platform},
};
use sqlx::PgPool;

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Auth {
    pub(crate) platform: Platform,
    pub(crate) client: Client,
}

impl Auth {
    pub(crate) async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let service = auth::service_at(&platform.env(), platform.clock.clone()).await.expect("the function");
        let client = platform.client(service.router());
        Self { platform, client }
    }

    /// Registers and gives the token that the mail will carry.
    pub(crate) async fn register(&self, email: &str, password: &str) -> String {
        let body = json!({"email": email, "password": password, "display_name": "Ada"});
        self.client.post("/auth/register", body).await.assert_status(202);
        self.mailed_token().await
    }

    /// The token of the one mail that was asked for since the last look.
    pub(crate) async fn mailed_token(&self) -> String {
        let events = self.platform.events::<EmailRequested>().await;
        let [EmailRequested::Verification { verification_id }] = events[..] else {
            panic!("expected one verification mail, got {events:?}")
        };
        self.token_of(verification_id)
    }

    fn token_of(&self, verification: VerificationId) -> String {
        let settings = MailTokenSettings::from_env(&self.platform.env()).expect("settings");
        let tokens = MailTokens::new(&settings).expect("keys");
        let token = tokens.token("k1", Purpose::Verification, verification.0).expect("a token");
        token.expose_secret().to_owned()
    }

    pub(crate) async fn verify(&self, token: &str) {
        self.client.get(&format!("/auth/verify-email?token={token}")).await.assert_status(200);
    }

    /// Signs in and gives the access token.
    pub(crate) async fn login(&self, email: &str, password: &str) -> String {
        let response = self.client.post("/auth/login", json!({"email": email, "password": password})).await;
        response.assert_status(200);
        response.body["access_token"].as_str().expect("a token").to_owned()
    }

    pub(crate) fn signed_in(&self, token: &str) -> Client {
        self.client.with("authorization", &format!("Bearer {token}"))
    }
}
