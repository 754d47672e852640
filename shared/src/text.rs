//! Texts that people choose, valid by construction once a request was read.

use garde::Validate;
use secrecy::SecretString;
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

/// A password as a person chooses it: 12 to 128 characters after NFKC.
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
        let length = secrecy::ExposeSecret::expose_secret(&self.0).chars().count();
        if !(12..=128).contains(&length) {
            report.append(path(), garde::Error::new("has to have 12 to 128 characters"));
        }
    }
}

/// NFKC, so that a password is the same on every keyboard (NIST SP 800-63B, 5.1.1.2).
#[must_use]
pub fn normalize_password(text: &str) -> SecretString {
    text.nfkc().collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use garde::Validate as _;

    use super::{EmailAddress, Name, NewPassword};

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
    fn a_password_has_12_to_128_characters() {
        assert!(NewPassword::from("a".repeat(12)).validate().is_ok());
        assert!(NewPassword::from("ä".repeat(128)).validate().is_ok());
        assert!(NewPassword::from("a".repeat(11)).validate().is_err());
        assert!(NewPassword::from("a".repeat(129)).validate().is_err());
    }
}
