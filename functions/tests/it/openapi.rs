//! The OpenAPI document, as code generators read it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::{
    http::{
        openapi::{PLACEHOLDER, example},
        problem::Code,
    },
    items::ItemKind,
    testing::Contract,
};

fn document() -> Value {
    functions::openapi()
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                found.insert(reference.clone());
            }
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_reference_resolves() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for reference in found {
        let target = document.pointer(reference.trim_start_matches('#'));
        assert!(target.is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn every_code_is_listed() {
    let document = document();
    let listed = document.pointer("/components/schemas/Code/enum").expect("the codes");
    let codes: Vec<Value> = Code::ALL.iter().map(|code| Value::from(code.as_str())).collect();
    assert_eq!(listed, &Value::from(codes));
}

/// The operations of the document, with their names.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let items = document["paths"].as_object().expect("paths").iter();
    let operations = items.flat_map(|(path, item)| {
        let operations = item.as_object().expect("operations").iter();
        operations.map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    operations.collect()
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target =
        value["$ref"].as_str().and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    target.unwrap_or(value)
}

#[test]
fn every_operation_has_a_summary_a_description_and_an_example_of_each_body() {
    let document = document();
    let mut names = BTreeSet::new();
    let tags: BTreeSet<_> =
        document["tags"].as_array().expect("tags").iter().map(|tag| tag["name"].as_str()).collect();
    for (route, operation) in operations(&document) {
        assert!(names.insert(operation["operationId"].as_str()), "{route} has a duplicate operation id");
        assert!(operation["summary"].is_string() && operation["description"].is_string(), "{route}");
        assert!(tags.contains(&operation["tags"][0].as_str()), "{route} has the tag {}", operation["tags"]);
        assert!(operation["security"].is_array(), "{route}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{route}: {parameter}");
            assert!(parameter.get("example").is_some(), "{route}: {parameter}");
        }
        let responses = operation["responses"].as_object().expect("responses");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{route} never succeeds");
        let bodies = responses.values().map(|response| resolve(&document, response));
        for body in bodies.chain(operation.get("requestBody")) {
            for (kind, content) in body["content"].as_object().into_iter().flatten() {
                assert!(content.get("example").or(content.get("examples")).is_some(), "{route}: {kind}");
            }
        }
        for (status, response) in responses {
            let response = resolve(&document, response);
            assert!(!response["description"].as_str().expect("a description").is_empty(), "{route} {status}");
            let is_health_report = status == "503" && operation["operationId"] == "get_health";
            let media_type = if is_health_report { "application/json" } else { "application/problem+json" };
            if !status.starts_with('2') {
                let problem = &response["content"][media_type];
                assert!(
                    problem.is_object(),
                    "{route} {status} is no list of codes: {}",
                    response["description"]
                );
            }
        }
    }
}

#[test]
fn every_code_is_a_possible_answer_of_an_operation() {
    let text = document()["components"]["responses"].to_string();
    // An operation always accepts its own method.
    for code in Code::ALL.iter().filter(|code| **code != Code::MethodNotAllowed) {
        assert!(text.contains(&format!("\"{}\"", code.as_str())), "{}", code.as_str());
    }
}

/// Calls `check` with each example and the pointer to its schema.
fn examples(node: &Value, pointer: &str, check: &mut impl FnMut(&str, &Value)) {
    match node {
        Value::Object(fields) => {
            if let (Some(_), Some(example)) = (fields.get("schema"), fields.get("example")) {
                check(&format!("{pointer}/schema"), example);
            }
            for example in
                fields.get("examples").and_then(Value::as_object).into_iter().flat_map(|all| all.values())
            {
                check(&format!("{pointer}/schema"), &example["value"]);
            }
            for (name, field) in fields.iter().filter(|(name, _)| !name.starts_with("example")) {
                let name = name.replace('~', "~0").replace('/', "~1");
                examples(field, &format!("{pointer}/{name}"), check);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                examples(value, &format!("{pointer}/{index}"), check);
            }
        }
        _ => {}
    }
}

#[test]
fn every_example_matches_its_schema_and_means_something() {
    let document = document();
    let contract = Contract::new(document.clone());
    let (mut checked, mut faults) = (0, Vec::new());
    examples(&document, "", &mut |pointer, example| {
        checked += 1;
        faults.extend(contract.validate(pointer, example).err());
        if example == PLACEHOLDER || example.to_string().contains(&format!(":\"{PLACEHOLDER}\"")) {
            faults.push(format!("{pointer} has a placeholder: {example}"));
        }
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(checked > 200, "{checked} examples");
}

#[test]
fn every_schema_can_be_satisfied() {
    let document = document();
    let contract = Contract::new(document.clone());
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in schemas {
        let example = example(schema, name, schemas);
        let valid = contract.validate(&format!("/components/schemas/{name}"), &example);
        assert_eq!(valid, Ok(()), "{name}: {example}");
    }
}

#[test]
fn a_value_that_the_api_refuses_is_not_described() {
    let document = document();
    let contract = Contract::new(document.clone());
    let parameter = |path: &str, name: &str| {
        let parameters = document["paths"][path]["get"]["parameters"].as_array().expect("parameters");
        let index = parameters.iter().position(|parameter| parameter["name"] == name).expect("a parameter");
        format!("/paths/{}/get/parameters/{index}/schema", path.replace('/', "~1"))
    };
    for (schema, value) in [
        (parameter("/documents", "status"), json!("deleted")),
        (parameter("/documents", "status"), json!(null)),
        (parameter("/documents", "cursor"), json!("")),
        (parameter("/documents", "cursor"), json!(null)),
        (parameter("/documents", "q"), json!("")),
        ("/components/schemas/UpdatePasskey".to_owned(), json!({"name": null})),
        ("/components/schemas/UpdateMember".to_owned(), json!({"role": null})),
        ("/components/schemas/CreateDocument".to_owned(), json!({"content_type": "Pdf"})),
        ("/components/schemas/DocumentContentType".to_owned(), json!("A/0")),
        ("/components/schemas/DocumentMediaType".to_owned(), json!("Pdf")),
        ("/components/schemas/NextDocumentUpload".to_owned(), json!({"size_bytes": 0})),
        ("/components/schemas/ItemDecision".to_owned(), json!({"status": "approved"})),
    ] {
        assert!(contract.validate(&schema, &value).is_err(), "{schema}: {value}");
    }
}

#[test]
fn the_field_kind_distinguishes_the_kinds_of_items() {
    let schemas = &document()["components"]["schemas"];
    assert_eq!(schemas["AnyItem"]["discriminator"]["propertyName"], "kind");
    assert_eq!(schemas["Document"]["properties"]["kind"]["enum"], json!(["document"]));
    assert_eq!(schemas["VoiceSample"]["properties"]["kind"]["enum"], json!(["voice"]));
}

#[test]
fn the_described_media_types_are_those_that_uploads_may_have() {
    let contract = Contract::new(document());
    let describes = |schema: &str, text: &str| {
        contract.validate(&format!("/components/schemas/{schema}"), &json!(text)).is_ok()
    };
    for text in [
        "application/pdf",
        " Image/JPG ; q=1",
        "image/png;\n",
        "image/heic",
        "image/pngs",
        "audio/wav",
        "audio/vnd.wave",
        "audio/vndxwave",
        "VIDEO/WEBM;codecs=opus",
        "",
    ] {
        let document = ItemKind::Document.accepted(text).is_some();
        assert_eq!(describes("DocumentContentType", text), document, "{text}");
        assert_eq!(describes("VoiceContentType", text), ItemKind::Voice.accepted(text).is_some(), "{text}");
    }
}
