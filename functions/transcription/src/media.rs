//! The properties of a recording that determine how it is transcribed. Only the parts of the file that describe it are
//! read.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use shared::items::Failure;
use symphonia::core::{
    codecs::{
        CodecParameters,
        audio::{AudioCodecId, AudioCodecParameters, CODEC_ID_NULL_AUDIO, well_known::*},
    },
    errors::Error,
    formats::{FormatReader, Track, TrackType, probe::Hint},
    io::MediaSourceStream,
};
use tokio::runtime::Handle;

use crate::{
    audio::{self, OggStream, Wav},
    faults,
    source::{Part, Recording, Source},
};

/// The sampling rates that Speech-to-Text reads.
const RATES: std::ops::RangeInclusive<u32> = 8000..=48_000;

/// The properties of a recording.
#[derive(Debug, PartialEq)]
pub(crate) struct Media {
    pub(crate) duration: Option<Duration>,
    /// The number of channels, if it is known.
    pub(crate) channels: Option<usize>,
    pub(crate) access: Access,
}

/// The way in which a recording is read.
#[derive(Debug, PartialEq)]
pub(crate) enum Access {
    /// Speech-to-Text reads the recording. The part, if there is one, is only decoded to compare channels.
    Native(Option<Part>),
    /// The part must be converted.
    Converted(Part),
}

impl Media {
    /// The properties of a recording that cannot be examined. Speech-to-Text decides whether it is valid.
    const UNKNOWN: Self = Self { duration: None, channels: None, access: Access::Native(None) };
}

/// The reason why a recording cannot be examined.
#[derive(Debug)]
pub(crate) enum ExamineError {
    /// The recording cannot be transcribed.
    Failure(Failure),
    /// Cloud Storage could not be read.
    Unavailable(io::Error),
}

impl From<io::Error> for ExamineError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return Self::Failure(faults::unreadable());
        }
        Self::Unavailable(error)
    }
}

/// Examines a recording of this type. Reads of the file fail after `until`.
pub(crate) fn examine(
    recording: &Arc<Recording>,
    media_type: &str,
    runtime: &Handle,
    until: Instant,
) -> Result<Media, ExamineError> {
    let whole = Part { header: Vec::new(), bytes: 0..recording.size() };
    let open = |part: &Part| Source::new(recording.clone(), part.clone(), runtime.clone(), until);
    let head = recording.head.bytes.as_slice();
    let start = audio::sound_start(head) as u64;
    let behind_tag = Part { header: Vec::new(), bytes: start.min(recording.size())..recording.size() };
    match media_type {
        "audio/wav" | "audio/x-wav" => of_wav(audio::wav(&mut open(&whole), recording.size())?),
        "audio/flac" => {
            let after = recording.head.bytes.get(start as usize..).unwrap_or_default();
            let Some(flac) = audio::flac(after) else { return Ok(Media::UNKNOWN) };
            if flac.rate == 0 {
                return Err(ExamineError::Failure(faults::unreadable()));
            }
            let is_native = start == 0 && RATES.contains(&flac.rate);
            let access =
                if is_native { Access::Native(Some(behind_tag)) } else { Access::Converted(behind_tag) };
            Ok(Media { duration: flac.duration, channels: Some(flac.channels), access })
        }
        "audio/mpeg" => {
            // Speech-to-Text skips tags, but not zero bytes.
            let is_padded = start > 0 && head.first() == Some(&0);
            let Some(format) = probed(open(&behind_tag))? else { return Ok(Media::UNKNOWN) };
            of_tracks(format, &[CODEC_ID_MP3], behind_tag, is_padded)
        }
        "audio/ogg" => {
            let streams = audio::ogg(head);
            let sounds = streams.iter().filter_map(|stream| match stream {
                OggStream::Sound(name) => Some(*name),
                _ => None,
            });
            let sounds: Vec<&str> = sounds.collect();
            if let Some(name) = sounds.iter().find(|name| matches!(**name, "Speex" | "PCM in Ogg")) {
                return Err(ExamineError::Failure(faults::unsupported_encoding(name)));
            }
            if sounds.is_empty() && streams.contains(&OggStream::Video) {
                return Err(ExamineError::Failure(faults::no_sound_track()));
            }
            let Some(format) = probed(open(&whole))? else { return Ok(Media::UNKNOWN) };
            of_tracks(format, &[CODEC_ID_OPUS], whole, false)
        }
        _ => {
            // Browsers also record Opus in MP4. This function cannot decode it, but the engine may.
            let native: &[_] =
                if media_type == "audio/webm" { &[CODEC_ID_OPUS] } else { &[CODEC_ID_AAC, CODEC_ID_OPUS] };
            let Some(format) = probed(open(&whole))? else { return Ok(Media::UNKNOWN) };
            of_tracks(format, native, whole, false)
        }
    }
}

fn of_wav(wav: Wav) -> Result<Media, ExamineError> {
    let samples = match wav {
        Wav::Samples(samples) => samples,
        Wav::Empty => return Err(ExamineError::Failure(faults::no_speech())),
        Wav::Invalid => return Err(ExamineError::Failure(faults::unreadable())),
    };
    if let Some(name) = samples.unsupported() {
        return Err(ExamineError::Failure(faults::unsupported_encoding(&name)));
    }
    let header = if samples.is_mpeg() { Vec::new() } else { samples.header() };
    let part = Part { header, bytes: samples.bytes.clone() };
    Ok(Media {
        duration: samples.duration(),
        channels: Some(samples.channels.into()),
        access: if samples.is_native() { Access::Native(Some(part)) } else { Access::Converted(part) },
    })
}

