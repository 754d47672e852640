//! Running batches: file after file, each answered or said what was wrong with it.

use std::{
    io,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use local_engine::source;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    Inner, Speech,
    answer::{Answer, billed},
    config::Wanted,
    engine::Longest,
    fault::{self, Fault},
    operation::Operation,
    operations::Operations,
    request::{Batch, BatchRecognizeRequest, Output},
};

/// The batches there are, and the tasks of those that run.
pub(crate) struct Batches {
    pub(crate) operations: Operations,
    tasks: Mutex<JoinSet<()>>,
}

impl Batches {
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        Ok(Self { operations: Operations::open(folder.join("operations"))?, tasks: Mutex::default() })
    }

    pub(crate) fn stop(&self) {
        self.tasks().abort_all();
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes up the operations that were running when the stand-in was left.
pub(crate) fn resume(service: &Speech) {
    for id in service.0.batches.operations.running() {
        spawn(service, id);
    }
}

/// Begins a batch and answers its operation.
pub(crate) fn start(
    service: &Speech,
    parent: String,
    recognizer: String,
    body: Value,
) -> Result<Operation, Fault> {
    let Inner { settings, batches, .. } = &*service.0;
    let batch = parse(&body, &parent)?.checked(location(&parent), settings)?;
    let uris = batch.files.into_iter().map(|(uri, _)| uri).collect();
    let operation = Operation::new(parent, recognizer, body, uris);
    let most = settings.limits.concurrent_batches;
    match batches.operations.add(&operation, most) {
        Ok(true) => spawn(service, operation.id.clone()),
        Ok(false) => return Err(fault::too_many_batches(most)),
        Err(error) => {
            tracing::error!(%error, "an operation could not be kept");
            return Err(Fault::internal());
        }
    }
    Ok(operation)
}

fn parse(body: &Value, parent: &str) -> Result<BatchRecognizeRequest, Fault> {
    serde::Deserialize::deserialize(body).map_err(|error| {
        tracing::debug!(parent, %error, "not a batch");
        Fault::invalid("INVALID_REQUEST", format!("Invalid JSON payload received. {error}"))
    })
}

fn location(parent: &str) -> &str {
    parent.rsplit('/').next().unwrap_or_default()
}

fn spawn(service: &Speech, id: String) {
    let mut tasks = service.0.batches.tasks();
    while tasks.try_join_next().is_some() {}
    let service = service.clone();
    tasks.spawn(async move { run(&service, &id).await });
}

async fn run(service: &Speech, id: &str) {
    let operations = &service.0.batches.operations;
    let outcome = work(service, id).await;
    if let Err(fault) = &outcome {
        tracing::warn!(id, %fault, "a batch failed");
    }
    operations.update(id, |operation| operation.finish(outcome));
}

async fn work(service: &Speech, id: &str) -> Result<(), Fault> {
    let Inner { settings, controls, batches, .. } = &*service.0;
    let operation = batches.operations.get(id).ok_or_else(Fault::internal)?;
    let batch =
        parse(&operation.request, &operation.parent)?.checked(location(&operation.parent), settings)?;
    controls.wait().await;
    controls.admit_operation()?;
    for (index, (file, (_, wanted))) in operation.files.iter().zip(&batch.files).enumerate() {
        if file.result.is_some() {
            continue;
        }
        let progress = |percent| batches.operations.progress(id, index, percent);
        let result = listen(service, &file.uri, wanted, progress).await;
        let result = match result {
            Ok(answer) => put(service, &batch, &file.uri, &file.transcript, answer).await,
            Err(fault) => Err(fault),
        };
        batches.operations.update(id, |operation| {
            let file = &mut operation.files[index];
            match result {
                Ok((result, billed)) => file.succeed(result, billed),
                Err(fault) => file.fail(&fault),
            }
        });
    }
    Ok(())
}

/// An answer and the seconds that it costs.
async fn listen(
    service: &Speech,
    uri: &str,
    wanted: &Wanted,
    progress: impl Fn(u8),
) -> Result<(Answer, u64), Fault> {
    let Inner { settings, engine, controls, .. } = &*service.0;
    if let Some(text) = controls.instant() {
        controls.count_call();
        return Ok((Answer::of_text(&text, wanted), 1));
    }
    let source = source::stored(uri, &settings.resolve).await?;
    controls.count_call();
    let length = settings.limits.batch_length;
    let longest = Longest { length, otherwise: fault::too_long(length) };
    let transcript = engine.recognise(source.path(), &longest, progress).await?;
    Ok((Answer::new(&transcript, wanted), billed(transcript.length)))
}

/// Brings an answer where it is wanted; gives the `BatchRecognizeFileResult`.
async fn put(
    service: &Speech,
    batch: &Batch,
    uri: &str,
    transcript: &str,
    (answer, billed): (Answer, u64),
) -> Result<(Value, u64), Fault> {
    let metadata = &answer.metadata;
    let Output::Stored(folder) = &batch.output else {
        let inline = json!({"metadata": metadata, "inlineResult": {"transcript": answer}});
        return Ok((inline, billed));
    };
    let name = uri.rsplit('/').next().unwrap_or_default();
    let base = name.rsplit_once('.').map_or(name, |(base, _)| base);
    let target = format!("{folder}/{base}_transcript_{transcript}.json");
    let write = service.0.settings.write.as_ref().ok_or_else(Fault::internal)?;
    let bytes = serde_json::to_vec(&answer).map_err(|_| Fault::internal())?;
    write(&target, bytes, "application/json").await.map_err(|error| {
        tracing::warn!(target, error, "a transcript could not be written");
        Fault::unavailable(format!("Could not write the transcript to {target}: {error}"))
    })?;
    let result = json!({"metadata": metadata, "uri": target, "cloudStorageResult": {"uri": target}});
    Ok((result, billed))
}
