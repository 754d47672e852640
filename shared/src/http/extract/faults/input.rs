//! The inputs of extractors: JSON values, and the name and value pairs of a query or a form.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use super::MAX_ERRORS;
use crate::http::problem::{FieldError, FieldErrorCode};

/// An input that can be deserialized and whose fields can be replaced or removed.
pub(super) trait Input {
    fn read<T: DeserializeOwned>(&self) -> Result<T, Box<Fault>>;
    /// Removes a field. Returns true if it was present.
    fn remove(&mut self, place: &[Step]) -> bool;
    /// Removes the fields of the value at `place` that are not accepted. Returns the names of up to [`MAX_ERRORS`].
    fn remove_others(&mut self, place: &[Step], accepted: &[String]) -> Vec<String>;
    /// Sets the value of a field, which may be missing.
    fn set(&mut self, place: &[Step], value: Value);
}

impl Input for Value {
    fn read<T: DeserializeOwned>(&self) -> Result<T, Box<Fault>> {
        serde_path_to_error::deserialize(self)
            .map_err(|error| Box::new(Fault::new(&segments(error.path()), error.inner().to_string())))
    }

    fn remove(&mut self, place: &[Step]) -> bool {
        match parent_of(self, place) {
            Some((Self::Object(fields), Step::Name(name))) => fields.remove(name).is_some(),
            _ => false,
        }
    }

    fn remove_others(&mut self, place: &[Step], accepted: &[String]) -> Vec<String> {
        let Some(Self::Object(fields)) = value_at(self, place) else { return Vec::new() };
        let others = fields.keys().filter(|name| !accepted.contains(name));
        let others = others.take(MAX_ERRORS).cloned().collect();
        fields.retain(|name, _| accepted.contains(name));
        others
    }

    fn set(&mut self, place: &[Step], value: Value) {
        match parent_of(self, place) {
            Some((Self::Object(fields), Step::Name(name))) => {
                fields.insert(name.clone(), value);
            }
            Some((Self::Array(values), Step::Index(index))) => {
                if let Some(place) = values.get_mut(*index) {
                    *place = value;
                }
            }
            _ => {}
        }
    }
}

/// Returns the parent of the value at `place`, and the last step of the path.
fn parent_of<'v, 's>(value: &'v mut Value, place: &'s [Step]) -> Option<(&'v mut Value, &'s Step)> {
    let (last, parents) = place.split_last()?;
    Some((value_at(value, parents)?, last))
}

fn value_at<'v>(value: &'v mut Value, place: &[Step]) -> Option<&'v mut Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Name(name) => value.get_mut(name),
        Step::Index(index) => value.get_mut(index),
    })
}

/// The pairs of a query or a form.
pub(super) struct Pairs(pub(super) Vec<(String, String)>);

impl Input for Pairs {
    fn read<T: DeserializeOwned>(&self) -> Result<T, Box<Fault>> {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish();
        let source = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(text.as_bytes()));
        serde_path_to_error::deserialize(source)
            .map_err(|error| Box::new(Fault::new(&segments(error.path()), error.inner().to_string())))
    }

    fn remove(&mut self, place: &[Step]) -> bool {
        let [Step::Name(removed)] = place else { return false };
        let before = self.0.len();
        self.0.retain(|(name, _)| name != removed);
        self.0.len() < before
    }

    fn remove_others(&mut self, _: &[Step], accepted: &[String]) -> Vec<String> {
        let removed = self.0.extract_if(.., |(name, _)| !accepted.contains(name));
        removed.map(|(name, _)| name).collect()
    }

    fn set(&mut self, place: &[Step], value: Value) {
        let [Step::Name(name)] = place else { return };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        // Keeps the order of pairs, because the pairs before this one were read without a fault.
        match self.0.iter_mut().find(|(of, _)| of == name) {
            Some(pair) => pair.1 = text,
            None => self.0.push((name.clone(), text)),
        }
    }
}

fn segments(path: &Path) -> Vec<Step> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Map { key } => Some(Step::Name(key.clone())),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

/// Returns a place as text, such as `items[3].size_bytes`.
pub(super) fn render(place: &[Step]) -> String {
    let mut path = String::new();
    for step in place {
        match step {
            Step::Name(name) if path.is_empty() => path.push_str(name),
            Step::Name(name) => path.extend([".", name]),
            Step::Index(index) => path.extend(["[", &index.to_string(), "]"]),
        }
    }
    path
}

/// An error of serde, and the place in the input that it refers to.
pub(super) struct Fault {
    pub(super) error: FieldError,
    pub(super) place: Vec<Step>,
    /// The first accepted variant, if the message is ``unknown variant `x`, expected one of `a`, `b` ``.
    pub(super) variant: Option<String>,
    /// All accepted fields, if the message is ``unknown field `x`, expected one of `a`, `b` ``.
    pub(super) accepted: Option<Vec<String>>,
}

impl Fault {
    fn new(path: &[Step], text: String) -> Self {
        let quoted = |number| text.split('`').nth(number).map(str::to_owned);
        let mut accepted = None;
        let (code, message, field) = if text.starts_with("unknown field") {
            accepted = accepted_fields(&text);
            (FieldErrorCode::Unknown, "is not a field of this request", quoted(1))
        } else if text.starts_with("missing field") {
            (FieldErrorCode::Required, "is required", quoted(1))
        } else if text.starts_with("duplicate field") {
            (FieldErrorCode::Invalid, "is duplicated", quoted(1))
        } else {
            let typed = text.starts_with("invalid type");
            let code = if typed { FieldErrorCode::Type } else { FieldErrorCode::Invalid };
            (code, text.split(" at line ").next().unwrap_or(&text), None)
        };
        let mut place = path.to_vec();
        if let Some(field) = field.map(Step::Name)
            && place.last() != Some(&field)
        {
            place.push(field);
        }
        let field = render(&place);
        let variant = text.starts_with("unknown variant").then(|| quoted(3)).flatten();
        Self { error: FieldError { field, code, message: message.to_owned() }, place, variant, accepted }
    }
}

/// Returns the fields that an `unknown field` message of serde names as accepted. `None` if it names none, as for a
/// struct with flattened fields.
fn accepted_fields(text: &str) -> Option<Vec<String>> {
    let (_, list) = text.rsplit_once(", expected ")?;
    Some(list.split('`').skip(1).step_by(2).map(str::to_owned).collect())
}