/// Opens a recording with the reader of its container format.
pub(crate) fn open(source: Source) -> Result<Box<dyn FormatReader>, Error> {
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    symphonia::default::get_probe().probe(&Hint::new(), stream, Default::default(), Default::default())
}

/// Opens a recording, or returns `None` if its container is damaged or not supported.
fn probed(source: Source) -> io::Result<Option<Box<dyn FormatReader>>> {
    match open(source) {
        Ok(format) => Ok(Some(format)),
        Err(Error::IoError(error)) if !is_end(&error) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Returns whether an error means that the file ends too early, or that its contents are invalid.
pub(crate) fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | InvalidData | InvalidInput)
}

/// Returns the parameters of the sound tracks.
pub(crate) fn sounds(tracks: &[Track]) -> Vec<(&Track, &AudioCodecParameters)> {
    tracks
        .iter()
        .filter_map(|track| {
            let parameters = track.codec_params.as_ref().and_then(CodecParameters::audio)?;
            Some((track, parameters))
        })
        .collect()
}

fn of_tracks(
    mut format: Box<dyn FormatReader>,
    native: &[AudioCodecId],
    part: Part,
    must_convert: bool,
) -> Result<Media, ExamineError> {
    let tracks = format.tracks().to_vec();
    let sounds = sounds(&tracks);
    let Some((first, parameters)) = sounds.first() else {
        // A track of an unknown kind may be sound.
        let is_video = |track: &Track| track.track_type() == Some(TrackType::Video);
        let only_video = !tracks.is_empty() && tracks.iter().any(is_video);
        return if only_video {
            Err(ExamineError::Failure(faults::no_sound_track()))
        } else {
            Ok(Media::UNKNOWN)
        };
    };
    let is_native = |parameters: &AudioCodecParameters| native.contains(&parameters.codec);
    let duration = sounds.iter().filter_map(|(track, _)| length(track)).max();
    let channels = parameters.channels.as_ref().map(|channels| channels.count());
    let registry = symphonia::default::get_codecs();
    if sounds.len() == 1 && is_native(parameters) && !must_convert {
        let duration = match length(first) {
            None => measured(&mut *format, first)?,
            known => known,
        };
        let is_decoded = registry.get_audio_decoder(parameters.codec).is_some();
        return Ok(Media { duration, channels, access: Access::Native(is_decoded.then_some(part)) });
    }
    if let Some((_, lacking)) =
        sounds.iter().find(|(_, sound)| registry.get_audio_decoder(sound.codec).is_none())
    {
        let several =
            if sounds.len() > 1 && is_native(lacking) { "A file with several tracks of " } else { "" };
        let name = format!("{several}{}", codec_name(lacking.codec));
        return Err(ExamineError::Failure(faults::unsupported_encoding(&name)));
    }
    Ok(Media { duration, channels, access: Access::Converted(part) })
}

/// Measures the duration of a track from the times of its packets, for containers that do not have it. Browsers write a
/// file while they record, so it has no duration. Returns `None` if there is not enough time to read the file.
fn measured(format: &mut dyn FormatReader, track: &Track) -> io::Result<Option<Duration>> {
    let Some(base) = track.time_base else { return Ok(None) };
    let mut times: Option<(f64, f64)> = None;
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            Err(Error::IoError(error)) if error.kind() == io::ErrorKind::TimedOut => return Ok(None),
            Err(Error::IoError(error)) if !is_end(&error) => return Err(error),
            // If the file ends too early or is damaged from here on, the packets that were read count.
            Err(_) => break,
        };
        if packet.track_id == track.id {
            let start = base.calc_time_saturating(packet.pts).as_secs_f64();
            let end = start + base.calc_duration_saturating(packet.dur).as_secs_f64();
            let (first, last) = times.unwrap_or((start, end));
            times = Some((first.min(start), last.max(end)));
        }
    }
    let seconds = times.map(|(first, last)| last - first).filter(|seconds| *seconds > 0.0);
    Ok(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
}

/// Returns the duration of a track, if the container has it.
fn length(track: &Track) -> Option<Duration> {
    let (base, duration) = (track.time_base?, track.duration?);
    let seconds = base.calc_duration(duration)?.as_secs_f64();
    Duration::try_from_secs_f64(seconds).ok().filter(|duration| !duration.is_zero())
}

fn codec_name(codec: AudioCodecId) -> &'static str {
    match codec {
        CODEC_ID_OPUS => "Opus",
        CODEC_ID_SPEEX => "Speex",
        CODEC_ID_AC3 | CODEC_ID_EAC3 | CODEC_ID_AC4 => "Dolby Digital",
        CODEC_ID_DCA => "DTS",
        CODEC_ID_WMA => "Windows Media Audio",
        CODEC_ID_NULL_AUDIO => "The encoding of the sound track",
        _ => "This encoding",
    }
}
