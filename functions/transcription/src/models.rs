//! The choice of a model of Speech-to-Text by location, language and duration.
//!
//! `chirp_3` is the default. It times words in recordings of up to 20 minutes only
//! (<https://cloud.google.com/speech-to-text/docs/models/chirp-3>). `chirp_2` accepts recordings of up to 8 hours, in
//! other languages and in other locations (<https://cloud.google.com/speech-to-text/docs/models/chirp-2>): the closest
//! location in the same jurisdiction is used. In languages that only `chirp_3` has, recordings of up to an hour get no
//! word times.

use std::time::Duration;

use shared::items::{Failure, languages::Language};

use crate::faults;

/// The duration of the longest recording that any model accepts.
pub(crate) const LONGEST: Duration = Duration::from_secs(8 * 3600);
const HOUR: Duration = Duration::from_secs(3600);
const TIMED: Duration = Duration::from_secs(20 * 60);

/// The locations of `chirp_3`, each with the location of `chirp_2` for longer recordings, if there is one.
const CHIRP_3: [(&str, Option<&str>); 8] = [
    ("eu", Some("europe-west4")),
    ("us", Some("us-central1")),
    ("asia-southeast1", Some("asia-southeast1")),
    ("asia-northeast1", None),
    ("asia-south1", None),
    ("europe-west2", None),
    ("europe-west3", None),
    ("northamerica-northeast1", None),
];
/// The locations of `chirp_2`.
const CHIRP_2: [&str; 3] = ["us-central1", "europe-west4", "asia-southeast1"];

/// A model with its limits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) location: String,
    /// The duration of the longest recording for a batch operation.
    pub(crate) longest: Duration,
    /// True if the model reports the times of words in recordings of this length.
    pub(crate) times_words: bool,
}

impl Model {
    fn new(name: &str, location: &str) -> Self {
        Self { name: name.to_owned(), location: location.to_owned(), longest: LONGEST, times_words: true }
    }

    fn chirp_2(location: &str) -> Self {
        Self::new("chirp_2", location)
    }

    /// Returns whether the model supports a language. Returns true for earlier models: the operator who configures one
    /// must know its languages.
    fn offers(&self, language: &Language) -> bool {
        match self.name.as_str() {
            "chirp_2" => language.is_in_chirp_2,
            "chirp_3" => language.is_in_chirp_3,
            _ => true,
        }
    }
}

/// The models that recordings may be sent to, the preferred one first.
#[derive(Debug, Clone)]
pub(crate) struct Models(Vec<Model>);

impl Models {
    /// Returns the models for a recognizer in `location`: all models, or the configured model. A recognizer other than
    /// the default exists only in its location.
    ///
    /// # Errors
    /// When the location has no such model.
    pub(crate) fn new(location: &str, is_default: bool, configured: Option<&str>) -> Result<Self, String> {
        let of_chirp_3 = CHIRP_3.iter().find(|(name, _)| *name == location);
        let chirp_3 = || {
            let timed = Model { longest: TIMED, ..Model::new("chirp_3", location) };
            let untimed = Model { longest: HOUR, times_words: false, ..timed.clone() };
            (timed, untimed)
        };
        let has_chirp_2 = CHIRP_2.contains(&location);
        let models = match (configured, of_chirp_3) {
            (Some("chirp_3"), Some(_)) => {
                let (timed, untimed) = chirp_3();
                vec![timed, untimed]
            }
            (Some("chirp_2"), _) if has_chirp_2 => vec![Model::chirp_2(location)],
            (Some(name @ ("chirp_2" | "chirp_3")), _) => {
                return Err(format!("{location} has no model {name}"));
            }
            (Some(name), _) => vec![Model::new(name, location)],
            (None, Some((_, other))) => {
                let (timed, untimed) = chirp_3();
                let other = other.filter(|other| is_default || *other == location);
                [Some(timed), other.map(Model::chirp_2), Some(untimed)].into_iter().flatten().collect()
            }
            (None, None) if has_chirp_2 => vec![Model::chirp_2(location)],
            (None, None) => {
                return Err(format!("{location} has neither chirp_3 nor chirp_2; set SPEECH_MODEL"));
            }
        };
        Ok(Self(models))
    }

