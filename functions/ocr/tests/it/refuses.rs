use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use local_identity::Identity;
use serde_json::{Value, json};
use shared::{items::ItemStatus, testing};
use sqlx::PgPool;

use crate::support::{Ocr, PDF};

/// A time far in the future, in seconds since 1970.
const FUTURE: i64 = 4_102_444_800;

fn claims(ocr: &Ocr) -> Value {
    json!({
        "iss": "https://accounts.test", "aud": "test", "sub": "1", "email": ocr.platform.identity().email(),
        "email_verified": true, "iat": 1_700_000_000, "exp": FUTURE,
    })
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_push_without_a_valid_token_does_nothing(db: PgPool) {
    let ocr = Ocr::start(db).await;
    let (object, generation) = ocr.uploaded().await;
    let identity = ocr.platform.identity();
    let with = |change: fn(&mut Value)| {
        let mut claims = claims(&ocr);
        change(&mut claims);
        identity.sign(&claims)
    };
    let good = identity.sign(&claims(&ocr));
    let parts: Vec<&str> = good.split('.').collect();
    let stranger = Identity::generate("https://accounts.test").expect("an identity");
    let tokens = [
        ("another audience", with(|claims| claims["aud"] = json!("maintenance"))),
        ("another account", with(|claims| claims["email"] = json!("eve@alta-local.iam.gserviceaccount.com"))),
        ("an unverified account", with(|claims| claims["email_verified"] = json!(false))),
        ("another issuer", with(|claims| claims["iss"] = json!("https://accounts.evil"))),
        ("expired", with(|claims| claims["exp"] = json!(1_700_003_600))),
        ("without an end", with(|claims| drop(claims.as_object_mut().expect("claims").remove("exp")))),
        ("without an account", with(|claims| drop(claims.as_object_mut().expect("claims").remove("email")))),
        ("an unknown key", stranger.sign(&claims(&ocr))),
        (
            "another's signature",
            format!(
                "{}.{}.{}",
                parts[0],
                parts[1],
                stranger.sign(&claims(&ocr)).split('.').nth(2).expect("a signature")
            ),
        ),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        // {"alg":"none","kid":"x"}
        ("no algorithm", format!("eyJhbGciOiJub25lIiwia2lkIjoieCJ9.{}.", parts[1])),
        ("no token at all", "made-up".to_owned()),
    ];
    let anonymous = ocr.client.with("authorization", "Basic YTpi");
    ocr.deliver_as(&anonymous, &object, generation).await.assert_problem(401, "unauthenticated");
    for (case, token) in tokens {
        let client = ocr.client.with("authorization", &format!("Bearer {token}"));
        let answer = ocr.deliver_as(&client, &object, generation).await;
        assert_eq!(answer.status, 401, "{case}");
        answer.assert_problem(401, "unauthenticated");
    }
    assert_eq!((ocr.platform.history(object.item_id).await, ocr.ai.calls()), (vec![ItemStatus::Draft], 0));
    let client = ocr.client.with("authorization", &format!("Bearer {good}"));
    ocr.deliver_as(&client, &object, generation).await.assert_status(204);
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Approved);
    ocr.platform.messages("uploads").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn two_hundred_pushes_fetch_the_keys_once(db: PgPool) {
    let fetches = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&fetches);
    let issuer = Router::new().route(
        "/certs",
        get(move || async move {
            counter.fetch_add(1, Ordering::SeqCst);
            // The delay makes all requests arrive before the keys are cached.
            tokio::time::sleep(Duration::from_millis(300)).await;
            testing::identity().jwks().to_string()
        }),
    );
    let address = testing::serve(issuer).await;
    let ocr = Ocr::start_with(db, &[("PUSH_JWKS_URL", &format!("http://{address}/certs"))]).await;
    let object = ocr.draft("application/pdf", PDF).await;
    let mut unknown = object;
    unknown.upload_no = 9;
    let pushes = (0..200).map(|_| ocr.deliver(&unknown, 7));
    for answer in futures::future::join_all(pushes).await {
        answer.assert_status(204);
    }
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
    // Tokens with an unknown key do not cause another fetch.
    let stranger = Identity::generate("https://accounts.test").expect("an identity");
    let client = ocr.client.with("authorization", &format!("Bearer {}", stranger.sign(&claims(&ocr))));
    for _ in 0..20 {
        ocr.deliver_as(&client, &unknown, 7).await.assert_problem(401, "unauthenticated");
    }
    assert_eq!(fetches.load(Ordering::SeqCst), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_push_fails_with_503_if_the_keys_of_the_issuer_are_unavailable(db: PgPool) {
    let ocr = Ocr::start_with(db, &[("PUSH_JWKS_URL", "http://127.0.0.1:1/certs")]).await;
    let object = ocr.draft("application/pdf", PDF).await;
    ocr.deliver(&object, 7).await.assert_problem(503, "unavailable");
    assert_eq!(ocr.platform.status(object.item_id).await, ItemStatus::Draft);
}
