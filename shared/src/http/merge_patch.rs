//! The fields of a merge patch (RFC 7396): absent, cleared by null, or set.

use serde::{Deserialize, Deserializer};

/// A field that can be cleared. Requires `#[serde(default)]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// The field is absent and keeps its value.
    #[default]
    Keep,
    /// The field is null and its value is removed.
    Clear,
    /// The field is set to this value.
    Set(T),
}

impl<T> Field<T> {
    /// Returns the value after the patch, given the value before it.
    pub fn apply<U>(self, before: Option<U>, value: impl FnOnce(T) -> U) -> Option<U> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(new) => Some(value(new)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}

impl<T: garde::Validate> garde::Validate for Field<T> {
    type Context = T::Context;

    fn validate_into(
        &self,
        context: &T::Context,
        path: &mut dyn FnMut() -> garde::Path,
        report: &mut garde::Report,
    ) {
        if let Self::Set(value) = self {
            value.validate_into(context, path, report);
        }
    }
}

/// Deserializes a field that can be absent or set, but not cleared. Requires `#[serde(default)]`.
///
/// # Errors
/// If the field is null or invalid.
pub fn kept_or_set<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use serde::Deserialize;
    use serde_json::json;

    use super::Field;
    use crate::base::text::Name;

    #[derive(Deserialize, Validate)]
    struct Patch {
        #[serde(default)]
        #[garde(dive)]
        name: Field<Name>,
    }

    #[test]
    fn null_clears_a_field_and_an_absent_field_keeps_its_value() {
        let read = |value| serde_json::from_value::<Patch>(value).expect("a patch").name;
        let after = |value| read(value).apply(Some("Eve".to_owned()), |name| name.as_str().to_owned());
        assert_eq!(after(json!({})), Some("Eve".to_owned()));
        assert_eq!(after(json!({"name": null})), None);
        assert_eq!(after(json!({"name": "Ada"})), Some("Ada".to_owned()));
    }

    #[test]
    fn a_value_that_is_set_must_be_valid() {
        let valid = |value| serde_json::from_value::<Patch>(value).expect("a patch").validate().is_ok();
        assert!(valid(json!({"name": null})) && valid(json!({})) && valid(json!({"name": "Ada"})));
        assert!(!valid(json!({"name": ""})));
    }
}
