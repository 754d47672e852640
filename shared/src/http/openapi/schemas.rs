//! Normalizes the schemas of the OpenAPI document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::document::operations;

const PREFIX: &str = "#/components/schemas/";

/// Returns the component that a schema refers to.
pub(super) fn component<'a>(schema: &Value, schemas: &'a Map<String, Value>) -> Option<&'a Value> {
    schemas.get(schema["$ref"].as_str()?.strip_prefix(PREFIX)?)
}

/// Merges combined objects, renames generic schemas, and marks the nullable fields of responses as required.
pub(super) fn normalize(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    merge_objects(document, &schemas);
    rename(document, &names(schemas.keys()));
    refer_to_components(document);
    encode_event_data(document);
    require_null_fields(document);
    remove_unused(document);
}

/// Replaces each combination of objects (`allOf`) by one object with the fields of all.
fn merge_objects(node: &mut Value, schemas: &Map<String, Value>) {
    let parts = node.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
    // utoipa adds the description of an inline field as an object schema, which would require the value to be an
    // object.
    if let [schema, described] = parts.as_slice()
        && described["type"] == "object"
        && described.as_object().is_some_and(|fields| fields.len() == 2 && fields.contains_key("description"))
    {
        *node = schema.clone();
        node["description"] = described["description"].clone();
    } else if !parts.is_empty()
        && let Some(mut merged) = merged(&parts, schemas)
    {
        if let Some(description) = node.get("description") {
            merged["description"] = description.clone();
        }
        *node = merged;
    }
    match node {
        Value::Object(fields) => fields.values_mut().for_each(|field| merge_objects(field, schemas)),
        Value::Array(values) => values.iter_mut().for_each(|value| merge_objects(value, schemas)),
        _ => {}
    }
}

/// Returns one object with the fields of all parts, or `None` if a part is not an object with fixed fields.
fn merged(parts: &[Value], schemas: &Map<String, Value>) -> Option<Value> {
    let mut whole = json!({"type": "object"});
    let (mut required, mut properties) = (Vec::new(), Map::new());
    for part in parts {
        let part = component(part, schemas).unwrap_or(part);
        let part = match part.get("allOf").and_then(Value::as_array) {
            Some(parts) => &merged(parts, schemas)?,
            None => part,
        };
        if part["type"] != "object" || part.get("properties").is_none() {
            return None;
        }
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
        if part["additionalProperties"] == false {
            whole["additionalProperties"] = false.into();
        }
    }
    whole["properties"] = properties.into();
    if !required.is_empty() {
        whole["required"] = required.into();
    }
    Some(whole)
}

/// Returns readable names for generic schemas: `Page_Listed_Document` becomes `ListedDocumentList`.
fn names<'a>(schemas: impl Iterator<Item = &'a String>) -> BTreeMap<String, String> {
    schemas
        .filter(|name| name.contains('_'))
        .map(|name| {
            let mut parts = name.rsplit('_');
            let inner = parts.next().unwrap_or_default().to_owned();
            let readable = parts.fold(inner, |inner, outer| match outer {
                "Listed" | "Create" => format!("{outer}{inner}"),
                "CreateBatch" => format!("{inner}Batch"),
                "Page" => format!("{inner}List"),
                outer => format!("{inner}{outer}"),
            });
            (name.clone(), readable)
        })
        .collect()
}

fn rename(document: &mut Value, names: &BTreeMap<String, String>) {
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        for (name, readable) in names {
            if let Some(schema) = schemas.remove(name) {
                schemas.insert(readable.clone(), schema);
            }
        }
    }
    for_each_reference(document, &mut |reference| {
        if let Some(readable) = reference.strip_prefix(PREFIX).and_then(|name| names.get(name)) {
            *reference = format!("{PREFIX}{readable}");
        }
    });
}

/// Replaces copies of components by references. utoipa copies the parameters of generic schemas.
fn refer_to_components(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let known: Vec<(String, Value)> = schemas.into_iter().filter(|(_, schema)| has_parts(schema)).collect();
    refer(&mut document["paths"], &known);
    for component in document["components"]["schemas"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for field in component.as_object_mut().into_iter().flat_map(Map::values_mut) {
            refer(field, &known);
        }
    }
}

