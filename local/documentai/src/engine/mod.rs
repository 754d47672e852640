//! Reading files: pages are rendered, cleaned, read by tesseract and put together, independent of HTTP.

mod clean;
mod grey;
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
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    document::{Document, LoosePage},
    engine::{grey::Grey, layout::ReadPage},
    fault::{self, Fault},
    media::MediaType,
    request::PageChoice,
    settings::{Limits, Settings},
};

/// How many documents are counted and measured at once; the others wait.
const PLANS_AT_ONCE: usize = 8;

/// How a file is to be read.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which of its pages.
    pub pages: PageChoice,
    /// More pages than this are refused.
    pub page_limit: usize,
    /// Languages to expect (BCP-47); those that tesseract has no data for are ignored.
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
    pages_at_once: usize,
    plans: Semaphore,
    permits: Arc<Semaphore>,
    batch_turns: Semaphore,
    limits: Limits,
    programs: Programs,
}

/// Who waits for pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// A caller.
    Online,
    /// Nobody: a caller's page waits for no more of these than are read at once.
    Batch,
}

/// A file and the pages of it that are to be read.
pub(crate) struct Job<'a> {
    file: &'a Path,
    media_type: MediaType,
    /// In tesseract's notation.
    languages: String,
    /// Dots per inch to render each page of a PDF at; none for images.
    resolutions: Vec<(usize, Option<u32>)>,
}

impl Job<'_> {
    /// How many pages are to be read.
    pub(crate) fn pages(&self) -> usize {
        self.resolutions.len()
    }
}

impl Engine {
    pub(crate) fn new(settings: &Settings) -> Self {
        let pages_at_once = settings.concurrency.max(1);
        let programs = Programs {
            folder: settings.work_folder.clone(),
            path: settings.tool_path.clone(),
            step_time: settings.limits.step_time,
        };
        Self {
            pages_at_once,
            plans: Semaphore::new(PLANS_AT_ONCE),
            permits: Arc::new(Semaphore::new(pages_at_once)),
            batch_turns: Semaphore::new(pages_at_once),
            limits: settings.limits.clone(),
            programs,
        }
    }

    pub(crate) async fn recognise(
        &self,
        file: &Path,
        media_type: MediaType,
        wanted: &Wanted,
    ) -> Result<Document, Fault> {
        let read = async {
            let job = self.open(file, media_type, wanted, self.limits.bytes).await?;
            self.pages(&job, Lane::Online).try_collect::<Vec<_>>().await
        };
        Ok(Document::of_pages(media_type, unless_gone(file, read.await).await?))
    }

    /// Counts and measures the pages, so that what is too much is refused before any work.
    pub(crate) async fn open<'a>(
        &self,
        file: &'a Path,
        media_type: MediaType,
        wanted: &Wanted,
        most_bytes: u64,
    ) -> Result<Job<'a>, Fault> {
        check(file, media_type, most_bytes).await?;
        let _plan = self.plans.acquire().await.map_err(|_| Fault::internal())?;
        let languages = tesseract::languages(&wanted.languages, &self.programs).await?;
        let count = match media_type {
            MediaType::Pdf => pdf::count_pages(file, &self.programs).await?,
            MediaType::Tiff => blocking(file, tiff::count_pages).await?,
            _ => 1,
        };
        let numbers = wanted.pages.of(count)?;
        if numbers.len() > wanted.page_limit {
            return Err(fault::too_many_pages(numbers.len(), wanted.page_limit));
        }
        let resolutions = if media_type == MediaType::Pdf {
            pdf::resolutions(file, &numbers, self.limits.pixels, &self.programs).await?
        } else {
            numbers.into_iter().map(|number| (number, None)).collect()
        };
        Ok(Job { file, media_type, languages, resolutions })
    }

    /// Reads the pages, some at once, and yields them in order.
    pub(crate) fn pages<'a>(
        &'a self,
        job: &'a Job<'a>,
        lane: Lane,
    ) -> impl Stream<Item = Result<LoosePage, Fault>> + Send + 'a {
        stream::iter(job.resolutions.iter().copied())
            .map(move |(number, resolution)| self.page(job, number, resolution, lane))
            .buffered(self.pages_at_once)
    }

    async fn page(
        &self,
        job: &Job<'_>,
        number: usize,
        resolution: Option<u32>,
        lane: Lane,
    ) -> Result<LoosePage, Fault> {
        let _turn = match lane {
            Lane::Online => None,
            Lane::Batch => Some(self.batch_turns.acquire().await.map_err(|_| Fault::internal())?),
        };
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Fault::internal())?;
        let permit = Arc::new(permit);
        let image = match resolution {
            Some(resolution) => {
                pdf::render(job.file, number, resolution, self.limits.pixels, &self.programs).await?
            }
            None => self.decode(job, number, &permit).await?,
        };
        let held = Arc::clone(&permit);
        let clean = tokio::task::spawn_blocking(move || {
            let _held = held;
            clean::clean(image)
        });
        let image = clean.await.map_err(|_| Fault::internal())?;
        let read = tesseract::read(image, &job.languages, &self.programs).await?;
        drop(permit);
        Ok(layout::place(&ReadPage { number, read, languages: job.languages.clone() }))
    }

    /// Decodes one page of an image; the permit is kept by the work even if nobody waits for it any more.
    async fn decode(
        &self,
        job: &Job<'_>,
        number: usize,
        permit: &Arc<OwnedSemaphorePermit>,
    ) -> Result<Grey, Fault> {
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

/// The result, except that a file which went away while it was read looks broken to the tools.
pub(crate) async fn unless_gone<T>(file: &Path, read: Result<T, Fault>) -> Result<T, Fault> {
    match read {
        Err(_) if !tokio::fs::try_exists(file).await.unwrap_or(true) => {
            Err(Fault::not_found("OBJECT_NOT_FOUND", "The document was deleted while it was read."))
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

/// Refuses what is empty, too large, or plainly not of its type.
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
