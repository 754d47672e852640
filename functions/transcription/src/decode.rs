//! Decoding of recordings to 16-bit samples, with memory for a few seconds of sound.

use std::{
    collections::VecDeque,
    io,
    time::{Duration, Instant},
};

use shared::items::Failure;
use symphonia::core::{
    codecs::audio::{
        AudioDecoder,
        well_known::{CODEC_ID_ADPCM_IMA_WAV, CODEC_ID_ADPCM_MS},
    },
    errors::Error as Fault,
    formats::{FormatReader, SeekMode, SeekTo},
    packet::Packet,
    units::{Time, TimeBase},
};
use tokio::sync::mpsc::Sender;

use crate::{
    channels::Comparison,
    faults,
    media::{self, is_end},
    models::LONGEST,
    resample::{Filter, Resampler},
    source::Source,
};

/// The sampling rate that recognition needs. Higher rates are reduced to it.
const RATE: u32 = 16_000;
/// The lowest sampling rate that Speech-to-Text reads. Lower rates are raised to it.
const MIN_SAMPLE_RATE: u32 = 8000;
/// The size of a piece in bytes.
const PIECE_BYTES: usize = 4 << 20;
/// The number of seconds by which one track may be ahead of another. If it is further ahead, the other track is filled
/// with silence.
const MAX_TRACK_LEAD_SECONDS: usize = 60;
/// The number of seconds before a position at which decoding begins, because codecs need samples before it.
const LEAD_IN: f64 = 1.0;
/// The number of seconds by which a seek may end before the requested position.
const MAX_OVERSHOOT_SECONDS: f64 = 60.0;
/// The part of a recording to decode.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The first sample.
    pub(crate) from: u64,
    /// True to decode all channels of all tracks. Otherwise, only the first channel is decoded, until another channel
    /// differs.
    pub(crate) all_channels: bool,
    pub(crate) until: Instant,
}

/// A piece of the decoded recording.
pub(crate) struct Event {
    /// The number of samples of each channel.
    pub(crate) samples: u64,
    /// The samples, interleaved, in little endian.
    pub(crate) bytes: Vec<u8>,
}

/// The reason why decoding stopped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The recording ended.
    End { rate: u32, channels: usize },
    /// The time limit was reached.
    Time,
    /// The channels differ.
    Differ,
}

/// The reason why decoding failed.
#[derive(Debug)]
pub(crate) enum Error {
    Failure(Failure),
    /// Cloud Storage could not be read.
    Unavailable(io::Error),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::IoError(error) if !is_end(&error) => Self::Unavailable(error),
            Fault::Unsupported(encoding) => {
                tracing::info!(encoding, "unsupported recording format");
                Self::Failure(faults::unreadable())
            }
            _ => Self::Failure(faults::unreadable()),
        }
    }
}

/// Decodes a recording and sends it piece by piece.
pub(crate) fn run(open: impl Fn() -> Source, plan: &Plan, pieces: &Sender<Event>) -> Result<Stop, Error> {
    let mut reader = Reader::new(open(), plan.from)?;
    if plan.from > 0 && !reader.seek(plan.from) {
        reader = Reader::new(open(), plan.from)?;
    }
    let mut output = Output::new(&reader.tracks, plan);
    let mut is_decoded = plan.from > 0;
    loop {
        let packet = match reader.next() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            // A file that ends too early is decoded up to its end.
            Err(Fault::IoError(error)) if is_end(&error) => break,
            Err(Fault::IoError(error)) if error.kind() == io::ErrorKind::TimedOut => return Ok(Stop::Time),
            Err(Fault::DecodeError(_) | Fault::ResetRequired) if is_decoded => break,
            Err(fault) => return Err(fault.into()),
        };
        match reader.decode(&packet) {
            Ok(()) => is_decoded = true,
            Err(Fault::DecodeError(_)) => continue,
            Err(fault) => return Err(fault.into()),
        }
        if let Some(stop) = output.take(&mut reader.tracks, plan, pieces)? {
            return Ok(stop);
        }
    }
    if !is_decoded {
        return Err(Error::Failure(faults::unreadable()));
    }
    reader.tracks.iter_mut().for_each(Track::finish);
    output.end(&mut reader.tracks, pieces)
}

/// The sound tracks of a recording.
struct Reader {
    format: Box<dyn FormatReader>,
    tracks: Vec<Track>,
    /// The time of the first packet, in seconds.
    origin: f64,
    /// The next packet, if it was read already.
    next: Option<Packet>,
}

impl Reader {
    /// Opens a recording whose output begins with sample `from`.
    fn new(source: Source, from: u64) -> Result<Self, Error> {
        let format = media::open(source)?;
        let tracks = tracks(&*format, from)?;
        let mut reader = Self { format, tracks, origin: 0.0, next: None };
        if let Some(first) = reader.next()? {
            reader.origin = reader.time(&first);
            reader.next = Some(first);
        }
        Ok(reader)
    }

