//! Guesses the language of a text from its most common words.

/// The language code, Tesseract's data file, and words that are frequent in this language and rare in the others.
const LANGUAGES: [(&str, &str, &[&str]); 6] = [
    (
        "en",
        "eng",
        &["the", "and", "of", "to", "that", "is", "was", "with", "for", "it", "be", "have", "this"],
    ),
    (
        "de",
        "deu",
        &["der", "und", "das", "nicht", "ist", "ein", "eine", "mit", "auf", "für", "dem", "sie", "zu"],
    ),
    (
        "fr",
        "fra",
        &["les", "des", "et", "est", "une", "dans", "pour", "qui", "sur", "pas", "vous", "nous", "du"],
    ),
    (
        "es",
        "spa",
        &["el", "los", "las", "y", "una", "por", "con", "para", "como", "más", "pero", "del", "su"],
    ),
    (
        "it",
        "ita",
        &["il", "che", "di", "non", "per", "sono", "gli", "della", "con", "è", "anche", "alla", "le"],
    ),
    (
        "nl",
        "nld",
        &["het", "een", "van", "niet", "voor", "zijn", "op", "maar", "ook", "aan", "naar", "wij", "dat"],
    ),
];
/// The share of such words from which the language counts as certain.
const CERTAIN: f32 = 0.25;

/// Returns the name of Tesseract's data file for a BCP-47 language.
pub(super) fn data(code: &str) -> Option<&'static str> {
    let primary = code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    LANGUAGES.iter().find(|(known, ..)| *known == primary).map(|(_, data, _)| *data)
}

/// Returns the language of the words and its confidence. Without common words, returns the language that
/// Tesseract was run with.
pub(super) fn detect<'a>(
    words: impl Iterator<Item = &'a str>,
    fallback: &str,
) -> Option<(&'static str, f32)> {
    let (mut hits, mut total) = ([0_u16; LANGUAGES.len()], 0_u16);
    for word in words {
        let word = word.trim_matches(|char: char| !char.is_alphabetic()).to_lowercase();
        if word.is_empty() {
            continue;
        }
        total = total.saturating_add(1);
        for (hits, (_, _, common)) in hits.iter_mut().zip(LANGUAGES) {
            *hits = hits.saturating_add(u16::from(common.contains(&word.as_str())));
        }
    }
    let (best, (code, ..)) = hits.iter().zip(LANGUAGES).max_by_key(|(hits, _)| **hits)?;
    if total == 0 {
        return None;
    }
    if *best == 0 {
        let first = fallback.split('+').next()?;
        return LANGUAGES.iter().find(|(_, data, _)| *data == first).map(|(code, ..)| (*code, 0.1));
    }
    Some((code, (f32::from(*best) / f32::from(total) / CERTAIN).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::{data, detect};

    #[test]
    fn common_words_identify_the_language() {
        let of = |text: &'static str| detect(text.split(' '), "eng").map(|(code, _)| code);
        assert_eq!(of("It was the best of times, it was the worst of times"), Some("en"));
        assert_eq!(of("Der Hund und die Katze sind nicht auf dem Dach"), Some("de"));
        assert_eq!(of("Les enfants sont dans une grande maison"), Some("fr"));
        assert_eq!(of("Zanzibar 1987"), Some("en"));
        assert_eq!(of(""), None);
    }

    #[test]
    fn the_region_of_a_hint_is_ignored() {
        assert_eq!(data("de-AT"), Some("deu"));
        assert_eq!(data("tlh"), None);
    }
}