/// Describes the `data` of server-sent events in the form in which it is sent: a text that contains JSON (OpenAPI 3.2,
/// "Server-Sent Event Streams").
fn encode_event_data(document: &mut Value) {
    let mut schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let mut found = BTreeSet::new();
    for operation in operations(document) {
        let responses = operation["responses"].as_object().into_iter().flat_map(Map::values);
        for stream in responses.filter_map(|response| response["content"].get("text/event-stream")) {
            reach(&stream["schema"], &schemas, &mut found);
        }
    }
    for name in found {
        let fields = schemas.get_mut(&name).and_then(|event| event.get_mut("properties")?.as_object_mut());
        if let Some(fields) = fields.filter(|fields| fields.contains_key("event"))
            && let Some(data) = fields.get_mut("data")
        {
            *data = json!({"type": "string", "contentMediaType": "application/json", "contentSchema": data.take()});
        }
    }
    document["components"]["schemas"] = schemas.into();
}

fn has_parts(schema: &Value) -> bool {
    ["properties", "enum", "oneOf"].iter().any(|part| schema.get(part).is_some())
}

fn refer(node: &mut Value, schemas: &[(String, Value)]) {
    if has_parts(node)
        && let Some((name, _)) = schemas.iter().find(|(_, schema)| schema == node)
    {
        *node = json!({"$ref": format!("{PREFIX}{name}")});
        return;
    }
    match node {
        Value::Object(fields) => fields.values_mut().for_each(|field| refer(field, schemas)),
        Value::Array(values) => values.iter_mut().for_each(|value| refer(value, schemas)),
        _ => {}
    }
}

/// Removes unreferenced schemas. Keeps problem schemas, because references to them are added later.
fn remove_unused(document: &mut Value) {
    let mut schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let mut used: BTreeSet<String> =
        schemas.keys().filter(|name| name.ends_with("Problem")).cloned().collect();
    for name in used.clone() {
        reach(&schemas[&name], &schemas, &mut used);
    }
    reach(&document["paths"], &schemas, &mut used);
    schemas.retain(|name, _| used.contains(name));
    document["components"]["schemas"] = schemas.into();
}

/// Calls `visit` with each reference, including those of discriminators.
fn for_each_reference(node: &mut Value, visit: &mut impl FnMut(&mut String)) {
    match node {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(reference) if name == "$ref" || reference.starts_with(PREFIX) => {
                        visit(reference)
                    }
                    other => for_each_reference(other, visit),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| for_each_reference(value, visit)),
        _ => {}
    }
}

/// Marks the nullable fields of responses as required, because responses always contain them. A field that may be
/// absent is described as not nullable. In requests, absent and null mean the same.
fn require_null_fields(document: &mut Value) {
    let mut schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let mut sent = BTreeSet::new();
    for operation in operations(document) {
        reach(&operation["requestBody"], &schemas, &mut sent);
        require(&mut operation["responses"]);
    }
    for (name, schema) in &mut schemas {
        if !sent.contains(name) {
            require(schema);
        }
    }
    document["components"]["schemas"] = schemas.into();
}

/// Collects the names of the components that a part of the document refers to.
fn reach(node: &Value, schemas: &Map<String, Value>, found: &mut BTreeSet<String>) {
    let mut node = node.clone();
    let mut names = Vec::new();
    for_each_reference(&mut node, &mut |reference| {
        names.extend(reference.strip_prefix(PREFIX).map(str::to_owned))
    });
    for name in names {
        if let Some(schema) = schemas.get(&name)
            && found.insert(name)
        {
            reach(schema, schemas, found);
        }
    }
}

