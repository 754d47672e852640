//! The languages that voice samples can be transcribed in, and the lookup of a BCP 47 tag among them.

use serde::Serialize;
use utoipa::ToSchema;

/// A language of Speech-to-Text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Language {
    /// The code that Speech-to-Text uses, a BCP 47 tag.
    #[schema(value_type = String)]
    pub code: &'static str,
    /// The English name.
    #[schema(value_type = String)]
    pub name: &'static str,
    /// True if `chirp_2` transcribes it.
    #[serde(skip)]
    pub is_in_chirp_2: bool,
    /// True if `chirp_3` transcribes it.
    #[serde(skip)]
    pub is_in_chirp_3: bool,
}

const fn language(code: &'static str, name: &'static str) -> Language {
    Language { code, name, is_in_chirp_2: true, is_in_chirp_3: true }
}

/// A language of `chirp_3` that `chirp_2` lacks.
const fn newer(code: &'static str, name: &'static str) -> Language {
    Language { is_in_chirp_2: false, ..language(code, name) }
}

/// A language of `chirp_2` that `chirp_3` lacks.
const fn older(code: &'static str, name: &'static str) -> Language {
    Language { is_in_chirp_3: false, ..language(code, name) }
}

/// The languages of `chirp_3` (<https://docs.cloud.google.com/speech-to-text/docs/models/chirp-3>) and of batches of
/// `chirp_2` (<https://docs.cloud.google.com/speech-to-text/docs/speech-to-text-supported-languages>). The first page
/// lists `ar-IQ` as Central Kurdish, but it is a code of Arabic. Codes without a country (`sw`, `ar-XA`, `es-419`) are
/// omitted. `chirp_2` uses the code `no` for Norwegian. The first of several regions of a language is its default.
pub const LANGUAGES: [Language; 134] = [
    language("af-ZA", "Afrikaans (South Africa)"),
    language("sq-AL", "Albanian (Albania)"),
    language("am-ET", "Amharic (Ethiopia)"),
    language("ar-EG", "Arabic (Egypt)"),
    newer("ar-DZ", "Arabic (Algeria)"),
    newer("ar-BH", "Arabic (Bahrain)"),
    newer("ar-IQ", "Arabic (Iraq)"),
    newer("ar-IL", "Arabic (Israel)"),
    newer("ar-JO", "Arabic (Jordan)"),
    newer("ar-KW", "Arabic (Kuwait)"),
    newer("ar-LB", "Arabic (Lebanon)"),
    newer("ar-MR", "Arabic (Mauritania)"),
    newer("ar-MA", "Arabic (Morocco)"),
    newer("ar-OM", "Arabic (Oman)"),
    newer("ar-PS", "Arabic (Palestine)"),
    newer("ar-QA", "Arabic (Qatar)"),
    newer("ar-SA", "Arabic (Saudi Arabia)"),
    newer("ar-SY", "Arabic (Syria)"),
    newer("ar-TN", "Arabic (Tunisia)"),
    newer("ar-AE", "Arabic (United Arab Emirates)"),
    newer("ar-YE", "Arabic (Yemen)"),
    language("hy-AM", "Armenian (Armenia)"),
    older("rup-BG", "Aromanian (Bulgaria)"),
    language("as-IN", "Assamese (India)"),
    language("ast-ES", "Asturian (Spain)"),
    language("az-AZ", "Azerbaijani (Azerbaijan)"),
    language("eu-ES", "Basque (Spain)"),
    older("be-BY", "Belarusian (Belarus)"),
    language("bn-BD", "Bengali (Bangladesh)"),
    language("bn-IN", "Bengali (India)"),
    older("bs-BA", "Bosnian (Bosnia and Herzegovina)"),
    language("bg-BG", "Bulgarian (Bulgaria)"),
    language("my-MM", "Burmese (Myanmar)"),
    language("yue-Hant-HK", "Cantonese (traditional, Hong Kong)"),
    language("ca-ES", "Catalan (Spain)"),
    older("ceb-PH", "Cebuano (Philippines)"),
    older("ckb-IQ", "Central Kurdish (Iraq)"),
    language("cmn-Hans-CN", "Chinese, Mandarin (simplified, China)"),
    language("cmn-Hant-TW", "Chinese, Mandarin (traditional, Taiwan)"),
    language("hr-HR", "Croatian (Croatia)"),
    language("cs-CZ", "Czech (Czechia)"),
    language("da-DK", "Danish (Denmark)"),
    language("nl-NL", "Dutch (Netherlands)"),
    language("en-US", "English (United States)"),
    language("en-AU", "English (Australia)"),
    language("en-IN", "English (India)"),
    newer("en-PH", "English (Philippines)"),
    language("en-GB", "English (United Kingdom)"),
    language("et-EE", "Estonian (Estonia)"),
    language("fil-PH", "Filipino (Philippines)"),
    language("fi-FI", "Finnish (Finland)"),
    language("fr-FR", "French (France)"),
    language("fr-CA", "French (Canada)"),
    older("ff-SN", "Fulah (Senegal)"),
    language("gl-ES", "Galician (Spain)"),
    older("lg-UG", "Ganda (Uganda)"),
    language("ka-GE", "Georgian (Georgia)"),
    language("de-DE", "German (Germany)"),
    language("el-GR", "Greek (Greece)"),
    language("gu-IN", "Gujarati (India)"),
    language("ha-NG", "Hausa (Nigeria)"),
    language("iw-IL", "Hebrew (Israel)"),
    language("hi-IN", "Hindi (India)"),
    language("hu-HU", "Hungarian (Hungary)"),
    language("is-IS", "Icelandic (Iceland)"),
    older("ig-NG", "Igbo (Nigeria)"),
    language("id-ID", "Indonesian (Indonesia)"),
    older("ga-IE", "Irish (Ireland)"),
    language("it-IT", "Italian (Italy)"),
    language("ja-JP", "Japanese (Japan)"),
    language("jv-ID", "Javanese (Indonesia)"),
    older("kea-CV", "Kabuverdianu (Cape Verde)"),
    older("kam-KE", "Kamba (Kenya)"),
    language("kn-IN", "Kannada (India)"),
    language("kk-KZ", "Kazakh (Kazakhstan)"),
    language("km-KH", "Khmer (Cambodia)"),
    language("ko-KR", "Korean (South Korea)"),
    language("ky-KG", "Kyrgyz (Kyrgyzstan)"),
    language("lo-LA", "Lao (Laos)"),
    language("lv-LV", "Latvian (Latvia)"),
    older("ln-CD", "Lingala (Congo)"),
    language("lt-LT", "Lithuanian (Lithuania)"),
    older("luo-KE", "Luo (Kenya)"),
    language("lb-LU", "Luxembourgish (Luxembourg)"),
    language("mk-MK", "Macedonian (North Macedonia)"),
    language("ms-MY", "Malay (Malaysia)"),
    language("ml-IN", "Malayalam (India)"),
    language("mt-MT", "Maltese (Malta)"),
    language("mi-NZ", "Maori (New Zealand)"),
    language("mr-IN", "Marathi (India)"),
    language("mn-MN", "Mongolian (Mongolia)"),
    language("ne-NP", "Nepali (Nepal)"),
    language("nso-ZA", "Northern Sotho (South Africa)"),
    newer("no-NO", "Norwegian (Norway)"),
    older("ny-MW", "Nyanja (Malawi)"),
    older("oc-FR", "Occitan (France)"),
    language("or-IN", "Odia (India)"),
    older("om-ET", "Oromo (Ethiopia)"),
    older("ps-AF", "Pashto (Afghanistan)"),
    language("fa-IR", "Persian (Iran)"),
    language("pl-PL", "Polish (Poland)"),
    language("pt-BR", "Portuguese (Brazil)"),
    language("pt-PT", "Portuguese (Portugal)"),
    language("pa-Guru-IN", "Punjabi (Gurmukhi, India)"),
    language("ro-RO", "Romanian (Romania)"),
    language("ru-RU", "Russian (Russia)"),
    language("sr-RS", "Serbian (Serbia)"),
    older("sn-ZW", "Shona (Zimbabwe)"),
    older("sd-IN", "Sindhi (India)"),
    older("si-LK", "Sinhala (Sri Lanka)"),
    language("sk-SK", "Slovak (Slovakia)"),
    language("sl-SI", "Slovenian (Slovenia)"),
    older("so-SO", "Somali (Somalia)"),
    language("es-ES", "Spanish (Spain)"),
    newer("es-MX", "Spanish (Mexico)"),
    language("es-US", "Spanish (United States)"),
    older("su-ID", "Sundanese (Indonesia)"),
    language("sw-KE", "Swahili (Kenya)"),
    language("sv-SE", "Swedish (Sweden)"),
    older("tg-TJ", "Tajik (Tajikistan)"),
    language("ta-IN", "Tamil (India)"),
    language("te-IN", "Telugu (India)"),
    language("th-TH", "Thai (Thailand)"),
    language("tr-TR", "Turkish (Türkiye)"),
    language("uk-UA", "Ukrainian (Ukraine)"),
    older("umb-AO", "Umbundu (Angola)"),
    older("ur-PK", "Urdu (Pakistan)"),
    language("uz-UZ", "Uzbek (Uzbekistan)"),
    language("vi-VN", "Vietnamese (Vietnam)"),
    language("cy-GB", "Welsh (United Kingdom)"),
    language("wo-SN", "Wolof (Senegal)"),
    language("xh-ZA", "Xhosa (South Africa)"),
    language("yo-NG", "Yoruba (Nigeria)"),
    language("zu-ZA", "Zulu (South Africa)"),
];

