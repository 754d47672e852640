//! Deserializes a value and reports all of its faults, while serde alone stops at the first.
//!
//! After each fault, the invalid value is replaced by a placeholder and the input is read again, until it can be read
//! or no placeholder fits. If the input has placeholders, only its faults are returned, never its value. Unknown fields
//! of one object are removed together.
//!
//! Anyone can send an invalid request, so its cost is bounded: [`MAX_READ`] limits the work, and [`Faults`] the
//! response.

mod input;

use garde::Validate;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::input::{Fault, Input, Pairs, Step, render};
use crate::http::problem::{FieldError, FieldErrorCode};

/// The maximum number of errors in a response.
const MAX_ERRORS: usize = 100;
/// The maximum length of a field's path in a response, in bytes.
const MAX_PATH: usize = 200;
/// The maximum length of a message in a response, in bytes. The longest message lists the languages of recordings.
const MAX_MESSAGE: usize = 1500;
/// The maximum size of all errors in a response, in bytes, in addition to twice the size of the request.
const MAX_SIZE: usize = 3 << 10;
/// The total number of bytes to read again in search of further faults. A large input is read less often than a small
/// input.
const MAX_READ: usize = 16 << 10;

/// The faults of a request, limited in number and size.
struct Faults {
    errors: Vec<FieldError>,
    /// The number of bytes left for errors.
    room: usize,
}

impl Faults {
    fn of_request(size: usize) -> Self {
        Self { errors: Vec::new(), room: 2 * size + MAX_SIZE }
    }

    fn is_full(&self) -> bool {
        self.errors.len() == MAX_ERRORS || self.room == 0
    }

    /// Adds an error, unless its field has one already or the limit is reached.
    fn push(&mut self, mut error: FieldError) {
        truncate(&mut error.field, MAX_PATH);
        truncate(&mut error.message, MAX_MESSAGE);
        if self.is_full() || self.errors.iter().any(|known| known.field == error.field) {
            return;
        }
        // A field error can always be serialized.
        let size = serde_json::to_string(&error).map_or(0, |text| text.len()) + 1;
        self.room = self.room.saturating_sub(size);
        if self.room > 0 {
            self.errors.push(error);
        }
    }
}

fn truncate(text: &mut String, length: usize) {
    if text.len() > length {
        text.truncate(text.floor_char_boundary(length));
        text.push('…');
    }
}

/// Deserializes and validates a JSON value that was read from `size` bytes.
pub(super) fn read_json<T: DeserializeOwned + Validate<Context = ()>>(
    value: Value,
    size: usize,
) -> Result<T, Vec<FieldError>> {
    if !value.is_object() {
        // serde would also accept an array for a struct.
        return Err(vec![FieldError {
            field: String::new(),
            code: FieldErrorCode::Type,
            message: "expected an object".into(),
        }]);
    }
    let mut faults = Faults::of_request(size);
    refuse_nuls(&value, &Place::Root, &mut faults);
    read(value, size, faults)
}

/// Deserializes and validates the pairs of a query or a form of `size` bytes.
pub(in crate::http) fn read_pairs<T: DeserializeOwned + Validate<Context = ()>>(
    pairs: Vec<(String, String)>,
    size: usize,
) -> Result<T, Vec<FieldError>> {
    let mut faults = Faults::of_request(size);
    for (name, value) in &pairs {
        refuse_nul(value, &Place::Name(&Place::Root, name), &mut faults);
    }
    read(Pairs(pairs), size, faults)
}

fn read<T: DeserializeOwned + Validate<Context = ()>>(
    mut input: impl Input,
    size: usize,
    mut faults: Faults,
) -> Result<T, Vec<FieldError>> {
    let mut reads = MAX_READ / size.max(1);
    while !faults.is_full() {
        let fault = match input.read::<T>() {
            Ok(value) => return conclude(value, faults),
            Err(fault) => fault,
        };
        let repaired = match &fault.accepted {
            Some(accepted) => refuse_others(&mut input, &fault, accepted, &mut faults),
            None => repair::<T>(&mut input, &fault, &mut reads),
        };
        faults.push(fault.error);
        if !repaired || !take(&mut reads) {
            break;
        }
    }
    Err(faults.errors)
}

