//! Detection of the media type of a recording from its first bytes, and the headers of WAV, FLAC and Ogg.

use std::{
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    time::Duration,
};

/// The number of bytes to inspect. Recorders write metadata before the samples.
pub(crate) const HEAD_BYTES: u64 = 64 << 10;

/// The name of the chunk that holds the samples of a WAV file.
const DATA_CHUNK: &[u8; 4] = b"data";

/// A size that means "until the end of the file", written by recorders that do not know the size in advance.
const STREAMED: u32 = u32::MAX;

/// Returns the accepted media type of a file that starts with `head`. If the type has two names, returns the declared
/// one.
pub(crate) fn media_type(declared: &str, head: &[u8]) -> Option<&'static str> {
    let rest = head.get(sound_start(head)..).unwrap_or_default();
    if [b"RIFF", b"RF64", b"BW64"].iter().any(|form| head.starts_with(*form))
        && head.get(8..12) == Some(b"WAVE")
    {
        Some(if declared == "audio/x-wav" { "audio/x-wav" } else { "audio/wav" })
    } else if rest.starts_with(b"fLaC") || rest.is_empty() && declared == "audio/flac" && is_tagged(head) {
        Some("audio/flac")
    } else if head.get(4..8) == Some(b"ftyp") && !head.get(8..12).is_some_and(is_image) {
        Some("audio/mp4")
    } else if head.starts_with(b"OggS\0") {
        Some("audio/ogg")
    } else if head.starts_with(b"\x1a\x45\xdf\xa3") && doctype(head) == Some(b"webm") {
        Some("audio/webm")
    } else if is_tagged(head) || is_mpeg(rest) {
        Some("audio/mpeg")
    } else {
        None
    }
}

