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
mod tool;

use std::{io::Read as _, path::Path, sync::Arc};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) use tool::missing_tools;

use crate::{
    document::Document,
    engine::{grey::Grey, layout::ReadPage, tool::Tools},
    fault::Fault,
    media::MediaType,
    request::PageChoice,
    settings::Settings,
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

pub(crate) struct Engine {
    pages_at_once: usize,
    plans: Semaphore,
    permits: Arc<Semaphore>,
    tools: Tools,
}

/// A file and the pages of it that are to be read.
struct Job<'a> {
    file: &'a Path,
    media_type: MediaType,
    /// Dots per inch to render each page of a PDF at; none for images.
    resolutions: Vec<(usize, Option<u32>)>,
}

impl Engine {
    pub(crate) fn new(settings: &Settings) -> Self {
        let pages_at_once = settings.concurrency.max(1);
        let tools = Tools {
            limits: settings.limits.clone(),
            folder: settings.work_folder.clone(),
            path: settings.tool_path.clone(),
        };
        Self {
            pages_at_once,
            plans: Semaphore::new(PLANS_AT_ONCE),
            permits: Arc::new(Semaphore::new(pages_at_once)),
            tools,
        }
    }

    pub(crate) async fn recognise(
        &self,
        file: &Path,
        media_type: MediaType,
        wanted: &Wanted,
    ) -> Result<Document, Fault> {
        let read = self.read(file, media_type, wanted).await;
        match read {
            // A file that went away while it was read looks broken to the tools.
            Err(_) if !tokio::fs::try_exists(file).await.unwrap_or(true) => {
                Err(Fault::not_found("OBJECT_NOT_FOUND", "The document was deleted while it was read."))
            }
            read => Ok(layout::document(media_type, read?)),
        }
    }

    async fn read(
        &self,
        file: &Path,
        media_type: MediaType,
        wanted: &Wanted,
    ) -> Result<Vec<ReadPage>, Fault> {
        check(file, media_type, self.tools.limits.bytes).await?;
        let plan = self.plans.acquire().await.map_err(|_| Fault::internal())?;
        let languages = tesseract::languages(&wanted.languages, &self.tools).await?;
        let job = &self.plan(file, media_type, wanted).await?;
        drop(plan);
        let languages = &languages;
        stream::iter(job.resolutions.iter().copied())
            .map(|(number, resolution)| self.page(job, number, resolution, languages))
            .buffered(self.pages_at_once)
            .try_collect()
            .await
    }

    /// Counts and measures the pages, so that what is too much is refused before any work.
    async fn plan<'a>(
        &self,
        file: &'a Path,
        media_type: MediaType,
        wanted: &Wanted,
    ) -> Result<Job<'a>, Fault> {
        let count = match media_type {
            MediaType::Pdf => pdf::count_pages(file, &self.tools).await?,
            MediaType::Tiff => blocking(file, tiff::count_pages).await?,
            _ => 1,
        };
        let numbers = wanted.pages.of(count)?;
        if numbers.len() > wanted.page_limit {
            return Err(Fault::too_many_pages(numbers.len(), wanted.page_limit));
        }
        let resolutions = if media_type == MediaType::Pdf {
            pdf::resolutions(file, &numbers, &self.tools).await?
        } else {
            numbers.into_iter().map(|number| (number, None)).collect()
        };
        Ok(Job { file, media_type, resolutions })
    }

    async fn page(
        &self,
        job: &Job<'_>,
        number: usize,
        resolution: Option<u32>,
        languages: &str,
    ) -> Result<ReadPage, Fault> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Fault::internal())?;
        let permit = Arc::new(permit);
        let image = match resolution {
            Some(resolution) => pdf::render(job.file, number, resolution, &self.tools).await?,
            None => self.decode(job, number, &permit).await?,
        };
        let held = Arc::clone(&permit);
        let clean = tokio::task::spawn_blocking(move || {
            let _held = held;
            clean::clean(image)
        });
        let image = clean.await.map_err(|_| Fault::internal())?;
        let read = tesseract::read(image, languages, &self.tools).await?;
        drop(permit);
        Ok(ReadPage { number, read, languages: languages.to_owned() })
    }

    /// Decodes one page of an image; the permit is kept by the work even if nobody waits for it any more.
    async fn decode(
        &self,
        job: &Job<'_>,
        number: usize,
        permit: &Arc<OwnedSemaphorePermit>,
    ) -> Result<Grey, Fault> {
        let (pixels, media_type, held) = (self.tools.limits.pixels, job.media_type, Arc::clone(permit));
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

async fn blocking<T: Send + 'static>(
    file: &Path,
    work: impl FnOnce(&Path) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let file = file.to_owned();
    tokio::task::spawn_blocking(move || work(&file)).await.map_err(|error| {
        tracing::error!(%error, "reading a document failed");
        Fault::broken("The document could not be decoded.")
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
            return Err(Fault::too_large(size, limit));
        }
        let mut head = Vec::with_capacity(1028);
        file.take(1028).read_to_end(&mut head).map_err(unreadable)?;
        Ok(head)
    });
    if media_type.matches(&head.await?) {
        Ok(())
    } else {
        Err(Fault::broken(format!(
            "Unsupported input file format: the content is not {}.",
            media_type.name()
        )))
    }
}
