//! Running batches: one file after another, each with a result or an error.

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
    config::Options,
    engine::LengthLimit,
    fault::{self, Fault},
    operation::Operation,
    operations::Operations,
    request::{Batch, BatchRecognizeRequest, Output},
    results::Results,
};

/// The batches, and the tasks of the running ones.
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

/// Resumes the operations that were running when the stand-in stopped.
pub(crate) fn resume(service: &Speech) {
    for id in service.0.batches.operations.running() {
        spawn(service, id);
    }
}

/// Starts a batch and returns its operation.
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
    let limit = settings.limits.concurrent_batches;
    match batches.operations.add(&operation, limit) {
        Ok(true) => spawn(service, operation.id.clone()),
        Ok(false) => return Err(fault::too_many_batches(limit)),
        Err(error) => {
            tracing::error!(%error, "an operation could not be stored");
            return Err(Fault::internal());
        }
    }
    Ok(operation)
}

fn parse(body: &Value, parent: &str) -> Result<BatchRecognizeRequest, Fault> {
    serde::Deserialize::deserialize(body).map_err(|error| {
        tracing::debug!(parent, %error, "invalid batch request");
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
    let outcome = process(service, id).await;
    if let Err(fault) = &outcome {
        tracing::warn!(id, %fault, "a batch failed");
    }
    operations.update(id, |operation| operation.finish(outcome));
}

async fn process(service: &Speech, id: &str) -> Result<(), Fault> {
    let Inner { settings, controls, batches, .. } = &*service.0;
    let operation = batches.operations.get(id).ok_or_else(Fault::internal)?;
    let batch =
        parse(&operation.request, &operation.parent)?.checked(location(&operation.parent), settings)?;
    controls.leave_queue().await;
    batches.operations.update(id, |operation| operation.started = true);
    controls.wait().await;
    controls.admit_operation()?;
    for (index, (file, (_, options))) in operation.files.iter().zip(&batch.files).enumerate() {
        if file.result.is_some() {
            continue;
        }
        let progress = |percent| batches.operations.progress(id, index, percent);
        let result = transcribe(service, &file.uri, options, progress).await;
        let result = match result {
            Ok(results) => put(service, &batch, &file.uri, &file.transcript, results).await,
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

/// Transcribes a file and returns the result and the billed seconds.
async fn transcribe(
    service: &Speech,
    uri: &str,
    options: &Options,
    progress: impl Fn(u8),
) -> Result<(Results, u64), Fault> {
    let Inner { settings, engine, controls, .. } = &*service.0;
    if let Some(text) = controls.instant() {
        controls.count_call();
        return Ok((Results::of_text(&text, options), 1));
    }
    let source = source::stored(uri, &settings.resolve).await?;
    controls.count_call();
    let length = settings.limits.batch_length.min(options.batch_length);
    let limit = LengthLimit { length, fault: fault::too_long(length) };
    let transcript = engine.recognize(source.path(), options.channels, &limit, progress).await?;
    service.count_channels(transcript.channels.len());
    Ok((Results::new(&transcript, options), transcript.billed()))
}

/// Stores a result as requested and returns the `BatchRecognizeFileResult`.
async fn put(
    service: &Speech,
    batch: &Batch,
    uri: &str,
    transcript: &str,
    (results, billed): (Results, u64),
) -> Result<(Value, u64), Fault> {
    let metadata = &results.metadata;
    let Output::Stored(folder) = &batch.output else {
        let inline = json!({"metadata": metadata, "inlineResult": {"transcript": results}});
        return Ok((inline, billed));
    };
    let name = uri.rsplit('/').next().unwrap_or_default();
    let base = name.rsplit_once('.').map_or(name, |(base, _)| base);
    let target = format!("{folder}/{base}_transcript_{transcript}.json");
    let write = service.0.settings.write.as_ref().ok_or_else(Fault::internal)?;
    let bytes = serde_json::to_vec(&results).map_err(|_| Fault::internal())?;
    write(&target, bytes, "application/json").await.map_err(|error| {
        tracing::warn!(target, error, "a transcript could not be written");
        Fault::unavailable(format!("The transcript could not be written to {target}: {error}"))
    })?;
    let result = json!({"metadata": metadata, "uri": target, "cloudStorageResult": {"uri": target}});
    Ok((result, billed))
}
