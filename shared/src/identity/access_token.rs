//! Access tokens: JWTs in the style of RFC 9068, signed with ES256. The `kid` header selects the key.

mod keys;

use std::{collections::HashMap, sync::Arc};

use aws_lc_rs::digest::{self, SHA256, SHA256_OUTPUT_LEN};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    jwk::{JwkSet, ThumbprintHash},
};
use quick_cache::sync::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use self::keys::read_key;
pub use self::keys::{generate_key, public_jwks};
use crate::base::{
    clock::Clock,
    config::Error,
    ids::{SessionId, UserId},
};

crate::settings! {
    /// Settings for verifying access tokens.
    pub struct AccessTokenSettings {
        /// Issuer of access tokens (`iss` claim): the origin of the API.
        pub issuer: String = "ACCESS_TOKEN_ISSUER",
        /// Audience of access tokens (`aud` claim).
        pub audience: String = "ACCESS_TOKEN_AUDIENCE" or "alta-data",
        /// Public keys as a JWK set (RFC 7517): the current key and, during a rotation, the previous one.
        pub keys: String = "ACCESS_TOKEN_JWKS",
    }
}

crate::settings! {
    /// Settings for signing access tokens.
    pub struct SigningSettings {
        /// Private key: P-256 in PKCS#8 PEM. Its public half must be in `ACCESS_TOKEN_JWKS`.
        pub key: SecretString = "ACCESS_TOKEN_SIGNING_KEY",
    }
}

/// The lifetime of an access token.
pub const LIFETIME: Duration = Duration::minutes(15);
/// The maximum number of verified tokens that a process caches.
const REMEMBERED: usize = 1000;
/// The tolerated clock difference between two machines, in seconds.
const LEEWAY_SECONDS: u64 = 30;

/// The claims of an access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The subject (RFC 7519): the user's id.
    pub sub: UserId,
    /// The user's id, equal to `sub`.
    pub user_id: UserId,
    /// The global role at the time of issue, for clients to display. Authorization reads the role from the database.
    pub global_role: String,
    /// The id of the session that the token belongs to.
    pub sid: SessionId,
    /// The origin of the API that issued the token.
    pub iss: String,
    /// The intended audience of the token.
    pub aud: String,
    /// The time of issue, in seconds since 1970.
    pub iat: i64,
    /// The expiry, in seconds since 1970.
    pub exp: i64,
    /// The unique id of the token.
    pub jti: String,
}

/// Verifies access tokens against the public keys.
#[derive(Clone)]
pub struct Verifier(Arc<VerifierInner>);

struct VerifierInner {
    keys: HashMap<String, DecodingKey>,
    jwks: JwkSet,
    issuer: String,
    validation: Validation,
    /// The claims of tokens whose signature is valid, by the SHA-256 of the token. Only valid tokens are added, so that
    /// clients without an account cannot displace them.
    verified: Cache<[u8; SHA256_OUTPUT_LEN], Arc<Claims>>,
    clock: Clock,
}

impl Verifier {
    /// Parses the public keys.
    ///
    /// # Errors
    /// When the key set does not parse, is empty, or holds a key that has no `kid` or is not supported.
    pub fn new(settings: &AccessTokenSettings, clock: Clock) -> Result<Self, Error> {
        let invalid = |why: String| Error::of("ACCESS_TOKEN_JWKS", why);
        let jwks: JwkSet = serde_json::from_str(&settings.keys)
            .map_err(|error| invalid(format!("expected a JWK set (RFC 7517): {error}")))?;
        let mut keys = HashMap::new();
        for jwk in &jwks.keys {
            let kid = jwk.common.key_id.clone().ok_or_else(|| invalid("a key has no `kid`".into()))?;
            let key = DecodingKey::from_jwk(jwk).map_err(|error| invalid(error.to_string()))?;
            keys.insert(kid, key);
        }
        if keys.is_empty() {
            return Err(invalid("it holds no key".into()));
        }
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[&settings.audience]);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // `verify` checks the expiry against the injected clock.
        validation.validate_exp = false;
        let (issuer, verified) = (settings.issuer.clone(), Cache::new(REMEMBERED));
        Ok(Self(Arc::new(VerifierInner { keys, jwks, issuer, validation, verified, clock })))
    }

    /// Returns the claims of a token if its signature, issuer and audience are valid and it has not expired. The
    /// signature is checked once, since that costs more than the rest of a simple request.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Arc<Claims>> {
        let mut digest = [0; SHA256_OUTPUT_LEN];
        digest.copy_from_slice(digest::digest(&SHA256, token.as_bytes()).as_ref());
        let remembered = self.0.verified.get(&digest);
        let is_new = remembered.is_none();
        let claims = remembered.or_else(|| self.decode(token).map(Arc::new))?;
        let now = self.0.clock.now().unix_timestamp();
        let leeway = i64::try_from(LEEWAY_SECONDS).unwrap_or_default();
        if claims.iat > now + leeway || now >= claims.exp + leeway {
            return None;
        }
        if is_new {
            self.0.verified.insert(digest, Arc::clone(&claims));
        }
        Some(claims)
    }

    /// Returns the claims of a token if its signature, issuer and audience are valid, regardless of its expiry.
    fn decode(&self, token: &str) -> Option<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = self.0.keys.get(&kid)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.0.validation).ok()?.claims;
        (claims.sub == claims.user_id).then_some(claims)
    }

    /// Returns the public keys, as served at `/.well-known/jwks.json`.
    #[must_use]
    pub fn jwks(&self) -> &JwkSet {
        &self.0.jwks
    }
}

