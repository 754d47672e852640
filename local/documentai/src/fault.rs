//! The errors of the service.

pub use local_engine::Fault;

pub(crate) const SERVICE: &str = "documentai.googleapis.com";

/// The reason of [`broken`].
pub(crate) const BROKEN: &str = "INVALID_DOCUMENT";

pub(crate) fn broken(message: impl Into<String>) -> Fault {
    Fault::invalid(BROKEN, message)
}

pub(crate) fn too_many_pages(pages: usize, limit: usize) -> Fault {
    Fault::invalid("PAGE_LIMIT_EXCEEDED", format!("Document pages exceed the limit: {limit} got {pages}"))
        .with("page_limit", limit)
        .with("pages", pages)
}

pub(crate) fn too_large(size: u64, limit: u64) -> Fault {
    Fault::invalid("DOCUMENT_SIZE_EXCEEDED", format!("Document size ({size}) exceeds the limit: {limit}."))
        .with("size_limit", limit)
        .with("size", size)
}

/// Creates the error for a document or page that needs more memory or time than there is.
pub(crate) fn too_complex(page: Option<usize>) -> Fault {
    let subject = page.map_or_else(|| "The document".to_owned(), |page| format!("Page {page}"));
    Fault::invalid("PIXEL_LIMIT_EXCEEDED", format!("{subject} is too large to be processed."))
}

pub(crate) fn too_many_batches(limit: usize) -> Fault {
    Fault::quota(SERVICE, "Concurrent batch process requests", "project", limit)
}
