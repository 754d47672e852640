//! The recognition engine, independent of HTTP: renders pages, cleans them, runs Tesseract and combines the
//! results.

mod clean;
mod gray;
mod language;
mod layout;
mod pdf;
mod picture;
mod skew;
mod tesseract;
mod tiff;

use std::{io::Read as _, path::Path, sync::Arc};

use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use local_engine::{Program, Programs, missing_packages};
use tempfile::TempPath;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    document::{Document, LoosePage},
    engine::{gray::Gray, layout::RecognizedPage},
    fault::{self, Fault},
    media::MediaType,
    request::PageChoice,
    settings::{Limits, Settings},
};

/// The number of documents that are counted and measured at the same time.
const CONCURRENT_PLANS: usize = 8;

/// Options for reading a file.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The pages to read.
    pub pages: PageChoice,
    /// The largest number of pages. More are an error.
    pub page_limit: usize,
    /// The expected languages (BCP-47). Languages without Tesseract data are ignored.
    pub languages: Vec<String>,
}

const TESSERACT: Program = Program { name: "tesseract", package: "tesseract-ocr" };
const PDFINFO: Program = Program { name: "pdfinfo", package: "poppler-utils" };
const PDFIMAGES: Program = Program { name: "pdfimages", package: "poppler-utils" };
const PDFTOPPM: Program = Program { name: "pdftoppm", package: "poppler-utils" };

pub(crate) fn missing_tools() -> Vec<&'static str> {
    missing_packages(&[TESSERACT, PDFINFO, PDFIMAGES, PDFTOPPM])
}

pub(crate) struct Engine {
    page_concurrency: usize,
    plans: Semaphore,
    permits: Arc<Semaphore>,
    batch_permits: Semaphore,
    limits: Limits,
    programs: Programs,
}

/// The priority of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// A caller waits for the page.
    Online,
    /// No caller waits. The number of these pages that can be ahead of an online page is limited to the number of
    /// pages that are read at the same time.
    Batch,
}

/// A file and its pages to read.
pub(crate) struct Job<'a> {
    file: &'a Path,
    /// The copy of the file that is read instead.
    corrected: Option<TempPath>,
    media_type: MediaType,
    /// The languages in Tesseract's notation.
    languages: String,
    /// The resolution in dots per inch for rendering each page of a PDF, or none for images.
    resolutions: Vec<(usize, Option<u32>)>,
}

impl Job<'_> {
    /// The number of pages to read.
    pub(crate) fn pages(&self) -> usize {
        self.resolutions.len()
    }

    fn file(&self) -> &Path {
        self.corrected.as_deref().unwrap_or(self.file)
    }
}

impl Engine {
    pub(crate) fn new(settings: &Settings) -> Self {
        let page_concurrency = settings.concurrency.max(1);
        let programs = Programs {
            folder: settings.work_folder.clone(),
            path: settings.tool_path.clone(),
            step_time: settings.limits.step_time,
            memory: settings.limits.step_memory,
        };
        Self {
            page_concurrency,
            plans: Semaphore::new(CONCURRENT_PLANS),
            permits: Arc::new(Semaphore::new(page_concurrency)),
            batch_permits: Semaphore::new(page_concurrency),
            limits: settings.limits.clone(),
            programs,
        }
    }

    pub(crate) async fn recognize(
        &self,
        file: &Path,
        media_type: MediaType,
        options: &ReadOptions,
    ) -> Result<Document, Fault> {
        let read = async {
            let job = self.open(file, media_type, options, self.limits.bytes).await?;
            self.pages(&job, Lane::Online).try_collect::<Vec<_>>().await
        };
        Ok(Document::of_pages(media_type, check_deleted(file, read.await).await?))
    }