fn require(node: &mut Value) {
    match node {
        Value::Object(fields) => {
            fields.values_mut().for_each(require);
            let Some(properties) = fields.get("properties").and_then(Value::as_object) else { return };
            let nullable =
                properties.iter().filter(|(_, schema)| is_nullable(schema)).map(|(name, _)| name.clone());
            let known = fields.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            let known = known.iter().filter_map(Value::as_str).map(str::to_owned);
            let required: BTreeSet<String> = known.chain(nullable).collect();
            if !required.is_empty() {
                fields.insert("required".to_owned(), json!(required));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(require),
        _ => {}
    }
}

fn is_nullable(schema: &Value) -> bool {
    let typed = schema["type"].as_array().is_some_and(|types| types.contains(&json!("null")));
    let variants = schema["oneOf"].as_array().into_iter().flatten();
    typed || variants.into_iter().any(|variant| variant["type"] == "null")
}

/// Removes null from the values of a schema.
pub(super) fn remove_null(schema: &mut Value) {
    if let Some(types) = schema["type"].as_array_mut() {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some(variants) = schema["oneOf"].as_array_mut() {
        variants.retain(|variant| variant["type"] != "null");
        if let [Value::Object(only)] = variants.as_slice() {
            let only = only.clone();
            if let Some(fields) = schema.as_object_mut() {
                fields.remove("oneOf");
                fields.extend(only);
            }
        }
    }
    if let Some(fields) = schema.as_object_mut() {
        fields.retain(|name, value| !(matches!(name.as_str(), "type" | "oneOf") && value.is_null()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_nullable, normalize, remove_null};

    #[test]
    fn combined_objects_become_one_and_generic_names_readable() {
        let text = json!({"type": "string"});
        let object = json!({"type": "object", "required": ["a"], "properties": {"a": text}});
        let other = json!({"type": "object", "required": ["b"], "properties": {"b": text}, "additionalProperties": false});
        let used = json!({"get": {"responses": {"200": {"$ref": "#/components/schemas/Page_Listed_A"}}}});
        let mut document = json!({"paths": {"/": used}, "components": {"schemas": {
            "A": object,
            "Page_Listed_A": {"allOf": [{"$ref": "#/components/schemas/A"}, other], "description": "Both."},
        }}});
        normalize(&mut document);
        assert_eq!(
            document["components"]["schemas"]["ListedAList"],
            json!({
                "type": "object", "description": "Both.", "additionalProperties": false,
                "required": ["a", "b"], "properties": {"a": text, "b": text},
            })
        );
    }

    #[test]
    fn the_data_of_an_event_is_a_text_with_json() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let event =
            json!({"type": "object", "properties": {"event": {"type": "string"}, "data": reference("Data")}});
        let other = json!({"type": "object", "properties": {"data": reference("Data")}});
        let content = json!({"text/event-stream": {"schema": reference("Event")}, "application/json": {"schema": reference("Other")}});
        let mut document = json!({
            "paths": {"/": {"get": {"responses": {"200": {"content": content}}}}},
            "components": {"schemas": {"Event": event, "Other": other, "Data": {"type": "object"}}},
        });
        normalize(&mut document);
        let schemas = &document["components"]["schemas"];
        let data = &schemas["Event"]["properties"]["data"];
        assert_eq!((&data["type"], &data["contentSchema"]), (&json!("string"), &reference("Data")));
        assert_eq!(schemas["Other"]["properties"]["data"], reference("Data"));
        assert_eq!(schemas["Data"], json!({"type": "object"}), "in use, and unchanged");
    }

    #[test]
    fn null_fields_are_required_in_responses_only() {
        let fields = json!({"type": "object", "properties": {"a": {"type": ["string", "null"]}, "b": {"type": "string"}}});
        let content = |name: &str| json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
        let mut document = json!({
            "paths": {"/": {"post": {"requestBody": content("Sent"), "responses": {"200": content("Received")}}}},
            "components": {"schemas": {"Sent": fields, "Received": fields}},
        });
        normalize(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Received"]["required"], json!(["a"]));
        assert_eq!(schemas["Sent"].get("required"), None);
    }

    #[test]
    fn null_is_removed_from_both_forms() {
        for (mut nullable, left) in [
            (json!({"type": ["string", "null"]}), json!({"type": "string"})),
            (json!({"oneOf": [{"type": "null"}, {"$ref": "x"}]}), json!({"$ref": "x"})),
        ] {
            assert!(is_nullable(&nullable));
            remove_null(&mut nullable);
            assert_eq!(nullable, left);
        }
    }
}
