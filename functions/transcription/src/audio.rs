//! Detection of the media type and the duration of a recording from its first bytes.

use std::time::Duration;

/// The number of bytes to inspect. Recorders write metadata before the samples.
pub(crate) const HEAD_BYTES: u64 = 4096;

/// A size that means "until the end of the file", written by recorders that do not know the size in advance.
const STREAMED: u32 = u32::MAX;

/// Returns the accepted media type of a file that starts with `head`. Of two names for it, the declared one counts.
pub(crate) fn media_type(declared: &str, head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE") {
        Some(if declared == "audio/x-wav" { "audio/x-wav" } else { "audio/wav" })
    } else if head.starts_with(b"fLaC") {
        Some("audio/flac")
    } else if head.get(4..8) == Some(b"ftyp") && !head.get(8..12).is_some_and(is_image) {
        Some("audio/mp4")
    } else if head.starts_with(b"OggS\0") {
        Some("audio/ogg")
    } else if head.starts_with(b"\x1a\x45\xdf\xa3") && doctype(head) == Some(b"webm") {
        Some("audio/webm")
    } else if is_mpeg(head) {
        Some("audio/mpeg")
    } else {
        None
    }
}

/// Returns whether a brand marks an image in the container format of MP4 (ISO/IEC 23008-12, HEIF).
fn is_image(brand: &[u8]) -> bool {
    [b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"].iter().any(|image| brand == *image)
}

/// Returns whether a file starts with an ID3v2 tag, or with the header of a layer II or III frame (ISO/IEC 11172-3,
/// 2.4.1.3): eleven set bits, then a version, a layer, a bit rate and a sampling rate that are not reserved.
fn is_mpeg(head: &[u8]) -> bool {
    match head {
        [b'I', b'D', b'3', version, ..] => (2..=4).contains(version),
        [0xff, second, third, ..] => {
            second & 0xe0 == 0xe0
                && second & 0x18 != 0x08
                && matches!(second & 0x06, 0x02 | 0x04)
                && third & 0xf0 != 0xf0
                && third & 0x0c != 0x0c
        }
        _ => false,
    }
}

/// Returns the document type of an EBML file, such as WebM (RFC 8794, section 11.2.4).
fn doctype(head: &[u8]) -> Option<&[u8]> {
    let id = head.iter().take(64).zip(head.iter().skip(1)).position(|pair| pair == (&0x42, &0x82))?;
    let (&size, text) = head.get(id + 2..)?.split_first()?;
    // The highest bit marks a size of one byte. The text may be padded.
    let text = text.get(..usize::from(size.checked_sub(0x80)?))?;
    Some(text.strip_suffix(b"\0").unwrap_or(text))
}

/// The properties of a recording that are known before its transcription.
#[derive(Debug, PartialEq)]
pub(crate) enum Sound {
    /// The recording has this duration.
    Lasts(Duration),
    /// The first bytes do not contain the duration.
    Untold,
    /// The recording has no samples.
    Absent,
    /// The header is invalid.
    Impossible,
}

/// Reads the duration from the header of a file of this [`media_type`].
pub(crate) fn sound(media_type: &str, head: &[u8], size_bytes: u64) -> Sound {
    match media_type {
        "audio/wav" | "audio/x-wav" => wav(head, size_bytes),
        "audio/flac" => flac(head).unwrap_or(Sound::Untold),
        _ => Sound::Untold,
    }
}

/// Reads the chunks of a WAV file up to the samples.
fn wav(head: &[u8], size_bytes: u64) -> Sound {
    let mut at = 12_u64;
    let mut format = None;
    loop {
        // Chunks start at even offsets.
        at += at % 2;
        if at + 8 > size_bytes {
            return if format.is_some() { Sound::Absent } else { Sound::Impossible };
        }
        let chunk = usize::try_from(at).ok().and_then(|at| head.get(at..));
        let Some(([a, b, c, d, sizes @ ..], body)) = chunk.and_then(<[u8]>::split_first_chunk::<8>) else {
            return Sound::Untold;
        };
        let size = u32::from_le_bytes(*sizes);
        let end = at + 8 + u64::from(size);
        match [*a, *b, *c, *d] {
            [b'f', b'm', b't', b' '] => match Format::read(body) {
                Some(Some(found)) => format = Some(found),
                Some(None) => return Sound::Impossible,
                None => return Sound::Untold,
            },
            [b'd', b'a', b't', b'a'] => {
                let Some(format) = format else { return Sound::Impossible };
                let rest = size_bytes - at - 8;
                return match size {
                    _ if rest == 0 => Sound::Absent,
                    // Recorders that cannot seek leave one of these sizes.
                    0 | STREAMED => format.lasts(rest),
                    _ if end > size_bytes => Sound::Impossible,
                    _ => format.lasts(size.into()),
                };
            }
            _ => {}
        }
        at = end;
    }
}

/// The sample format of a WAV file.
struct Format {
    bytes_per_second: u64,
}

impl Format {
    /// Returns `None` if the chunk is truncated, and `Some(None)` if the format is invalid.
    fn read(body: &[u8]) -> Option<Option<Self>> {
        let (
            [
                tag_low,
                tag_high,
                channels_low,
                channels_high,
                r0,
                r1,
                r2,
                r3,
                b0,
                b1,
                b2,
                b3,
                _,
                _,
                bits_low,
                bits_high,
            ],
            _,
        ) = body.split_first_chunk::<16>()?;
        let tag = u16::from_le_bytes([*tag_low, *tag_high]);
        let channels = u64::from(u16::from_le_bytes([*channels_low, *channels_high]));
        let rate = u64::from(u32::from_le_bytes([*r0, *r1, *r2, *r3]));
        let bits = u64::from(u16::from_le_bytes([*bits_low, *bits_high]));
        let said = u64::from(u32::from_le_bytes([*b0, *b1, *b2, *b3]));
        // For PCM, floating point, A-law, µ-law and their extensible form, decoders ignore the declared byte rate.
        let bytes_per_second =
            if matches!(tag, 1 | 3 | 6 | 7 | 0xfffe) { channels * rate * bits.div_ceil(8) } else { said };
        Some((channels > 0 && rate > 0).then_some(Self { bytes_per_second }))
    }

    fn lasts(&self, bytes: u64) -> Sound {
        if self.bytes_per_second == 0 {
            return Sound::Untold;
        }
        let (whole, rest) = (bytes / self.bytes_per_second, bytes % self.bytes_per_second);
        Sound::Lasts(Duration::from_secs(whole) + Duration::from_millis(rest * 1000 / self.bytes_per_second))
    }
}

/// Reads STREAMINFO, which is always the first metadata block (RFC 9639, section 8.2).
fn flac(head: &[u8]) -> Option<Sound> {
    let info = head.get(8..42).filter(|_| head.get(4).is_some_and(|kind| kind & 0x7f == 0))?;
    let packed = info.get(10..18)?.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let (rate, samples) = (packed >> 44, packed & 0xf_ffff_ffff);
    Some(match (rate, samples) {
        (0, _) => Sound::Impossible,
        (_, 0) => Sound::Untold,
        _ => Sound::Lasts(Duration::from_millis(samples * 1000 / rate)),
    })
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn the_first_bytes_show_the_type() {
        let files: [(Option<&str>, &[u8]); 13] = [
            (Some("audio/wav"), b"RIFF\x01\x02\x03\x04WAVEfmt "),
            (Some("audio/flac"), b"fLaC\0\0\0\x22"),
            (Some("audio/mp4"), b"\0\0\0\x1cftypM4A "),
            (Some("audio/ogg"), b"OggS\0\x02"),
            (Some("audio/webm"), b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm"),
            (Some("audio/mpeg"), b"ID3\x04\0\0"),
            (Some("audio/mpeg"), b"\xff\xfb\x90\x64"),
            (None, b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska"),
            (None, b"\0\0\0\x1cftypheic"),
            (None, b"ID3 is a text"),
            // The byte order mark of a text in UTF-16.
            (None, b"\xff\xfea\0b\0"),
            (None, b"MZ\x90\0"),
            (None, b""),
        ];
        for (expected, head) in files {
            assert_eq!(media_type("audio/webm", head), expected, "{head:?}");
        }
        assert_eq!(media_type("audio/x-wav", b"RIFF\x01\x02\x03\x04WAVE"), Some("audio/x-wav"));
    }
}
