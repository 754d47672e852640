//! The problem responses of the OpenAPI document, from the table of codes.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::document::header;
use crate::http::problem::{Code, Problem};

/// Returns the codes in a list such as `claimed, already_decided`, or `None` if the text is anything else.
pub(super) fn codes(text: &str) -> Option<Vec<Code>> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| Code::ALL.iter().copied().find(|code| code.as_str() == name)).collect()
}

/// Returns the name of the shared response for these codes, such as `ClaimedOrAlreadyDecided`.
pub(super) fn response_name(codes: &[Code]) -> String {
    let names: Vec<String> = codes.iter().map(|code| format!("{code:?}")).collect();
    names.join("Or")
}

/// Returns the name of the schema for a code whose problems have additional fields.
fn schema_name(code: Code) -> String {
    format!("{code:?}Problem")
}

/// Describes the response for codes of one status. `schemas` are the components of the document.
pub(super) fn response(codes: &[Code], schemas: &Map<String, Value>) -> Value {
    let lines: Vec<String> =
        codes.iter().map(|code| format!("`{}`: {}.", code.as_str(), code.title())).collect();
    let description = match lines.as_slice() {
        [line] => line.clone(),
        lines => lines.iter().map(|line| format!("- {line}\n")).collect(),
    };
    let examples: BTreeMap<&str, Value> =
        codes.iter().map(|code| (code.as_str(), json!({"value": example(*code, schemas)}))).collect();
    let status = codes.first().map_or(StatusCode::INTERNAL_SERVER_ERROR, |code| code.status());
    let mut headers = Map::from_iter([header("X-Request-Id")]);
    headers.extend(match status {
        StatusCode::UNAUTHORIZED => vec![header("WWW-Authenticate")],
        StatusCode::TOO_MANY_REQUESTS => {
            vec![header("Retry-After"), header("RateLimit"), header("RateLimit-Policy")]
        }
        StatusCode::SERVICE_UNAVAILABLE => vec![header("Retry-After")],
        _ => vec![],
    });
    json!({
        "description": description.trim_end(),
        "headers": headers,
        "content": {"application/problem+json": {"schema": schema(codes, schemas), "examples": examples}},
    })
}

/// Returns the schema of a problem with one of these codes: `Problem`, or a schema of the code's own.
fn schema(codes: &[Code], schemas: &Map<String, Value>) -> Value {
    let (own, plain): (Vec<Code>, Vec<Code>) =
        codes.iter().partition(|code| schemas.contains_key(&schema_name(**code)));
    let names: Vec<&str> = plain.iter().map(|code| code.as_str()).collect();
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let limited = (!plain.is_empty()).then(|| {
        let code = json!({"type": "object", "properties": {"code": {"type": "string", "enum": names}}});
        json!({"allOf": [reference("Problem"), code]})
    });
    let mut variants: Vec<Value> = limited.into_iter().collect();
    variants.extend(own.into_iter().map(|code| reference(&schema_name(code))));
    if variants.len() == 1 { variants.remove(0) } else { json!({"oneOf": variants}) }
}

/// Returns an example of a problem with a code, as the API returns it.
fn example(code: Code, schemas: &Map<String, Value>) -> Value {
    let mut example = match code {
        Code::InvalidFields => {
            json!(Problem::invalid_field("name", "must have 1 to 200 characters").body())
        }
        code => json!(Problem::new(code).body()),
    };
    example["request_id"] = super::examples::REQUEST_ID.into();
    if let Some(schema) = schemas.get(&schema_name(code))
        && let Value::Object(fields) = super::examples::example(schema, &schema_name(code), schemas)
    {
        for (name, value) in fields {
            if example.get(&name).is_none() && !matches!(name.as_str(), "errors" | "detail") {
                example[name] = value;
            }
        }
    }
    example
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::{codes, response};
    use crate::http::problem::Code;

    #[test]
    fn only_a_list_of_codes_is_read_as_one() {
        assert_eq!(codes("claimed, already_decided"), Some(vec![Code::Claimed, Code::AlreadyDecided]));
        assert_eq!(codes(""), Some(vec![]));
        assert_eq!(codes("No item is available."), None);
    }

    #[test]
    fn a_response_lists_its_codes_and_an_example_of_each() {
        let response = response(&[Code::Claimed, Code::AlreadyDecided], &Map::new());
        let content = &response["content"]["application/problem+json"];
        let codes = &content["schema"]["allOf"][1]["properties"]["code"]["enum"];
        assert_eq!(codes, &serde_json::json!(["claimed", "already_decided"]));
        assert_eq!(content["examples"]["claimed"]["value"]["status"], 409);
        assert!(
            response["description"].as_str().is_some_and(|text| text.contains("`claimed`: Item is claimed"))
        );
    }
}
