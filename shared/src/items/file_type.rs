//! Names for files that are not accepted, with advice: convert them, or upload them as items of another kind.

use super::ItemKind;

/// A type of file that some people upload although it is not accepted.
struct FileType {
    /// The name, with an article.
    name: &'static str,
    /// The sentence that says what the user can do with the file.
    advice: &'static str,
}

const SAVE_AS_IMAGE: &str = "Save it as JPEG or PNG, or export it as PDF, and upload the new file.";
const EXPORT_AS_PDF: &str = "Open it, export it as PDF, and upload the PDF.";
const PRINT_TO_PDF: &str = "Open it, print it to PDF, and upload the PDF.";
const EXPORT_AS_AUDIO: &str = "Export it as WAV, FLAC, MP3 or M4A, and upload the new file.";
const UNPACK: &str = "Extract the archive and upload its files.";
const CHOOSE_ANOTHER: &str = "Choose another file.";
const AS_DOCUMENT: &str = "Upload it as a document.";
const AS_VOICE_SAMPLE: &str = "Upload it as a voice sample.";

/// The files that begin with these bytes.
const SIGNATURES: [(&[u8], FileType); 34] = [
    (b"8BPS", FileType { name: "a Photoshop image", advice: SAVE_AS_IMAGE }),
    (b"\0\0\0\x0cjP  \r\n\x87\n", FileType { name: "a JPEG 2000 image", advice: SAVE_AS_IMAGE }),
    (b"\xff\x4f\xff\x51", FileType { name: "a JPEG 2000 image", advice: SAVE_AS_IMAGE }),
    (b"\0\0\0\x0cJXL \r\n\x87\n", FileType { name: "a JPEG XL image", advice: SAVE_AS_IMAGE }),
    (b"\xff\x0a", FileType { name: "a JPEG XL image", advice: SAVE_AS_IMAGE }),
    (b"\0\0\x01\0", FileType { name: "a Windows icon", advice: SAVE_AS_IMAGE }),
    (b"AT&TFORM", FileType { name: "a DjVu document", advice: EXPORT_AS_PDF }),
    (b"%!", FileType { name: "a PostScript document", advice: EXPORT_AS_PDF }),
    (b"{\\rtf", FileType { name: "an RTF document", advice: EXPORT_AS_PDF }),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        FileType { name: "an Office file of an old format", advice: EXPORT_AS_PDF },
    ),
    (b"Rar!\x1a\x07", FileType { name: "a RAR archive", advice: UNPACK }),
    (b"7z\xbc\xaf\x27\x1c", FileType { name: "a 7-Zip archive", advice: UNPACK }),
    (b"\x1f\x8b", FileType { name: "a gzip archive", advice: UNPACK }),
    (b"BZh", FileType { name: "a bzip2 archive", advice: UNPACK }),
    (b"\xfd7zXZ\0", FileType { name: "an xz archive", advice: UNPACK }),
    (b"\x28\xb5\x2f\xfd", FileType { name: "a Zstandard archive", advice: UNPACK }),
    (b"MZ", FileType { name: "a Windows program", advice: CHOOSE_ANOTHER }),
    (b"\x7fELF", FileType { name: "a Linux program", advice: CHOOSE_ANOTHER }),
    (b"#!", FileType { name: "a script", advice: CHOOSE_ANOTHER }),
    (b"#!AMR", FileType { name: "an AMR recording", advice: EXPORT_AS_AUDIO }),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", FileType { name: "a Windows Media file", advice: EXPORT_AS_AUDIO }),
    (b"MThd", FileType { name: "a MIDI file", advice: EXPORT_AS_AUDIO }),
    (b"caff", FileType { name: "a Core Audio recording", advice: EXPORT_AS_AUDIO }),
    (b".snd", FileType { name: "an AU recording", advice: EXPORT_AS_AUDIO }),
    (b"\xff\xf1", FileType { name: "an AAC recording without a container", advice: EXPORT_AS_AUDIO }),
    (b"\xff\xf9", FileType { name: "an AAC recording without a container", advice: EXPORT_AS_AUDIO }),
    (b"ADIF", FileType { name: "an AAC recording without a container", advice: EXPORT_AS_AUDIO }),
    (b"\x1a\x45\xdf\xa3", FileType { name: "a Matroska file", advice: EXPORT_AS_AUDIO }),
    (b"FLV\x01", FileType { name: "a Flash video", advice: EXPORT_AS_AUDIO }),
    (b"\0\0\x01\xba", FileType { name: "an MPEG video", advice: EXPORT_AS_AUDIO }),
    (b"SQLite format 3", FileType { name: "a database", advice: CHOOSE_ANOTHER }),
    (b"\x89HDF", FileType { name: "an HDF file", advice: CHOOSE_ANOTHER }),
    (b"%FDF-", FileType { name: "the data of a PDF form", advice: PRINT_TO_PDF }),
    (b"BEGIN:VCARD", FileType { name: "a contact", advice: PRINT_TO_PDF }),
];

