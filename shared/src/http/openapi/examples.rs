//! Examples of schemas: values that the API could receive or answer.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::schemas::component;

/// The id of a request in examples.
pub(super) const REQUEST_ID: &str = "5f2c8a0e7b1d4c3f9e6a2b8d4c1f7e3a";

/// The text in an example if neither the name nor the format of a field determines a value. A test refuses it.
pub const PLACEHOLDER: &str = "placeholder";

/// The depth of nested references from which lists in an example stay empty.
const MAX_DEPTH: usize = 12;

/// Example values by the name of a field or parameter. The first value that the schema accepts is used.
static VALUES: LazyLock<Vec<(&str, Value)>> = LazyLock::new(|| {
    let hash = "k3Jx0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaXeUiOoQwEt";
    vec![
        ("access_token", json!("eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiIwMTk3MGEzYyJ9.c2lnbmF0dXJl")),
        ("action", json!("member.removed")),
        ("actor_name", json!("Ada Lovelace")),
        ("aaguid", json!("00000000-0000-0000-0000-000000000000")),
        ("alg", json!(-7)),
        ("alg", json!("ES256")),
        ("attestation", json!("none")),
        ("attestationObject", json!("o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVik")),
        ("attributes", json!({"eventType": "OBJECT_FINALIZE"})),
        ("authenticatorAttachment", json!("platform")),
        ("authenticatorData", json!("SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ")),
        ("box", json!([0.1, 0.08, 0.62, 0.04])),
        ("cause", json!("connection refused")),
        ("challenge", json!(hash)),
        ("clientDataJSON", json!("eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0")),
        ("code", json!("invalid_fields")),
        ("code", json!("attempts_exhausted")),
        ("code", json!("required")),
        ("confidence", json!(0.97)),
        ("content_type", json!("application/pdf")),
        ("content_type", json!("audio/wav")),
        ("corrected_text", json!("Dear Ada,\nthank you for your letter.")),
        ("crc32c", json!("yZRlqg==")),
        ("crv", json!("P-256")),
        ("current_password", json!("a quiet evening in spring")),
        ("cursor", json!("c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ")),
        ("data", json!("eyJpdGVtX2lkIjoiMDE5NzBhM2MifQ==")),
        ("description", json!("Letters from 1843")),
        ("detail", json!("The file of this item has already been uploaded.")),
        ("display_name", json!("Ada Lovelace")),
        ("displayName", json!("Ada Lovelace")),
        ("domain", json!("letters")),
        ("duration_seconds", json!(12.5)),
        ("email", json!("ada@example.org")),
        ("end", json!(0.9)),
        ("expires_in", json!(900)),
        ("failure_code", json!("attempts_exhausted")),
        ("feedback", json!("The second page is missing.")),
        ("field", json!("name")),
        ("filename", json!("letter.pdf")),
        ("headers", json!({"content-type": "application/pdf"})),
        ("id", json!("k3Jx0V1bq8n2Wm5c7Tz4Yg")),
        ("id", json!("example.org")),
        ("id", json!("81632-7")),
        ("invited_by", json!("Ada Lovelace")),
        ("ip_address", json!("192.0.2.7")),
        ("kid", json!("k1")),
        ("kty", json!("EC")),
        ("language", json!("en-US")),
        ("last_event_id", json!("81632-7")),
        ("limit", json!(50)),
        ("limit", json!("open_drafts_per_user")),
        ("message", json!("must have 1 to 200 characters")),
        ("message_id", json!("14031284920112843")),
        ("metadata", json!({})),
        ("name", json!("Letters")),
        ("new_password", json!("seven lanterns at the harbor")),
        ("next_cursor", json!("c2lnbmF0dXJlIGFuZCBzb3J0IGtleQ")),
        ("ocr_text", json!("Dear Ada,\nthank you for you letter.")),
        ("original_filename", json!("letter.pdf")),
        ("password", json!("seven lanterns at the harbor")),
        ("project_name", json!("Letters")),
        ("publicKey", json!("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE")),
        ("q", json!("harbor")),
        ("rawId", json!("k3Jx0V1bq8n2Wm5c7Tz4Yg")),
        ("refresh_token", json!(hash)),
        ("request_id", json!(REQUEST_ID)),
        ("requested_language", json!("en-US")),
        ("resource_type", json!("user")),
        ("rpId", json!("example.org")),
        ("signature", json!("MEUCIQDTGVxhrZ4bW2Xj0V1bq8n2Wm5c7Tz4Yh6Lr9Pd0SfGaQIgXeUiOoQwEt")),
        ("size_bytes", json!(48213)),
        ("start", json!(0.4)),
        ("status", json!("approved")),
        ("subscription", json!("email-email-requested")),
        ("text", json!("Dear Ada,")),
        ("text_after", json!("Dear Ada,")),
        ("text_before", json!("Dear Ade,")),
        ("ticket", json!(hash)),
        ("timezone", json!("Europe/Berlin")),
        ("title", json!("Not found")),
        ("to", json!("pending_review")),
        ("from", json!("processing")),
        ("token", json!(hash)),
        ("transcription_text", json!("Meet me at the harbor.")),
        ("type", json!("/docs/problems#not_found")),
        ("url", json!("https://storage.googleapis.com/alta-uploads/documents/letter?X-Goog-Signature=6b0f")),
        ("user_agent", json!("Mozilla/5.0")),
        ("username", json!("ada@example.org")),
        ("word", json!("harbor")),
    ]
});

/// The fields that are null in examples, because they usually are.
const USUALLY_NULL: [&str; 9] = [
    "cause",
    "corrected_text",
    "details",
    "duplicate_of",
    "failure",
    "progress",
    "revoked_at",
    "suspended_at",
    "language",
];

