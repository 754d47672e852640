//! Excerpts of texts, with the matches of a search.

use super::{
    Terms,
    words::{Word, words},
};
use crate::model::Fragment;

/// The number of passages in an excerpt.
const PASSAGES: usize = 2;
/// The number of bytes of a passage before its first match, and the total number. Both are rounded down to whole words.
const BEFORE: usize = 60;
const PASSAGE: usize = 200;

/// Returns the passages of a text around the first matches, or its beginning if nothing matches.
pub(crate) fn excerpt(text: &str, terms: &Terms) -> Vec<Fragment> {
    let all = words(text);
    let matches = matches(&all, terms);
    let mut fragments = Fragments::default();
    let mut end = 0;
    for (first, _) in &matches {
        if fragments.passages == PASSAGES {
            break;
        }
        if all[*first].place.1 > end {
            end = fragments.passage(text, &all, *first, &matches, end);
        }
    }
    if matches.is_empty() && !all.is_empty() {
        fragments.passage(text, &all, 0, &matches, 0);
    }
    fragments.list
}

/// Returns the first and the last word of each match.
fn matches(all: &[Word], terms: &Terms) -> Vec<(usize, usize)> {
    let terms: Vec<(Vec<Word>, bool)> = terms
        .wanted()
        .map(|(text, is_prefix)| (words(text), is_prefix))
        .filter(|(term, _)| !term.is_empty())
        .collect();
    let mut found = Vec::new();
    let mut next = 0;
    while next < all.len() {
        let here = &all[next..];
        let lengths = terms.iter().filter(|term| starts_with(here, term)).map(|(term, _)| term.len());
        match lengths.max() {
            Some(length) => {
                found.push((next, next + length - 1));
                next += length;
            }
            None => next += 1,
        }
    }
    found
}

fn starts_with(all: &[Word], (term, is_prefix): &(Vec<Word>, bool)) -> bool {
    term.len() <= all.len()
        && term.iter().zip(all).enumerate().all(|(index, (wanted, word))| {
            wanted.text == word.text
                || *is_prefix && index + 1 == term.len() && word.text.starts_with(&wanted.text)
        })
}

/// The pieces of an excerpt.
#[derive(Default)]
struct Fragments {
    list: Vec<Fragment>,
    passages: usize,
}

impl Fragments {
    /// Adds the passage around a word, excluding text before `begin`. Returns the end of the passage.
    fn passage(
        &mut self,
        text: &str,
        all: &[Word],
        word: usize,
        matches: &[(usize, usize)],
        begin: usize,
    ) -> usize {
        let center = all[word].place.0;
        let first = all[..=word].partition_point(|one| one.place.0 < begin || one.place.0 + BEFORE < center);
        let last =
            all[word..].partition_point(|one| one.place.1 < center + PASSAGE - BEFORE).max(1) + word - 1;
        let mut at = if first == 0 { 0 } else { all[first].place.0 };
        let end = if last + 1 == all.len() {
            text.len().min(all[last].place.1 + BEFORE)
        } else {
            all[last].place.1
        };
        let end = text.floor_char_boundary(end);
        if at > begin && self.passages > 0 {
            self.push(" … ", false);
        }
        for (from, to) in matches.iter().filter(|(from, to)| *from >= first && *to <= last) {
            let (from, to) = (all[*from].place.0, all[*to].place.1);
            self.push(&text[at..from], false);
            self.push(&text[from..to], true);
            at = to;
        }
        self.push(&text[at..end], false);
        self.passages += 1;
        end
    }

    fn push(&mut self, text: &str, highlighted: bool) {
        match self.list.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.highlighted == highlighted => last.text.push_str(text),
            _ => self.list.push(Fragment { text: text.to_owned(), highlighted }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::excerpt;
    use crate::search::Terms;

    /// Writes an excerpt with brackets around its matches.
    fn marked(text: &str, query: &str) -> String {
        let pieces = excerpt(text, &Terms::parse(query));
        pieces
            .iter()
            .map(|piece| if piece.highlighted { format!("[{}]", piece.text) } else { piece.text.clone() })
            .collect()
    }

    #[test]
    fn matches_of_words_phrases_identifiers_and_beginnings_are_marked() {
        for (text, query, expected) in [
            ("Dear Mrs. Albright, <b>hello</b>", "albright", "Dear Mrs. [Albright], <b>hello</b>"),
            ("a red house, a house", "\"red house\"", "a [red house], a house"),
            ("no. INV-4711!", "4711", "no. INV-[4711]!"),
            ("no. INV-4711!", "inv-47", "no. [INV-4711]!"),
            ("sea and seaside", "sea -boat", "[sea] and seaside"),
            ("sea and seaside", "sea", "[sea] and [seaside]"),
            ("2024年報告書類", "報告", "2024年[報告]書類"),
            ("Ubersicht, U\u{308}bersicht", "Übersicht", "Ubersicht, [U\u{308}bersicht]"),
            ("all", "all", "[all]"),
            ("nothing of it", "absent", "nothing of it"),
            ("", "absent", ""),
        ] {
            assert_eq!(marked(text, query), expected);
        }
    }

    #[test]
    fn a_long_text_is_cut_to_the_words_around_its_first_matches() {
        let words = "filler ".repeat(100);
        let text = format!("{words}needle one {words}needle two {words}needle three");
        let found = marked(&text, "needle");
        assert_eq!(found.matches("[needle]").count(), 2, "{found}");
        assert_eq!(found.matches(" … ").count(), 1, "{found}");
        assert!(found.starts_with("filler filler") && found.len() < 500, "{found}");
        let letters = "報".repeat(5_000);
        let found = marked(&format!("{letters}告{letters}"), "告");
        assert!(found.contains("[告]") && found.len() < 400, "{found}");
        let found = marked(&"x".repeat(50_000), "x");
        assert!(found.len() < 1_000, "{} bytes", found.len());
    }
}
