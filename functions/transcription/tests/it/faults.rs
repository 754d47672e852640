//! Tests of an engine that is busy, fails, or is configured incorrectly.

use http::StatusCode;
use shared::{base::config::Env, items::ItemStatus};
use sqlx::PgPool;

use crate::support::{TEXT, Transcription, sample};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn fifty_concurrent_deliveries_make_one_call(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let (object, generation) = transcription.uploaded("audio/wav", &sample("speech.wav")).await;
    let deliveries = (0..50).map(|_| transcription.deliver(&object, generation));
    for answer in futures::future::join_all(deliveries).await {
        answer.assert_status(204);
    }
    transcription.assert_processed(object.item_id).await;
    assert_eq!(transcription.speech.calls(), 1);
    let segments = transcription.segments(object.item_id).await;
    assert_eq!((segments.len(), segments[0].text.as_str()), (1, TEXT));
    assert_eq!(segments[0].words, serde_json::json!([]));
    assert_eq!(transcription.duration(object.item_id).await, Some(5.505));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_exhausted_quota_defers_both_kinds_of_calls_and_the_attempt_does_not_count(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let short = sample("speech.wav");
    for (bytes, batch) in [(short, "false"), (crate::support::silence(60_000), "true")] {
        let (object, generation) = transcription.uploaded("audio/wav", &bytes).await;
        transcription.speech.fail_next(20, StatusCode::TOO_MANY_REQUESTS);
        let column = async |name| transcription.platform.item(object.item_id, name).await;
        for _ in 0..20 {
            transcription.deliver(&object, generation).await.assert_status(204);
            assert_eq!(
                (column("failure_count").await.as_deref(), column("lease_until").await),
                (Some("0"), None)
            );
            assert!(column("next_attempt_at").await.is_some());
        }
        assert_eq!(column("needs_batch").await.as_deref(), Some(batch));
        assert_eq!(transcription.restart().await, 1);
        if column("operation").await.is_some() {
            let output = transcription.output(object.item_id).await;
            transcription.deliver_output(&output).await.assert_status(204);
        }
        transcription.assert_processed(object.item_id).await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_failed_call_is_repeated(db: PgPool) {
    let transcription = Transcription::start(db).await;
    for status in [
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::FORBIDDEN,
        // A disabled recognizer is no fault of the recording.
        StatusCode::PRECONDITION_FAILED,
    ] {
        let (object, generation) = transcription.uploaded("audio/wav", &sample("speech.wav")).await;
        transcription.speech.fail_next(1, status);
        transcription.deliver(&object, generation).await.assert_status(204);
        assert_eq!(transcription.platform.status(object.item_id).await, ItemStatus::Processing, "{status}");
        assert_eq!(transcription.platform.item(object.item_id, "lease_until").await, None);
        assert_eq!(transcription.restart().await, 1);
        transcription.assert_processed(object.item_id).await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_unknown_model_does_not_fail_the_recording(db: PgPool) {
    let transcription = Transcription::start_with(db, &[("SPEECH_MODEL", "huge")], |_| {}).await;
    let (object, generation) = transcription.uploaded("audio/wav", &sample("speech.wav")).await;
    transcription.deliver(&object, generation).await.assert_status(204);
    assert_eq!(transcription.platform.status(object.item_id).await, ItemStatus::Processing);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn invalid_settings_are_reported_at_startup(db: PgPool) {
    let transcription = Transcription::start(db).await;
    let env = transcription.platform.env();
    let fault = async |env: Env| {
        shared::function::service::<transcription::Transcription>(&env, shared::base::clock::Clock::default())
            .err()
            .expect("a fault")
            .to_string()
    };
    assert!(fault(env.clone()).await.contains("SPEECH_RECOGNIZER"));
    assert!(fault(env.clone().with("SPEECH_RECOGNIZER", "long")).await.contains("SPEECH_RECOGNIZER"));
    let right = env.clone().with("SPEECH_RECOGNIZER", "projects/p/locations/eu/recognizers/_");
    // A location with neither of the default models needs `SPEECH_MODEL`.
    let global = env.with("SPEECH_RECOGNIZER", "projects/p/locations/global/recognizers/_");
    assert!(fault(global.clone()).await.contains("SPEECH_MODEL"));
    for language in ["en_US", "tlh"] {
        assert!(fault(right.clone().with("DEFAULT_LANGUAGE", language)).await.contains("DEFAULT_LANGUAGE"));
    }
    assert!(
        shared::function::service::<transcription::Transcription>(
            &right,
            shared::base::clock::Clock::default()
        )
        .is_ok()
    );
}
