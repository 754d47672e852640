//! Text that people enter, such as names and passwords. Extractors validate these types when they read a request.

use std::ops::RangeInclusive;

use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use utoipa::ToSchema;

// A text of an invalid length is not normalized, because validation refuses it anyway, and normalizing a long text is
// slow.

/// The maximum length of an email address, in characters.
const MAX_ADDRESS: usize = 254;

/// The maximum length of a name, in characters.
const MAX_NAME: usize = 200;

/// The lengths of a new password, in characters.
const NEW_PASSWORD: RangeInclusive<usize> = 12..=128;

/// The maximum length of a given password, in bytes. A keyboard may send several code points for one character.
const MAX_GIVEN_PASSWORD: usize = 2 << 10;

/// An email address, trimmed, in lower case, with its domain in ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(from = "String")]
#[garde(transparent)]
#[schema(value_type = String, format = Email, max_length = 254)]
pub struct EmailAddress(#[garde(custom(is_mail_address))] String);

impl From<String> for EmailAddress {
    fn from(text: String) -> Self {
        if text.chars().count() > MAX_ADDRESS {
            return Self(text);
        }
        let address = text.trim().to_lowercase();
        match address.split_once('@') {
            Some((local, domain)) if !domain.is_ascii() => Self(
                ascii_domain(domain).map_or_else(|| address.clone(), |domain| format!("{local}@{domain}")),
            ),
            _ => Self(address),
        }
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

/// Returns an internationalized domain in its ASCII form (UTS #46), or `None` if it is invalid. All mail servers accept
/// this form, and both forms denote the same address.
#[must_use]
pub fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::STD3).ok()?;
    Some(ascii.into_owned())
}

/// Checks that mail programs and servers accept an address: a dot-atom and a domain name (RFC 5321, 4.1.2), in ASCII.
/// Quoted names and IP addresses are refused.
fn is_mail_address(text: &str, (): &()) -> garde::Result {
    if text.len() > MAX_ADDRESS {
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

/// The name of a person, a project or a passkey: one line of 1 to 200 characters. Domains and URLs are refused, because
/// names appear in mails, where programs turn them into links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(from = "String")]
#[garde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 200, pattern = r"^[\s\u0085]*[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb][^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]*[\s\u0085]*$")]
pub struct Name(#[garde(custom(is_plain_name))] String);

impl From<String> for Name {
    fn from(text: String) -> Self {
        if text.chars().count() > MAX_NAME {
            return Self(text);
        }
        let spaced = text.nfc().map(|character| if is_space(character) { ' ' } else { character });
        Self(spaced.collect::<String>().trim().to_owned())
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
    let invalid = if !(1..=MAX_NAME).contains(&text.chars().count()) {
        "must have 1 to 200 characters"
    } else if text.chars().any(is_invisible) {
        "contains a control character or a line separator"
    } else if text.contains("://") || has_domain(text) {
        "contains a web address (put a space after each dot)"
    } else {
        return Ok(());
    };
    Err(garde::Error::new(invalid))
}

/// Returns true for spaces of other widths (general category Zs), which keyboards for some languages produce.
fn is_space(character: char) -> bool {
    character.is_whitespace() && !character.is_control() && !is_invisible(character)
}

/// Returns true for characters that control the layout or are not visible, which can disguise a name: the general
/// categories Cc, Cf, Zl and Zp, except for the joiners that Indic scripts, Persian and emoji need.
fn is_invisible(character: char) -> bool {
    is_disguise(character)
        || matches!(
            character,
            '\u{AD}' | '\u{34F}' | '\u{600}'..='\u{605}' | '\u{6DD}' | '\u{70F}' | '\u{180E}'
                | '\u{200B}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}'
                | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E007F}'
        )
}

/// Returns true for control characters, line separators, and characters that reorder the text around them (Unicode's
/// property `Bidi_Control`), such as `\u{202E}`, which shows `gpj.exe` as `exe.jpg`.
#[must_use]
pub fn is_disguise(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        )
}

/// Returns true for spaces of any width and for characters that are not visible.
#[must_use]
pub fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || is_invisible(character)
        || matches!(character, '\u{200C}' | '\u{200D}' | '\u{2800}')
}

/// Normalizes a text to NFC, so that equal texts have equal characters. File names from macOS are in NFD.
#[must_use]
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Returns true if a dot stands between a word and at least two letters or an internationalized label: mail programs
/// turn that into a link, whether or not such a domain exists today. Also true for an IPv4 address.
fn has_domain(text: &str) -> bool {
    let joiner = |character: &char| matches!(character, '\u{200C}' | '\u{200D}');
    let text: String = text.chars().filter(|character| !joiner(character)).collect();
    text.split(char::is_whitespace).any(|word| {
        let labels: Vec<&str> = word.split(is_dot).collect();
        let follows = labels.windows(2).any(|pair| {
            let letters = pair[1].chars().take_while(|character| character.is_alphabetic()).count();
            !pair[0].is_empty() && letters >= 2
        });
        follows || labels.windows(4).any(|parts| parts.iter().all(|part| is_number(part)))
    })
}

/// Returns true for dots that separate the labels of a domain (UTS #46) or look like one.
fn is_dot(character: char) -> bool {
    matches!(character, '.' | '\u{2024}' | '\u{3002}' | '\u{FE52}' | '\u{FF0E}' | '\u{FF61}')
}

/// Returns true for a text that begins or ends with a digit, such as the last part of `192.0.2.7/path`.
fn is_number(part: &str) -> bool {
    part.starts_with(|character: char| character.is_ascii_digit())
        || part.ends_with(|character: char| character.is_ascii_digit())
}

/// A new password: 12 to 128 characters before and after NFKC normalization, and not a common password.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub struct NewPassword(SecretString);

impl From<String> for NewPassword {
    fn from(text: String) -> Self {
        Self(if NEW_PASSWORD.contains(&text.chars().count()) { normalize(&text) } else { text.into() })
    }
}

impl Validate for NewPassword {
    type Context = ();

    fn validate_into(&self, (): &(), path: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
        if !NEW_PASSWORD.contains(&self.0.expose_secret().chars().count()) {
            report.append(path(), garde::Error::new("must have 12 to 128 characters"));
        }
    }
}

impl NewPassword {
    /// Returns the normalized password.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }

    /// Returns the reason why a password of a valid length is easy to guess, if it is. Takes some milliseconds.
    #[must_use]
    pub fn weakness(&self, address: Option<&EmailAddress>) -> Option<&'static str> {
        if address.is_some_and(|address| self.consists_of(address)) {
            Some("is too similar to the email address")
        } else if is_well_known(self.0.expose_secret()) {
            Some("is a common password and easy to guess")
        } else {
            None
        }
    }

    /// Returns true if too few characters remain when the parts of the account's own address are removed.
    fn consists_of(&self, address: &EmailAddress) -> bool {
        let mut left = self.0.expose_secret().to_lowercase();
        for part in address.as_str().split(['@', '.', '+', '-', '_']).filter(|part| part.len() > 2) {
            left = left.replace(part, "");
        }
        left.len() < self.0.expose_secret().len() && left.chars().count() < OWN_CHARACTERS
    }
}

/// The number of characters that a password must have in addition to parts of the account's address.
const OWN_CHARACTERS: usize = 8;

/// The number of characters checked at each end of a password. The time of the pattern search is exponential in this
/// number.
const END: usize = 16;

/// Groups of characters that zxcvbn interprets as one letter each. It tries every combination of the groups that occur
/// in a password.
const SUBSTITUTES: [&str; 7] = ["4@", "({[<", "69", "1!|", "1|7", "$5", "+7"];

/// The maximum number of combinations that are tried. A part with more combinations is not guessable by its letters.
const COMBINATIONS: usize = 16;

/// Returns true if zxcvbn judges a part of a password in a short time.
fn is_judged(part: &[char]) -> bool {
    let present = |characters: &&str| characters.chars().filter(|one| part.contains(one)).count().max(1);
    SUBSTITUTES.iter().map(present).product::<usize>() <= COMBINATIONS
}

/// Returns the password, or both ends of a long one.
fn ends(password: &[char]) -> Vec<&[char]> {
    match password.len() {
        0..=END => vec![password],
        length => vec![&password[..END], &password[length - END..]],
    }
}

/// Returns true if a password is among the first million guesses of an attacker, according to zxcvbn's lists of leaked
/// passwords, words, names, dates and keyboard patterns. A long password is refused only if both ends are guessable.
fn is_well_known(password: &str) -> bool {
    let characters: Vec<char> = password.chars().collect();
    let is_guessable = |part: &[char]| {
        let text: String = part.iter().collect();
        is_judged(part) && zxcvbn::zxcvbn(&text, &[]).score() <= zxcvbn::Score::One
    };
    ends(&characters).into_iter().all(is_guessable)
}

/// A password to check against the password of an account.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct GivenPassword(SecretString);

impl Validate for GivenPassword {
    type Context = ();

    fn validate_into(&self, (): &(), path: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
        if self.0.expose_secret().len() > MAX_GIVEN_PASSWORD {
            report.append(path(), garde::Error::new("is too long"));
        }
    }
}

impl GivenPassword {
    /// Returns the normalized password.
    #[must_use]
    pub fn normalized(&self) -> SecretString {
        normalize(self.0.expose_secret())
    }
}

/// Normalizes a password to NFKC, so that it is the same on every keyboard (NIST SP 800-63B, 5.1.1.2).
fn normalize(text: &str) -> SecretString {
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
    use secrecy::ExposeSecret as _;

    use super::{EmailAddress, GivenPassword, Name, NewPassword, ends, is_judged, is_language};

    #[test]
    fn an_address_is_normalized_and_invalid_addresses_are_refused() {
        let address = EmailAddress::from(" Ada@Example.ORG ".to_owned());
        assert!(address.validate().is_ok());
        assert_eq!(address.as_str(), "ada@example.org");
        for right in ["a.b+c@example.org", "o'neil_{x}@xn--bcher-kva.example", "ada@localhost"] {
            assert_eq!(EmailAddress::parse(right).expect("an address").as_str(), right);
        }
        for (given, ascii) in [
            ("Ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
            ("ada@bu\u{308}cher.example", "ada@xn--bcher-kva.example"),
            ("ada@почта.рф", "ada@xn--80a1acny.xn--p1ai"),
            ("ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"),
        ] {
            assert_eq!(EmailAddress::parse(given).expect("an address").as_str(), ascii);
        }
        let (local, label) = ("a".repeat(65), "b".repeat(64));
        for invalid in [
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
            "ada@bücher..example",
            "ada@b\u{200B}ü\u{7F}cher.example",
            "ada@ü@example.org",
            "ada@example.org\r\nbcc: x@y.z",
            &format!("{local}@example.org"),
            &format!("ada@{label}.org"),
            &format!("ada@{}org", "example.".repeat(40)),
        ] {
            assert!(EmailAddress::parse(invalid).is_none(), "{invalid:?}");
        }
    }

    #[test]
    fn a_name_that_could_become_a_link_is_refused() {
        let valid = |name: &str| Name::from(name.to_owned()).validate().is_ok();
        for link in [
            "see https://evil.example",
            "http://localhost/x",
            "www.evil.example",
            "pay at evil.example/x",
            "Evil.Example",
            "ada@example.org",
            "click(evil.com)",
            "evil.com.",
            "evil.xn--p1ai",
            "почта.рф",
            "evil。com",
            "evil．com",
            "evil｡com",
            "evil․com",
            "ｅｖｉｌ．ｃｏｍ",
            "evil.c\u{200D}om",
            "evil.\u{200C}com",
            "call 192.0.2.7/x",
        ] {
            assert!(!valid(link), "{link:?}");
        }
        for name in [
            "Ada Lovelace",
            "J. R. R. Tolkien",
            "J.R.R. Tolkien",
            "Martin Luther King Jr.",
            "Kim D.",
            "Dr. Ng",
            "Letters ...and more",
            "Release 2.0.1",
            "Archive no.7",
            ".NET",
            "Größe & Söhne (1988), 3/4",
            "山田　太郎",
            "می\u{200C}خواهم",
            "👩\u{200D}🚀",
        ] {
            assert!(valid(name), "{name:?}");
        }
        assert_eq!(Name::from(" 山田　太郎\u{A0}".to_owned()).as_str(), "山田 太郎");
    }

    #[test]
    fn a_name_with_a_control_bidi_or_separator_character_is_refused() {
        for character in "\0\n\r\t\u{7F}\u{85}\u{AD}\u{61C}\u{200B}\u{200E}\u{200F}\u{2028}\u{2029}\u{202A}\u{202E}\u{2060}\u{2066}\u{2069}\u{FEFF}\u{E0041}".chars() {
            let name = Name::from(format!("a{character}b"));
            assert!(name.validate().is_err(), "{character:?}");
        }
        for empty in ["", "  ", "\u{3000}"] {
            assert!(Name::from(empty.to_owned()).validate().is_err(), "{empty:?}");
        }
    }

    #[test]
    fn a_long_text_is_refused_and_not_normalized() {
        // Each U+FDFA becomes 18 characters under NFKC.
        let long = "\u{FDFA}".repeat(5_000);
        let (name, password) = (Name::from(long.clone()), NewPassword::from(long.clone()));
        assert_eq!((name.as_str().len(), password.secret().expose_secret().len()), (long.len(), long.len()));
        assert!(name.validate().is_err() && password.validate().is_err());
        let address = EmailAddress::from(format!("{}@example.org", "A.".repeat(5_000)));
        assert!(address.as_str().starts_with("A.") && address.validate().is_err());
        let given: GivenPassword = serde_json::from_value(long.into()).expect("a text");
        assert!(given.validate().is_err());
    }

    #[test]
    fn the_length_counts_before_a_text_is_normalized() {
        // Trimmed and composed, or with each fraction in three characters, they would be valid.
        for name in [format!("{} ", "n".repeat(200)), "u\u{308}".repeat(101)] {
            assert!(Name::from(name.clone()).validate().is_err(), "{name:?}");
        }
        assert!(NewPassword::from("kX9-vw2q+½".to_owned()).validate().is_err());
        assert!(EmailAddress::parse(&format!("ada@example.org{}", " ".repeat(240))).is_none());
    }

    #[test]
    fn a_language_must_be_a_tag() {
        for tag in ["en", "en-US", "cmn-Hans-CN", "es-419", "de-1996"] {
            assert!(is_language(tag, &()).is_ok(), "{tag}");
        }
        for invalid in ["", "e", "english-", "en_US", "-US", "1n", "en-\0", &"en-abcdefgh".repeat(4)] {
            assert!(is_language(invalid, &()).is_err(), "{invalid:?}");
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
            assert!(NewPassword::from(known.to_owned()).weakness(None).is_some(), "{known}");
        }
        for good in ["correct horse battery", "wrong password!", "passwordpassword and a kX9vw2q"] {
            assert_eq!(NewPassword::from(good.to_owned()).weakness(None), None, "{good}");
        }
    }

    #[test]
    fn a_password_is_judged_by_short_ends_with_few_substitutes() {
        let characters = |text: &str| text.chars().collect::<Vec<char>>();
        let (short, long) = (characters("correct horse"), characters(&"correct horse".repeat(9)));
        assert_eq!(ends(&short), [short.as_slice()]);
        assert_eq!(ends(&long), [&long[..16], &long[101..]]);
        assert!(is_judged(&short) && is_judged(&characters("p4$$w0rd1")));
        let substitutes = "4@({[<691!|7$5+3";
        assert!(!is_judged(&characters(substitutes)));
        assert_eq!(NewPassword::from(substitutes.to_owned()).weakness(None), None);
    }

    #[test]
    fn a_password_made_of_the_address_is_detected() {
        let address = EmailAddress::from("ada.lovelace@example.org".to_owned());
        for own in ["ada.lovelace@example.org", "lovelace12345", "AdaLovelace1"] {
            assert!(NewPassword::from(own.to_owned()).consists_of(&address), "{own}");
        }
        for good in ["correct horse battery", "lovelace and 7 goats"] {
            assert!(!NewPassword::from(good.to_owned()).consists_of(&address), "{good}");
        }
    }
}
