//! The platform's parts for `terraform/platform.json`. Terraform creates the cloud resources from this file, so that
//! names, routes and variables match the code.

use serde_json::{Map, Value, json};
use shared::cloud::names::{
    ACK_DEADLINE_SECONDS, BUCKET_HEADERS, BUCKET_METHODS, BUCKETS, MAX_DELIVERY_ATTEMPTS,
    MAXIMUM_BACKOFF_SECONDS, MINIMUM_BACKOFF_SECONDS, Topic,
};

use crate::{Descriptor, FUNCTIONS, api_docs, console, url_map};

/// The content of `terraform/platform.json`.
#[must_use]
pub fn platform() -> String {
    let list = json!({
        "bucket_cors": {"headers": BUCKET_HEADERS, "methods": BUCKET_METHODS},
        "buckets": object(BUCKETS.map(|bucket| {
            (bucket.name, json!({"topic": bucket.topic.map(Topic::name), "variable": bucket.variable}))
        })),
        "default_function": url_map::default_function().map(|function| function.name),
        "delivery": {
            "ack_deadline_seconds": ACK_DEADLINE_SECONDS,
            "max_delivery_attempts": MAX_DELIVERY_ATTEMPTS,
            "maximum_backoff_seconds": MAXIMUM_BACKOFF_SECONDS,
            "minimum_backoff_seconds": MINIMUM_BACKOFF_SECONDS,
        },
        "functions": object(FUNCTIONS.iter().map(|listed| (listed.name, function(listed)))),
        "schedules": FUNCTIONS.iter().flat_map(schedules).collect::<Vec<_>>(),
        "static": {"assets": [console::ASSETS], "console": console::paths(), "docs": api_docs::PATHS},
        "static_headers": {
            "assets": console_headers(),
            "console": console_headers(),
            "docs": object(api_docs::HEADERS.iter().map(|(name, value)| (name.as_str(), json!(value)))),
        },
        // The file that is requested for each path.
        "static_rewrites": {"console": console::PAGE},
        "subscriptions": FUNCTIONS.iter().flat_map(subscriptions).collect::<Vec<_>>(),
        "topics": Topic::ALL.map(Topic::name),
    });
    format!("{:#}\n", sorted(list))
}

fn function(function: &Descriptor) -> Value {
    let variables = function.variables();
    let usual = variables.iter().find(|variable| variable.name == "REQUEST_TIMEOUT");
    let usual = usual.and_then(|variable| variable.default?.parse().ok());
    let routes = url_map::routes().filter(|(_, owner)| owner.name == function.name).map(|(route, _)| route);
    json!({
        "database_role": function.database_role,
        "request_timeout_seconds": function.request_timeout.map(|timeout| timeout.as_secs()).or(usual),
        "routes": routes.collect::<Vec<_>>(),
        "variables": object(variables.iter().map(|variable| {
            let default = variable.default.filter(|default| !default.is_empty());
            let described = json!({"default": default, "required": variable.required, "secret": variable.secret});
            (variable.name, described)
        })),
    })
}

fn schedules(function: &'static Descriptor) -> impl Iterator<Item = Value> {
    function.schedules.iter().map(|schedule| {
        json!({
            "every_seconds": schedule.every_seconds,
            "function": function.name,
            "name": schedule.name,
            "path": schedule.path(),
        })
    })
}

fn subscriptions(function: &'static Descriptor) -> impl Iterator<Item = Value> {
    function.subscriptions().into_iter().map(|subscription| {
        json!({
            "dead_letters": subscription.has_dead_letters(),
            "filter": subscription.filter,
            "function": function.name,
            "name": subscription.name(function.name),
            "path": subscription.path,
            "topic": subscription.topic.name(),
        })
    })
}

fn console_headers() -> Value {
    let headers = console::headers(console::STORAGE);
    object(headers.iter().map(|(name, value)| (name.as_str(), json!(value))))
}

fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
}

/// Sorts all fields by name, since `serde_json` keeps the order of insertion with some features.
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