    /// Seeks to a position shortly before a sample. Returns false if the format does not support this.
    fn seek(&mut self, from: u64) -> bool {
        let rate = self.tracks.first().map_or(RATE, |track| track.rate);
        let start = self.origin + (from as f64 / f64::from(rate) - LEAD_IN).max(0.0);
        let is_exact = self.tracks.iter().all(|track| track.time_base.is_some() && !track.is_adpcm);
        let Some(time) = Time::try_from_secs_f64(start).filter(|_| is_exact) else { return false };
        if self.format.seek(SeekMode::Accurate, SeekTo::Time { time, track_id: None }).is_err() {
            return false;
        }
        self.tracks.iter_mut().for_each(|track| track.decoder.reset());
        self.next = None;
        self.next = self.next().ok().flatten();
        let reached = self.next.as_ref().map(|packet| self.time(packet));
        reached.is_some_and(|reached| (start - MAX_OVERSHOOT_SECONDS..start + LEAD_IN).contains(&reached))
    }

    /// Returns the next packet of a sound track.
    fn next(&mut self) -> Result<Option<Packet>, Fault> {
        if let Some(packet) = self.next.take() {
            return Ok(Some(packet));
        }
        loop {
            match self.format.next_packet()? {
                Some(packet) if self.tracks.iter().all(|track| track.id != packet.track_id) => {}
                packet => return Ok(packet),
            }
        }
    }

    fn time(&self, packet: &Packet) -> f64 {
        let track = self.tracks.iter().find(|track| track.id == packet.track_id);
        track.map_or(0.0, |track| track.time(packet))
    }

    fn decode(&mut self, packet: &Packet) -> Result<(), Fault> {
        let track = self.tracks.iter_mut().find(|track| track.id == packet.track_id);
        track.map_or(Ok(()), |track| track.decode(packet, self.origin))
    }
}

/// Creates a decoder for each sound track.
fn tracks(format: &dyn FormatReader, from: u64) -> Result<Vec<Track>, Error> {
    let sounds = media::sounds(format.tracks());
    let rate = sounds.first().and_then(|(_, sound)| sound.sample_rate).unwrap_or(RATE);
    let rate = if rate < RATE { rate.max(MIN_SAMPLE_RATE) } else { RATE };
    let tracks = sounds.iter().map(|(track, sound)| {
        let decoder = symphonia::default::get_codecs().make_audio_decoder(sound, &Default::default())?;
        let from_rate = sound.sample_rate.filter(|rate| (1..=768_000).contains(rate));
        let from_rate = from_rate.ok_or_else(|| Error::Failure(faults::unreadable()))?;
        let channels = sound.channels.as_ref().map_or(1, |channels| channels.count()).max(1);
        let filter = Filter::new(from_rate, rate);
        let channel = || Channel { resampler: Resampler::new(&filter, from), ready: VecDeque::new() };
        let channels = std::iter::repeat_with(channel).take(channels).collect();
        let time_base = track.time_base;
        // The WAV reader seeks to wrong positions in ADPCM.
        let is_adpcm = matches!(sound.codec, CODEC_ID_ADPCM_MS | CODEC_ID_ADPCM_IMA_WAV);
        Ok(Track {
            id: track.id,
            decoder,
            from_rate,
            rate,
            time_base,
            is_adpcm,
            at: None,
            channels,
            filter,
            planes: Vec::new(),
        })
    });
    let tracks: Vec<Track> = tracks.collect::<Result<_, Error>>()?;
    if tracks.is_empty() { Err(Error::Failure(faults::no_sound_track())) } else { Ok(tracks) }
}

/// A sound track.
struct Track {
    id: u32,
    decoder: Box<dyn AudioDecoder>,
    from_rate: u32,
    rate: u32,
    time_base: Option<TimeBase>,
    is_adpcm: bool,
    /// The position of the next decoded sample, once it is known.
    at: Option<u64>,
    channels: Vec<Channel>,
    filter: Filter,
    planes: Vec<Vec<f32>>,
}

struct Channel {
    resampler: Resampler,
    /// The output that is not written yet.
    ready: VecDeque<f32>,
}

impl Track {
    /// Returns the time of a packet, in seconds.
    fn time(&self, packet: &Packet) -> f64 {
        let time = self.time_base.and_then(|base| base.calc_time(packet.pts));
        time.map_or(0.0, |time| time.as_secs_f64())
    }

    /// Decodes a packet of a recording that begins at `origin`.
    fn decode(&mut self, packet: &Packet, origin: f64) -> Result<(), Fault> {
        // The time of the first packet determines the position. From there, samples are counted, because packet times
        // may be imprecise.
        let at = self.at.unwrap_or_else(|| {
            let seconds = (self.time(packet) - origin).clamp(0.0, LONGEST.as_secs_f64());
            (seconds * f64::from(self.from_rate)).round() as u64
        });
        let sound = self.decoder.decode(packet)?;
        sound.copy_to_vecs_planar(&mut self.planes);
        let frames = self.planes.first().map_or(0, Vec::len) as u64;
        for (channel, plane) in self.channels.iter_mut().zip(&self.planes) {
            channel.resampler.push(at, plane);
            channel.resampler.pull(&self.filter, false, &mut channel.ready);
        }
        self.at = Some(at + frames);
        Ok(())
    }

