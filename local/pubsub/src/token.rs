//! OIDC tokens for push requests, reused while they are good.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use local_identity::Identity;

use crate::{
    clock,
    resource::{OidcToken, PushConfig},
};

/// The time that a token is reused: half of its lifetime of one hour.
const TOKEN_USE: Duration = Duration::from_secs(30 * 60);

/// A subscription's OIDC token, while it can be reused.
#[derive(Default)]
pub(crate) struct TokenCache(Mutex<Option<CachedToken>>);

struct CachedToken {
    audience: String,
    email: String,
    created: SystemTime,
    token: String,
}

impl TokenCache {
    pub(crate) fn get(&self, identity: &Identity, push: &PushConfig, oidc: &OidcToken) -> String {
        let audience = if oidc.audience.is_empty() { &push.push_endpoint } else { &oidc.audience };
        let email = &oidc.service_account_email;
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = &*cached
            && cached.audience == *audience
            && cached.email == *email
            && cached.created.elapsed().is_ok_and(|age| age < TOKEN_USE)
        {
            return cached.token.clone();
        }
        let token = identity.id_token(audience, email);
        *cached = Some(CachedToken {
            audience: audience.clone(),
            email: email.clone(),
            created: clock::now(),
            token: token.clone(),
        });
        token
    }
}
