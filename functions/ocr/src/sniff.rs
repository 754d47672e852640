//! Detection of the actual type of a file from its first bytes.

/// The number of bytes to inspect. PDF readers accept the header within the first KiB.
pub(crate) const HEAD_BYTES: u64 = 1024;

/// Returns whether a file that starts with `head` can have the declared type.
pub(crate) fn agrees(declared: &str, head: &[u8]) -> bool {
    match declared {
        "application/pdf" => head.windows(5).any(|window| window == b"%PDF-"),
        "image/png" => head.starts_with(b"\x89PNG\r\n\x1a\n"),
        "image/jpeg" => head.starts_with(b"\xff\xd8\xff"),
        "image/tiff" => [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|magic| head.starts_with(*magic)),
        "image/gif" => head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a"),
        "image/bmp" => head.starts_with(b"BM"),
        "image/webp" => head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn the_first_bytes_agree_with_one_declared_type_only() {
        let files: [(&str, &[u8]); 7] = [
            ("application/pdf", b"junk\n%PDF-1.7"),
            ("image/png", b"\x89PNG\r\n\x1a\n...."),
            ("image/jpeg", b"\xff\xd8\xff\xe0"),
            ("image/tiff", b"MM\0*...."),
            ("image/gif", b"GIF89a"),
            ("image/bmp", b"BM...."),
            ("image/webp", b"RIFF\x01\x02\x03\x04WEBPVP8 "),
        ];
        for (declared, _) in files {
            for (kind, head) in files {
                assert_eq!(agrees(declared, head), declared == kind, "{kind} declared as {declared}");
            }
        }
        assert!(!agrees("image/png", b""));
        assert!(!agrees("text/html", b"<html>"));
    }
}