    /// Returns the number of samples that all channels have.
    fn ready(&self) -> usize {
        self.channels.iter().map(|channel| channel.ready.len()).min().unwrap_or_default()
    }

    /// Adds silence of this length, and skips the same length of later input.
    fn skip(&mut self, samples: usize) {
        for channel in &mut self.channels {
            channel.ready.resize(channel.ready.len() + samples, 0.0);
            channel.resampler.skip(&self.filter, samples);
        }
    }

    fn finish(&mut self) {
        for channel in &mut self.channels {
            channel.resampler.pull(&self.filter, true, &mut channel.ready);
        }
    }
}

/// The output of all tracks.
struct Output {
    rate: u32,
    channels: usize,
    /// Compares the channels, if only the first channel is written.
    comparison: Option<Comparison>,
    buffer: Vec<u8>,
    samples: u64,
    /// The number of samples up to the current position.
    total: u64,
}

impl Output {
    fn new(tracks: &[Track], plan: &Plan) -> Self {
        let rate = tracks.first().map_or(RATE, |track| track.rate);
        let all = tracks.iter().map(|track| track.channels.len()).sum();
        Self {
            rate,
            channels: if plan.all_channels { all } else { 1 },
            comparison: (!plan.all_channels).then(|| Comparison::new(all, rate)),
            buffer: Vec::new(),
            samples: 0,
            total: plan.from,
        }
    }

    /// Writes the samples that all channels have.
    fn take(
        &mut self,
        tracks: &mut [Track],
        plan: &Plan,
        pieces: &Sender<Event>,
    ) -> Result<Option<Stop>, Error> {
        let most = tracks.iter().map(Track::ready).max().unwrap_or_default();
        for track in tracks.iter_mut() {
            let lead = most - track.ready();
            // The track begins later, or has ended.
            if lead > MAX_TRACK_LEAD_SECONDS * self.rate as usize {
                track.skip(lead);
            }
        }
        for _ in 0..tracks.iter().map(Track::ready).min().unwrap_or_default() {
            if self.write(tracks) {
                return Ok(Some(Stop::Differ));
            }
        }
        if audio_duration(self.total, self.rate) > LONGEST {
            return Err(Error::Failure(faults::too_long(LONGEST)));
        }
        let is_full = self.buffer.len() >= PIECE_BYTES;
        if is_full && (!self.send(pieces) || Instant::now() >= plan.until) {
            return Ok(Some(Stop::Time));
        }
        Ok(None)
    }

    /// Writes the remaining samples, and pads shorter channels with silence.
    fn end(&mut self, tracks: &mut [Track], pieces: &Sender<Event>) -> Result<Stop, Error> {
        let rest = tracks.iter().flat_map(|track| &track.channels).map(|channel| channel.ready.len()).max();
        for _ in 0..rest.unwrap_or_default() {
            if self.write(tracks) {
                return Ok(Stop::Differ);
            }
        }
        if self.comparison.as_mut().is_some_and(Comparison::differs) {
            return Ok(Stop::Differ);
        }
        let is_sent = self.buffer.is_empty() || self.send(pieces);
        let Self { rate, channels, .. } = *self;
        Ok(if is_sent { Stop::End { rate, channels } } else { Stop::Time })
    }

    /// Writes one sample of each channel. Returns true if the channels differ in the last second.
    fn write(&mut self, tracks: &mut [Track]) -> bool {
        let mut first = None;
        let channels = tracks.iter_mut().flat_map(|track| &mut track.channels);
        for (index, channel) in channels.enumerate() {
            let sample = channel.ready.pop_front().unwrap_or_default();
            let first = *first.get_or_insert(sample);
            if let Some(comparison) = &mut self.comparison {
                comparison.add(index, sample, first);
            }
            if self.comparison.is_none() || index == 0 {
                self.buffer.extend(quantized(sample).to_le_bytes());
            }
        }
        self.samples += 1;
        self.total += 1;
        self.comparison.as_mut().is_some_and(Comparison::next)
    }

    /// Sends a piece. Returns false if the receiver was dropped.
    fn send(&mut self, pieces: &Sender<Event>) -> bool {
        let bytes = std::mem::take(&mut self.buffer);
        pieces.blocking_send(Event { samples: std::mem::take(&mut self.samples), bytes }).is_ok()
    }
}

fn audio_duration(samples: u64, rate: u32) -> Duration {
    crate::audio::seconds(samples, rate.max(1).into())
}

fn quantized(sample: f32) -> i16 {
    (sample * 32_767.0).round().clamp(-32_768.0, 32_767.0) as i16
}
