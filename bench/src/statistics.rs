//! Statistics of samples.

use std::time::Duration;

/// The median, in milliseconds.
pub(crate) fn median_ms(samples: &[Duration]) -> f64 {
    percentile_ms(samples, 50)
}

/// The given percentile, in milliseconds.
pub(crate) fn percentile_ms(samples: &[Duration], percent: usize) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort();
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(f64::NAN, |sample| sample.as_secs_f64() * 1000.0)
}

/// The probability that two samples of the same distribution differ this much: Mann and Whitney's U test, two-sided, by
/// the normal approximation (good from about 20 values each, with few ties).
pub(crate) fn mann_whitney(one: &[Duration], two: &[Duration]) -> f64 {
    let mut all: Vec<(Duration, bool)> = one.iter().map(|value| (*value, true)).collect();
    all.extend(two.iter().map(|value| (*value, false)));
    all.sort();
    let ranks = all.iter().zip(1..).filter(|((_, first), _)| *first).map(|(_, rank)| f64::from(rank));
    let (n, m) = (count(one), count(two));
    let u = ranks.sum::<f64>() - n * (n + 1.0) / 2.0;
    let z = (u - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt();
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

fn count(samples: &[Duration]) -> f64 {
    f64::from(u32::try_from(samples.len()).unwrap_or(u32::MAX))
}

/// The complementary error function, to 1.5e-7 (Abramowitz and Stegun, 7.1.26).
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let factors = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    factors.iter().fold(0.0, |sum, factor| (sum + factor) * t) * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{erfc, mann_whitney, median_ms};

    fn samples(range: std::ops::Range<u64>, step: u64) -> Vec<Duration> {
        range.map(|number| Duration::from_micros(number * step)).collect()
    }

    #[test]
    fn the_u_test_tells_different_samples_from_equal_ones() {
        let (even, odd) = (
            samples(0..200, 2),
            samples(0..200, 2).iter().map(|at| *at + Duration::from_nanos(500)).collect::<Vec<_>>(),
        );
        assert!(mann_whitney(&even, &odd) > 0.9);
        let shifted: Vec<Duration> = even.iter().map(|at| *at + Duration::from_micros(80)).collect();
        assert!(mann_whitney(&even, &shifted) < 0.001);
        assert!((median_ms(&even) - 0.2).abs() < 1e-9);
    }

    #[test]
    fn the_error_function_matches_known_values() {
        for (x, value) in [(0.0, 1.0), (1.0, 0.157_299), (1.96 / std::f64::consts::SQRT_2, 0.049_996)] {
            assert!((erfc(x) - value).abs() < 1e-5, "{x}");
        }
    }
}
