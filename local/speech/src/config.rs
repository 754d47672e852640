//! `google.cloud.speech.v2.RecognitionConfig`: the options of a recognition, and their validation.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::fault::Fault;

/// A model of the service.
struct Model {
    name: &'static str,
    /// The locations that have the model. Empty for all locations.
    locations: &'static [&'static str],
    /// The longest audio of a file in a batch, without and with word offsets.
    batch_length: [Duration; 2],
    languages: &'static [&'static [&'static str]],
}

const fn model(name: &'static str) -> Model {
    let languages = &[COMMON, OF_CHIRP_2, OF_CHIRP_3, EARLIER];
    Model { name, locations: &[], batch_length: [hours(8), hours(8)], languages }
}

const fn hours(number: u64) -> Duration {
    Duration::from_secs(number * 3600)
}

const MODELS: [Model; 11] = [
    model("chirp"),
    // <https://cloud.google.com/speech-to-text/docs/models/chirp-2>
    Model {
        locations: &["us-central1", "europe-west4", "asia-southeast1"],
        languages: &[COMMON, OF_CHIRP_2],
        ..model("chirp_2")
    },
    // <https://cloud.google.com/speech-to-text/docs/models/chirp-3>
    Model {
        locations: &[
            "us",
            "eu",
            "asia-northeast1",
            "asia-southeast1",
            "asia-south1",
            "europe-west2",
            "europe-west3",
            "northamerica-northeast1",
        ],
        batch_length: [hours(1), Duration::from_secs(20 * 60)],
        languages: &[COMMON, OF_CHIRP_3],
        ..model("chirp_3")
    },
    model("latest_long"),
    model("latest_short"),
    model("long"),
    model("medical_conversation"),
    model("medical_dictation"),
    model("short"),
    model("telephony"),
    model("telephony_short"),
];

/// The value of `multi_channel_mode` that recognizes all channels.
const SEPARATE: [&str; 2] = ["SEPARATE_RECOGNITION_PER_CHANNEL", "1"];

/// The languages of all models.
const COMMON: &[&str] = &[
    "af-ZA",
    "am-ET",
    "ar-EG",
    "as-IN",
    "ast-ES",
    "az-AZ",
    "bg-BG",
    "bn-BD",
    "bn-IN",
    "ca-ES",
    "cmn-Hans-CN",
    "cmn-Hant-TW",
    "cs-CZ",
    "cy-GB",
    "da-DK",
    "de-DE",
    "el-GR",
    "en-AU",
    "en-GB",
    "en-IN",
    "en-US",
    "es-ES",
    "es-US",
    "et-EE",
    "eu-ES",
    "fa-IR",
    "fi-FI",
    "fil-PH",
    "fr-CA",
    "fr-FR",
    "gl-ES",
    "gu-IN",
    "ha-NG",
    "hi-IN",
    "hr-HR",
    "hu-HU",
    "hy-AM",
    "id-ID",
    "is-IS",
    "it-IT",
    "iw-IL",
    "ja-JP",
    "jv-ID",
    "ka-GE",
    "kk-KZ",
    "km-KH",
    "kn-IN",
    "ko-KR",
    "ky-KG",
    "lb-LU",
    "lo-LA",
    "lt-LT",
    "lv-LV",
    "mi-NZ",
    "mk-MK",
    "ml-IN",
    "mn-MN",
    "mr-IN",
    "ms-MY",
    "mt-MT",
    "my-MM",
    "ne-NP",
    "nl-NL",
    "nso-ZA",
    "or-IN",
    "pa-Guru-IN",
    "pl-PL",
    "pt-BR",
    "pt-PT",
    "ro-RO",
    "ru-RU",
    "sk-SK",
    "sl-SI",
    "sq-AL",
    "sr-RS",
    "sv-SE",
    "sw",
    "sw-KE",
    "ta-IN",
    "te-IN",
    "th-TH",
    "tr-TR",
    "uk-UA",
    "uz-UZ",
    "vi-VN",
    "wo-SN",
    "xh-ZA",
    "yo-NG",
    "yue-Hant-HK",
    "zu-ZA",
];
/// The languages that only `chirp_2` and earlier models have
/// (<https://docs.cloud.google.com/speech-to-text/docs/speech-to-text-supported-languages>).
const OF_CHIRP_2: &[&str] = &[
    "be-BY", "bs-BA", "ceb-PH", "ckb-IQ", "es-419", "ff-SN", "ga-IE", "ig-NG", "kam-KE", "kea-CV", "lg-UG",
    "ln-CD", "luo-KE", "no", "ny-MW", "oc-FR", "om-ET", "ps-AF", "rup-BG", "sd-IN", "si-LK", "sn-ZW",
    "so-SO", "su-ID", "tg-TJ", "umb-AO", "ur-PK",
];
/// The languages that only `chirp_3` has (<https://docs.cloud.google.com/speech-to-text/docs/models/chirp-3>).
const OF_CHIRP_3: &[&str] = &[
    "ar-AE", "ar-BH", "ar-DZ", "ar-IL", "ar-IQ", "ar-JO", "ar-KW", "ar-LB", "ar-MA", "ar-MR", "ar-OM",
    "ar-PS", "ar-QA", "ar-SA", "ar-SY", "ar-TN", "ar-XA", "ar-YE", "en-PH", "es-MX", "no-NO",
];
/// The regional variants of languages that only earlier models have.
const EARLIER: &[&str] = &[
    "de-AT", "de-CH", "en-CA", "en-IE", "en-NZ", "en-ZA", "es-AR", "es-CL", "es-CO", "fr-BE", "fr-CH",
    "it-CH", "nl-BE",
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

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Features {
    enable_word_time_offsets: bool,
    enable_word_confidence: bool,
    enable_automatic_punctuation: bool,
    multi_channel_mode: Value,
}

/// The validated options for a result.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) language: String,
    pub(crate) offsets: bool,
    pub(crate) confidences: bool,
    pub(crate) punctuation: bool,
    /// True to recognize every channel. Otherwise, only the first one is.
    pub(crate) channels: bool,
    /// The longest audio of a file in a batch.
    pub(crate) batch_length: Duration,
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
        let found = MODELS.iter().find(|known| {
            known.name == model && (known.locations.is_empty() || known.locations.contains(&location))
        });
        let Some(&Model { batch_length: [plain, with_offsets], languages, .. }) = found else {
            return Err(Fault::invalid(
                "INVALID_MODEL",
                format!("The model \"{model}\" does not exist in the location named \"{location}\"."),
            ));
        };
        let channels = self.features.separates_channels();
        if channels && model == "latest_short" {
            return Err(Fault::invalid(
                "INVALID_CONFIG",
                "Config contains unsupported fields. Recognizer does not support feature: multi_channel_mode",
            ));
        }
        let Some(language) = self.language_codes.first() else {
            return Err(Fault::invalid("INVALID_LANGUAGE", "At least one language code must be specified."));
        };
        let known = |code: &str| {
            languages.iter().copied().flatten().find(|language| language.eq_ignore_ascii_case(code))
        };
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
            channels,
            batch_length: if self.features.enable_word_time_offsets { with_offsets } else { plain },
        })
    }
}

