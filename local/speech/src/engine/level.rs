//! How loud audio is, and from which level on it is speech.

/// Levels are counted in steps of half a decibel; 16 bits have 96 decibels.
const STEPS_PER_DECIBEL: f32 = 2.0;
const STEPS: usize = 200;
/// Nothing below this level is speech: a few units of 16 bits.
const LEAST_DECIBELS: f32 = 28.0;
/// Speech is this much louder than the noise behind it, or less where the noise is loud.
const MOST_MARGIN: f32 = 10.0;
/// More than noise wavers.
const LEAST_MARGIN: f32 = 4.0;
const SHARE_OF_RANGE: f32 = 0.3;

/// The level of one frame of samples in decibels above one unit.
pub(super) fn of(frame: &[u8]) -> f32 {
    let samples = frame.chunks_exact(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])));
    let count = (frame.len() / 2).max(1) as f32;
    let (sum, squares) =
        samples.fold((0.0, 0.0), |(sum, squares), sample| (sum + sample, squares + sample * sample));
    let mean: f32 = sum / count;
    let variance: f32 = squares / count - mean * mean;
    10.0 * (variance.max(0.0) + 1.0).log10()
}

/// How often each level was met.
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

    /// The level from which on a frame is speech.
    pub(super) fn threshold(&self) -> f32 {
        let (noise, loudest) = (self.quantile(0.1), self.quantile(0.99));
        let margin = ((loudest - noise) * SHARE_OF_RANGE).clamp(LEAST_MARGIN, MOST_MARGIN);
        (noise + margin).max(LEAST_DECIBELS)
    }

    fn quantile(&self, share: f64) -> f32 {
        let wanted = (self.counts.iter().sum::<u64>() as f64 * share) as u64;
        let mut below = 0;
        let step = self.counts.iter().position(|count| {
            below += count;
            below > wanted
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
    fn a_level_is_that_of_the_swing_about_the_mean() {
        assert!(of(&frame(0, 0)) < 0.01);
        assert!((of(&frame(1000, 0)) - 60.0).abs() < 0.1);
        assert!((of(&frame(1000, 3000)) - 60.0).abs() < 0.1);
        assert!(of(&frame(0, 3000)) < 0.5);
    }

    #[test]
    fn speech_begins_above_the_noise_and_never_in_silence() {
        let mut levels = Levels::default();
        assert!(levels.threshold() >= 28.0);
        (0..100).for_each(|_| levels.add(50.0));
        assert!((levels.threshold() - 54.0).abs() < 0.6, "{}", levels.threshold());
        (0..100).for_each(|_| levels.add(75.0));
        assert!((levels.threshold() - 57.5).abs() < 0.6, "{}", levels.threshold());
    }
}
