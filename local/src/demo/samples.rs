//! The documents that the demo uploads, and what they say.

/// A document and what should come of it.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) content_type: &'static str,
    pub(super) bytes: &'static [u8],
    pub(super) expected: Expected,
}

/// What should come of a document.
pub(super) enum Expected {
    /// So many pages with this text.
    Text { pages: u64, text: &'static str },
    /// A failure with this code.
    Failure(&'static str),
}

macro_rules! sample {
    ($name:literal, $what:literal, $type:literal, $expected:expr) => {
        Sample {
            name: $name,
            what: $what,
            content_type: $type,
            bytes: include_bytes!(concat!("../../samples/", $name)),
            expected: $expected,
        }
    };
}

/// Every document, the README's example first.
pub(super) const SAMPLES: [Sample; 5] = [
    sample!(
        "page.png",
        "a scanned page",
        "image/png",
        Expected::Text { pages: 1, text: include_str!("../../samples/page.txt") }
    ),
    sample!(
        "letter.pdf",
        "a scanned letter",
        "application/pdf",
        Expected::Text { pages: 3, text: include_str!("../../samples/letter.txt") }
    ),
    sample!(
        "photo.png",
        "a photo, turned and noisy",
        "image/png",
        Expected::Text { pages: 1, text: include_str!("../../samples/photo.txt") }
    ),
    sample!(
        "fax.tiff",
        "a fax",
        "image/tiff",
        Expected::Text { pages: 2, text: include_str!("../../samples/fax.txt") }
    ),
    sample!("encrypted.pdf", "a PDF with a password", "application/pdf", Expected::Failure("encrypted")),
];