/// Signs access tokens.
#[derive(Clone)]
pub struct Signer {
    key: Arc<EncodingKey>,
    kid: String,
    issuer: String,
    audience: String,
}

impl Signer {
    /// Parses the private key and finds its public half in the verifier's set.
    ///
    /// # Errors
    /// When the key does not parse or is not in the set.
    pub fn new(
        signing: &SigningSettings,
        settings: &AccessTokenSettings,
        verifier: &Verifier,
    ) -> Result<Self, Error> {
        let invalid = |why: String| Error::of("ACCESS_TOKEN_SIGNING_KEY", why);
        let (key, jwk) = read_key(signing.key.expose_secret()).map_err(invalid)?;
        let thumbprint =
            jwk.thumbprint(ThumbprintHash::SHA256).map_err(|error| invalid(error.to_string()))?;
        let kid = verifier
            .jwks()
            .keys
            .iter()
            .find(|public| public.thumbprint(ThumbprintHash::SHA256).is_ok_and(|of| of == thumbprint))
            .and_then(|public| public.common.key_id.clone())
            .ok_or_else(|| invalid("its public half is not in ACCESS_TOKEN_JWKS".into()))?;
        Ok(Self {
            key: Arc::new(key),
            kid,
            issuer: verifier.0.issuer.clone(),
            audience: settings.audience.clone(),
        })
    }

    /// Signs a token for a session.
    ///
    /// # Errors
    /// When the signature cannot be computed.
    #[allow(clippy::disallowed_methods, reason = "a token id only has to differ from all others")]
    pub fn sign(
        &self,
        user: UserId,
        global_role: &str,
        session: SessionId,
        now: OffsetDateTime,
    ) -> Result<SecretString, jsonwebtoken::errors::Error> {
        let claims = Claims {
            sub: user,
            user_id: user,
            global_role: global_role.to_owned(),
            sid: session,
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            iat: now.unix_timestamp(),
            exp: (now + LIFETIME).unix_timestamp(),
            jti: uuid::Uuid::new_v4().simple().to_string(),
        };
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, &claims, &self.key).map(SecretString::from)
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    use secrecy::ExposeSecret as _;
    use serde_json::{Value, json};
    use time::Duration;

    use super::{
        AccessTokenSettings, Claims, LIFETIME, Signer, SigningSettings, Verifier, generate_key, public_jwks,
    };
    use crate::base::{
        clock::Clock,
        ids::{SessionId, UserId},
    };

    const ISSUER: &str = "https://api.test";

    fn settings(keys: &[&str]) -> AccessTokenSettings {
        let sets = keys.iter().map(|key| public_jwks(key).expect("a public half"));
        let keys: Vec<Value> = sets
            .flat_map(|set| serde_json::from_str::<Value>(&set).expect("JSON")["keys"].as_array().cloned())
            .flatten()
            .collect();
        AccessTokenSettings {
            issuer: ISSUER.into(),
            audience: "alta-data".into(),
            keys: json!({"keys": keys}).to_string(),
        }
    }

    fn verifier(keys: &[&str]) -> Verifier {
        Verifier::new(&settings(keys), Clock::default()).expect("a verifier")
    }

    fn sign(signing_key: &str, keys: &[&str]) -> String {
        let signing = SigningSettings { key: signing_key.into() };
        let signer = Signer::new(&signing, &settings(keys), &verifier(keys)).expect("a signer");
        let token = signer.sign(UserId::new(), "user", SessionId::new(), Clock::default().now());
        token.expect("a token").expose_secret().to_owned()
    }