    /// Counts and measures the pages, so that documents over a limit fail before any work.
    pub(crate) async fn open<'a>(
        &self,
        file: &'a Path,
        media_type: MediaType,
        options: &ReadOptions,
        max_bytes: u64,
    ) -> Result<Job<'a>, Fault> {
        check(file, media_type, max_bytes).await?;
        let _plan = self.plans.acquire().await.map_err(|_| Fault::internal())?;
        let languages = tesseract::languages(&options.languages, &self.programs).await?;
        let corrected = match media_type {
            MediaType::Pdf => pdf::corrected(file, &self.programs).await?,
            _ => None,
        };
        let read = corrected.as_deref().unwrap_or(file);
        let count = match media_type {
            MediaType::Pdf => pdf::count_pages(read, &self.programs).await?,
            MediaType::Tiff => blocking(file, tiff::count_pages).await?,
            _ => 1,
        };
        let numbers = options.pages.of(count)?;
        if numbers.len() > options.page_limit {
            return Err(fault::too_many_pages(numbers.len(), options.page_limit));
        }
        let resolutions = if media_type == MediaType::Pdf {
            pdf::resolutions(read, &numbers, self.limits.pixels, &self.programs).await?
        } else {
            numbers.into_iter().map(|number| (number, None)).collect()
        };
        Ok(Job { file, corrected, media_type, languages, resolutions })
    }

    /// Reads the pages, several at once, and yields them in order.
    pub(crate) fn pages<'a>(
        &'a self,
        job: &'a Job<'a>,
        lane: Lane,
    ) -> impl Stream<Item = Result<LoosePage, Fault>> + Send + 'a {
        stream::iter(job.resolutions.iter().copied())
            .map(move |(number, resolution)| self.page(job, number, resolution, lane))
            .buffered(self.page_concurrency)
    }

    async fn page(
        &self,
        job: &Job<'_>,
        number: usize,
        resolution: Option<u32>,
        lane: Lane,
    ) -> Result<LoosePage, Fault> {
        let _batch_permit = match lane {
            Lane::Online => None,
            Lane::Batch => Some(self.batch_permits.acquire().await.map_err(|_| Fault::internal())?),
        };
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Fault::internal())?;
        let permit = Arc::new(permit);
        let image = match resolution {
            Some(resolution) => {
                pdf::render(job.file(), number, resolution, self.limits.pixels, &self.programs).await?
            }
            None => match self.decode(job, number, &permit).await {
                Err(error) if job.media_type == MediaType::Tiff && error.reason() == fault::BROKEN => {
                    let read = tesseract::read_tiff(job.file, number, &job.languages, &self.programs).await;
                    let recognition = read.map_err(|_| error)?;
                    return Ok(layout::place(&RecognizedPage {
                        number,
                        recognition,
                        languages: job.languages.clone(),
                    }));
                }
                image => image?,
            },
        };
        let held = Arc::clone(&permit);
        let clean = tokio::task::spawn_blocking(move || {
            let _held = held;
            clean::clean(image)
        });
        let image = clean.await.map_err(|_| Fault::internal())?;
        let recognition = tesseract::read(image, &job.languages, &self.programs).await?;
        drop(permit);
        Ok(layout::place(&RecognizedPage { number, recognition, languages: job.languages.clone() }))
    }

    /// Decodes one page of an image. The task keeps the permit even if its caller is dropped.
    async fn decode(
        &self,
        job: &Job<'_>,
        number: usize,
        permit: &Arc<OwnedSemaphorePermit>,
    ) -> Result<Gray, Fault> {
        let (pixels, media_type, held) = (self.limits.pixels, job.media_type, Arc::clone(permit));
        blocking(job.file, move |file| {
            let _held = held;
            if media_type == MediaType::Tiff {
                tiff::decode(file, number, pixels)
            } else {
                picture::decode(file, media_type, pixels)
            }
        })
        .await
    }
}

/// Replaces a read error with a 404 if the file was deleted in the meantime. The tools would report the file as
/// corrupt.
pub(crate) async fn check_deleted<T>(file: &Path, read: Result<T, Fault>) -> Result<T, Fault> {
    match read {
        Err(_) if !tokio::fs::try_exists(file).await.unwrap_or(true) => {
            Err(Fault::not_found("OBJECT_NOT_FOUND", "The document was deleted while it was being read."))
        }
        read => read,
    }
}

async fn blocking<T: Send + 'static>(
    file: &Path,
    work: impl FnOnce(&Path) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let file = file.to_owned();
    tokio::task::spawn_blocking(move || work(&file)).await.map_err(|error| {
        tracing::error!(%error, "reading a document failed");
        fault::broken("The document could not be decoded.")
    })?
}

/// Rejects files that are empty, too large, or evidently of another type.
async fn check(file: &Path, media_type: MediaType, limit: u64) -> Result<(), Fault> {
    let head = blocking(file, move |path| {
        let unreadable = |_| Fault::not_found("OBJECT_NOT_FOUND", "The document could not be opened.");
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?.len();
        if size == 0 {
            return Err(Fault::invalid("EMPTY_DOCUMENT", "The document is empty."));
        }
        if size > limit {
            return Err(fault::too_large(size, limit));
        }
        let mut head = Vec::with_capacity(1028);
        file.take(1028).read_to_end(&mut head).map_err(unreadable)?;
        Ok(head)
    });
    if media_type.matches(&head.await?) {
        Ok(())
    } else {
        Err(fault::broken(format!(
            "Unsupported input file format: the content is not {}.",
            media_type.name()
        )))
    }
}
