//! The documents and recordings that the demo uploads, with their text.

/// A sample file and its expected outcome.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) content_type: &'static str,
    pub(super) bytes: &'static [u8],
    pub(super) expected: Expected,
}

/// The expected outcome.
pub(super) enum Expected {
    /// This number of pages, with this text.
    Text { pages: u64, text: &'static str },
    /// A transcript with these words.
    Speech(&'static str),
    /// A failure with this code.
    Failure(&'static str),
}

macro_rules! sample {
    ($name:literal, $description:literal, $type:literal, $expected:expr) => {
        Sample {
            name: $name,
            description: $description,
            content_type: $type,
            bytes: include_bytes!(concat!("../../samples/", $name)),
            expected: $expected,
        }
    };
}

macro_rules! speech {
    ($name:literal, $description:literal, $type:literal, $text:literal) => {
        sample!($name, $description, $type, Expected::Speech(include_str!($text)))
    };
}

/// All samples, with the README's example first.
pub(super) const SAMPLES: [Sample; 17] = [
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
    sample!(
        "photo.jpg",
        "the same upside down",
        "image/jpeg",
        Expected::Text { pages: 1, text: include_str!("../../samples/photo.txt") }
    ),
    sample!(
        "report.pdf",
        "a report",
        "application/pdf",
        Expected::Text { pages: 12, text: include_str!("../../samples/report.txt") }
    ),
    sample!(
        "book.pdf",
        "a book, in a batch",
        "application/pdf",
        Expected::Text { pages: 120, text: include_str!("../../samples/book.txt") }
    ),
    sample!(
        "duplex.pdf",
        "a page with a blank back",
        "application/pdf",
        Expected::Text { pages: 2, text: include_str!("../../samples/duplex.txt") }
    ),
    sample!("photo.heic", "a telephone's photo", "image/jpeg", Expected::Failure("content_type_mismatch")),
    sample!("encrypted.pdf", "a PDF with a password", "application/pdf", Expected::Failure("encrypted")),
    speech!("speech.wav", "a sentence", "audio/wav", "../../samples/speech.txt"),
    speech!("speech.mp3", "the same as MP3", "audio/mpeg", "../../samples/speech.txt"),
    speech!("speech.m4a", "the same as AAC", "audio/mp4", "../../samples/speech.txt"),
    speech!("speech.webm", "the same as a browser's", "audio/webm", "../../samples/speech.txt"),
    speech!("call.wav", "a call on two channels", "audio/wav", "../../samples/call.txt"),
    speech!("long-speech.ogg", "a talk, in a batch", "audio/ogg", "../../samples/long-speech.txt"),
    sample!("silence.wav", "silence", "audio/wav", Expected::Failure("no_speech")),
];

impl Sample {
    /// Returns true for voice samples.
    pub(super) fn is_voice(&self) -> bool {
        self.content_type.starts_with("audio/")
    }
}