/// Returns the message for a file that is not accepted, from its first bytes.
pub(super) fn refusal(kind: ItemKind, head: &[u8]) -> String {
    let found = other_kind(kind, head).or_else(|| by_container(head)).or_else(|| by_signature(head));
    let found = found.or_else(|| by_text(head));
    found.map_or_else(
        || {
            let accepted = kind.definition().media_types.join(", ");
            format!("The type of the file is not accepted. Upload a file of one of these types: {accepted}.")
        },
        |FileType { name, advice }| format!("The file is {name}, which is not accepted. {advice}"),
    )
}

/// Returns the advice for a media type that is not accepted.
pub(super) fn advice(media_type: &str) -> Option<String> {
    let name = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let FileType { name, advice } = match name.as_str() {
        "image/heic" | "image/heif" | "image/heic-sequence" | "image/heif-sequence" => HEIC,
        "image/avif" => AVIF,
        "image/svg+xml" => SVG,
        "application/msword"
        | "application/vnd.ms-excel"
        | "application/vnd.ms-powerpoint"
        | "application/rtf"
        | "text/rtf" => FileType { name: "an Office file", advice: EXPORT_AS_PDF },
        name if name.starts_with("application/vnd.openxmlformats-officedocument.")
            || name.starts_with("application/vnd.oasis.opendocument.") =>
        {
            FileType { name: "an Office file", advice: EXPORT_AS_PDF }
        }
        "application/zip" | "application/x-zip-compressed" => ZIP,
        "text/html" | "text/plain" | "text/markdown" => FileType { name: "a text", advice: PRINT_TO_PDF },
        "audio/aac" | "audio/amr" | "audio/aiff" | "audio/x-aiff" | "audio/x-ms-wma" | "audio/x-caf"
        | "video/quicktime" => FileType { name: "a recording of this type", advice: EXPORT_AS_AUDIO },
        _ => return None,
    };
    let name = name.strip_prefix("an ").or_else(|| name.strip_prefix("a ")).unwrap_or(name);
    Some(format!("is not accepted ({name}): {}", advice.replacen("Open it, export it", "export it", 1)))
}

const HEIC: FileType = FileType { name: "a HEIC photo", advice: SAVE_AS_IMAGE };
const AVIF: FileType = FileType { name: "an AVIF image", advice: SAVE_AS_IMAGE };
const SVG: FileType = FileType { name: "an SVG drawing", advice: SAVE_AS_IMAGE };
const ZIP: FileType = FileType { name: "a ZIP archive", advice: UNPACK };

