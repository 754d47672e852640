//! The types of file that Document AI reads: <https://cloud.google.com/document-ai/docs/file-types>.

use crate::fault::Fault;

/// A type of file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/pdf`
    Pdf,
    /// `image/png`
    Png,
    /// `image/jpeg`
    Jpeg,
    /// `image/tiff`
    Tiff,
    /// `image/gif`, of which the first frame is read
    Gif,
    /// `image/bmp`
    Bmp,
    /// `image/webp`
    Webp,
}

impl MediaType {
    /// The type of this name, if it can be read.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for any other type.
    pub fn parse(name: &str) -> Result<Self, Fault> {
        match name.to_ascii_lowercase().as_str() {
            "application/pdf" => Ok(Self::Pdf),
            "image/png" => Ok(Self::Png),
            "image/jpeg" => Ok(Self::Jpeg),
            "image/tiff" => Ok(Self::Tiff),
            "image/gif" => Ok(Self::Gif),
            "image/bmp" => Ok(Self::Bmp),
            "image/webp" => Ok(Self::Webp),
            _ => Err(Fault::invalid(
                "UNSUPPORTED_MIME_TYPE",
                format!("Unsupported document mime type: {name}"),
            )),
        }
    }

    /// The type's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Tiff => "image/tiff",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::Webp => "image/webp",
        }
    }

    /// Whether a file that begins with these bytes may be of this type.
    pub(crate) fn matches(self, head: &[u8]) -> bool {
        match self {
            // Readers allow anything before the header within the first 1024 bytes.
            Self::Pdf => head.windows(5).take(1024).any(|window| window == b"%PDF-"),
            Self::Png => head.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Jpeg => head.starts_with(b"\xff\xd8\xff"),
            Self::Tiff => {
                [&b"II*\0"[..], b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|magic| head.starts_with(magic))
            }
            Self::Gif => head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a"),
            Self::Bmp => head.starts_with(b"BM"),
            Self::Webp => head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"),
        }
    }
}
