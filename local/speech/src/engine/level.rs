//! The loudness of audio, and the level from which it counts as speech.

/// The resolution of the histogram: half a decibel. 16 bits have a range of 96 decibels.
const STEPS_PER_DECIBEL: f32 = 2.0;
const STEPS: usize = 200;
/// The lowest level of speech, a few units of 16 bits.
const MIN_DECIBELS: f32 = 28.0;
/// The level of speech above the background noise. It is lower where the noise is loud.
const MAX_MARGIN: f32 = 10.0;
/// The lowest margin, which is more than the variation of noise.
const MIN_MARGIN: f32 = 4.0;
const SHARE_OF_RANGE: f32 = 0.3;

/// Returns the level of one frame of samples in decibels above one unit.
pub(super) fn of(frame: &[u8]) -> f32 {
    let samples = frame.chunks_exact(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])));
    let count = (frame.len() / 2).max(1) as f32;
    let (sum, squares) =
        samples.fold((0.0, 0.0), |(sum, squares), sample| (sum + sample, squares + sample * sample));
    let mean: f32 = sum / count;
    let variance: f32 = squares / count - mean * mean;
    10.0 * (variance.max(0.0) + 1.0).log10()
}

/// A histogram of levels.
pub(super) struct Levels {
    counts: [u64; STEPS],
}

impl Default for Levels {
    fn default() -> Self {
        Self { counts: [0; STEPS] }
    }
}

impl Levels {
    pub(super) fn add(&mut self, level: f32) {
        let step = (level * STEPS_PER_DECIBEL) as usize;
        self.counts[step.min(STEPS - 1)] += 1;
    }

    /// Returns the level from which a frame counts as speech.
    pub(super) fn threshold(&self) -> f32 {
        let (noise, loudest) = (self.quantile(0.1), self.quantile(0.99));
        let margin = ((loudest - noise) * SHARE_OF_RANGE).clamp(MIN_MARGIN, MAX_MARGIN);
        (noise + margin).max(MIN_DECIBELS)
    }

    fn quantile(&self, share: f64) -> f32 {
        let target = (self.counts.iter().sum::<u64>() as f64 * share) as u64;
        let mut below = 0;
        let step = self.counts.iter().position(|count| {
            below += count;
            below > target
        });
        step.unwrap_or(0) as f32 / STEPS_PER_DECIBEL
    }
}

#[cfg(test)]
mod tests {
    use super::{Levels, of};

    fn frame(amplitude: i16, offset: i16) -> Vec<u8> {
        (0..160_i16)
            .flat_map(|index| (offset + if index % 2 == 0 { amplitude } else { -amplitude }).to_le_bytes())
            .collect()
    }

    #[test]
    fn a_level_measures_the_deviation_from_the_mean() {
        assert!(of(&frame(0, 0)) < 0.01);
        assert!((of(&frame(1000, 0)) - 60.0).abs() < 0.1);
        assert!((of(&frame(1000, 3000)) - 60.0).abs() < 0.1);
        assert!(of(&frame(0, 3000)) < 0.5);
    }

    #[test]
    fn the_threshold_is_above_the_noise_and_above_silence() {
        let mut levels = Levels::default();
        assert!(levels.threshold() >= 28.0);
        (0..100).for_each(|_| levels.add(50.0));
        assert!((levels.threshold() - 54.0).abs() < 0.6, "{}", levels.threshold());
        (0..100).for_each(|_| levels.add(75.0));
        assert!((levels.threshold() - 57.5).abs() < 0.6, "{}", levels.threshold());
    }
}
