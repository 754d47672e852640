//! Completes an OpenAPI document: derives from its parts everything that is the same for all routes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use super::{examples, problems, schemas};
use crate::http::problem::Code;

/// The response headers: name, description, schema and an example value.
fn header_definitions() -> [(&'static str, &'static str, Value, &'static str); 7] {
    let text = || json!({"type": "string"});
    let seconds = || json!({"type": "integer", "minimum": 1});
    [
        ("ETag", "The version of the resource, to be sent as `If-Match` (RFC 9110).", text(), "\"3\""),
        (
            "Location",
            "The path of the new resource.",
            json!({"type": "string", "format": "uri-reference"}),
            "/projects/01970a3c-52c0-7000-8000-000000000003",
        ),
        ("Retry-After", "Seconds to wait before the next request.", seconds(), "5"),
        (
            "RateLimit",
            "The most exhausted limit: its remaining requests (`r`) and the seconds until it is restored (`t`), as in \
             draft-ietf-httpapi-ratelimit-headers. Absent if the limit is unknown.",
            text(),
            "\"address\";r=19;t=2",
        ),
        (
            "RateLimit-Policy",
            "The limits of the route: `q` requests in `w` seconds.",
            text(),
            "\"address\";q=20;w=60",
        ),
        ("WWW-Authenticate", "The authentication scheme (RFC 6750).", text(), "Bearer"),
        ("X-Request-Id", "The id of the request, as in logs and problems.", text(), examples::REQUEST_ID),
    ]
}

/// Returns the name of a response header, and a reference to its definition.
pub(super) fn header(name: &str) -> (String, Value) {
    (name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}))
}

/// The problems of every operation: the URL can be too long, and a dependency can be down.
const EVERYWHERE: [Code; 4] = [Code::Malformed, Code::Internal, Code::Unavailable, Code::TimedOut];

/// Returns a complete OpenAPI document as JSON.
///
/// - Schemas: combined objects are merged, generic names are readable, and null fields of responses are required.
/// - Problems: each status lists its codes, with the headers, a description and an example of each.
/// - Responses, parameters and bodies get the descriptions of their schemas, and examples.
///
/// # Panics
/// If the document cannot be serialized as JSON, which is a defect of this crate.
#[must_use]
pub fn document(openapi: &OpenApi) -> Value {
    let mut document = serde_json::to_value(openapi).unwrap_or_default();
    schemas::normalize(&mut document);
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let mut shared = BTreeMap::new();
    for operation in operations(&mut document) {
        complete(operation, &schemas, &mut shared);
    }
    let headers = header_definitions().map(|(name, description, schema, example)| {
        let example =
            if schema["type"] == "integer" { json!(example.parse::<i64>().ok()) } else { json!(example) };
        (name.to_owned(), json!({"description": description, "schema": schema, "example": example}))
    });
    document["components"]["headers"] = Value::Object(headers.into_iter().collect());
    document["components"]["responses"] = json!(shared);
    document
}

/// Adds the paths and components of another document.
pub fn merge(into: &mut Value, other: Value) {
    match (into, other) {
        (Value::Object(into), Value::Object(other)) => {
            for (name, value) in other {
                match into.get_mut(&name) {
                    Some(known) => merge(known, value),
                    None => {
                        into.insert(name, value);
                    }
                }
            }
        }
        (into @ Value::Null, other) => *into = other,
        _ => {}
    }
}

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Returns every operation of the document.
pub(super) fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    let items = paths.filter_map(Value::as_object_mut);
    items.flat_map(|item| {
        item.iter_mut().filter(|(method, _)| METHODS.contains(&method.as_str())).map(|(_, one)| one)
    })
}

fn complete(operation: &mut Value, schemas: &Map<String, Value>, shared: &mut BTreeMap<String, Value>) {
    if operation.get("security").is_none() {
        operation["security"] = json!([]);
    }
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        complete_parameter(parameter, schemas);
    }
    let body = operation.get_mut("requestBody").and_then(|body| body["content"].as_object_mut());
    for (_, content) in body.into_iter().flatten() {
        add_example(content, schemas);
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for code in EVERYWHERE {
        let status = code.status().as_str().to_owned();
        let response = responses.entry(status).or_insert_with(|| json!({"description": ""}));
        let text = response["description"].as_str().unwrap_or_default();
        if problems::codes(text).is_some() {
            response["description"] = format!("{text}, {}", code.as_str()).into();
        }
    }
    for (status, response) in responses {
        let codes = response["description"].as_str().and_then(problems::codes);
        let Some(mut codes) = codes.filter(|_| !status.starts_with('2')) else {
            complete_response(status, response, schemas);
            continue;
        };
        codes.sort_by_key(|code| Code::ALL.iter().position(|known| known == code));
        codes.dedup();
        let name = problems::response_name(&codes);
        *response = json!({"$ref": format!("#/components/responses/{name}")});
        shared.entry(name).or_insert_with(|| problems::response(&codes, schemas));
    }
}

/// Completes a response that is not a problem.
fn complete_response(status: &str, response: &mut Value, schemas: &Map<String, Value>) {
    let names: Vec<String> =
        response["headers"].as_object().into_iter().flat_map(Map::keys).cloned().collect();
    let named = names.iter().map(|name| header(name));
    response["headers"] = named.chain([header("X-Request-Id")]).collect::<Map<_, _>>().into();
    let mut described = None;
    let contents = response.get_mut("content").and_then(Value::as_object_mut);
    for (_, content) in contents.into_iter().flatten() {
        described = described.or(description_of(&content["schema"], schemas));
        add_example(content, schemas);
    }
    if response["description"].as_str().is_none_or(str::is_empty) {
        let fallback = if status == "204" {
            "The request succeeded. The response has no body."
        } else {
            "The request succeeded."
        };
        response["description"] = described.unwrap_or_else(|| fallback.to_owned()).into();
    }
}

/// Completes a parameter. Removes null from its schema, because nothing in a query, a path or a header is null.
fn complete_parameter(parameter: &mut Value, schemas: &Map<String, Value>) {
    let schema = &mut parameter["schema"];
    schemas::remove_null(schema);
    if parameter.get("description").is_none() {
        let schema = &parameter["schema"];
        if let Some(description) = description_of(schema, schemas) {
            parameter["description"] = description.into();
        }
    }
    if parameter.get("example").is_none() {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        let example = examples::example(&parameter["schema"], &name, schemas);
        parameter["example"] = example;
    }
}

fn add_example(content: &mut Value, schemas: &Map<String, Value>) {
    if content.get("example").is_none()
        && content.get("examples").is_none()
        && content.get("schema").is_some()
    {
        content["example"] = examples::example(&content["schema"], "", schemas);
    }
}

/// Returns the description of a schema, or of the component that it refers to.
fn description_of(schema: &Value, schemas: &Map<String, Value>) -> Option<String> {
    let own = schema["description"].as_str();
    let named = schemas::component(schema, schemas).and_then(|component| component["description"].as_str());
    own.or(named).map(str::to_owned)
}
