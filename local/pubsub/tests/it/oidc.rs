//! Tokens of push deliveries, verified as a receiver does.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::Value;

use crate::harness::{Cloud, EMAIL, Push, Receiver};

/// Finds the keys through the issuer's configuration and verifies the push's token.
async fn claims(cloud: &Cloud, push: &Push, audience: &str) -> Value {
    let issuer = &cloud.issuer.url;
    let response =
        reqwest::get(format!("{issuer}/.well-known/openid-configuration")).await.expect("a response");
    let configuration: Value = response.json().await.expect("JSON");
    assert_eq!(configuration["issuer"], *issuer);
    let response =
        reqwest::get(configuration["jwks_uri"].as_str().expect("a URL")).await.expect("a response");
    let cache = response.headers()["cache-control"].to_str().expect("text");
    assert!(cache.contains("max-age="), "{cache}");
    let keys: JwkSet = response.json().await.expect("a key set");

    let token = push.headers["authorization"].to_str().expect("text");
    let token = token.strip_prefix("Bearer ").expect("a bearer token");
    let key_id = decode_header(token).expect("a token").kid.expect("a key id");
    let key = DecodingKey::from_jwk(keys.find(&key_id).expect("a known key")).expect("a key");
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    decode::<Value>(token, &key, &validation).expect("a valid token").claims
}

#[tokio::test]
async fn a_push_has_a_token_for_its_audience() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::acknowledging().await;
    let audience = "https://ocr.example";
    cloud
        .subscribe_with("uploads", receiver.url(), |subscription| {
            let oidc = subscription.push_config.as_mut().and_then(|push| push.oidc_token.as_mut());
            oidc.expect("a token is configured").audience = audience.to_owned();
        })
        .await;
    cloud.publish("uploads", "x").await;

    let pushes = receiver.wait_for(1).await;
    let claims = claims(&cloud, &pushes[0], audience).await;
    assert_eq!(claims["email"], EMAIL);
    assert_eq!(claims["email_verified"], true);
}

#[tokio::test]
async fn without_an_audience_the_token_is_for_the_endpoint() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::acknowledging().await;
    let endpoint = format!("{}/push", receiver.url());
    cloud.subscribe("uploads", &endpoint).await;
    cloud.publish("uploads", "x").await;

    let pushes = receiver.wait_for(1).await;
    assert_eq!(claims(&cloud, &pushes[0], &endpoint).await["aud"], *endpoint);
}

#[tokio::test]
async fn without_an_account_a_push_has_no_token() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::acknowledging().await;
    cloud
        .subscribe_with("uploads", receiver.url(), |subscription| {
            subscription.push_config.as_mut().expect("a push").oidc_token = None;
        })
        .await;
    cloud.publish("uploads", "x").await;
    let pushes = receiver.wait_for(1).await;
    assert!(!pushes[0].headers.contains_key("authorization"));
}