impl Features {
    /// Returns true if every channel is recognized. In JSON, the mode is a name or a number.
    fn separates_channels(&self) -> bool {
        match &self.multi_channel_mode {
            Value::String(name) => SEPARATE.contains(&name.as_str()),
            Value::Number(number) => SEPARATE.contains(&number.to_string().as_str()),
            _ => false,
        }
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
        assert!(config("chirp_2", &["de-DE"]).checked("europe-west4").is_ok());
        assert!(config("chirp_2", &["ur-PK"]).checked("europe-west4").is_ok());
        assert!(config("chirp_3", &["es-MX"]).checked("eu").is_ok());
    }

    #[test]
    fn a_model_has_locations_limits_and_features() {
        let error = |config: Config, location| config.checked(location).expect_err("an error").to_string();
        for (model, location) in [("chirp_2", "eu"), ("chirp_3", "global")] {
            assert!(error(config(model, &["en-US"]), location).contains("does not exist in the location"));
        }
        let offsets = json!({"model": "chirp_3", "languageCodes": ["en-US"], "autoDecodingConfig": {},
            "features": {"enableWordTimeOffsets": true, "multiChannelMode": 1}});
        let options =
            serde_json::from_value::<Config>(offsets).expect("a config").checked("eu").expect("accepted");
        assert!(options.channels);
        assert_eq!(options.batch_length.as_secs(), 1200);
        let plain = config("chirp_3", &["en-US"]).checked("us").expect("accepted");
        assert_eq!((plain.channels, plain.batch_length.as_secs()), (false, 3600));
        let short = json!({"model": "latest_short", "languageCodes": ["en-US"], "autoDecodingConfig": {},
            "features": {"multiChannelMode": "SEPARATE_RECOGNITION_PER_CHANNEL"}});
        assert!(error(serde_json::from_value(short).expect("a config"), "eu").contains("multi_channel_mode"));
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
        assert!(error(config("chirp_3", &["ur-PK"])).contains("is not supported by the model \"chirp_3\""));
        assert!(error(config("long", &[])).contains("language code"));
        assert!(error(Config::default()).contains("decoding config"));
    }
}