    /// Signs modified claims with our own key.
    fn forge(signing_key: &str, change: impl FnOnce(&mut Header, &mut Claims)) -> String {
        let honest = sign(signing_key, &[signing_key]);
        let mut claims = Claims::clone(&verifier(&[signing_key]).verify(&honest).expect("claims"));
        let mut header = jsonwebtoken::decode_header(&honest).expect("a header");
        change(&mut header, &mut claims);
        let key = EncodingKey::from_ec_pem(signing_key.as_bytes()).expect("a key");
        jsonwebtoken::encode(&header, &claims, &key).expect("a token")
    }

    #[test]
    fn tokens_stay_valid_during_a_key_rotation() {
        let (old, new) = (generate_key().expect("a key"), generate_key().expect("a key"));
        let before = sign(&old, &[&old]);
        // A rotation publishes both keys, then signs with the new one, then removes the old one.
        let during = sign(&new, &[&new, &old]);
        for verifier in [verifier(&[&old, &new]), verifier(&[&new, &old])] {
            assert!(verifier.verify(&before).is_some() && verifier.verify(&during).is_some());
            assert_eq!(verifier.jwks().keys.len(), 2);
        }
        let after = verifier(&[&new]);
        assert!(after.verify(&during).is_some() && after.verify(&before).is_none());
        let unpublished = SigningSettings { key: new.as_str().into() };
        assert!(Signer::new(&unpublished, &settings(&[&old]), &verifier(&[&old])).is_err());
    }

    #[test]
    fn only_current_tokens_of_our_issuer_and_audience_are_accepted() {
        let (ours, other) = (generate_key().expect("a key"), generate_key().expect("a key"));
        let verifier = verifier(&[&ours]);
        assert!(verifier.verify(&forge(&ours, |_, _| {})).is_some());
        let minutes = |minutes| Duration::minutes(minutes).whole_seconds();
        let refused = [
            ("another audience", forge(&ours, |_, claims| claims.aud = "another".into())),
            ("another issuer", forge(&ours, |_, claims| claims.iss = "https://evil.test".into())),
            ("expired", forge(&ours, |_, claims| claims.exp -= minutes(16))),
            ("not valid yet", forge(&ours, |_, claims| claims.iat += minutes(1))),
            ("two users", forge(&ours, |_, claims| claims.user_id = UserId::new())),
            ("no kid", forge(&ours, |header, _| header.kid = None)),
            ("a foreign kid", forge(&ours, |header, _| header.kid = Some("other".into()))),
            ("a foreign key", forge(&other, |_, _| {})),
            ("a foreign key under our kid", {
                let ours = jsonwebtoken::decode_header(sign(&ours, &[&ours])).expect("a header").kid;
                forge(&other, |header, _| header.kid = ours)
            }),
            ("no signature", {
                let token = forge(&ours, |_, _| {});
                token.rsplit_once('.').map(|(signed, _)| format!("{signed}.")).expect("three parts")
            }),
            ("an HMAC with the public key", {
                let header = Header {
                    kid: verifier.jwks().keys[0].common.key_id.clone(),
                    ..Header::new(Algorithm::HS256)
                };
                let claims = verifier.verify(&forge(&ours, |_, _| {})).expect("claims");
                let secret = EncodingKey::from_secret(settings(&[&ours]).keys.as_bytes());
                jsonwebtoken::encode(&header, &*claims, &secret).expect("a token")
            }),
        ];
        for (case, token) in refused {
            assert!(verifier.verify(&token).is_none(), "{case}");
        }
    }

    #[test]
    fn a_token_that_was_accepted_before_is_refused_once_it_expires_or_changes() {
        let key = generate_key().expect("a key");
        let clock = Clock::default();
        let verifier = Verifier::new(&settings(&[&key]), clock.clone()).expect("a verifier");
        let token = sign(&key, &[&key]);
        assert!(verifier.verify(&token).is_some() && verifier.verify(&token).is_some());
        let (head, signature) = token.rsplit_once('.').expect("three parts");
        let other = sign(&key, &[&key]);
        let (_, another_signature) = other.rsplit_once('.').expect("three parts");
        assert_ne!(signature, another_signature);
        assert!(verifier.verify(&format!("{head}.{another_signature}")).is_none());
        clock.advance(LIFETIME + Duration::minutes(1));
        assert!(verifier.verify(&token).is_none());
    }
}
