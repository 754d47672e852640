//! Tests with eight hours of speech.

use std::time::Instant;

use serde_json::{Value, json};
use shared::{base::ids::ItemId, testing::RESULTS_BUCKET};
use sqlx::PgPool;

use crate::support::Transcription;

const SEGMENTS: usize = 3500;
const WORDS: usize = 20;

/// Returns the output of an operation for eight hours of speech: 70,000 words.
fn eight_hours() -> Vec<u8> {
    let offset = |word: usize| format!("{:.3}s", word as f64 * 0.41);
    let result = |segment: usize| -> Value {
        let first = segment * WORDS;
        let words: Vec<Value> = (first..first + WORDS)
            .map(|word| {
                json!({"startOffset": offset(word), "endOffset": offset(word + 1), "word": format!("w\0{word}"), "confidence": 0.9})
            })
            .collect();
        let text: Vec<String> = (first..first + WORDS).map(|word| format!("w{word}")).collect();
        json!({
            "alternatives": [{"transcript": format!(" {}", text.join(" ")), "words": words}],
            "resultEndOffset": offset(first + WORDS), "languageCode": "en-us", "channelTag": 1,
        })
    };
    let results: Vec<Value> = (0..SEGMENTS).map(result).collect();
    let last = json!({"resultEndOffset": "28799.5s", "languageCode": "en-us"});
    let results = [results, vec![last]].concat();
    serde_json::to_vec_pretty(&json!({
        "results": results, "metadata": {"totalBilledDuration": "28800s", "requestId": "1"},
    }))
    .expect("JSON")
}

impl Transcription {
    async fn write_output(&self, item: ItemId, bytes: Vec<u8>) -> (String, i64) {
        let object = format!("transcription/{item}/1/1_transcript_7.json");
        let created =
            self.platform.storage.create_object(RESULTS_BUCKET, &object, Default::default(), bytes.into());
        let generation = created.await.expect("an object").generation;
        self.wait_for_event("results").await;
        (object, generation)
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_output_for_eight_hours_of_speech_is_stored_in_one_delivery(db: PgPool) {
    let transcription = Transcription::start(db).await;
    // The operation does not end during the test.
    transcription.speech.set_delay(std::time::Duration::from_secs(3600));
    let item = transcription.in_batch().await;
    let bytes = eight_hours();
    let megabytes = bytes.len() as f64 / 1e6;
    let output = transcription.write_output(item, bytes).await;
    let start = Instant::now();
    transcription.deliver_output(&output).await.assert_status(204);
    println!("{megabytes:.1} MB of output were stored in {:.1} s", start.elapsed().as_secs_f64());
    transcription.assert_processed(item).await;
    let segments = transcription.segments(item).await;
    assert_eq!(segments.len(), SEGMENTS);
    assert!(segments.iter().zip(1..).all(|(segment, number)| segment.segment_number == number));
    let last = segments.last().expect("a segment");
    assert!(last.text.starts_with("w69980 ") && last.confidence.is_none(), "{last:?}");
    let word = json!({"word": "w69999", "start": 28699.59, "end": 28700.0, "confidence": 0.9});
    let stored = last.words.as_array().and_then(|words| words.last()).expect("a word");
    assert_eq!(
        (&stored["word"], &stored["start"], &stored["end"]),
        (&word["word"], &word["start"], &word["end"])
    );
    // The file is a minute long, whatever the output says.
    assert_eq!(transcription.duration(item).await, Some(60.0));
    assert_eq!(transcription.platform.item(item, "confidence").await, None);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn output_that_is_not_a_transcript_is_retried(db: PgPool) {
    let transcription = Transcription::start(db).await;
    transcription.speech.set_delay(std::time::Duration::from_secs(3600));
    let item = transcription.in_batch().await;
    let output = transcription.write_output(item, b"{\"results\": [".to_vec()).await;
    // The next poll of the operation imports the output again.
    transcription.deliver_output(&output).await.assert_status(204);
    assert_eq!(transcription.failure(item).await.0, None);
    assert!(transcription.platform.item(item, "operation").await.is_some());
    let output = transcription.write_output(item, b"{}".to_vec()).await;
    transcription.deliver_output(&output).await.assert_status(204);
    assert_eq!(transcription.failure(item).await.0.as_deref(), Some("no_speech"));
}