/// The codes of Speech-to-Text for primary languages that have another code in BCP 47, or that a macrolanguage contains.
const PRIMARY: [(&str, &str); 6] =
    [("he", "iw"), ("in", "id"), ("nb", "no"), ("nn", "no"), ("tl", "fil"), ("zh", "cmn")];

/// The codes for regions that are not in the table and whose closest region is not the default: language, region and
/// code. After a list of exceptions, `*` stands for all other regions of a language.
const REGIONS: [(&str, &str, &str); 7] = [
    ("cmn", "hk", "yue-Hant-HK"),
    ("cmn", "mo", "cmn-Hant-TW"),
    ("en", "ca", "en-US"),
    ("en", "*", "en-GB"),
    ("es", "ph", "es-ES"),
    ("es", "*", "es-US"),
    ("pt", "*", "pt-PT"),
];

/// Returns the language of Speech-to-Text that fits a BCP 47 tag best: the same region, or else the closest or the
/// default region of the language.
#[must_use]
pub fn find_language(tag: &str) -> Option<&'static Language> {
    let coded = |code: &str| LANGUAGES.iter().find(|language| language.code.eq_ignore_ascii_case(code));
    if let Some(exact) = coded(tag) {
        return Some(exact);
    }
    let tag = tag.to_ascii_lowercase();
    let mut subtags = tag.split('-');
    let primary = subtags.next()?;
    let primary = PRIMARY.iter().find(|(other, _)| *other == primary).map_or(primary, |(_, code)| code);
    let subtags: Vec<&str> = subtags.take_while(|subtag| subtag.len() > 1).collect();
    let script = subtags
        .iter()
        .find(|subtag| subtag.len() == 4 && subtag.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let region = subtags.iter().find(|subtag| subtag.len() == 2 || is_area(subtag));
    let mut regional = LANGUAGES.iter().filter(|language| {
        language.code.split('-').next().is_some_and(|code| code.eq_ignore_ascii_case(primary))
    });
    let default = regional.clone().next()?;
    let Some(region) = region else {
        let written = regional.find(|language| {
            script
                .is_some_and(|script| language.code.split('-').any(|part| part.eq_ignore_ascii_case(script)))
        });
        return Some(written.unwrap_or(default));
    };
    let same = regional.find(|language| {
        language.code.rsplit('-').next().is_some_and(|code| code.eq_ignore_ascii_case(region))
    });
    let near = || {
        let near =
            REGIONS.iter().find(|(language, other, _)| *language == primary && ["*", region].contains(other));
        near.and_then(|(_, _, code)| coded(code))
    };
    same.or_else(near).or(Some(default))
}

