//! Reads a value and finds all of its faults, where serde alone stops at the first.
//!
//! After each fault the place is filled with something harmless and the value is read again, until it
//! can be read or nothing harmless fits. What was filled in never leaves this module.

use garde::Validate;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};

use crate::problem::FieldError;

/// More faults than this are not worth reporting.
const MAX_FAULTS: usize = 64;

type Faults = Vec<FieldError>;

/// Reads and validates a JSON value.
pub(super) fn read_json<T: DeserializeOwned + Validate<Context = ()>>(mut value: Value) -> Result<T, Faults> {
    if !value.is_object() {
        // serde would take an array for a struct.
        return Err(vec![FieldError {
            field: String::new(),
            code: "type",
            message: "expected an object".into(),
        }]);
    }
    let mut faults = Faults::new();
    refuse_nul(&value, String::new(), &mut faults);
    let mut read = None;
    while read.is_none() && faults.len() < MAX_FAULTS {
        match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(value) => read = Some(value),
            Err(error) => {
                let (path, message) = (segments(error.path()), error.inner().to_string());
                let (fault, place) = fault(&path, &message);
                if !mend::<T>(&mut value, &place, &fault, &message) {
                    faults.push(fault);
                    break;
                }
                faults.push(fault);
            }
        }
    }
    conclude(read, faults)
}

/// Reads and validates the pairs of a query or a form.
pub(super) fn read_pairs<T: DeserializeOwned + Validate<Context = ()>>(
    mut pairs: Vec<(String, String)>,
) -> Result<T, Faults> {
    let mut faults = Faults::new();
    for (name, value) in &pairs {
        refuse_nul(&Value::from(value.as_str()), name.clone(), &mut faults);
    }
    let mut read = None;
    while read.is_none() && faults.len() < MAX_FAULTS {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let source = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(text.as_bytes()));
        match serde_path_to_error::deserialize::<_, T>(source) {
            Ok(value) => read = Some(value),
            Err(error) => {
                let (fault, _) = fault(&segments(error.path()), &error.inner().to_string());
                let before = pairs.len();
                pairs.retain(|(name, _)| *name != fault.field);
                let mended = pairs.len() < before;
                faults.push(fault);
                if !mended {
                    break;
                }
            }
        }
    }
    conclude(read, faults)
}

/// Adds the faults of the values themselves, except where something was filled in.
fn conclude<T: Validate<Context = ()>>(read: Option<T>, mut faults: Faults) -> Result<T, Faults> {
    let Some(value) = read else { return Err(faults) };
    if let Err(report) = value.validate() {
        for (path, error) in report.iter() {
            let field = path.to_string();
            if !faults.iter().any(|fault| fault.field == field) {
                faults.push(FieldError { field, code: "invalid", message: error.to_string() });
            }
        }
    }
    if faults.is_empty() { Ok(value) } else { Err(faults) }
}

