//! Detection of a file's media type from its first bytes.

/// The number of bytes to read. In some PDFs, they contain the entries that show the kind of the PDF.
pub(crate) const HEAD_BYTES: u64 = 4096;

/// The media type of PDFs.
pub(crate) const PDF: &str = "application/pdf";

/// The number of first bytes within which a PDF has its header (Adobe's PDF Reference 1.7, appendix H, note 13).
const PDF_HEADER: usize = 1024;

/// The first bytes of programs, of archives and documents that can contain programs, and of scripts.
const PROGRAMS: [&[u8]; 14] = [
    b"MZ",
    b"ZM",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\xd0\xcf\x11\xe0",
    b"L\0\0\0",
    b"\0asm",
    b"PK",
    b"#!",
    b"%!",
];

/// Returns the accepted media type of a file that starts with `head`.
pub(crate) fn media_type(head: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[&[u8]]| magic.iter().any(|magic| head.starts_with(magic));
    if starts(&[b"\x89PNG\r\n\x1a\n"]) {
        Some("image/png")
    } else if starts(&[b"\xff\xd8\xff"]) {
        Some("image/jpeg")
    } else if starts(&[b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]) {
        Some("image/tiff")
    } else if starts(&[b"GIF87a", b"GIF89a"]) {
        Some("image/gif")
    } else if starts(&[b"RIFF"]) && head.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else if is_bmp(head) {
        Some("image/bmp")
    } else if is_pdf(head) {
        Some(PDF)
    } else {
        None
    }
}

/// Returns whether the file has a bitmap's signature and the size of one of its information headers.
fn is_bmp(head: &[u8]) -> bool {
    let size =
        head.get(14..18).map(|size| size.iter().rev().fold(0_u32, |size, byte| size << 8 | u32::from(*byte)));
    head.starts_with(b"BM") && matches!(size, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// Returns whether the file has the header of a PDF. Other bytes may precede it, unless the file could also be
/// interpreted as a program or as HTML.
fn is_pdf(head: &[u8]) -> bool {
    head[..head.len().min(PDF_HEADER)].windows(5).position(|window| window == b"%PDF-").is_some_and(|at| {
        let before = &head[..at];
        !before.contains(&b'<') && !PROGRAMS.iter().any(|magic| before.starts_with(magic))
    })
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn the_first_bytes_show_the_type() {
        let bitmap = [b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".as_slice(), &40_u32.to_le_bytes()].concat();
        let files: [(&str, &[u8]); 9] = [
            ("application/pdf", b"%PDF-1.7"),
            ("application/pdf", b"\x1b%-12345X@PJL\r\n%PDF-1.7"),
            ("image/png", b"\x89PNG\r\n\x1a\n...."),
            ("image/jpeg", b"\xff\xd8\xff\xe0"),
            ("image/tiff", b"MM\0*...."),
            ("image/gif", b"GIF89a"),
            // Other programs open it as an image.
            ("image/gif", b"GIF89a %PDF-1.7"),
            ("image/bmp", &bitmap),
            ("image/webp", b"RIFF\x01\x02\x03\x04WEBPVP8 "),
        ];
        for (expected, head) in files {
            assert_eq!(media_type(head), Some(expected), "{head:?}");
        }
    }

    #[test]
    fn no_program_and_no_html_is_taken_for_a_pdf() {
        for before in [
            b"MZ\x90\0".as_slice(),
            b"\x7fELF\x02",
            b"\xca\xfe\xba\xbe",
            b"PK\x03\x04",
            b"#!/bin/sh\n",
            b"%!PS-Adobe-3.0 ",
            b"<html>",
            b"\n <script>alert(1)</script>",
            b"text <!--",
        ] {
            assert_eq!(media_type(&[before, b"%PDF-1.7"].concat()), None, "{before:?}");
        }
        for head in [b"".as_slice(), b"BMW and others, a text", b"<html>", b"MZ"] {
            assert_eq!(media_type(head), None, "{head:?}");
        }
    }
}