/// Returns true for a region code of UN M.49, such as `419`.
fn is_area(subtag: &str) -> bool {
    subtag.len() == 3 && subtag.bytes().all(|byte| byte.is_ascii_digit())
}

/// Checks that a BCP 47 tag names a language in which voice samples can be transcribed.
///
/// # Errors
/// If it does not. The error lists the languages.
pub fn is_transcribable(tag: &str, (): &()) -> garde::Result {
    crate::base::text::is_language(tag, &())?;
    if find_language(tag).is_some() {
        return Ok(());
    }
    let codes: Vec<&str> = LANGUAGES.iter().map(|language| language.code).collect();
    Err(garde::Error::new(format!("cannot be transcribed; the supported languages are {}", codes.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, find_language, is_transcribable};

    #[test]
    fn each_language_is_in_the_list_once_and_has_a_model() {
        for (index, language) in LANGUAGES.iter().enumerate() {
            assert!(language.is_in_chirp_2 || language.is_in_chirp_3, "{language:?}");
            assert!(LANGUAGES[..index].iter().all(|other| other.code != language.code), "{language:?}");
            assert_eq!(find_language(language.code), Some(language));
        }
    }

    #[test]
    fn a_tag_is_resolved_to_the_closest_language_of_the_engine() {
        for (tag, code) in [
            ("en", "en-US"),
            ("EN-us", "en-US"),
            ("en-IE", "en-GB"),
            ("en-CA", "en-US"),
            ("de", "de-DE"),
            ("de-CH-1996", "de-DE"),
            ("pt", "pt-BR"),
            ("pt-AO", "pt-PT"),
            ("es-419", "es-US"),
            ("es-MX", "es-MX"),
            ("ar", "ar-EG"),
            ("ar-IQ", "ar-IQ"),
            ("ar-LY", "ar-EG"),
            ("ur", "ur-PK"),
            ("zh", "cmn-Hans-CN"),
            ("zh-CN", "cmn-Hans-CN"),
            ("zh-Hant", "cmn-Hant-TW"),
            ("zh-TW", "cmn-Hant-TW"),
            ("zh-HK", "yue-Hant-HK"),
            ("yue", "yue-Hant-HK"),
            ("nb-NO", "no-NO"),
            ("nn", "no-NO"),
            ("he-IL", "iw-IL"),
            ("tl", "fil-PH"),
            ("sr-Latn-RS", "sr-RS"),
            ("fr-x-ca", "fr-FR"),
        ] {
            assert_eq!(find_language(tag).map(|language| language.code), Some(code), "{tag}");
        }
        for tag in ["tlh", "la", "xx-XX", ""] {
            assert_eq!(find_language(tag), None, "{tag}");
        }
        let refused = is_transcribable("tlh", &()).expect_err("an error").to_string();
        assert!(LANGUAGES.iter().all(|language| refused.contains(language.code)), "{refused}");
        assert!(is_transcribable("en_US", &()).is_err());
    }
}
