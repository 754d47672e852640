//! Text that people enter, such as names and passwords. Extractors validate these types when they read a request.

use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use utoipa::ToSchema;

/// An email address, trimmed and in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(from = "String")]
#[garde(transparent)]
#[schema(value_type = String, format = Email, max_length = 254)]
pub struct EmailAddress(#[garde(custom(is_mail_address))] String);

impl From<String> for EmailAddress {
    fn from(text: String) -> Self {
        Self(text.trim().to_lowercase())
    }
}

impl EmailAddress {
    /// Parses an address. Returns `None` if no mail can be sent to it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let address = Self::from(text.to_owned());
        address.validate().is_ok().then_some(address)
    }

    /// Returns the address as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks that mail programs and servers accept an address: a dot-atom and a domain name (RFC 5321, 4.1.2), in ASCII.
/// Quoted names and IP addresses are refused.
fn is_mail_address(text: &str, (): &()) -> garde::Result {
    if text.len() > 254 {
        return Err(garde::Error::new("is longer than 254 characters"));
    }
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_domain = |domain: &str| {
        domain.split('.').all(is_label)
            && domain.rsplit('.').next().is_some_and(|last| !last.bytes().all(|byte| byte.is_ascii_digit()))
    };
    match text.split_once('@') {
        Some((local, domain)) if local.len() <= 64 && local.split('.').all(is_atom) && is_domain(domain) => {
            Ok(())
        }
        _ => Err(garde::Error::new("is not an email address")),
    }
}

/// The name of a person or a project: one line without control characters. URLs are refused because names appear in
/// mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(from = "String")]
#[garde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 200)]
pub struct Name(#[garde(length(chars, min = 1, max = 200), custom(is_plain_name))] String);

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self(text.trim().nfc().collect())
    }
}

impl Name {
    /// Returns the name as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_plain_name(text: &str, (): &()) -> garde::Result {
    if text.chars().any(|character| character.is_control() || is_bidi_control(character)) {
        return Err(garde::Error::new("contains a control character"));
    }
    let lower = text.to_lowercase();
    if lower.contains("://") || lower.contains("www.") {
        return Err(garde::Error::new("contains a URL"));
    }
    Ok(())
}

/// Returns true for characters that change the text direction, which can disguise a name.
fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
}

/// A new password: 12 to 128 characters after NFKC normalization, and not a common password.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub struct NewPassword(SecretString);

impl From<String> for NewPassword {
    fn from(text: String) -> Self {
        Self(normalize_password(&text))
    }
}

impl NewPassword {
    /// Returns the normalized password.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl Validate for NewPassword {
    type Context = ();

    fn validate_into(&self, (): &(), path: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
        let password = self.0.expose_secret();
        if !(12..=128).contains(&password.chars().count()) {
            report.append(path(), garde::Error::new("must have 12 to 128 characters"));
        } else if is_well_known(password) {
            report.append(path(), garde::Error::new("is a common password and easy to guess"));
        }
    }
}

impl NewPassword {
    /// Returns true if too few characters remain when the parts of the account's own address are removed.
    #[must_use]
    pub fn is_made_of(&self, address: &EmailAddress) -> bool {
        let mut left = self.0.expose_secret().to_lowercase();
        for part in address.as_str().split(['@', '.', '+', '-', '_']).filter(|part| part.len() > 2) {
            left = left.replace(part, "");
        }
        left.len() < self.0.expose_secret().len() && left.chars().count() < OWN_CHARACTERS
    }
}

/// The number of characters that a password must have in addition to parts of the account's address.
const OWN_CHARACTERS: usize = 8;

/// The number of characters checked at each end of a password. The time of the pattern search is exponential in it.
const END: usize = 16;

/// Returns true if a password is among the first million guesses of an attacker, according to zxcvbn's lists of leaked
/// passwords, words, names, dates and keyboard patterns. A long password is refused only if both ends are guessable.
fn is_well_known(password: &str) -> bool {
    let characters: Vec<char> = password.chars().collect();
    let guessable = |part: &[char]| {
        let part: String = part.iter().collect();
        zxcvbn::zxcvbn(&part, &[]).score() <= zxcvbn::Score::One
    };
    let (first, last) =
        (&characters[..characters.len().min(END)], &characters[characters.len().saturating_sub(END)..]);
    guessable(first) && (characters.len() <= END || guessable(last))
}

