//! The filter language of subscriptions
//! (<https://cloud.google.com/pubsub/docs/subscription-message-filter>).

use std::collections::BTreeMap;

use crate::error::Error;

const MAX_BYTES: usize = 256;

/// A parsed filter expression.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    Has(String),
    Equals(String, String),
    HasPrefix(String, String),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Filter {
    /// Parses a filter. An empty one matches every message.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_BYTES {
            return Err(Error::InvalidArgument(format!(
                "Invalid filter syntax (filter is longer than {MAX_BYTES} bytes)."
            )));
        }
        if text.trim().is_empty() {
            return Ok(Self::All(Vec::new()));
        }
        let mut parser = Parser { rest: text };
        parser
            .expression()
            .filter(|_| parser.rest.trim_start().is_empty())
            .ok_or_else(|| Error::InvalidArgument(format!("Invalid filter syntax (filter={text}).")))
    }

    /// Returns true if a message with these attributes passes the filter.
    pub(crate) fn matches(&self, attributes: &BTreeMap<String, String>) -> bool {
        match self {
            Self::Has(key) => attributes.contains_key(key),
            Self::Equals(key, value) => attributes.get(key) == Some(value),
            Self::HasPrefix(key, prefix) => {
                attributes.get(key).is_some_and(|value| value.starts_with(prefix.as_str()))
            }
            Self::Not(inner) => !inner.matches(attributes),
            Self::All(inner) => inner.iter().all(|filter| filter.matches(attributes)),
            Self::Any(inner) => inner.iter().any(|filter| filter.matches(attributes)),
        }
    }
}

/// A recursive descent parser. At most 256 bytes of input also limit the depth.
struct Parser<'t> {
    rest: &'t str,
}

impl Parser<'_> {
    /// Parses `term`, `term AND term ...` or `term OR term ...`. Mixing both requires parentheses.
    fn expression(&mut self) -> Option<Filter> {
        let first = self.term()?;
        let all = self.peek_word("AND");
        if !all && !self.peek_word("OR") {
            return Some(first);
        }
        let mut terms = vec![first];
        while self.word(if all { "AND" } else { "OR" }) {
            terms.push(self.term()?);
        }
        Some(if all { Filter::All(terms) } else { Filter::Any(terms) })
    }

    fn term(&mut self) -> Option<Filter> {
        if self.word("NOT") || self.sign("-") {
            return Some(Filter::Not(Box::new(self.term()?)));
        }
        if self.sign("(") {
            let inner = self.expression()?;
            return self.sign(")").then_some(inner);
        }
        if self.word("hasPrefix") {
            let opened = self.sign("(") && self.word("attributes") && self.sign(".");
            let key = if opened { self.key()? } else { return None };
            let prefix = if self.sign(",") { self.string()? } else { return None };
            return self.sign(")").then_some(Filter::HasPrefix(key, prefix));
        }
        if !self.word("attributes") {
            return None;
        }
        if self.sign(":") {
            return Some(Filter::Has(self.key()?));
        }
        let key = if self.sign(".") { self.key()? } else { return None };
        if self.sign("!=") {
            return Some(Filter::Not(Box::new(Filter::Equals(key, self.string()?))));
        }
        if self.sign("=") { Some(Filter::Equals(key, self.string()?)) } else { None }
    }

    fn sign(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn peek_word(&self, word: &str) -> bool {
        self.rest.trim_start().strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_key_character))
    }

    fn word(&mut self, word: &str) -> bool {
        self.peek_word(word) && self.sign(word)
    }

    /// Parses an attribute key: letters, digits, `_` and `-`, or any characters as a string.
    fn key(&mut self) -> Option<String> {
        let rest = self.rest.trim_start();
        if rest.starts_with('"') {
            return self.string();
        }
        let end = rest.find(|c| !is_key_character(c)).unwrap_or(rest.len());
        let (key, rest) = rest.split_at(end);
        self.rest = rest;
        (!key.is_empty() && !key.starts_with('-')).then(|| key.to_owned())
    }

    fn string(&mut self) -> Option<String> {
        let body = self.rest.trim_start().strip_prefix('"')?;
        let mut value = String::new();
        let mut characters = body.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = body.get(at + 1..)?;
                    return Some(value);
                }
                '\\' => {
                    let (at, escape) = characters.next()?;
                    let (length, character) = escaped(escape, body.get(at..)?)?;
                    value.push(character);
                    for _ in 1..length {
                        characters.next();
                    }
                }
                other => value.push(other),
            }
        }
        None
    }
}