/// Returns whether a brand marks an image in the container format of MP4 (ISO/IEC 23008-12, HEIF).
fn is_image(brand: &[u8]) -> bool {
    [b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"].iter().any(|image| brand == *image)
}

/// Returns whether a file starts with an ID3v2 tag, perhaps behind zero bytes.
fn is_tagged(head: &[u8]) -> bool {
    matches!(&head[zeros(head)..], [b'I', b'D', b'3', 2..=4, ..])
}

/// Returns the offset after the zero bytes and the ID3v2 tag at the start of the file. It may be beyond the end of
/// `head`.
pub(crate) fn sound_start(head: &[u8]) -> usize {
    let zeros = zeros(head);
    match &head[zeros..] {
        [b'I', b'D', b'3', 2..=4, _, flags, a, b, c, d, ..] => {
            // The size has seven bits in each byte. A footer repeats the header.
            let size = [a, b, c, d].iter().fold(0, |size, byte| size << 7 | usize::from(**byte & 0x7f));
            zeros + 10 + size + if flags & 0x10 == 0 { 0 } else { 10 }
        }
        _ => zeros,
    }
}

/// Returns the number of zero bytes that the file starts with.
fn zeros(head: &[u8]) -> usize {
    head.iter().position(|byte| *byte != 0).unwrap_or(head.len())
}

/// Returns whether a file starts with the header of a layer II or III frame (ISO/IEC 11172-3, 2.4.1.3): eleven set bits,
/// then a version, a layer, a bit rate and a sampling rate that are not reserved.
fn is_mpeg(head: &[u8]) -> bool {
    match head {
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

/// The contents of a WAV file.
#[derive(Debug, PartialEq)]
pub(crate) enum Wav {
    Samples(Samples),
    /// The recording has no samples.
    Empty,
    /// The header is invalid.
    Invalid,
}

/// The samples of a WAV file and their format.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Samples {
    /// The format tag (RFC 2361). For the extensible format, the tag of its subformat.
    pub(crate) tag: u16,
    pub(crate) channels: u16,
    pub(crate) rate: u32,
    pub(crate) bits: u16,
    bytes_per_second: u32,
    block: u16,
    /// The rest of the format chunk.
    extra: Vec<u8>,
    /// The byte range of the samples. It ends at the end of the file if the size in the header is too large.
    pub(crate) bytes: Range<u64>,
    is_riff: bool,
}

/// The codecs of samples by their format tags.
pub(crate) const PCM: u16 = 1;
const ADPCM: [u16; 2] = [2, 0x11];
const FLOAT: u16 = 3;
const ALAW: u16 = 6;
const MULAW: u16 = 7;
const MPEG: [u16; 2] = [0x50, 0x55];
const EXTENSIBLE: u16 = 0xfffe;

impl Samples {
    /// Returns whether Speech-to-Text reads the samples.
    pub(crate) fn is_native(&self) -> bool {
        let encoding = matches!((self.tag, self.bits), (PCM, 16) | (ALAW | MULAW, 8));
        encoding && self.is_riff && (8000..=48_000).contains(&self.rate)
    }

    /// Returns whether the samples are frames of MPEG audio.
    pub(crate) fn is_mpeg(&self) -> bool {
        MPEG.contains(&self.tag)
    }

    /// Returns the name of an encoding that cannot be decoded.
    pub(crate) fn unsupported(&self) -> Option<String> {
        match self.tag {
            PCM | FLOAT | ALAW | MULAW => None,
            tag if ADPCM.contains(&tag) || MPEG.contains(&tag) => None,
            0x31 => Some("GSM in WAV".to_owned()),
            0x40 | 0x14 | 0x64 => Some("G.72x ADPCM in WAV".to_owned()),
            0x160..=0x163 => Some("Windows Media Audio in WAV".to_owned()),
            0xa109 => Some("Speex in WAV".to_owned()),
            tag => Some(format!("The WAV encoding {tag:#06x}")),
        }
    }

    pub(crate) fn duration(&self) -> Option<Duration> {
        let bytes = self.bytes.end - self.bytes.start;
        let frames = match self.tag {
            PCM | FLOAT | ALAW | MULAW => bytes / u64::from(self.frame()),
            tag if ADPCM.contains(&tag) && self.block > 0 => {
                let frames =
                    self.extra.get(2..4).map_or(0, |frames| u16::from_le_bytes([frames[0], frames[1]]));
                bytes / u64::from(self.block) * u64::from(frames)
            }
            _ => 0,
        };
        if frames > 0 {
            return Some(seconds(frames, self.rate.into()));
        }
        (self.bytes_per_second > 0).then(|| seconds(bytes, self.bytes_per_second.into()))
    }

    /// Returns a WAV header for the samples with their true sizes.
    pub(crate) fn header(&self) -> Vec<u8> {
        let is_plain = matches!(self.tag, PCM | FLOAT | ALAW | MULAW);
        let extra = if is_plain { &[] } else { self.extra.as_slice() };
        let size = u32::try_from(self.bytes.end - self.bytes.start).unwrap_or(u32::MAX);
        let (block, bytes_per_second) = if is_plain {
            (self.frame(), u32::from(self.frame()).saturating_mul(self.rate))
        } else {
            (self.block, self.bytes_per_second)
        };
        let format = [
            self.tag.to_le_bytes().as_slice(),
            &self.channels.to_le_bytes(),
            &self.rate.to_le_bytes(),
            &bytes_per_second.to_le_bytes(),
            &block.to_le_bytes(),
            &self.bits.to_le_bytes(),
            extra,
        ]
        .concat();
        wav_header(&format, size)
    }

    /// Returns the size of one sample of all channels, at least 1.
    fn frame(&self) -> u16 {
        self.channels.saturating_mul(self.bits.div_ceil(8)).max(1)
    }
}

/// Returns the header of a WAV file with this format and this number of bytes.
pub(crate) fn wav_header(format: &[u8], size: u32) -> Vec<u8> {
    let chunk = u32::try_from(format.len()).unwrap_or(u32::MAX);
    [
        b"RIFF".as_slice(),
        &size.saturating_add(chunk + 20).to_le_bytes(),
        b"WAVEfmt ",
        &chunk.to_le_bytes(),
        format,
        DATA_CHUNK,
        &size.to_le_bytes(),
    ]
    .concat()
}

/// Returns the duration of `units` at `per_second`.
pub(crate) fn seconds(units: u64, per_second: u64) -> Duration {
    let (whole, rest) = (units / per_second, units % per_second);
    Duration::from_secs(whole) + Duration::from_micros(rest * 1_000_000 / per_second)
}

/// Reads the chunks of a WAV file of `size` bytes up to the samples. If the size of the samples is too large, or means
/// "until the end of the file", the samples are the rest of the file.
pub(crate) fn wav(file: &mut (impl Read + Seek), size: u64) -> io::Result<Wav> {
    let mut form = [0; 4];
    file.read_exact(&mut form)?;
    let (mut at, mut format, mut size_64) = (12_u64, None, None);
    loop {
        // Chunks start at even offsets.
        at += at % 2;
        if at + 8 > size {
            return Ok(if format.is_some() { Wav::Empty } else { Wav::Invalid });
        }
        let mut header = [0; 8];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut header)?;
        let [a, b, c, d, sizes @ ..] = header;
        let length = u32::from_le_bytes(sizes);
        let rest = size - at - 8;
        match &[a, b, c, d] {
            b"fmt " => {
                let mut body = vec![0; length.min(64).min(u32::try_from(rest).unwrap_or(u32::MAX)) as usize];
                file.read_exact(&mut body)?;
                let Some(found) = samples(&body) else { return Ok(Wav::Invalid) };
                format = Some(found);
            }
            b"ds64" if length >= 16 && rest >= 16 => {
                let mut body = [0; 16];
                file.read_exact(&mut body)?;
                size_64 = body.last_chunk().map(|size| u64::from_le_bytes(*size));
            }
            DATA_CHUNK => {
                let Some(format) = format else { return Ok(Wav::Invalid) };
                let stated = if length == STREAMED { size_64.unwrap_or_default() } else { length.into() };
                let length = if stated == 0 { rest } else { stated.min(rest) };
                let bytes = at + 8..at + 8 + length;
                let is_riff = &form == b"RIFF";
                let samples = Samples { bytes, is_riff, ..format };
                return Ok(if length == 0 { Wav::Empty } else { Wav::Samples(samples) });
            }
            _ => {}
        }
        at += 8 + u64::from(length);
    }
}

/// Parses a format chunk.
fn samples(body: &[u8]) -> Option<Samples> {
    let short = |at: usize| body.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    let long = |at: usize| Some(u32::from(short(at)?) | u32::from(short(at + 2)?) << 16);
    let tag = short(0)?;
    let samples = Samples {
        // The subformat starts with the tag.
        tag: if tag == EXTENSIBLE { short(24)? } else { tag },
        channels: short(2)?,
        rate: long(4)?,
        bytes_per_second: long(8)?,
        block: short(12)?,
        bits: short(14)?,
        extra: body.get(16..).unwrap_or_default().to_vec(),
        bytes: 0..0,
        is_riff: true,
    };
    (samples.channels > 0 && samples.rate > 0).then_some(samples)
}

/// The properties of a FLAC file.
#[derive(Debug, PartialEq)]
pub(crate) struct Flac {
    pub(crate) rate: u32,
    pub(crate) channels: usize,
    pub(crate) duration: Option<Duration>,
}

/// Reads STREAMINFO, which is always the first metadata block (RFC 9639, section 8.2).
pub(crate) fn flac(head: &[u8]) -> Option<Flac> {
    let info = head.get(8..42).filter(|_| head.get(4).is_some_and(|kind| kind & 0x7f == 0))?;
    let packed = info.get(10..18)?.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let (rate, channels, samples) = (packed >> 44, (packed >> 41) & 7, packed & 0xf_ffff_ffff);
    let duration = (rate > 0 && samples > 0).then(|| seconds(samples, rate));
    Some(Flac { rate: u32::try_from(rate).ok()?, channels: usize::try_from(channels).ok()? + 1, duration })
}

/// The kind of a stream in an Ogg file.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(crate) enum OggStream {
    Sound(&'static str),
    Video,
    Other,
}

/// Returns the streams that begin on the first pages of an Ogg file (RFC 3533, section 4).
pub(crate) fn ogg(head: &[u8]) -> Vec<OggStream> {
    let (mut streams, mut at) = (Vec::new(), 0);
    while let Some(page) = head.get(at..).filter(|page| page.starts_with(b"OggS\0"))
        && page.get(5).is_some_and(|flags| flags & 2 != 0)
        && let Some(count) = page.get(26).map(|count| usize::from(*count))
        && let Some(lengths) = page.get(27..27 + count)
    {
        let body = &page[27 + count..];
        let kinds: [(&[u8], OggStream); 7] = [
            (b"OpusHead", OggStream::Sound("Opus")),
            (b"\x01vorbis", OggStream::Sound("Vorbis")),
            (b"\x7fFLAC", OggStream::Sound("FLAC")),
            (b"Speex   ", OggStream::Sound("Speex")),
            (b"PCM     ", OggStream::Sound("PCM in Ogg")),
            (b"\x80theora", OggStream::Video),
            (b"", OggStream::Other),
        ];
        streams.extend(kinds.iter().find(|(magic, _)| body.starts_with(magic)).map(|(_, kind)| *kind));
        at += 27 + count + lengths.iter().map(|length| usize::from(*length)).sum::<usize>();
    }
    streams
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, time::Duration};

    use super::{OggStream, Wav, media_type, ogg, wav};

    #[test]
    fn the_first_bytes_show_the_type() {
        let files: [(Option<&str>, &[u8]); 18] = [
            (Some("audio/wav"), b"RIFF\x01\x02\x03\x04WAVEfmt "),
            (Some("audio/wav"), b"RF64\xff\xff\xff\xffWAVEds64"),
            (Some("audio/flac"), b"fLaC\0\0\0\x22"),
            (Some("audio/flac"), b"ID3\x04\0\0\0\0\0\x02xxfLaC"),
            (Some("audio/mp4"), b"\0\0\0\x1cftypM4A "),
            (Some("audio/ogg"), b"OggS\0\x02"),
            (Some("audio/webm"), b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm"),
            (Some("audio/mpeg"), b"ID3\x04\0\0"),
            (Some("audio/mpeg"), b"\xff\xfb\x90\x64"),
            (Some("audio/mpeg"), b"\0\0\0\0\0\0\xff\xfb\x90\x64"),
            (Some("audio/mpeg"), b"\0\0\0\0\0\0ID3\x04\0\0"),
            (None, b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska"),
            (None, b"\0\0\0\x1cftypheic"),
            (None, b"ID3 is a text"),
            // The byte order mark of a text in UTF-16.
            (None, b"\xff\xfea\0b\0"),
            (None, b"MZ\x90\0"),
            (None, b"\0\0\0\0"),
            (None, b""),
        ];
        for (expected, head) in files {
            assert_eq!(media_type("audio/webm", head), expected, "{head:?}");
        }
        assert_eq!(media_type("audio/x-wav", b"RIFF\x01\x02\x03\x04WAVE"), Some("audio/x-wav"));
    }

    /// Returns the size of the samples and the duration of a WAV file whose header states this size.
    fn read(stated: u32, bytes: usize) -> Option<(u64, Duration)> {
        let format = [1_u16, 1, 8000, 0, 16_000, 0, 2, 16].map(u16::to_le_bytes).concat();
        let mut file = super::wav_header(&format, stated);
        file.resize(file.len() + bytes, 0);
        let size = file.len() as u64;
        match wav(&mut Cursor::new(file), size).expect("a file") {
            Wav::Samples(samples) => {
                Some((samples.bytes.end - samples.bytes.start, samples.duration().expect("a duration")))
            }
            _ => None,
        }
    }

    #[test]
    fn a_wrong_size_stands_for_the_rest_of_the_file() {
        let second = Some((16_000, Duration::from_secs(1)));
        for stated in [16_000, 16_001, 0, 0x7fff_f000, 0x7fff_ffff, u32::MAX] {
            assert_eq!(read(stated, 16_000), second, "{stated:#x}");
        }
        assert_eq!(read(8000, 16_000), Some((8000, Duration::from_millis(500))));
        assert_eq!(read(16_000, 0), None);
    }

    #[test]
    fn the_streams_of_an_ogg_file_are_found() {
        let page = |flags: u8, magic: &[u8]| {
            let mut page = b"OggS\0".to_vec();
            page.push(flags);
            page.extend([0; 20]);
            page.extend([1, u8::try_from(magic.len()).expect("a length")]);
            page.extend(magic);
            page
        };
        let file = [page(2, b"\x80theora"), page(2, b"Speex   1.2"), page(0, b"OpusHead")].concat();
        assert_eq!(ogg(&file), [OggStream::Video, OggStream::Sound("Speex")]);
        assert_eq!(ogg(b"OggS"), []);
    }
}
