//! Histograms of durations, with the bins of the SQL function `duration_bin`. Two histograms merge by addition.

use crate::model::Durations;

/// The ratio between the upper bounds of two neighboring bins.
const GROWTH: f64 = 1.1;
/// The upper bound of the first bin, in seconds.
const FIRST: f64 = 0.1;

/// The number of durations in each bin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Histogram(Vec<i64>);

impl Histogram {
    /// Adds the counts of another histogram.
    pub(crate) fn merge(&mut self, bins: &[i64]) {
        if self.0.len() < bins.len() {
            self.0.resize(bins.len(), 0);
        }
        for (sum, count) in self.0.iter_mut().zip(bins) {
            *sum += count;
        }
    }

    /// Adds `count` durations to one bin.
    pub(crate) fn add(&mut self, bin: usize, count: i64) {
        if self.0.len() <= bin {
            self.0.resize(bin + 1, 0);
        }
        self.0[bin] += count;
    }

    /// Returns the count, the median and the 90th percentile.
    pub(crate) fn durations(&self) -> Durations {
        Durations {
            count: self.0.iter().sum(),
            median_seconds: self.quantile(1, 2),
            p90_seconds: self.quantile(9, 10),
        }
    }

    /// Returns a quantile by the nearest-rank method, as the middle of its bin.
    fn quantile(&self, numerator: i64, denominator: i64) -> Option<f64> {
        let count: i64 = self.0.iter().sum();
        // The nearest rank: the quotient, rounded up.
        let rank =
            (count * numerator).div_euclid(denominator) + i64::from((count * numerator) % denominator != 0);
        let mut below = 0;
        let bin = self.0.iter().position(|in_bin| {
            below += in_bin;
            below >= rank
        })?;
        (count > 0).then(|| middle(bin))
    }
}

/// Returns the value that represents a bin. Its relative error is the same at both bounds of the bin.
fn middle(bin: usize) -> f64 {
    match i32::try_from(bin) {
        Ok(0) => FIRST,
        Ok(bin) => FIRST * GROWTH.powi(bin) * 2.0 / (1.0 + GROWTH),
        Err(_) => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    /// Matches `duration_bin` in the migrations.
    fn bin(seconds: f64) -> usize {
        (0..241)
            .find(|bin| seconds <= 0.1 * 1.1_f64.powi(*bin))
            .and_then(|bin| bin.try_into().ok())
            .unwrap_or(240)
    }

    fn of(values: &[f64]) -> Histogram {
        let mut histogram = Histogram::default();
        for value in values {
            histogram.add(bin(*value), 1);
        }
        histogram
    }

    #[test]
    fn quantiles_are_within_five_percent_of_the_exact_ones() {
        let mut state: u64 = 7;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            f64::from(u32::try_from(state >> 33).unwrap_or_default()) / f64::from(1_u32 << 31)
        };
        for size in [1, 2, 3, 10, 11, 1000] {
            for _ in 0..50 {
                let mut values: Vec<f64> = (0..size).map(|_| 0.1 * 10_f64.powf(random() * 8.0)).collect();
                let found = of(&values).durations();
                values.sort_by(f64::total_cmp);
                for (found, part) in [(found.median_seconds, 0.5), (found.p90_seconds, 0.9)] {
                    let exact = values[((size as f64 * part).ceil() as usize).max(1) - 1];
                    let found = found.expect("a quantile");
                    assert!((found - exact).abs() <= 0.05 * exact, "{found} is not {exact}");
                }
                assert_eq!(found.count, i64::from(size));
            }
        }
    }

    #[test]
    fn merged_histograms_equal_a_histogram_of_all_values() {
        let (one, two) = ([0.05, 3.0, 100.0], [3.0, 5.0]);
        let mut merged = of(&one);
        merged.merge(&of(&two).0);
        assert_eq!(merged, of(&[0.05, 3.0, 100.0, 3.0, 5.0]));
        let mut other = of(&two);
        other.merge(&of(&one).0);
        assert_eq!(other, merged);
    }

    #[test]
    fn an_empty_histogram_has_no_median() {
        for histogram in [Histogram::default(), Histogram(vec![0, 0])] {
            let durations = histogram.durations();
            assert_eq!((durations.count, durations.median_seconds, durations.p90_seconds), (0, None, None));
        }
    }
}