/// Postgres cannot store U+0000, and no text of a person holds it.
fn refuse_nul(value: &Value, path: String, faults: &mut Faults) {
    match value {
        Value::String(text) if text.contains('\0') => {
            faults.push(FieldError {
                field: path,
                code: "invalid",
                message: "holds the character U+0000".into(),
            });
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                refuse_nul(value, format!("{path}[{index}]"), faults);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                refuse_nul(value, join(&path, name), faults);
            }
        }
        _ => {}
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
enum Step {
    Name(String),
    Index(usize),
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// What serde's message says, and the place in the value that it speaks of.
fn fault(path: &[Step], message: &str) -> (FieldError, Vec<Step>) {
    let named = message.split('`').nth(1).unwrap_or_default();
    let (code, message, field) = if message.starts_with("unknown field") {
        ("unknown", "is not a field of this request".to_owned(), Some(named))
    } else if message.starts_with("missing field") {
        ("required", "is required".to_owned(), Some(named))
    } else if message.starts_with("duplicate field") {
        ("invalid", "is given twice".to_owned(), Some(named))
    } else {
        let text = message.split(" at line ").next().unwrap_or(message);
        (if message.starts_with("invalid type") { "type" } else { "invalid" }, text.to_owned(), None)
    };
    let mut place = path.to_vec();
    if let Some(field) = field
        && place.last() != Some(&Step::Name(field.to_owned()))
    {
        place.push(Step::Name(field.to_owned()));
    }
    let written = place.iter().fold(String::new(), |path, step| match step {
        Step::Name(name) => join(&path, name),
        Step::Index(index) => format!("{path}[{index}]"),
    });
    (FieldError { field: written, code, message }, place)
}

/// Puts something at `place` that lets reading go on; whether it does.
fn mend<T: DeserializeOwned>(value: &mut Value, place: &[Step], fault: &FieldError, message: &str) -> bool {
    let Some((last, parents)) = place.split_last() else { return false };
    let mut parent = &mut *value;
    for step in parents {
        let next = match step {
            Step::Name(name) => parent.get_mut(name),
            Step::Index(index) => parent.get_mut(index),
        };
        match next {
            Some(child) => parent = child,
            None => return false,
        }
    }
    if fault.code == "unknown" {
        let Step::Name(name) = last else { return false };
        return parent.as_object_mut().is_some_and(|fields| fields.remove(name).is_some());
    }
    // `unknown variant `x`, expected one of `a`, `b``: the first one expected is harmless.
    let variant = message.split('`').nth(3).unwrap_or_default();
    let harmless = [
        json!(variant),
        json!("00000000-0000-0000-0000-000000000000"),
        json!(0),
        json!(false),
        json!([]),
        json!({}),
        json!("1970-01-01T00:00:00Z"),
    ];
    let parents_of = parents.to_vec();
    for candidate in harmless {
        set(value, &parents_of, last, candidate);
        match serde_path_to_error::deserialize::<_, T>(&*value) {
            Ok(_) => return true,
            Err(error) => {
                let (next, _) = self::fault(&segments(error.path()), &error.inner().to_string());
                if next.field != fault.field {
                    return true;
                }
            }
        }
    }
    false
}

fn set(value: &mut Value, parents: &[Step], last: &Step, new: Value) {
    let mut parent = value;
    for step in parents {
        let next = match step {
            Step::Name(name) => parent.get_mut(name),
            Step::Index(index) => parent.get_mut(index),
        };
        match next {
            Some(child) => parent = child,
            None => return,
        }
    }
    match (last, parent) {
        (Step::Name(name), Value::Object(fields)) => {
            fields.insert(name.clone(), new);
        }
        (Step::Index(index), Value::Array(values)) => {
            if let Some(place) = values.get_mut(*index) {
                *place = new;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use serde::Deserialize;
    use serde_json::json;

    use super::{read_json, read_pairs};

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[garde(length(chars, min = 1, max = 5))]
        name: String,
        #[garde(range(min = 1))]
        size: i64,
        #[garde(skip)]
        kind: Option<Kind>,
        #[garde(skip)]
        id: uuid::Uuid,
        #[serde(default)]
        #[garde(dive)]
        parts: Vec<Part>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Small,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Part {
        #[garde(length(min = 1))]
        text: String,
    }

    fn faults(value: serde_json::Value) -> Vec<(String, &'static str)> {
        let faults = read_json::<Body>(value).expect_err("faults");
        let mut faults: Vec<_> = faults.into_iter().map(|fault| (fault.field, fault.code)).collect();
        faults.sort();
        faults
    }

    fn expected(faults: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
        faults.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect()
    }

    #[test]
    fn a_good_body_is_read() {
        let id = "018f8f8f-0000-7000-8000-000000000000";
        let body: Body =
            read_json(json!({"name": "a", "size": 2, "kind": "small", "id": id, "parts": [{"text": "t"}]}))
                .expect("a body");
        assert_eq!((body.name.as_str(), body.size, body.parts[0].text.as_str()), ("a", 2, "t"));
        assert!(matches!(body.kind, Some(Kind::Small)));
        assert_eq!(body.id.to_string(), id);
    }

    #[test]
    fn all_faults_are_found_at_once() {
        assert_eq!(
            faults(
                json!({"name": 7, "size": 0, "kind": "huge", "more": 1, "other": 2, "parts": [{"text": "", "x": 1}, 5]})
            ),
            expected(&[
                ("id", "required"),
                ("kind", "invalid"),
                ("more", "unknown"),
                ("name", "type"),
                ("other", "unknown"),
                ("parts[0].text", "invalid"),
                ("parts[0].x", "unknown"),
                ("parts[1]", "type"),
                ("parts[1].text", "required"),
                ("size", "invalid"),
            ])
        );
        assert_eq!(
            faults(json!({})),
            expected(&[("id", "required"), ("name", "required"), ("size", "required")])
        );
        assert_eq!(
            faults(json!({"name": "a\u{0}", "size": "2", "id": "no"})),
            expected(&[("id", "invalid"), ("name", "invalid"), ("size", "type")])
        );
        assert_eq!(faults(json!([1])).len(), 1);
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Query {
        #[garde(range(min = 1, max = 200))]
        limit: Option<u32>,
        #[garde(skip)]
        kind: Option<Kind>,
    }

    #[test]
    fn a_query_is_read_and_all_its_faults_are_found() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let query: Query = read_pairs(vec![pair("limit", "5"), pair("kind", "small")]).expect("a query");
        assert_eq!(query.limit, Some(5));
        assert!(query.kind.is_some());
        let mut faults: Vec<_> =
            read_pairs::<Query>(vec![pair("limit", "many"), pair("kind", "huge"), pair("lmit", "5")])
                .expect_err("faults")
                .into_iter()
                .map(|fault| fault.field)
                .collect();
        faults.sort();
        assert_eq!(faults, ["kind", "limit", "lmit"]);
    }
}