/// Returns an example of a schema. `name` is the name of the field, parameter or schema, or empty.
#[must_use]
pub fn example(schema: &Value, name: &str, schemas: &Map<String, Value>) -> Value {
    Examples { schemas, depth: 0 }.of(schema, name)
}

struct Examples<'a> {
    schemas: &'a Map<String, Value>,
    depth: usize,
}

impl Examples<'_> {
    fn of(&self, schema: &Value, name: &str) -> Value {
        if let Some(target) = component(schema, self.schemas) {
            let reference = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
            // The id of an item is the same, whether the field is called `id` or `item_id`.
            let name = reference.filter(|reference| reference.ends_with("Id")).unwrap_or(name);
            return Examples { schemas: self.schemas, depth: self.depth + 1 }.of(target, name);
        }
        let given =
            schema.get("example").or_else(|| schema.get("examples")?.get(0)).or_else(|| schema.get("const"));
        if let Some(given) = given {
            return given.clone();
        }
        if let Some(content) = schema.get("contentSchema") {
            return self.of(content, name).to_string().into();
        }
        if let Some(known) = VALUES.iter().find(|(of, value)| *of == name && accepts(schema, value)) {
            return known.1.clone();
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
            return default.clone();
        }
        if let Some(variants) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
            let variant = variants.iter().find(|variant| variant["type"] != "null");
            return variant.map_or(Value::Null, |variant| self.of(variant, name));
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.of_all(parts, name);
        }
        match kind(schema) {
            "object" => self.of_object(schema),
            "array" if self.depth > MAX_DEPTH => json!([]),
            "array" => json!([self.of(&schema["items"], name)]),
            "string" => of_string(schema, name),
            "boolean" => json!(matches!(name, "is_verified" | "current" | "replayable" | "highlighted")),
            "integer" => schema.get("minimum").cloned().unwrap_or(json!(1)),
            "number" => json!(1.5),
            _ => Value::Null,
        }
    }

    /// Combines the fields of all parts. A later part narrows the fields of an earlier part.
    fn of_all(&self, parts: &[Value], name: &str) -> Value {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(fields) = self.of(part, name) {
                whole.extend(fields);
            }
        }
        whole.into()
    }

    fn of_object(&self, schema: &Value) -> Value {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let fields = properties.map(|(name, schema)| {
            let usually_null = USUALLY_NULL.contains(&name.as_str()) && nullable(schema);
            (name.clone(), if usually_null { Value::Null } else { self.of(schema, name) })
        });
        fields.collect::<Map<_, _>>().into()
    }
}

fn of_string(schema: &Value, name: &str) -> Value {
    match schema["format"].as_str() {
        Some("uuid") => id(name).into(),
        Some("date-time")
            if matches!(name, "expires_at" | "kept_until" | "claimed_until" | "recent_until" | "to") =>
        {
            "2026-03-11T09:30:00Z".into()
        }
        Some("date-time") => "2026-03-10T09:15:00Z".into(),
        Some("date") => "2026-03-10".into(),
        Some("email") => "ada@example.org".into(),
        _ => PLACEHOLDER.into(),
    }
}

/// Returns an id (UUIDv7) that belongs to a name, such as `ItemId` or `item_id`.
fn id(name: &str) -> String {
    let letters: String =
        name.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect();
    let sum = letters.bytes().fold(7_u64, |sum, letter| (sum * 31 + u64::from(letter)) % 0xffff_ffff_ffff);
    format!("01970a3c-52c0-7000-8000-{sum:012x}")
}

/// Returns the type of a schema that is not `null`.
fn kind(schema: &Value) -> &str {
    let kinds = schema["type"].as_array().into_iter().flatten().filter_map(Value::as_str);
    schema["type"].as_str().or_else(|| kinds.into_iter().find(|kind| *kind != "null")).unwrap_or_default()
}

fn nullable(schema: &Value) -> bool {
    let types = schema["type"].as_array().is_some_and(|types| types.contains(&"null".into()));
    types
        || schema["oneOf"]
            .as_array()
            .is_some_and(|variants| variants.iter().any(|variant| variant["type"] == "null"))
}

/// Returns true if a value can be an example of a schema, judged by its type, enum and format.
fn accepts(schema: &Value, value: &Value) -> bool {
    let kind_fits = match kind(schema) {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "object" => value.is_object() && schema.get("properties").is_none(),
        "array" => value.is_array(),
        _ => false,
    };
    let listed = schema["enum"].as_array().is_none_or(|values| values.contains(value));
    let free =
        schema["format"].as_str().is_none_or(|format| !matches!(format, "uuid" | "date-time" | "date"));
    kind_fits && listed && free
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::{PLACEHOLDER, example};

    #[test]
    fn an_example_follows_names_types_and_references() {
        let schemas = Map::from_iter([
            ("ItemId".to_owned(), json!({"type": "string", "format": "uuid"})),
            ("Status".to_owned(), json!({"type": "string", "enum": ["open", "approved"]})),
        ]);
        let schema = json!({"type": "object", "properties": {
            "id": {"$ref": "#/components/schemas/ItemId"},
            "item_id": {"type": "string", "format": "uuid"},
            "status": {"$ref": "#/components/schemas/Status"},
            "email": {"type": "string", "format": "email"},
            "failure": {"type": ["string", "null"]},
            "unheard_of": {"type": "string"},
            "words": {"type": "array", "items": {"type": "number"}},
        }});
        let example = example(&schema, "", &schemas);
        assert_eq!(example["id"], example["item_id"]);
        assert_eq!(example["status"], "approved");
        assert_eq!(example["email"], "ada@example.org");
        assert_eq!(example["failure"], json!(null));
        assert_eq!(example["unheard_of"], PLACEHOLDER);
        assert_eq!(example["words"], json!([1.5]));
    }
}
