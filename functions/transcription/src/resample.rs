//! Resampling of one channel by windowed-sinc interpolation.
//!
//! Each output sample depends on its position only, not on the samples before, so a later step continues at any
//! position and the pieces join without a seam.

use std::f64::consts::PI;

/// The zero crossings of the sinc on each side.
const CROSSINGS: usize = 16;
/// The cutoff as a share of the lower Nyquist frequency. The rest is the transition band.
const CUTOFF: f64 = 0.92;
/// The largest number of phases in the table. Positions between them are rounded.
const PHASES: u64 = 1024;
/// The largest gap between samples that is filled with silence.
const MAX_GAP_SAMPLES: usize = 1 << 20;

/// The filter from one sampling rate to another.
pub(crate) struct Filter {
    from: u64,
    to: u64,
    phases: u64,
    /// The number of input samples on each side of a position.
    half: usize,
    /// The weights of each phase.
    weights: Vec<Vec<f32>>,
}

impl Filter {
    pub(crate) fn new(from: u32, to: u32) -> Self {
        let divisor = gcd(from, to).max(1);
        let (from, to) = (u64::from(from / divisor), u64::from(to / divisor));
        let phases = to.min(PHASES);
        // The cutoff in cycles per input sample, relative to the Nyquist frequency of the input.
        let cutoff = CUTOFF * (to as f64 / from as f64).min(1.0);
        if from == to {
            return Self { from, to, phases, half: 1, weights: vec![vec![1.0, 0.0]] };
        }
        let half = (CROSSINGS as f64 / cutoff).ceil() as usize;
        let weights = (0..phases).map(|phase| weights(phase as f64 / phases as f64, half, cutoff));
        Self { from, to, phases, half, weights: weights.collect() }
    }

    /// Returns the first input sample that the output sample at this position depends on.
    pub(crate) fn first_input(&self, output: u64) -> u64 {
        (output * self.from / self.to).saturating_sub(self.half as u64 - 1)
    }
}

fn gcd(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { gcd(other, one % other) }
}

/// Returns the weights of the input samples around a position that is `fraction` of a sample after the middle sample.
fn weights(fraction: f64, half: usize, cutoff: f64) -> Vec<f32> {
    let weight = |index: usize| {
        let distance = index as f64 - (half as f64 - 1.0) - fraction;
        let angle = PI * distance * cutoff;
        let sinc = if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
        let window = 0.5 + 0.5 * (PI * distance / half as f64).clamp(-PI, PI).cos();
        sinc * window
    };
    let all: Vec<f64> = (0..half * 2).map(weight).collect();
    let sum: f64 = all.iter().sum();
    all.into_iter().map(|weight| (weight / sum) as f32).collect()
}

/// Resamples a channel. Holds the input that later output needs.
pub(crate) struct Resampler {
    input: Vec<f32>,
    /// The position of the first sample of `input`.
    start: u64,
    /// The position of the next output sample.
    next: u64,
}

impl Resampler {
    /// Creates a resampler whose first output sample is `next`.
    pub(crate) fn new(filter: &Filter, next: u64) -> Self {
        Self { input: Vec::new(), start: filter.first_input(next), next }
    }

    /// Skips this number of output samples, and the input that only they need.
    pub(crate) fn skip(&mut self, filter: &Filter, count: usize) {
        self.next += count as u64;
        let start = filter.first_input(self.next).max(self.start);
        let used = usize::try_from(start - self.start).unwrap_or(usize::MAX).min(self.input.len());
        self.input.drain(..used);
        self.start = start;
    }

    /// Adds samples that start at this position. Samples that are no longer needed are skipped. A gap of up to
    /// [`MAX_GAP_SAMPLES`] samples is filled with silence.
    pub(crate) fn push(&mut self, position: u64, samples: &[f32]) {
        let end = self.start + self.input.len() as u64;
        let skipped = usize::try_from(end.saturating_sub(position)).unwrap_or(usize::MAX).min(samples.len());
        let gap = usize::try_from(position.saturating_sub(end)).unwrap_or(usize::MAX).min(MAX_GAP_SAMPLES);
        self.input.resize(self.input.len() + gap, 0.0);
        self.input.extend_from_slice(&samples[skipped..]);
    }

    /// Appends the output samples that have all their input, or all output samples if no more input follows.
    pub(crate) fn pull(&mut self, filter: &Filter, is_last: bool, output: &mut impl Extend<f32>) {
        let end = self.start + self.input.len() as u64;
        loop {
            let scaled = self.next * filter.from;
            let (middle, rest) = (scaled / filter.to, scaled % filter.to);
            let first = (middle + 1).saturating_sub(filter.half as u64);
            if if is_last { middle >= end } else { middle + filter.half as u64 >= end } {
                break;
            }
            let weights = &filter.weights[(rest * filter.phases / filter.to) as usize];
            // The first positions have no input before them, and the last positions have no input after them.
            let missing = (filter.half as u64 - 1).saturating_sub(middle) as usize;
            let offset = (first.saturating_sub(self.start)) as usize;
            let input = self.input.get(offset..).unwrap_or_default();
            let sample =
                weights.iter().skip(missing).zip(input).map(|(weight, sample)| weight * sample).sum();
            output.extend([sample]);
            self.next += 1;
        }
        let used = filter.first_input(self.next).saturating_sub(self.start);
        let used = usize::try_from(used).unwrap_or(usize::MAX).min(self.input.len());
        self.input.drain(..used);
        self.start += used as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::{Filter, Resampler};

    fn tone(rate: u32, hertz: f32, seconds: f32) -> Vec<f32> {
        let count = (rate as f32 * seconds) as u32;
        (0..count).map(|index| (index as f32 * hertz * std::f32::consts::TAU / rate as f32).sin()).collect()
    }

    fn resample(filter: &Filter, input: &[f32], from: u64) -> Vec<f32> {
        let (mut resampler, mut output) = (Resampler::new(filter, from), Vec::new());
        let mut position = 0;
        for chunk in input.chunks(1000) {
            resampler.push(position, chunk);
            resampler.pull(filter, false, &mut output);
            position += chunk.len() as u64;
        }
        resampler.pull(filter, true, &mut output);
        output
    }

    #[test]
    fn a_tone_keeps_its_frequency_level_and_length() {
        for (from, to) in
            [(48_000, 16_000), (44_100, 16_000), (96_000, 16_000), (16_000, 16_000), (6000, 8000)]
        {
            let filter = Filter::new(from, to);
            let output = resample(&filter, &tone(from, 440.0, 1.0), 0);
            assert_eq!(output.len(), to as usize, "{from}");
            let expected = tone(to, 440.0, 1.0);
            let middle = 1000..to as usize - 1000;
            let worst = output[middle.clone()].iter().zip(&expected[middle]);
            let worst = worst.map(|(one, other)| (one - other).abs()).fold(0.0, f32::max);
            assert!(worst < 0.01, "{from} to {to}: {worst}");
        }
        // A tone above the new Nyquist frequency disappears.
        let output = resample(&Filter::new(48_000, 16_000), &tone(48_000, 12_000.0, 1.0), 0);
        assert!(output[1000..15_000].iter().all(|sample| sample.abs() < 0.01));
    }

    #[test]
    fn a_later_start_continues_without_a_seam() {
        let filter = Filter::new(44_100, 16_000);
        let input = tone(44_100, 300.0, 1.0);
        let whole = resample(&filter, &input, 0);
        assert_eq!(resample(&filter, &input, 7777), whole[7777..]);
    }
}
