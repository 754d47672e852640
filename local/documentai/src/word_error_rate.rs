//! The word error rate, a measure of recognition quality.

/// Returns the word error rate: insertions, deletions and substitutions per expected word. Case, punctuation
/// and white space are ignored.
#[must_use]
pub fn word_error_rate(expected: &str, actual: &str) -> f64 {
    let (expected, actual) = (words(expected), words(actual));
    if expected.is_empty() {
        return if actual.is_empty() { 0.0 } else { 1.0 };
    }
    let mut distances: Vec<usize> = (0..=actual.len()).collect();
    for (row, word) in expected.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut distances[0], row + 1);
        for (column, other) in actual.iter().enumerate() {
            let substituted = diagonal + usize::from(word != other);
            diagonal = distances[column + 1];
            distances[column + 1] = substituted.min(diagonal + 1).min(distances[column] + 1);
        }
    }
    distances[actual.len()] as f64 / expected.len() as f64
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| word.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect())
        .filter(|word: &String| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::word_error_rate;

    fn close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
    }

    #[test]
    fn case_punctuation_and_white_space_are_ignored() {
        close(word_error_rate("Dear Mrs. Albright,\nthank you", "dear  mrs albright thank -- you!"), 0.0);
    }

    #[test]
    fn each_wrong_missing_or_extra_word_counts_once() {
        close(word_error_rate("one two three four", "one too three four"), 0.25);
        close(word_error_rate("one two three four", "one three four"), 0.25);
        close(word_error_rate("one two three four", "one two two three four"), 0.25);
        close(word_error_rate("one two three four", "five six seven eight"), 1.0);
    }

    #[test]
    fn an_empty_text_matches_only_an_empty_text() {
        close(word_error_rate("", ""), 0.0);
        close(word_error_rate("", "word"), 1.0);
        close(word_error_rate("word word", ""), 1.0);
    }
}
