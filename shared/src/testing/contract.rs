//! The OpenAPI document as a contract: every response of a test is validated against it.
//!
//! The functions whose routers a test builds are registered, so that no test has to ask for the validation. Responses
//! are validated strictly: a field that the document does not list is a fault.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::{HeaderMap, Method, StatusCode, header};
use boon::{Compiler, Draft, SchemaIndex, Schemas};
use serde_json::Value;

static CONTRACTS: Mutex<BTreeMap<&'static str, Arc<Contract>>> = Mutex::new(BTreeMap::new());

/// Registers the contract of a function. [`Platform`](super::Platform) does it for the routers that it builds.
pub fn describe(function: &'static str, document: impl FnOnce() -> Value) {
    let mut contracts = CONTRACTS.lock().unwrap_or_else(PoisonError::into_inner);
    contracts.entry(function).or_insert_with(|| Arc::new(Contract::new(document())));
}

/// Returns the faults of an exchange, if its path belongs to a registered contract.
pub(super) fn faults(exchange: &Exchange<'_>) -> Vec<String> {
    let contracts: Vec<Arc<Contract>> =
        CONTRACTS.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
    contracts.iter().find_map(|contract| contract.faults(exchange)).unwrap_or_default()
}

/// A request and its response.
pub(super) struct Exchange<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    /// The media type and the body of the request, if it has one.
    pub(super) sent: Option<(&'a str, &'a [u8])>,
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) received: &'a [u8],
}

/// An OpenAPI document with compiled schemas.
pub struct Contract {
    document: Value,
    /// The document in a strict form, whose objects forbid fields that they do not list.
    strict: Value,
    compiled: Mutex<Compiled>,
}

#[derive(Default)]
struct Compiled {
    schemas: Schemas,
    /// The compiled schemas by their place in the document.
    known: BTreeMap<String, SchemaIndex>,
}

/// The name of the document in references.
const URL: &str = "contract:///openapi.json";
/// The name of the strict form of the document.
const STRICT: &str = "contract:///strict.json";

/// The name of the document for requests. Their formats are not checked: the API also accepts an address that is
/// surrounded by spaces.
const SENT: &str = "contract:///sent.json";

/// The response headers that a response has only if the document lists them.
const LISTED_HEADERS: [&str; 5] = ["etag", "location", "retry-after", "ratelimit", "www-authenticate"];

impl Contract {
    /// Prepares a document.
    #[must_use]
    pub fn new(document: Value) -> Self {
        let mut strict = document.clone();
        close(&mut strict);
        Self { document, strict, compiled: Mutex::default() }
    }

    /// Checks that a value matches the schema at a JSON pointer of the document.
    ///
    /// # Errors
    /// The faults of the value.
    ///
    /// # Panics
    /// When the schema itself is not valid.
    pub fn validate(&self, pointer: &str, value: &Value) -> Result<(), String> {
        self.check(URL, pointer, value)
    }

    fn check(&self, url: &str, pointer: &str, value: &Value) -> Result<(), String> {
        let place = format!("{url}#{}", pointer.replace('{', "%7B").replace('}', "%7D"));
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let Compiled { schemas, known } = &mut *compiled;
        let index = known.get(&place).copied().unwrap_or_else(|| {
            let index = self.compile(url, &place, schemas);
            known.insert(place, index);
            index
        });
        schemas.validate(value, index).map_err(|error| format!("{error:#}"))
    }

    fn compile(&self, url: &str, place: &str, schemas: &mut Schemas) -> SchemaIndex {
        let document = if url == STRICT { &self.strict } else { &self.document };
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        if url != SENT {
            compiler.enable_format_assertions();
            // The JSON in the data of an event.
            compiler.enable_content_assertions();
        }
        compiler.add_resource(url, document.clone()).expect("a document");
        compiler.compile(place, schemas).unwrap_or_else(|error| panic!("{place}: {error:#}"))
    }