/// Refuses and removes all unknown fields of the object in which one was found, so that the input is not read again for
/// each of them. Returns false if there are none.
fn refuse_others(input: &mut impl Input, fault: &Fault, accepted: &[String], faults: &mut Faults) -> bool {
    let parents = fault.place.split_last().map_or(&[][..], |(_, parents)| parents);
    let unknown = input.remove_others(parents, accepted);
    let is_one = !unknown.is_empty();
    for name in unknown {
        if faults.is_full() {
            break;
        }
        let field = render(&[parents, &[Step::Name(name)]].concat());
        faults.push(FieldError { field, ..fault.error.clone() });
    }
    is_one
}

/// Returns true if the input may be read again, and decrements the number of remaining reads.
fn take(reads: &mut usize) -> bool {
    let left = *reads > 0;
    *reads = reads.saturating_sub(1);
    left
}

/// Validates the value and adds the faults found, except for fields that already have a fault.
fn conclude<T: Validate<Context = ()>>(value: T, mut faults: Faults) -> Result<T, Vec<FieldError>> {
    if let Err(report) = value.validate() {
        for (path, error) in report.iter() {
            faults.push(FieldError {
                field: path.to_string(),
                code: FieldErrorCode::Invalid,
                message: error.to_string(),
            });
        }
    }
    if faults.errors.is_empty() { Ok(value) } else { Err(faults.errors) }
}

/// Refuses a text that contains U+0000, which PostgreSQL cannot store.
fn refuse_nul(text: &str, place: &Place<'_>, faults: &mut Faults) {
    if text.contains('\0') {
        faults.push(FieldError {
            field: render(&place.steps()),
            code: FieldErrorCode::Invalid,
            message: "contains the character U+0000".into(),
        });
    }
}

/// Refuses all texts of a value that contain U+0000.
fn refuse_nuls(value: &Value, place: &Place<'_>, faults: &mut Faults) {
    match value {
        _ if faults.is_full() => {}
        Value::String(text) => refuse_nul(text, place, faults),
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                refuse_nuls(value, &Place::Index(place, index), faults);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                refuse_nuls(value, &Place::Name(place, name), faults);
            }
        }
        _ => {}
    }
}

/// The place of a value while the input is searched. Names are copied only for a value that is refused.
enum Place<'p> {
    Root,
    Name(&'p Self, &'p str),
    Index(&'p Self, usize),
}

impl Place<'_> {
    fn steps(&self) -> Vec<Step> {
        let (parent, step) = match self {
            Self::Root => return Vec::new(),
            Self::Name(parent, name) => (parent, Step::Name((*name).to_owned())),
            Self::Index(parent, index) => (parent, Step::Index(*index)),
        };
        let mut steps = parent.steps();
        steps.push(step);
        steps
    }
}

