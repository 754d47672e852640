//! What a file's first bytes say: whether it is of the declared type, and how long it sounds.

use std::time::Duration;

/// How many first bytes are looked at: recorders write what they know of a take before its samples.
pub(crate) const HEAD_BYTES: u64 = 4096;

/// A size that stands for "until the end": whoever wrote the header did not know yet.
const STREAMED: u32 = u32::MAX;

/// Whether a file that begins like this may be of the declared type.
pub(crate) fn agrees(declared: &str, head: &[u8]) -> bool {
    match declared {
        "audio/wav" | "audio/x-wav" => head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE"),
        "audio/flac" => head.starts_with(b"fLaC"),
        // Eleven bits set, then a version and a layer that exist.
        "audio/mpeg" => {
            head.starts_with(b"ID3")
                || matches!(head, [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x18 != 0x08 && second & 0x06 != 0)
        }
        "audio/mp4" => head.get(4..8) == Some(b"ftyp"),
        "audio/ogg" => head.starts_with(b"OggS"),
        "audio/webm" => head.starts_with(b"\x1a\x45\xdf\xa3") && doctype(head) == Some(b"webm"),
        _ => false,
    }
}

/// The document type of an EBML file, of which WebM is one (RFC 8794, 11.2.4).
fn doctype(head: &[u8]) -> Option<&[u8]> {
    let id = head.iter().take(64).zip(head.iter().skip(1)).position(|pair| pair == (&0x42, &0x82))?;
    let (&size, text) = head.get(id + 2..)?.split_first()?;
    // One byte of size, marked by its highest bit; the text may be padded.
    let text = text.get(..usize::from(size.checked_sub(0x80)?))?;
    Some(text.strip_suffix(b"\0").unwrap_or(text))
}

/// What is known of a file's sound before it is heard.
#[derive(Debug, PartialEq)]
pub(crate) enum Sound {
    /// It lasts so long.
    Lasts(Duration),
    /// The first bytes do not tell.
    Untold,
    /// There is none.
    Absent,
    /// What is said of it cannot be true.
    Impossible,
}

/// What the header of a file of a type that [`agrees`] says of its sound.
pub(crate) fn sound(declared: &str, head: &[u8], size_bytes: u64) -> Sound {
    match declared {
        "audio/wav" | "audio/x-wav" => wav(head, size_bytes),
        "audio/flac" => flac(head).unwrap_or(Sound::Untold),
        _ => Sound::Untold,
    }
}

/// Walks the chunks up to the samples.
fn wav(head: &[u8], size_bytes: u64) -> Sound {
    let mut at = 12_u64;
    let mut format = None;
    loop {
        // Chunks begin at even places.
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
                    // Recorders that cannot go back leave one of these.
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

/// How samples are stored.
struct Format {
    bytes_per_second: u64,
}

impl Format {
    /// `None` when it is not all there, `Some(None)` when no sound is stored so.
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
        // PCM, floating point, A-law, µ-law and their extended form, where decoders do not look at what is said.
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

/// STREAMINFO, which always comes first (RFC 9639, 8.2).
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