/// Returns the character of an escape sequence, and the sequence's length without the backslash.
fn escaped(kind: char, rest: &str) -> Option<(usize, char)> {
    let number = |start: usize, length: usize, radix: u32| {
        let digits = rest.get(start..start + length)?;
        let code = digits.chars().all(|c| c.is_digit(radix)).then(|| u32::from_str_radix(digits, radix).ok());
        Some((start + length, char::from_u32(code??)?))
    };
    match kind {
        'n' => Some((1, '\n')),
        'r' => Some((1, '\r')),
        't' => Some((1, '\t')),
        '\\' | '"' | '\'' | '`' | '?' => Some((1, kind)),
        'x' => number(1, 2, 16),
        'u' => number(1, 4, 16),
        'U' => number(1, 8, 16),
        '0'..='3' => number(0, 3, 8),
        _ => None,
    }
}

fn is_key_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

#[cfg(test)]
mod tests {
    use super::Filter;

    fn matches(filter: &str, attributes: &[(&str, &str)]) -> bool {
        let attributes = attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Filter::parse(filter)
            .unwrap_or_else(|error| panic!("{filter}: {error}"))
            .matches(&attributes.collect())
    }

    #[test]
    fn each_operator_filters_by_attributes() {
        let message = [("eventType", "OBJECT_FINALIZE"), ("objectId", "documents/7"), ("a-b", "\"q\" é")];
        for matching in [
            "",
            "  ",
            r#"attributes.eventType = "OBJECT_FINALIZE""#,
            r#"attributes.eventType="OBJECT_FINALIZE" AND hasPrefix(attributes.objectId, "documents/")"#,
            r#"attributes:objectId"#,
            r#"attributes:"objectId""#,
            r#"NOT attributes:missing"#,
            r#"-attributes:missing"#,
            r#"attributes.missing != "x""#,
            r#"attributes.objectId != "x""#,
            r#"hasPrefix ( attributes.objectId , "" )"#,
            r#"attributes:x OR attributes:y OR attributes:objectId"#,
            r#"(attributes:x OR attributes:objectId) AND NOT (attributes:x AND attributes:y)"#,
            r#"attributes.a-b = "\"q\" \u00e9""#,
            r#"attributes.a-b = "\x22q\042 é""#,
        ] {
            assert!(matches(matching, &message), "{matching}");
        }
        for not_matching in [
            r#"attributes.eventType = "object_finalize""#,
            r#"attributes.eventtype = "OBJECT_FINALIZE""#,
            r#"attributes.objectId != "documents/7""#,
            r#"hasPrefix(attributes.missing, "")"#,
            r#"hasPrefix(attributes.objectId, "voice/")"#,
            r#"NOT attributes:objectId"#,
            r#"attributes:objectId AND attributes:missing"#,
            r#"attributes:x OR attributes:y"#,
        ] {
            assert!(!matches(not_matching, &message), "{not_matching}");
        }
    }

    #[test]
    fn invalid_filters_are_rejected() {
        let long = format!(r#"attributes.k = "{}""#, "x".repeat(250));
        for invalid in [
            "attributes",
            "attributes.",
            "attributes.k",
            "attributes.k = v",
            r#"attributes.k == "v""#,
            r#"attributes.k = "v"#,
            r#"attributes.k = "\q""#,
            r#"attributes.k > "v""#,
            r#"data = "v""#,
            "(attributes:k",
            "attributes:k)",
            "attributes:k AND",
            "AND attributes:k",
            "attributes:k and attributes:l",
            "attributes:a AND attributes:b OR attributes:c",
            "NOTattributes:k",
            r#"hasPrefix(attributes:k, "v")"#,
            r#"hasSuffix(attributes.k, "v")"#,
            r#"attributes.k = "\ud800""#,
            long.as_str(),
        ] {
            assert!(Filter::parse(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn the_deepest_possible_filter_does_not_overflow() {
        let deep = format!("{}attributes:k{}", "(".repeat(122), ")".repeat(122));
        assert!(matches(&deep, &[("k", "")]));
        assert!(Filter::parse(&"(".repeat(256)).is_err());
        assert!(Filter::parse(&"-".repeat(256)).is_err());
    }
}
