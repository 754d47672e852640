use futures::future::join_all;
use shared::testing::Pooler;
use sqlx::PgPool;

use crate::support::{Transcription, sample, silence};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn recordings_are_transcribed_behind_a_pooler_in_transaction_mode(db: PgPool) {
    let pooler = Pooler::start(&db, 2).await;
    let url = pooler.url();
    let variables = [("DATABASE_URL", url.as_str()), ("DATABASE_STATEMENT_CACHE", "0")];
    let transcription = Transcription::start_with(db, &variables, |_| {}).await;
    let mut uploads = Vec::new();
    for _ in 0..6 {
        uploads.push(transcription.uploaded("audio/wav", &sample("silence.wav")).await);
    }
    // More deliveries than server connections, so that statements of several clients meet on one connection.
    let deliveries = uploads.iter().map(|(object, generation)| transcription.deliver(object, *generation));
    for answer in join_all(deliveries).await {
        answer.assert_status(204);
    }
    for (object, _) in &uploads {
        transcription.assert_processed(object.item_id).await;
    }
    transcription.upload_and_transcribe("audio/wav", &silence(60_000)).await;
}
