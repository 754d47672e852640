//! The words of a text with their places, as `search_tokens` (SQL) separates them.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The length at which a word is split, in bytes. It limits the size of an excerpt.
const LONGEST: usize = 200;

/// A word of a text, or a letter of a script that does not separate words.
pub(super) struct Word {
    /// The normalized word.
    pub(super) text: String,
    /// The byte offsets of its start and end.
    pub(super) place: (usize, usize),
    /// True for a letter of a script that does not separate words.
    is_letter: bool,
}

/// Returns the words of a text, in order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    // A character and the marks that belong to it are normalized together.
    let starts = text.char_indices().filter(|(at, character)| *at == 0 || !is_combining_mark(*character));
    let starts: Vec<usize> = starts.map(|(at, _)| at).chain([text.len()]).collect();
    for place in starts.windows(2).map(|pair| (pair[0], pair[1])) {
        let folded = text[place.0..place.1].nfkc().flat_map(char::to_lowercase);
        for character in folded {
            let is_letter = is_unspaced(character);
            match words.last_mut() {
                // The word continues after an ignored character.
                Some(last) if is_ignored(character) && last.place.1 == place.0 => last.place.1 = place.1,
                _ if is_ignored(character)
                    || !(character.is_alphanumeric() || is_combining_mark(character)) => {}
                Some(last)
                    if last.is_letter == is_letter
                        && last.text.len() < LONGEST
                        && (last.place.1 == place.1 || last.place.1 == place.0 && !is_letter) =>
                {
                    last.text.push(character);
                    last.place.1 = place.1;
                }
                _ => words.push(Word { text: character.to_string(), place, is_letter }),
            }
        }
    }
    words
}

/// Returns true for vowel points, and for characters without a width.
fn is_ignored(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}'
            | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
    )
}

/// Returns true for the letters of scripts whose words are not separated.
fn is_unspaced(character: char) -> bool {
    matches!(
        character,
        '\u{590}'..='\u{7FF}' | '\u{8A0}'..='\u{8FF}' | '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}'
            | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}'
            | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_normalized_and_have_the_places_of_their_letters() {
        for (text, expected) in [
            ("INV-4711, Ümlaut", vec![("inv", "INV"), ("4711", "4711"), ("ümlaut", "Ümlaut")]),
            ("u\u{308}ber ﬁx ４７", vec![("über", "u\u{308}ber"), ("fix", "ﬁx"), ("47", "４７")]),
            ("報告A", vec![("報", "報"), ("告", "告"), ("a", "A")]),
            ("in\u{AD}voice", vec![("invoice", "in\u{AD}voice")]),
            ("?! ", vec![]),
        ] {
            let found = words(text);
            let found: Vec<(&str, &str)> =
                found.iter().map(|word| (word.text.as_str(), &text[word.place.0..word.place.1])).collect();
            assert_eq!(found, expected);
        }
    }
}