    /// Returns the locations of all models.
    pub(crate) fn locations(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|model| model.location.as_str())
    }

    /// Returns the model for a recording that is short enough for a synchronous call.
    pub(crate) fn for_call(&self, language: &Language) -> Result<&Model, Failure> {
        self.0.iter().find(|model| model.offers(language)).ok_or_else(faults::unsupported_language)
    }

    /// Returns the model for a batch operation. A recording of unknown duration needs the model with the highest limit.
    pub(crate) fn for_batch(
        &self,
        language: &Language,
        duration: Option<Duration>,
    ) -> Result<&Model, Failure> {
        let longest = self.0.iter().filter(|model| model.offers(language)).max_by_key(|model| model.longest);
        let longest = longest.ok_or_else(faults::unsupported_language)?;
        let Some(duration) = duration else { return Ok(longest) };
        let fits = self.0.iter().find(|model| model.offers(language) && duration <= model.longest);
        fits.ok_or_else(|| faults::too_long(longest.longest))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use shared::items::languages::find_language;

    use super::Models;

    /// Returns the model, its location and whether it times words, or the code of the failure.
    fn chosen(models: &Models, language: &str, minutes: Option<u64>) -> String {
        let language = find_language(language).expect("a language");
        let duration = minutes.map(|minutes| Duration::from_secs(minutes * 60));
        match models.for_batch(language, duration) {
            Ok(model) => format!("{} {} {}", model.name, model.location, model.times_words),
            Err(failure) => failure.code,
        }
    }

    #[test]
    fn length_language_and_location_determine_the_model() {
        let eu = Models::new("eu", true, None).expect("models");
        for (language, minutes, expected) in [
            ("de", Some(20), "chirp_3 eu true"),
            ("de", Some(21), "chirp_2 europe-west4 true"),
            ("de", Some(480), "chirp_2 europe-west4 true"),
            ("de", Some(481), "too_long"),
            ("de", None, "chirp_2 europe-west4 true"),
            ("nb", Some(20), "chirp_3 eu true"),
            ("nb", Some(60), "chirp_3 eu false"),
            ("nb", Some(61), "too_long"),
            ("nb", None, "chirp_3 eu false"),
            ("ur", Some(1), "chirp_2 europe-west4 true"),
            ("ur", Some(480), "chirp_2 europe-west4 true"),
        ] {
            assert_eq!(chosen(&eu, language, minutes), expected, "{language} {minutes:?}");
        }
        let tokyo = Models::new("asia-northeast1", true, None).expect("models");
        assert_eq!(chosen(&tokyo, "ja", Some(60)), "chirp_3 asia-northeast1 false");
        assert_eq!(chosen(&tokyo, "ja", Some(61)), "too_long");
        assert_eq!(chosen(&tokyo, "ur", Some(1)), "unsupported_language");
        let own = Models::new("eu", false, None).expect("models");
        assert_eq!(chosen(&own, "de", Some(61)), "too_long");
        let iowa = Models::new("us-central1", true, None).expect("models");
        assert_eq!(chosen(&iowa, "nb", Some(1)), "unsupported_language");
        let telephony = Models::new("global", true, Some("telephony")).expect("models");
        assert_eq!(chosen(&telephony, "nb", Some(480)), "telephony global true");
    }

    #[test]
    fn impossible_combinations_are_refused_at_startup() {
        for (location, model) in [("global", None), ("eu", Some("chirp_2")), ("us-central1", Some("chirp_3"))]
        {
            assert!(Models::new(location, true, model).is_err(), "{location} {model:?}");
        }
    }
}
