//! Deserializes a value and reports all of its faults, while serde alone stops at the first.
//!
//! After each fault, the invalid value is replaced by a placeholder and the input is read again, until it can be read
//! or no placeholder fits. An input with placeholders is never returned: its faults are.

mod input;

use garde::Validate;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::input::{Fault, Input, Pairs, join};
use crate::http::problem::FieldError;

/// The maximum number of faults reported for one request.
const MAX_FAULTS: usize = 64;

type Faults = Vec<FieldError>;

/// Deserializes and validates a JSON value.
pub(super) fn read_json<T: DeserializeOwned + Validate<Context = ()>>(value: Value) -> Result<T, Faults> {
    if !value.is_object() {
        // serde would also accept an array for a struct.
        return Err(vec![FieldError {
            field: String::new(),
            code: "type",
            message: "expected an object".into(),
        }]);
    }
    let mut faults = Faults::new();
    refuse_nul(&value, String::new(), &mut faults);
    read(value, faults)
}

/// Deserializes and validates the pairs of a query or a form.
pub(in crate::http) fn read_pairs<T: DeserializeOwned + Validate<Context = ()>>(
    pairs: Vec<(String, String)>,
) -> Result<T, Faults> {
    let mut faults = Faults::new();
    for (name, value) in &pairs {
        refuse_nul(&Value::from(value.as_str()), name.clone(), &mut faults);
    }
    read(Pairs(pairs), faults)
}

fn read<T: DeserializeOwned + Validate<Context = ()>>(
    mut input: impl Input,
    mut faults: Faults,
) -> Result<T, Faults> {
    let mut value = None;
    for _ in 0..MAX_FAULTS {
        match input.read::<T>() {
            Ok(read) => {
                value = Some(read);
                break;
            }
            Err(fault) => {
                let mended = mend::<T>(&mut input, &fault);
                if !faults.iter().any(|known| known.field == fault.error.field) {
                    faults.push(fault.error);
                }
                if !mended {
                    break;
                }
            }
        }
    }
    conclude(value, faults)
}

/// Validates the value and adds the faults found, except for fields that already have a fault.
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

/// Refuses texts that contain U+0000, which PostgreSQL cannot store.
fn refuse_nul(value: &Value, path: String, faults: &mut Faults) {
    match value {
        Value::String(text) if text.contains('\0') => {
            faults.push(FieldError {
                field: path,
                code: "invalid",
                message: "contains the character U+0000".into(),
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

/// Replaces the value at a fault by a placeholder. Returns true if the input can then be read past this fault.
fn mend<T: DeserializeOwned>(input: &mut impl Input, fault: &Fault) -> bool {
    if fault.error.code == "unknown" {
        return input.remove(&fault.place);
    }
    let mut harmless = vec![
        json!("1970-01-01T00:00:00Z"),
        json!({}),
        json!([]),
        json!(false),
        json!(0),
        json!("00000000-0000-0000-0000-000000000000"),
    ];
    harmless.extend(fault.variant.clone().map(Value::from));
    let mut asked = fault.variant.is_some();
    while let Some(candidate) = harmless.pop() {
        input.set(&fault.place, candidate);
        match input.read::<T>() {
            Err(next) if next.error.field == fault.error.field => {
                // Now that the field has a value, the message may name an accepted variant.
                if let Some(variant) = next.variant.filter(|_| !asked) {
                    asked = true;
                    harmless.clear();
                    harmless.push(variant.into());
                }
            }
            _ => return true,
        }
    }
    // No placeholder fits, but the field may be optional.
    input.remove(&fault.place)
        && input.read::<T>().err().is_none_or(|next| next.error.field != fault.error.field)
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
    fn a_valid_body_is_accepted() {
        let id = "018f8f8f-0000-7000-8000-000000000000";
        let body: Body =
            read_json(json!({"name": "a", "size": 2, "kind": "small", "id": id, "parts": [{"text": "t"}]}))
                .expect("a body");
        assert_eq!((body.name.as_str(), body.size, body.parts[0].text.as_str()), ("a", 2, "t"));
        assert!(matches!(body.kind, Some(Kind::Small)));
        assert_eq!(body.id.to_string(), id);
    }

    #[test]
    fn all_faults_of_a_body_are_reported_at_once() {
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
    fn all_faults_of_a_query_are_reported_at_once() {
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
        let nul = read_pairs::<Query>(vec![pair("limit", "\0")]).expect_err("faults");
        assert_eq!(nul.len(), 1, "{nul:?}");
    }
}
