//! What the platform consists of, as `terraform/platform.json` has it: Terraform makes the cloud from this list, so
//! that names, routes and variables are those of the code.

use serde_json::{Map, Value, json};
use shared::{
    base::config::Variable,
    cloud::names::{
        ACK_DEADLINE_SECONDS, BUCKET_HEADERS, BUCKET_METHODS, BUCKETS, LONG_REQUESTS, MAX_DELIVERY_ATTEMPTS,
        MAXIMUM_BACKOFF_SECONDS, MINIMUM_BACKOFF_SECONDS, SCHEDULES, SUBSCRIPTIONS, Topic,
    },
};

use crate::{
    api_docs, page,
    url_map::{DEFAULT_FUNCTION, URL_MAP},
};

/// The function that Cloud Scheduler calls.
const SCHEDULE_FUNCTION: &str = "maintenance";
/// Where Cloud Storage answers browsers.
const STORAGE: &str = "https://storage.googleapis.com";

/// The list, for functions and what each reads.
pub(super) fn list(functions: &[(&str, Vec<Variable>)]) -> String {
    let list = json!({
        "bucket_cors": {"headers": BUCKET_HEADERS, "methods": BUCKET_METHODS},
        "buckets": object(BUCKETS.map(|bucket| {
            (bucket.name, json!({"topic": bucket.topic.map(Topic::name), "variable": bucket.variable}))
        })),
        "default_function": DEFAULT_FUNCTION,
        "delivery": {
            "ack_deadline_seconds": ACK_DEADLINE_SECONDS,
            "max_delivery_attempts": MAX_DELIVERY_ATTEMPTS,
            "maximum_backoff_seconds": MAXIMUM_BACKOFF_SECONDS,
            "minimum_backoff_seconds": MINIMUM_BACKOFF_SECONDS,
        },
        "functions": object(functions.iter().map(|(name, variables)| (*name, function(name, variables)))),
        "schedule_function": SCHEDULE_FUNCTION,
        "schedules": SCHEDULES.map(|schedule| {
            json!({"every_seconds": schedule.every_seconds, "name": schedule.name, "path": schedule.path})
        }),
        "static": {"docs": api_docs::PATHS, "page": page_paths()},
        "static_headers": {
            "docs": object(api_docs::HEADERS.iter().map(|(name, value)| (name.as_str(), json!(value)))),
            "page": object(page::headers(STORAGE).iter().map(|(name, value)| (name.as_str(), json!(value)))),
        },
        "subscriptions": SUBSCRIPTIONS.map(|subscription| {
            json!({
                "dead_letters": subscription.dead_letters,
                "filter": subscription.filter,
                "function": subscription.function,
                "name": subscription.name,
                "path": subscription.path,
                "topic": subscription.topic.name(),
            })
        }),
        "topics": Topic::ALL.map(Topic::name),
    });
    format!("{:#}\n", sorted(list))
}

fn function(name: &str, variables: &[Variable]) -> Value {
    let long = LONG_REQUESTS.iter().find(|(function, _)| *function == name).map(|(_, seconds)| *seconds);
    let usual = variables.iter().find(|variable| variable.name == "REQUEST_TIMEOUT");
    let usual = usual.and_then(|variable| variable.default?.parse().ok());
    let routes = URL_MAP.iter().filter(|(_, function)| *function == name).map(|(route, _)| *route);
    json!({
        "request_timeout_seconds": long.or(usual),
        "routes": routes.collect::<Vec<_>>(),
        "variables": object(variables.iter().map(|variable| {
            let default = variable.default.filter(|default| !default.is_empty());
            let described = json!({"default": default, "required": variable.required, "secret": variable.secret});
            (variable.name, described)
        })),
    })
}

/// The pages, and one wildcard for their files.
fn page_paths() -> Vec<&'static str> {
    let mut paths: Vec<&str> = page::paths().filter(|path| !path.starts_with("/page/")).collect();
    paths.push("/page/*");
    paths.sort_unstable();
    paths
}

fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
}

/// The same with all fields in the order of their names, however `serde_json` was compiled.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            fields.into_iter().map(|(name, value)| (name, sorted(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(values) => values.into_iter().map(sorted).collect::<Vec<_>>().into(),
        other => other,
    }
}