/// Normalizes a password to NFKC, so that it is the same on every keyboard (NIST SP 800-63B, 5.1.1.2).
#[must_use]
pub fn normalize_password(text: &str) -> SecretString {
    text.nfkc().collect::<String>().into()
}

/// Checks the syntax of a language tag (BCP 47), not whether the language exists.
///
/// # Errors
/// If the text is not a language tag.
pub fn is_language(text: &str, (): &()) -> garde::Result {
    let mut parts = text.split('-');
    let primary = parts.next().is_some_and(|part| {
        (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    let rest = parts
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if primary && rest && text.len() <= 35 {
        return Ok(());
    }
    Err(garde::Error::new("is not a language tag such as en-US"))
}

/// Returns a pattern for SQL `like` that matches every value that contains this text literally.
#[must_use]
pub fn like_pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use garde::Validate as _;

    use super::{EmailAddress, Name, NewPassword, is_language};

    #[test]
    fn an_address_is_normalized_and_invalid_addresses_are_refused() {
        let address = EmailAddress::from(" Ada@Example.ORG ".to_owned());
        assert!(address.validate().is_ok());
        assert_eq!(address.as_str(), "ada@example.org");
        for right in ["a.b+c@example.org", "o'neil_{x}@xn--bcher-kva.example", "ada@localhost"] {
            assert_eq!(EmailAddress::parse(right).expect("an address").as_str(), right);
        }
        let (local, label) = ("a".repeat(65), "b".repeat(64));
        for wrong in [
            "",
            "ada",
            "ada@",
            "@example.org",
            "a b@example.org",
            "a..b@example.org",
            ".ada@example.org",
            "ada.@example.org",
            "\"ada\"@example.org",
            "ada@a@example.org",
            "ada@example..org",
            "ada@-example.org",
            "ada@example.org.",
            "ada@127.0.0.1",
            "ada@[127.0.0.1]",
            "ådå@example.org",
            "ada@bücher.example",
            "ada@example.org\r\nbcc: x@y.z",
            &format!("{local}@example.org"),
            &format!("ada@{label}.org"),
            &format!("ada@{}org", "example.".repeat(40)),
        ] {
            assert!(EmailAddress::parse(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn a_name_with_a_url_or_a_control_character_is_refused() {
        assert!(Name::from("Ada Lovelace".to_owned()).validate().is_ok());
        for wrong in ["", "  ", "see https://evil.example", "www.evil.example", "a\nb", "a\u{202E}b"] {
            assert!(Name::from(wrong.to_owned()).validate().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_language_must_be_a_tag() {
        for tag in ["en", "en-US", "cmn-Hans-CN", "es-419", "de-1996"] {
            assert!(is_language(tag, &()).is_ok(), "{tag}");
        }
        for wrong in ["", "e", "english-", "en_US", "-US", "1n", "en-\0", &"en-abcdefgh".repeat(4)] {
            assert!(is_language(wrong, &()).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_password_has_12_to_128_characters() {
        let long: String = "korrekt hörse bättery ".repeat(6).chars().take(129).collect();
        assert!(NewPassword::from("kX9-vw2q+Lm4".to_owned()).validate().is_ok());
        assert!(NewPassword::from(long.chars().take(128).collect::<String>()).validate().is_ok());
        assert!(NewPassword::from("kX9-vw2q+Lm".to_owned()).validate().is_err());
        assert!(NewPassword::from(long).validate().is_err());
    }

    #[test]
    fn a_common_password_is_refused() {
        for known in [
            "password1234",
            "Password123!",
            "P@ssw0rd1234",
            "qwertyuiop123",
            "123456789012",
            "iloveyou1234",
            "administrator",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "passwordpasswordpassword",
        ] {
            assert!(NewPassword::from(known.to_owned()).validate().is_err(), "{known}");
        }
        for good in ["correct horse battery", "wrong password!", "passwordpassword and a kX9vw2q"] {
            assert!(NewPassword::from(good.to_owned()).validate().is_ok(), "{good}");
        }
    }

    #[test]
    fn a_password_made_of_the_address_is_detected() {
        let address = EmailAddress::from("ada.lovelace@example.org".to_owned());
        for own in ["ada.lovelace@example.org", "lovelace12345", "AdaLovelace1"] {
            assert!(NewPassword::from(own.to_owned()).is_made_of(&address), "{own}");
        }
        for good in ["correct horse battery", "lovelace and 7 goats"] {
            assert!(!NewPassword::from(good.to_owned()).is_made_of(&address), "{good}");
        }
    }
}