    /// Returns the faults of an exchange, or `None` if the document has no such path.
    fn faults(&self, exchange: &Exchange<'_>) -> Option<Vec<String>> {
        let template = self.template(exchange.path)?;
        let method = exchange.method.as_str().to_lowercase();
        let place = format!("/paths/{}/{method}", escape(&template));
        let Some(operation) = self.document.pointer(&place) else {
            let unlisted =
                exchange.status != StatusCode::METHOD_NOT_ALLOWED && method != "head" && method != "options";
            return Some(
                unlisted
                    .then(|| format!("{method} {template} is not in the OpenAPI document"))
                    .into_iter()
                    .collect(),
            );
        };
        let mut faults = Vec::new();
        let status = exchange.status.as_str();
        let mut response_place = format!("{place}/responses/{status}");
        match operation["responses"].get(status) {
            None => faults.push(format!("the status {status} is not in the OpenAPI document")),
            Some(response) => {
                if let Some(reference) = response["$ref"].as_str() {
                    response_place = reference.trim_start_matches('#').to_owned();
                }
                self.check_response(&response_place, exchange, &mut faults);
            }
        }
        // A batch is accepted even if some of its items are refused.
        let partial = serde_json::from_slice(exchange.received).is_ok_and(|body: Value| {
            body["items"]
                .as_array()
                .is_some_and(|items| items.iter().any(|item| item.get("problem").is_some()))
        });
        if exchange.status.is_success()
            && !partial
            && let Some((kind, body)) = exchange.sent
        {
            self.check_body("the request", SENT, &format!("{place}/requestBody"), kind, body, &mut faults);
        }
        Some(faults.into_iter().map(|fault| format!("{} {template}: {fault}", exchange.method)).collect())
    }

    /// Returns the path of the document that a request's path belongs to: the one with the most fixed segments.
    fn template(&self, path: &str) -> Option<String> {
        let path = path.split('?').next().unwrap_or_default();
        let segments: Vec<&str> = path.split('/').collect();
        let fixed = |template: &str| {
            let parts: Vec<&str> = template.split('/').collect();
            let fits = parts.len() == segments.len()
                && parts
                    .iter()
                    .zip(&segments)
                    .all(|(part, segment)| part.starts_with('{') || part == segment);
            fits.then(|| parts.iter().filter(|part| !part.starts_with('{')).count())
        };
        let templates = self.document["paths"].as_object()?.keys();
        let (_, template) = templates.filter_map(|template| Some((fixed(template)?, template))).max()?;
        Some(template.clone())
    }

    fn check_response(&self, place: &str, exchange: &Exchange<'_>, faults: &mut Vec<String>) {
        let Some(response) = self.document.pointer(place) else { return };
        let listed: Vec<String> = response["headers"]
            .as_object()
            .into_iter()
            .flat_map(|headers| headers.keys())
            .map(|name| name.to_lowercase())
            .collect();
        for name in LISTED_HEADERS {
            let has = exchange.headers.contains_key(name);
            let may_be_absent = matches!(name, "ratelimit" | "retry-after");
            // Every response of a limited route has these fields, also problems that other routes share.
            let may_be_unlisted = name == "ratelimit" && !exchange.status.is_success();
            if has && !listed.iter().any(|known| known == name) && !may_be_unlisted {
                faults
                    .push(format!("the header {name} of {} is not in the OpenAPI document", exchange.status));
            }
            if !has && listed.iter().any(|known| known == name) && !may_be_absent {
                faults.push(format!("{} has no header {name}", exchange.status));
            }
        }
        let kind = exchange.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        match kind.filter(|_| !exchange.received.is_empty()) {
            Some(kind) => {
                let what = format!("the response {}", exchange.status);
                self.check_body(&what, STRICT, place, kind, exchange.received, faults);
            }
            None if kind.is_none() && response.get("content").is_some() => {
                faults.push(format!("the response {} has no body", exchange.status));
            }
            None => {}
        }
    }

    /// Validates a body against the schema of its media type. `place` is a response or a request body.
    fn check_body(
        &self,
        what: &str,
        url: &str,
        place: &str,
        kind: &str,
        body: &[u8],
        faults: &mut Vec<String>,
    ) {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let Some(content) = self.document.pointer(&format!("{place}/content")) else {
            if !body.is_empty() && what != "the request" {
                faults.push(format!("{what} has a body, which is not in the OpenAPI document"));
            }
            return;
        };
        if content.get(kind).is_none() {
            faults.push(format!("{what} is {kind}, which is not in the OpenAPI document"));
            return;
        }
        let values: Vec<Value> = if kind.ends_with("json") && !kind.ends_with("ndjson") {
            serde_json::from_slice(body).into_iter().collect()
        } else if kind.ends_with("ndjson") {
            body.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
        } else {
            Vec::new()
        };
        let schema = format!("{place}/content/{}/schema", escape(kind));
        for value in values {
            if let Err(error) = self.check(url, &schema, &value) {
                faults.push(format!("{what} does not match its schema: {error}\n{value:#}"));
            }
        }
    }
}

/// Escapes a key of a JSON pointer (RFC 6901).
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Refuses fields that an object does not list.
fn close(node: &mut Value) {
    match node {
        Value::Object(fields) => {
            // The parts of a combination know only their own fields.
            if fields.contains_key("allOf") {
                return;
            }
            fields
                .iter_mut()
                .filter(|(name, _)| *name != "example" && *name != "examples")
                .for_each(|(_, field)| close(field));
            if fields.get("properties").is_some() && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(close),
        _ => {}
    }
}
