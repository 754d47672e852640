//! The syntax of search queries: words, `"phrases"`, `or`, `-excluded` and `beginning*`.

/// The terms of a query, as parallel lists with one element per term. `search_query` (SQL) expects this form.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The words, phrases and identifiers.
    pub(crate) texts: Vec<String>,
    /// The number of the alternative that the term belongs to: `or` begins the next alternative.
    pub(crate) alternatives: Vec<i32>,
    /// True if the term must not match.
    pub(crate) are_excluded: Vec<bool>,
    /// True if the last word of the term is a prefix of the words to match.
    pub(crate) are_prefixes: Vec<bool>,
}

impl Terms {
    /// Parses a query. Every text is a valid query. The last word may be incomplete, since users search while they
    /// type, unless it is quoted or excluded.
    pub(crate) fn parse(query: &str) -> Self {
        let (mut terms, mut alternative) = (Self::default(), 0);
        let mut rest = query.trim();
        while !rest.is_empty() {
            let excluded = rest.strip_prefix('-');
            let begin = excluded.unwrap_or(rest);
            let (text, after, is_quoted) = match begin.strip_prefix('"') {
                Some(quoted) => {
                    let (text, after) = quoted.split_once('"').unwrap_or((quoted, ""));
                    (text, after, true)
                }
                None => {
                    let end = begin.find(|character: char| character.is_whitespace() || character == '"');
                    let (text, after) = begin.split_at(end.unwrap_or(begin.len()));
                    (text, after, false)
                }
            };
            rest = after.trim_start();
            if !is_quoted && excluded.is_none() && text.eq_ignore_ascii_case("or") && !terms.texts.is_empty()
            {
                alternative += 1;
                continue;
            }
            let is_last = rest.is_empty() && !is_quoted && excluded.is_none();
            terms.texts.push(text.to_owned());
            terms.alternatives.push(alternative);
            terms.are_excluded.push(excluded.is_some());
            terms.are_prefixes.push(is_last || !is_quoted && text.ends_with('*'));
        }
        terms
    }

    /// Returns the terms that are not excluded, and whether their last word is a prefix.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (&str, bool)> {
        let terms = self.texts.iter().zip(&self.are_prefixes).zip(&self.are_excluded);
        terms.filter(|(_, excluded)| !**excluded).map(|((text, prefix), _)| (text.as_str(), *prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::Terms;

    /// Writes the terms of a query in a short form.
    fn parsed(query: &str) -> String {
        let terms = Terms::parse(query);
        let term = |index: usize| {
            let sign = if terms.are_excluded[index] { "-" } else { "" };
            let star = if terms.are_prefixes[index] { "*" } else { "" };
            format!("{}:{sign}[{}]{star}", terms.alternatives[index], terms.texts[index])
        };
        (0..terms.texts.len()).map(term).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_phrases_alternatives_exclusions_and_beginnings_are_parsed() {
        for (query, expected) in [
            ("red house", "0:[red] 0:[house]*"),
            ("  red\u{3000}house ", "0:[red] 0:[house]*"),
            ("\"red house\"", "0:[red house]"),
            ("red -sea", "0:[red] 0:-[sea]"),
            ("-\"red house\" sea", "0:-[red house] 0:[sea]*"),
            ("sea OR boat", "0:[sea] 1:[boat]*"),
            ("sea or", "0:[sea]"),
            ("or", "0:[or]*"),
            ("\"or\" a", "0:[or] 0:[a]*"),
            ("inv* 7", "0:[inv*]* 0:[7]*"),
            ("INV-4711 -x*", "0:[INV-4711] 0:-[x*]*"),
            ("a\"b c\"d", "0:[a] 0:[b c] 0:[d]*"),
            ("\"open", "0:[open]"),
            ("-", "0:-[]"),
            ("", ""),
        ] {
            assert_eq!(parsed(query), expected, "{query:?}");
        }
    }
}
