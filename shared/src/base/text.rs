//! Texts that people choose, valid by construction once a request was read.

use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use utoipa::ToSchema;

/// An e-mail address, trimmed and in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(from = "String")]
#[garde(transparent)]
#[schema(value_type = String, format = Email, max_length = 254)]
pub struct EmailAddress(#[garde(email, length(max = 254))] String);

impl From<String> for EmailAddress {
    fn from(text: String) -> Self {
        Self(text.trim().to_lowercase())
    }
}

impl EmailAddress {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person's or a project's name: one line without control characters, and no URL, since it appears in mails.
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
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_plain_name(text: &str, (): &()) -> garde::Result {
    if text.chars().any(|character| character.is_control() || is_bidi_control(character)) {
        return Err(garde::Error::new("holds a control character"));
    }
    let lower = text.to_lowercase();
    if lower.contains("://") || lower.contains("www.") {
        return Err(garde::Error::new("holds a URL"));
    }
    Ok(())
}

/// Characters that turn the reading order around and so disguise what is written.
fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
}

/// A password as a person chooses it: 12 to 128 characters after NFKC, and not a well-known one.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub struct NewPassword(SecretString);

impl From<String> for NewPassword {
    fn from(text: String) -> Self {
        Self(normalize_password(&text))
    }
}

impl NewPassword {
    /// The password.
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
            report.append(path(), garde::Error::new("has to have 12 to 128 characters"));
        } else if is_well_known(password) {
            report.append(path(), garde::Error::new("is one of the first that an attacker tries"));
        }
    }
}

impl NewPassword {
    /// Whether too little is left of it once the parts of the account's own address are taken out.
    #[must_use]
    pub fn is_made_of(&self, address: &EmailAddress) -> bool {
        let mut left = self.0.expose_secret().to_lowercase();
        for part in address.as_str().split(['@', '.', '+', '-', '_']).filter(|part| part.len() > 2) {
            left = left.replace(part, "");
        }
        left.len() < self.0.expose_secret().len() && left.chars().count() < OWN_CHARACTERS
    }
}

/// Characters that have to be a password's own, beside what its account's address tells.
const OWN_CHARACTERS: usize = 8;

/// How many characters of an end are looked at: the search for patterns takes time exponential in them.
const END: usize = 16;

/// Whether a password is among the first million that an attacker tries, going by zxcvbn's lists of leaked
/// passwords, words, names, dates and keyboard walks. Of a long one, both ends have to be.
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

/// NFKC, so that a password is the same on every keyboard (NIST SP 800-63B, 5.1.1.2).
#[must_use]
pub fn normalize_password(text: &str) -> SecretString {
    text.nfkc().collect::<String>().into()
}

/// A language tag (BCP 47), as far as its form goes.
///
/// # Errors
/// When it is none.
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
    Err(garde::Error::new("is no language tag, such as en-US"))
}

/// A pattern for `like` that matches whatever holds the text, taken by the letter.
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
    fn an_address_is_the_same_however_it_is_typed() {
        let address = EmailAddress::from(" Ada@Example.ORG ".to_owned());
        assert!(address.validate().is_ok());
        assert_eq!(address.as_str(), "ada@example.org");
        for wrong in ["", "ada", "ada@", "@example.org", "a b@example.org", "ada@example.org\r\nbcc: x@y.z"] {
            assert!(EmailAddress::from(wrong.to_owned()).validate().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_name_holds_no_url_and_no_control_character() {
        assert!(Name::from("Ada Lovelace".to_owned()).validate().is_ok());
        for wrong in ["", "  ", "see https://evil.example", "www.evil.example", "a\nb", "a\u{202E}b"] {
            assert!(Name::from(wrong.to_owned()).validate().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_language_is_a_tag() {
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
    fn a_password_that_everybody_tries_first_is_refused() {
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
    fn a_password_that_is_the_address_is_told() {
        let address = EmailAddress::from("ada.lovelace@example.org".to_owned());
        for own in ["ada.lovelace@example.org", "lovelace12345", "AdaLovelace1"] {
            assert!(NewPassword::from(own.to_owned()).is_made_of(&address), "{own}");
        }
        for good in ["correct horse battery", "lovelace and 7 goats"] {
            assert!(!NewPassword::from(good.to_owned()).is_made_of(&address), "{good}");
        }
    }
}
