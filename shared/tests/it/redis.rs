//! Redis over TLS with a password, as Memorystore requires it.

use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use shared::{
    base::config::{Env, Settings as _},
    cloud::redis::{Redis, RedisSettings},
    testing::RedisServer,
};

const PASSWORD: &str = "correct-horse";

pub(crate) fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut authority = CertificateParams::new(vec![]).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority")
}

/// Returns true if a client with these settings writes and reads a value.
async fn works(url: &str, authority: Option<&str>) -> bool {
    let env = Env::default().with("REDIS_URL", url).with("REDIS_TIMEOUT_MS", "10000");
    let env = match authority {
        Some(pem) => env.with("REDIS_CA_CERTIFICATE", pem),
        None => env,
    };
    let settings = RedisSettings::from_env(&env).expect("settings");
    let redis = Redis::new(&settings).expect("a client").expect("Redis is configured");
    redis.set("key", b"value", Duration::from_secs(60)).await;
    redis.get("key").await.as_deref() == Some(b"value".as_slice())
}

#[tokio::test]
async fn only_a_server_whose_authority_is_known_gets_the_password_and_only_the_right_one_is_accepted() {
    let (ours, other) = (authority(), authority());
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
    let server = server.signed_by(&key, &ours).expect("a certificate");
    let redis = RedisServer::start_with_tls(&server.pem(), &key.serialize_pem(), PASSWORD).await;
    let url = redis.url();

    assert!(works(&url, Some(&ours.pem())).await);
    assert!(
        works(&url, Some(&format!("{}{}", other.pem(), ours.pem()))).await,
        "a rotation has two authorities"
    );
    assert!(!works(&url, Some(&other.pem())).await, "another authority");
    assert!(!works(&url, None).await, "the authorities of browsers");
    assert!(!works(&url.replace(PASSWORD, "wrong"), Some(&ours.pem())).await, "another password");
    assert!(!works(&url.replace("rediss://", "redis://"), None).await, "no TLS");
}

#[tokio::test]
async fn an_authority_without_tls_is_refused_at_startup() {
    let env = Env::default()
        .with("REDIS_URL", "redis://127.0.0.1:1")
        .with("REDIS_CA_CERTIFICATE", authority().pem());
    let settings = RedisSettings::from_env(&env).expect("settings");
    assert!(Redis::new(&settings).err().expect("an error").to_string().contains("REDIS_URL"));
}
