//! The file types that Document AI supports (<https://cloud.google.com/document-ai/docs/file-types>).

use crate::fault::Fault;

/// A supported file type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// The type `application/pdf`.
    Pdf,
    /// The type `image/png`.
    Png,
    /// The type `image/jpeg`.
    Jpeg,
    /// The type `image/tiff`.
    Tiff,
    /// The type `image/gif`. Only the first frame is read.
    Gif,
    /// The type `image/bmp`.
    Bmp,
    /// The type `image/webp`.
    Webp,
}

impl MediaType {
    /// Parses a media type.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the type is not supported.
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

    /// Returns the media type as text.
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

    /// Returns true if a file that starts with these bytes can have this type.
    pub(crate) fn matches(self, head: &[u8]) -> bool {
        match self {
            // Readers allow any bytes before the header, within the first 1024 bytes.
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
