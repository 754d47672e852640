//! Verifies OIDC tokens signed by Google. Concurrent requests share one fetch of the key set.
//!
//! The verifier of google-cloud-auth is not used: it fails concurrent callers while its cache is cold
//! (googleapis/google-cloud-rust#6696) and fetches the keys again for every unknown `kid`.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::http::HeaderMap;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde::Deserialize;
use tokio::{
    sync::{Mutex, RwLock},
    time::Instant,
};

use crate::http::problem::{Code, Problem};

crate::settings! {
    /// The authentication of Pub/Sub pushes and Cloud Scheduler calls.
    pub struct PushSettings {
        /// The expected audience of tokens from Pub/Sub and Cloud Scheduler: the function's name.
        pub audience: String = "PUSH_AUDIENCE",
        /// The service account that Pub/Sub and Cloud Scheduler use to call the function.
        pub service_account: String = "PUSH_SERVICE_ACCOUNT",
        /// The issuer of the tokens.
        pub issuer: String = "PUSH_ISSUER" or "https://accounts.google.com",
        /// The URL of the issuer's public keys.
        pub jwks_url: String = "PUSH_JWKS_URL" or "https://www.googleapis.com/oauth2/v3/certs",
    }
}

/// The lifetime of cached keys, according to Google's cache headers.
const KEYS_LIFETIME: Duration = Duration::from_secs(3600);
/// The minimum time between fetches that tokens with an unknown key cause.
const MINIMUM_REFETCH: Duration = Duration::from_secs(30);
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// The tolerated difference between Google's clock and the local clock, in seconds.
const LEEWAY_SECONDS: u64 = 60;

#[derive(Deserialize)]
struct Claims {
    email: String,
    email_verified: bool,
}

/// Verifies the tokens of Pub/Sub pushes and Cloud Scheduler calls.
#[derive(Clone)]
pub struct OidcVerifier(Arc<Inner>);

struct Inner {
    settings: PushSettings,
    validation: Validation,
    client: OnceLock<reqwest::Client>,
    keys: RwLock<Keys>,
    fetching: Mutex<()>,
}

#[derive(Default)]
struct Keys {
    by_id: HashMap<String, DecodingKey>,
    fetched: Option<Instant>,
}

impl OidcVerifier {
    /// Creates a verifier, which fetches the keys on first use.
    #[must_use]
    pub fn new(settings: &PushSettings) -> Self {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = LEEWAY_SECONDS;
        validation.set_audience(&[&settings.audience]);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "iss"]);
        Self(Arc::new(Inner {
            settings: settings.clone(),
            validation,
            client: OnceLock::new(),
            keys: RwLock::default(),
            fetching: Mutex::new(()),
        }))
    }

    /// Checks that the request has a valid token of the expected service account.
    ///
    /// # Errors
    /// 401 if it does not, 503 if the keys cannot be fetched.
    pub async fn verify(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let refused = || Problem::new(Code::Unauthenticated);
        let token = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(refused)?;
        let kid =
            jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid).ok_or_else(refused)?;
        let key = self.key(&kid).await?.ok_or_else(refused)?;
        let claims =
            jsonwebtoken::decode::<Claims>(token, &key, &self.0.validation).map_err(|_| refused())?.claims;
        if claims.email_verified && claims.email == self.0.settings.service_account {
            Ok(())
        } else {
            Err(refused())
        }
    }

    async fn key(&self, kid: &str) -> Result<Option<DecodingKey>, Problem> {
        if let Some(found) = self.cached(kid).await {
            return Ok(found);
        }
        let _single_flight = self.0.fetching.lock().await;
        if let Some(found) = self.cached(kid).await {
            return Ok(found);
        }
        let by_id = self.fetch().await.map_err(Problem::unavailable)?;
        let key = by_id.get(kid).cloned();
        *self.0.keys.write().await = Keys { by_id, fetched: Some(Instant::now()) };
        Ok(key)
    }

    /// Looks up a key in the cache. `None` means that the keys must be fetched, `Some(None)` that the key is unknown.
    async fn cached(&self, kid: &str) -> Option<Option<DecodingKey>> {
        let keys = self.0.keys.read().await;
        let age = keys.fetched?.elapsed();
        match keys.by_id.get(kid) {
            Some(key) => (age < KEYS_LIFETIME).then(|| Some(key.clone())),
            None => (age < MINIMUM_REFETCH).then_some(None),
        }
    }

    async fn fetch(&self) -> Result<HashMap<String, DecodingKey>, reqwest::Error> {
        let client = self.0.client.get_or_init(reqwest::Client::new);
        let request = client.get(&self.0.settings.jwks_url).timeout(FETCH_TIMEOUT);
        let keys: JwkSet = request.send().await?.error_for_status()?.json().await?;
        let usable = keys
            .keys
            .iter()
            .filter_map(|jwk| Some((jwk.common.key_id.clone()?, DecodingKey::from_jwk(jwk).ok()?)));
        Ok(usable.collect())
    }
}