/// Replaces the value at a fault by a placeholder. Returns true if the input can then be read past this fault.
fn repair<T: DeserializeOwned>(input: &mut impl Input, fault: &Fault, reads: &mut usize) -> bool {
    if fault.error.code == FieldErrorCode::Unknown {
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
    let mut from_variant = fault.variant.is_some();
    while let Some(candidate) = harmless.pop() {
        input.set(&fault.place, candidate);
        if !take(reads) {
            return false;
        }
        match input.read::<T>() {
            Err(next) if next.place == fault.place => {
                // Now that the field has a value, the message may name an accepted variant.
                if let Some(variant) = next.variant.filter(|_| !from_variant) {
                    from_variant = true;
                    harmless.clear();
                    harmless.push(variant.into());
                }
            }
            _ => return true,
        }
    }
    // No placeholder fits, but the field may be optional.
    input.remove(&fault.place)
        && take(reads)
        && input.read::<T>().err().is_none_or(|next| next.place != fault.place)
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use serde::Deserialize;
    use serde_json::json;

    use super::{
        FieldErrorCode::{self, Invalid, Required, Type, Unknown},
        read_json, read_pairs,
    };

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

    fn faults(value: serde_json::Value) -> Vec<(String, FieldErrorCode)> {
        let size = value.to_string().len();
        let faults = read_json::<Body>(value, size).expect_err("faults");
        let mut faults: Vec<_> = faults.into_iter().map(|fault| (fault.field, fault.code)).collect();
        faults.sort();
        faults
    }

    fn expected(faults: &[(&str, FieldErrorCode)]) -> Vec<(String, FieldErrorCode)> {
        faults.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect()
    }

    #[test]
    fn a_valid_body_is_accepted() {
        let id = "018f8f8f-0000-7000-8000-000000000000";
        let value = json!({"name": "a", "size": 2, "kind": "small", "id": id, "parts": [{"text": "t"}]});
        let body: Body = read_json(value, 100).expect("a body");
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
                ("id", Required),
                ("kind", Invalid),
                ("more", Unknown),
                ("name", Type),
                ("other", Unknown),
                ("parts[0].text", Invalid),
                ("parts[0].x", Unknown),
                ("parts[1]", Type),
                ("parts[1].text", Required),
                ("size", Invalid),
            ])
        );
        assert_eq!(faults(json!({})), expected(&[("id", Required), ("name", Required), ("size", Required)]));
        assert_eq!(
            faults(json!({"name": "a\u{0}", "size": "2", "id": "no"})),
            expected(&[("id", Invalid), ("name", Invalid), ("size", Type)])
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
        let query: Query = read_pairs(vec![pair("limit", "5"), pair("kind", "small")], 18).expect("a query");
        assert_eq!(query.limit, Some(5));
        assert!(query.kind.is_some());
        let mut faults: Vec<_> =
            read_pairs::<Query>(vec![pair("limit", "many"), pair("kind", "huge"), pair("lmit", "5")], 29)
                .expect_err("faults")
                .into_iter()
                .map(|fault| fault.field)
                .collect();
        faults.sort();
        assert_eq!(faults, ["kind", "limit", "lmit"]);
        let nul = read_pairs::<Query>(vec![pair("limit", "\0")], 9).expect_err("faults");
        assert_eq!(nul.len(), 1, "{nul:?}");
    }
    /// Returns the errors for a text, and their size.
    fn errors(text: &str) -> (Vec<crate::http::problem::FieldError>, usize) {
        let value = serde_json::from_str(text).expect("JSON");
        let errors = read_json::<Body>(value, text.len()).expect_err("faults");
        let size = json!(errors).to_string().len();
        (errors, size)
    }

    #[test]
    fn the_number_and_the_size_of_errors_are_bounded() {
        let many = |count: usize, value: &str| {
            let fields: Vec<String> = (0..count).map(|number| format!("\"{number:04}\":{value}")).collect();
            format!("{{{}}}", fields.join(","))
        };
        let nul = "\"\\u0000\"";
        let long = "k".repeat(30_000);
        for text in [
            many(70, "1"),
            many(5_000, "1"),
            many(5_000, nul),
            many(5_000, "[{}]"),
            format!("{{\"{long}\":[{}]}}", [nul; 900].join(",")),
            format!("{{\"{}\":1}}", "\\u0001".repeat(9_000)),
            format!("{{\"{}\":1,\"name\":1}}", "`".repeat(9_000)),
            format!("{{\"size\":\"{}\"}}", "\\u0001".repeat(9_000)),
            format!("{{\"kind\":\"{long}\",\"id\":\"{long}\"}}"),
            format!("{{\"name\":{}{}}}", "[".repeat(100), "]".repeat(100)),
        ] {
            let (errors, size) = errors(&text);
            let head = &text[..text.len().min(60)];
            assert!((1..=100).contains(&errors.len()), "{head}: {} errors", errors.len());
            assert!(size <= 2 * text.len() + 3_100, "{head}: {size} bytes");
            assert!(
                errors.iter().all(|error| error.field.len() <= 203 && error.message.len() <= 1_503),
                "{head}"
            );
        }
        assert_eq!(errors(&many(200, nul)).0.len(), 100);
    }
}
