//! Comparison of the channels of a recording: the same sound on all of them is recognized and billed once.

use symphonia::core::{codecs::audio::AudioDecoderOptions, errors::Error as Fault};

use crate::{
    media::{self, is_end},
    source::Source,
};

/// The number of samples that are compared at once if the sampling rate is unknown.
const SAMPLES: u32 = 16_000;
/// The level of the difference between two channels, relative to the sum of their levels, below which they count as the
/// same. Lossy codecs encode equal channels slightly differently.
const MAX_CHANNEL_DIFFERENCE: f64 = 1e-3;
/// The mean square of samples that counts as silence: -66 dB.
const SILENCE: f64 = 2.5e-7;

/// Returns true if all channels of a recording with one track are the same as the first one, its inverse, or silent.
/// Also returns false if this is unknown, because the source ends before the recording does, or cannot be decoded.
pub(crate) fn has_same_channels(source: Source) -> bool {
    match differs(source) {
        Ok(differs) => !differs,
        Err(error) => {
            tracing::info!(%error, "the channels of a recording were not compared");
            false
        }
    }
}

fn differs(source: Source) -> Result<bool, Fault> {
    let mut format = media::open(source)?;
    let sounds = media::sounds(format.tracks());
    let [(track, sound)] = sounds[..] else { return Ok(true) };
    let mut decoder =
        symphonia::default::get_codecs().make_audio_decoder(sound, &AudioDecoderOptions::default())?;
    let (track, rate) = (track.id, sound.sample_rate.unwrap_or(SAMPLES));
    let (mut planes, mut comparison): (Vec<Vec<f32>>, Option<Comparison>) = (Vec::new(), None);
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            Err(Fault::IoError(error)) if is_end(&error) => break,
            Err(fault) => return Err(fault),
        };
        if packet.track_id != track {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(sound) => sound.copy_to_vecs_planar(&mut planes),
            // Later frames may be intact.
            Err(Fault::DecodeError(_)) => continue,
            Err(fault) => return Err(fault),
        }
        let Some(first) = planes.first() else { continue };
        let comparison = comparison.get_or_insert_with(|| Comparison::new(planes.len(), rate));
        if comparison.sums.len() != planes.len() {
            return Ok(true);
        }
        for (index, first) in first.iter().enumerate() {
            for (channel, plane) in planes.iter().enumerate().skip(1) {
                comparison.add(channel, plane.get(index).copied().unwrap_or_default(), *first);
            }
            comparison.add(0, *first, *first);
            if comparison.next() {
                return Ok(true);
            }
        }
    }
    // If no sound was decoded, the channels may differ.
    Ok(comparison.is_none_or(|mut comparison| comparison.differs()))
}

/// Compares the channels of a recording, second by second.
pub(crate) struct Comparison {
    rate: u32,
    sums: Vec<Sums>,
    measured: u32,
}

/// Sums of squares of a channel: of its samples, and of its differences to the first channel and to its inverse.
#[derive(Clone, Default)]
struct Sums {
    own: f64,
    difference: f64,
    inverse: f64,
}

impl Comparison {
    pub(crate) fn new(channels: usize, rate: u32) -> Self {
        Self { rate, sums: vec![Sums::default(); channels], measured: 0 }
    }

    /// Adds a sample of a channel, with the sample of the first channel at the same time.
    pub(crate) fn add(&mut self, channel: usize, sample: f32, first: f32) {
        let Some(sums) = self.sums.get_mut(channel) else { return };
        sums.own += f64::from(sample * sample);
        sums.difference += f64::from((sample - first) * (sample - first));
        sums.inverse += f64::from((sample + first) * (sample + first));
    }

    /// Ends the samples of one time. Returns true if this ends a second in which the channels differ.
    pub(crate) fn next(&mut self) -> bool {
        self.measured += 1;
        self.measured == self.rate && self.differs()
    }

    /// Returns true if a channel is neither silent nor the same as the first channel. Resets the sums.
    pub(crate) fn differs(&mut self) -> bool {
        let count = f64::from(std::mem::take(&mut self.measured).max(1));
        let first = self.sums.first().map_or(0.0, |sums| sums.own);
        let differs = |sums: &Sums| {
            let difference = sums.difference.min(sums.inverse);
            sums.own / count > SILENCE
                && difference / count > SILENCE
                && difference > MAX_CHANNEL_DIFFERENCE * (first + sums.own)
        };
        let any = self.sums.iter().skip(1).any(differs);
        self.sums.fill(Sums::default());
        any
    }
}
