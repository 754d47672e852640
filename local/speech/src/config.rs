//! `google.cloud.speech.v2.RecognitionConfig`: the options of a recognition, and their validation.

use serde::Deserialize;
use serde_json::Value;

use crate::fault::Fault;

const MODELS: [&str; 11] = [
    "chirp",
    "chirp_2",
    "chirp_3",
    "latest_long",
    "latest_short",
    "long",
    "medical_conversation",
    "medical_dictation",
    "short",
    "telephony",
    "telephony_short",
];

/// The languages that most models of the real service support, in their common regions.
const LANGUAGES: [&str; 72] = [
    "af-ZA",
    "ar-AE",
    "ar-EG",
    "ar-SA",
    "bg-BG",
    "bn-BD",
    "bn-IN",
    "ca-ES",
    "cmn-Hans-CN",
    "cmn-Hant-TW",
    "cs-CZ",
    "da-DK",
    "de-AT",
    "de-CH",
    "de-DE",
    "el-GR",
    "en-AU",
    "en-CA",
    "en-GB",
    "en-IE",
    "en-IN",
    "en-NZ",
    "en-PH",
    "en-US",
    "en-ZA",
    "es-AR",
    "es-CL",
    "es-CO",
    "es-ES",
    "es-MX",
    "es-US",
    "et-EE",
    "eu-ES",
    "fa-IR",
    "fi-FI",
    "fil-PH",
    "fr-BE",
    "fr-CA",
    "fr-CH",
    "fr-FR",
    "gl-ES",
    "gu-IN",
    "hi-IN",
    "hr-HR",
    "hu-HU",
    "id-ID",
    "it-CH",
    "it-IT",
    "iw-IL",
    "ja-JP",
    "kn-IN",
    "ko-KR",
    "lt-LT",
    "lv-LV",
    "ml-IN",
    "mr-IN",
    "ms-MY",
    "nl-BE",
    "nl-NL",
    "no-NO",
    "pl-PL",
    "pt-BR",
    "pt-PT",
    "ro-RO",
    "ru-RU",
    "sk-SK",
    "sl-SI",
    "sv-SE",
    "th-TH",
    "tr-TR",
    "uk-UA",
    "vi-VN",
];

const DEFAULT_MODEL: &str = "long";

/// The recognition options of a request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Config {
    model: String,
    language_codes: Vec<String>,
    features: Features,
    auto_decoding_config: Option<Value>,
    explicit_decoding_config: Option<Value>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Features {
    enable_word_time_offsets: bool,
    enable_word_confidence: bool,
    enable_automatic_punctuation: bool,
}

/// The validated options for a result.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) language: String,
    pub(crate) offsets: bool,
    pub(crate) confidences: bool,
    pub(crate) punctuation: bool,
}

impl Config {
    pub(crate) fn checked(&self, location: &str) -> Result<Options, Fault> {
        if self.auto_decoding_config.is_none() {
            return Err(Fault::invalid(
                "INVALID_DECODING_CONFIG",
                if self.explicit_decoding_config.is_some() {
                    "Only autoDecodingConfig is supported."
                } else {
                    "A decoding config must be specified."
                },
            ));
        }
        let model = if self.model.is_empty() { DEFAULT_MODEL } else { &self.model };
        if !MODELS.contains(&model) {
            return Err(Fault::invalid(
                "INVALID_MODEL",
                format!("The model \"{model}\" does not exist in the location named \"{location}\"."),
            ));
        }
        let Some(language) = self.language_codes.first() else {
            return Err(Fault::invalid("INVALID_LANGUAGE", "At least one language code must be specified."));
        };
        let known = |code: &str| LANGUAGES.iter().find(|language| language.eq_ignore_ascii_case(code));
        if let Some(unknown) = self.language_codes.iter().find(|code| known(code).is_none()) {
            return Err(Fault::invalid(
                "INVALID_LANGUAGE",
                format!(
                    "The language \"{unknown}\" is not supported by the model \"{model}\" in the location named \
                     \"{location}\"."
                ),
            ));
        }
        Ok(Options {
            language: known(language).map_or_else(|| language.clone(), |known| (*known).to_owned()),
            offsets: self.features.enable_word_time_offsets,
            confidences: self.features.enable_word_confidence,
            punctuation: self.features.enable_automatic_punctuation,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Config;

    fn config(model: &str, languages: &[&str]) -> Config {
        let config = json!({"model": model, "languageCodes": languages, "autoDecodingConfig": {}});
        serde_json::from_value(config).expect("a config")
    }

    #[test]
    fn known_models_and_languages_are_accepted() {
        let options = config("", &["en-us", "de-DE"]).checked("global").expect("accepted");
        assert_eq!(options.language, "en-US");
        assert!(!options.offsets && !options.confidences && !options.punctuation);
        assert!(config("chirp_2", &["de-DE"]).checked("global").is_ok());
    }

    #[test]
    fn unknown_models_and_languages_are_rejected() {
        let error = |config: Config| config.checked("eu").expect_err("an error").to_string();
        assert_eq!(
            error(config("long", &["en-US", "tlh"])),
            "INVALID_ARGUMENT: The language \"tlh\" is not supported by the model \"long\" in the location named \
             \"eu\"."
        );
        assert!(error(config("wide", &["en-US"])).contains("The model \"wide\" does not exist"));
        assert!(error(config("long", &[])).contains("language code"));
        assert!(error(Config::default()).contains("decoding config"));
    }
}
