//! Running batch operations.

use std::{path::Path, pin::pin, sync::Arc};

use futures::{Stream, TryStreamExt as _, stream};
use local_engine::{Write, source};
use serde_json::Value;

use crate::{
    DocumentAi,
    batch::{
        Batch, Operation,
        request::Input,
        shards::{Shard, Shards},
    },
    document::LoosePage,
    engine::{Lane, ReadOptions, check_deleted},
    fault::{self, Fault},
    mask::Mask,
    media::MediaType,
    request::{GcsDocument, PageChoice},
};

/// Starts an operation for the body of a call.
pub(crate) async fn start(service: &DocumentAi, parent: &str, request: Value) -> Result<Operation, Fault> {
    let (settings, batch) = (&service.0.settings, Batch::parse(&request)?);
    settings.write.as_ref().ok_or_else(no_write)?;
    if matches!(batch.input, Input::Prefix(_)) {
        settings.list.as_ref().ok_or_else(no_list)?;
    }
    let operation = service.0.operations.create(parent, request).await?;
    resume(service, operation.clone());
    Ok(operation)
}

fn no_write() -> Fault {
    Fault::failed_precondition("NO_OUTPUT", "This stand-in is not configured to write objects.")
}

fn no_list() -> Fault {
    Fault::failed_precondition("NO_PREFIXES", "This stand-in is not configured to list objects.")
}

/// Runs an operation in the background until it ends or is canceled.
pub(crate) fn resume(service: &DocumentAi, operation: Operation) {
    let service = service.clone();
    tokio::spawn(async move {
        let operations = &service.0.operations;
        let Some(canceled) = operations.signal(&operation.name) else { return };
        let result = tokio::select! {
            () = canceled.notified() => Err(Fault::canceled()),
            result = run(&service, &operation) => result,
        };
        operations.end(&operation.name, result).await;
    });
}

async fn run(service: &DocumentAi, operation: &Operation) -> Result<(), Fault> {
    let inner = &service.0;
    let work = Work {
        service,
        batch: Batch::parse(operation.request.as_ref().unwrap_or(&Value::Null))?,
        write: inner.settings.write.clone().ok_or_else(no_write)?,
    };
    inner.controls.leave_queue().await;
    inner.operations.start(&operation.name);
    inner.controls.wait().await;
    inner.controls.admit_operation()?;
    let documents = work.documents().await?;
    let mut faults = vec![];
    for (index, document) in documents.iter().enumerate() {
        let folder = format!("{}/{}/{index}", work.batch.folder, operation.id());
        let read = work.read(document, &folder).await;
        inner.operations.report(&operation.name, &document.gcs_uri, read.as_ref().map(|()| folder));
        faults.extend(read.err());
    }
    if faults.len() < documents.len() {
        return Ok(());
    }
    // An error that a retry may fix must not look like the documents' fault.
    Err(faults
        .into_iter()
        .find(|fault| fault.status().is_server_error())
        .unwrap_or_else(|| Fault::invalid("ALL_FAILED", "Failed to process all documents.")))
}

struct Work<'a> {
    service: &'a DocumentAi,
    batch: Batch,
    write: Write,
}

impl Work<'_> {
    async fn documents(&self) -> Result<Vec<GcsDocument>, Fault> {
        let prefix = match &self.batch.input {
            Input::Documents(documents) => return Ok(documents.clone()),
            Input::Prefix(prefix) => prefix,
        };
        let list = self.service.0.settings.list.as_ref().ok_or_else(no_list)?;
        let found = list(prefix).await;
        if found.is_empty() {
            return Err(Fault::invalid("NO_DOCUMENTS", format!("No document begins with {prefix}")));
        }
        Ok(found.into_iter().map(|(gcs_uri, mime_type)| GcsDocument { gcs_uri, mime_type }).collect())
    }

    /// Reads one document and writes its shards to the folder, if the whole document could be read.
    async fn read(&self, document: &GcsDocument, folder: &str) -> Result<(), Fault> {
        let inner = &self.service.0;
        let media_type = MediaType::parse(&document.mime_type)?;
        let spool = inner.operations.spool().await.map_err(|error| write_failed(&error))?;
        let limits = &inner.settings.limits;
        let count = if let Some((text, pages)) = inner.instant() {
            if pages > limits.batch_pages {
                return Err(fault::too_many_pages(pages, limits.batch_pages));
            }
            let shards = Shards::new(media_type, self.batch.sharding, pages);
            let pages = stream::iter(LoosePage::of_text(&text, pages).map(Ok));
            self.cut(pages, shards, spool.path()).await?
        } else {
            let options = ReadOptions {
                pages: PageChoice::All,
                page_limit: limits.batch_pages,
                languages: self.batch.languages.clone(),
            };
            let source = source::stored(&document.gcs_uri, &inner.settings.resolve).await?;
            let cut = async {
                let job = inner.engine.open(source.path(), media_type, &options, limits.batch_bytes).await?;
                let shards = Shards::new(media_type, self.batch.sharding, job.pages());
                self.cut(inner.engine.pages(&job, Lane::Batch), shards, spool.path()).await
            };
            check_deleted(source.path(), cut.await).await?
        };
        let name = Path::new(&document.gcs_uri).file_stem().unwrap_or_default().to_string_lossy();
        for index in 0..count {
            let json = tokio::fs::read(shard_file(spool.path(), index))
                .await
                .map_err(|error| write_failed(&error))?;
            let written = (self.write)(&format!("{folder}/{name}-{index}.json"), json, "application/json");
            written.await.map_err(|error| write_failed(&error))?;
        }
        Ok(())
    }

    /// Writes the pages as shards, one file each, into the folder. Returns the number of shards.
    async fn cut(
        &self,
        pages: impl Stream<Item = Result<LoosePage, Fault>>,
        mut shards: Shards,
        folder: &Path,
    ) -> Result<usize, Fault> {
        let mask = Arc::new(self.batch.mask.clone());
        let mut pages = pin!(pages);
        let mut count = 0;
        while let Some(page) = pages.try_next().await? {
            if let Some(shard) = shards.push(page) {
                store(shard, Arc::clone(&mask), folder).await?;
                count += 1;
            }
        }
        Ok(count)
    }
}

async fn store(shard: Shard, mask: Arc<Mask>, folder: &Path) -> Result<(), Fault> {
    let path = shard_file(folder, shard.index());
    let stored = tokio::task::spawn_blocking(move || std::fs::write(path, shard.json(&mask)?));
    stored.await.map_err(|error| write_failed(&error))?.map_err(|error| write_failed(&error))
}

fn shard_file(folder: &Path, index: usize) -> std::path::PathBuf {
    folder.join(format!("{index}.json"))
}

fn write_failed(error: &dyn std::fmt::Display) -> Fault {
    tracing::error!(%error, "the output of a batch could not be written");
    Fault::internal()
}