/// Returns the type of a file that another kind accepts.
fn other_kind(kind: ItemKind, head: &[u8]) -> Option<FileType> {
    let starts = |magic: &[&[u8]]| magic.iter().any(|magic| head.starts_with(magic));
    let riff = head.starts_with(b"RIFF").then(|| head.get(8..12)).flatten();
    match kind {
        ItemKind::Voice => {
            let name = if starts(&[b"%PDF-"]) {
                "a PDF document"
            } else if starts(&[
                b"\x89PNG\r\n\x1a\n",
                b"\xff\xd8\xff",
                b"GIF87a",
                b"GIF89a",
                b"II*\0",
                b"MM\0*",
            ]) || riff == Some(b"WEBP")
            {
                "an image"
            } else {
                return None;
            };
            Some(FileType { name, advice: AS_DOCUMENT })
        }
        ItemKind::Document => {
            let is_mp3 = starts(&[b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2"]);
            let is_recording = is_mp3
                || starts(&[b"OggS", b"fLaC", b"\x1a\x45\xdf\xa3"])
                || riff == Some(b"WAVE")
                || brand(head).is_some_and(|brand| !is_picture(brand) && brand != b"qt  ");
            is_recording.then_some(FileType { name: "a recording", advice: AS_VOICE_SAMPLE })
        }
    }
}

/// Returns the main brand of a file of the ISO base media format.
fn brand(head: &[u8]) -> Option<&[u8]> {
    head.get(8..12).filter(|_| head.get(4..8) == Some(b"ftyp"))
}

fn is_picture(brand: &[u8]) -> bool {
    matches!(
        brand,
        b"heic"
            | b"heix"
            | b"heim"
            | b"heis"
            | b"hevc"
            | b"hevx"
            | b"hevm"
            | b"hevs"
            | b"mif1"
            | b"msf1"
            | b"avif"
            | b"avis"
            | b"crx "
    )
}

/// Returns the type of a container format, from its brand or its entries.
fn by_container(head: &[u8]) -> Option<FileType> {
    let contains = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
    if let Some(brand) = brand(head) {
        return Some(match brand {
            // AVIF and HEIC files can have the same main brand. The compatible brands follow it.
            b"avif" | b"avis" => AVIF,
            b"mif1" | b"msf1"
                if head.get(..64).is_some_and(|head| head.windows(4).any(|one| one == b"avif")) =>
            {
                AVIF
            }
            b"crx " => FileType { name: "a camera's raw photo", advice: SAVE_AS_IMAGE },
            brand if is_picture(brand) => HEIC,
            _ => FileType { name: "a video or a recording", advice: EXPORT_AS_AUDIO },
        });
    }
    if head.starts_with(b"FORM") && matches!(head.get(8..12), Some(b"AIFF" | b"AIFC")) {
        return Some(FileType { name: "an AIFF recording", advice: EXPORT_AS_AUDIO });
    }
    if head.get(128..132) == Some(b"DICM") {
        return Some(FileType { name: "a DICOM image", advice: SAVE_AS_IMAGE });
    }
    if !head.starts_with(b"PK\x03\x04") {
        return None;
    }
    Some(if contains(b"word/") || contains(b"mimetypeapplication/vnd.oasis.opendocument.text") {
        FileType { name: "a word processor's document", advice: EXPORT_AS_PDF }
    } else if contains(b"xl/") || contains(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet") {
        FileType { name: "a spreadsheet", advice: EXPORT_AS_PDF }
    } else if contains(b"ppt/") || contains(b"mimetypeapplication/vnd.oasis.opendocument.presentation") {
        FileType { name: "a presentation", advice: EXPORT_AS_PDF }
    } else if contains(b"mimetypeapplication/epub") {
        FileType { name: "an e-book", advice: EXPORT_AS_PDF }
    } else if contains(b"[Content_Types].xml") || contains(b"Index/Document.iwa") {
        FileType { name: "an Office file", advice: EXPORT_AS_PDF }
    } else {
        ZIP
    })
}

/// Returns the type with the longest signature that the file begins with.
fn by_signature(head: &[u8]) -> Option<FileType> {
    let found = SIGNATURES.iter().filter(|(signature, _)| head.starts_with(signature));
    let found = found.max_by_key(|(signature, _)| signature.len());
    found.map(|(_, FileType { name, advice })| FileType { name, advice })
}

/// Returns the type of a text.
fn by_text(head: &[u8]) -> Option<FileType> {
    // The last character may be incomplete.
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() || text.chars().any(|one| one.is_control() && !one.is_whitespace()) {
        return None;
    }
    let beginning: String = text.chars().take(200).collect::<String>().to_ascii_lowercase();
    Some(if beginning.contains("<svg") {
        SVG
    } else if beginning.starts_with("<!doctype html") || beginning.starts_with("<html") {
        FileType { name: "a web page", advice: PRINT_TO_PDF }
    } else if beginning.starts_with("<?xml") {
        FileType { name: "an XML file", advice: PRINT_TO_PDF }
    } else {
        FileType { name: "a text", advice: PRINT_TO_PDF }
    })
}

#[cfg(test)]
mod tests {
    use super::{advice, refusal};
    use crate::items::ItemKind;

    #[test]
    fn a_refusal_says_what_the_file_is_and_what_to_do() {
        let long = "ü".repeat(600);
        let files: [(ItemKind, &[u8], &str); 22] = [
            (ItemKind::Document, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC photo"),
            (ItemKind::Document, b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "a HEIC photo"),
            (ItemKind::Document, b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "an AVIF image"),
            (
                ItemKind::Document,
                b"PK\x03\x04\x14\0\x06\0[Content_Types].xml..word/",
                "a word processor's document",
            ),
            (ItemKind::Document, b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", "an Office file"),
            (ItemKind::Document, b"PK\x03\x04\x0a\0photos/", "a ZIP archive"),
            (ItemKind::Document, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office file of an old format"),
            (ItemKind::Document, b"MZ\x90\0", "a Windows program"),
            (ItemKind::Document, b"\n<!DOCTYPE html><html>", "a web page"),
            (ItemKind::Document, b"<?xml version='1.0'?><svg xmlns=", "an SVG drawing"),
            (ItemKind::Document, b"Dear Mrs. Albright,\r\n", "a text"),
            (ItemKind::Document, &long.as_bytes()[..1023], "a text"),
            (ItemKind::Document, b"ID3\x04", "a recording"),
            (ItemKind::Document, b"RIFF\0\0\0\0WAVEfmt ", "a recording"),
            (ItemKind::Document, b"\0\0\0\x18ftypM4A \0\0\0\0", "a recording"),
            (ItemKind::Document, b"\0\0\0\x14ftypqt  \0\0\0\0", "a video or a recording"),
            (ItemKind::Voice, b"%PDF-1.7", "a PDF document"),
            (ItemKind::Voice, b"\xff\xd8\xff\xe0", "an image"),
            (ItemKind::Voice, b"\xff\xf1\x50\x80", "an AAC recording without a container"),
            (ItemKind::Voice, b"#!AMR\n", "an AMR recording"),
            (ItemKind::Voice, b"FORM\0\0\0\0AIFF", "an AIFF recording"),
            (ItemKind::Voice, b"#!/bin/sh\n", "a script"),
        ];
        for (kind, head, name) in files {
            let message = refusal(kind, head);
            assert!(
                message.starts_with(&format!("The file is {name}, which is not accepted. ")),
                "{message}"
            );
            assert!(message.ends_with('.'), "{message}");
        }
        assert!(refusal(ItemKind::Document, b"ftypheic").contains("a text"));
        for unknown in [b"\0\x01\x02".as_slice(), b"", b"text with \0"] {
            assert!(
                refusal(ItemKind::Document, unknown).contains("application/pdf, image/png"),
                "{unknown:?}"
            );
        }
        let heic = refusal(ItemKind::Document, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
        assert!(heic.contains("Save it as JPEG"), "{heic}");
    }

    #[test]
    fn a_media_type_that_is_not_accepted_gets_advice() {
        for (name, words) in [
            ("image/HEIC", "HEIC photo"),
            ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "export it as PDF"),
            ("application/zip; x=1", "Extract the archive"),
            ("audio/aac", "M4A"),
        ] {
            let advice = advice(name).expect("advice");
            assert!(advice.contains(words), "{advice}");
        }
        assert_eq!(advice("application/x-unknown"), None);
    }
}
