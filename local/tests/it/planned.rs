//! Terraform's plans match the code: `terraform/tests/planned.json` is extracted from the plans by `.ci/planned`, which
//! `.ci/run` runs again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};

use functions::{Descriptor, FUNCTIONS, reference, url_map};
use local_smtp::{Credentials, Inbox, Settings};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use shared::{
    audit::{self, Action, Entry},
    base::config::Env,
    cloud::names::{self, BUCKETS, Topic},
    testing::{Platform, RedisServer, eventually},
};
use sqlx::PgPool;
use tokio::process::{Child, Command};

use crate::running::free_port;

/// The variables that point to stand-ins instead of Google's services, if the function reads them.
const ENDPOINTS: [&str; 5] =
    ["PUBSUB_ENDPOINT", "STORAGE_ENDPOINT", "GOOGLE_SERVICE_ACCOUNT_KEY", "PUSH_ISSUER", "PUSH_JWKS_URL"];

fn planned() -> BTreeMap<String, Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../terraform/tests/planned.json");
    let text = fs::read_to_string(path).expect("terraform/tests/planned.json");
    let planned: BTreeMap<String, Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(planned.keys().map(String::as_str).collect::<Vec<_>>(), ["dev", "prod"]);
    planned
}

fn object(value: &Value) -> &serde_json::Map<String, Value> {
    value.as_object().expect("an object")
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

/// A function's binary: beside this package's binary, or in the folder of the images' binaries.
fn binary(function: &str) -> PathBuf {
    let beside = || Path::new(env!("CARGO_BIN_EXE_local")).parent().expect("a folder").to_owned();
    let path = std::env::var("ALTA_BINARIES").map_or_else(|_| beside(), PathBuf::from).join(function);
    assert!(path.exists(), "{} is missing: cargo build --workspace", path.display());
    path
}

/// The planned variables, with local values for secrets and for values that only exist after an apply.
fn environment(platform: &Platform, redis: &str, inbox: &Inbox, function: &str, service: &Value) -> Env {
    let listed = functions::named(function).expect("a function");
    let local = platform
        .env_as(listed.database_role)
        .with("SMTP_PASSWORD", "secret")
        .with("REDIS_URL", redis)
        .with("DOCUMENTAI_PROCESSOR", "projects/alta-test/locations/eu/processors/1");
    let plan = object(&service["environment"]);
    let elsewhere = ENDPOINTS.into_iter().filter(|name| listed.reads(name));
    // Values that only an apply knows, and secrets in Secret Manager. The servers of this test use no TLS.
    let unknown = plan.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.as_str());
    let unknown = unknown.filter(|name| !name.ends_with("_CA_CERTIFICATE"));
    let filled = elsewhere.chain(unknown).chain(strings(&service["secrets"]));
    let known = plan.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let env: Env = known.collect();
    let mut env = filled.fold(env, |env, name| {
        env.with(name, local.get(name).unwrap_or_else(|| panic!("{function} has no local value for {name}")))
    });
    if function == "email" {
        env = env
            .with("SMTP_HOST", "127.0.0.1")
            .with("SMTP_PORT", inbox.smtp_addr().port().to_string())
            .with("SMTP_CA_CERTIFICATE", inbox.ca_pem());
    }
    // The private half of the planned key is not available here.
    if function == "auth" {
        env = env.with("ACCESS_TOKEN_JWKS", local.get("ACCESS_TOKEN_JWKS").expect("public keys"));
    }
    env
}

/// Starts a mail server that accepts the planned login.
async fn mail_server(platform: &Platform, name: &str, planned: &Value) -> Inbox {
    let credentials = planned["SMTP_USERNAME"]
        .as_str()
        .map(|username| Credentials { username: username.to_owned(), password: "secret".to_owned() });
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let settings = Settings::new(platform.data_dir().join(name), listen, credentials);
    Inbox::open(settings).await.expect("a mail server")
}

struct Started {
    origin: String,
    _process: Child,
}

async fn start(function: &str, env: &Env, client: &Client) -> Started {
    let port = free_port();
    let process = Command::new(binary(function))
        .env_clear()
        .envs(env.iter())
        .env("PORT", port.to_string())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("a process");
    let origin = format!("http://127.0.0.1:{port}");
    let up = async || client.get(format!("{origin}/health/live")).send().await.ok();
    eventually(function, up).await;
    Started { origin, _process: process }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_function_is_healthy_with_its_planned_variables(db: PgPool) {
    let platform = Platform::start(db).await;
    let redis = RedisServer::start().await;
    let client = Client::new();
    for (name, plan) in planned() {
        let services = object(&plan["services"]);
        let inbox = mail_server(&platform, &name, &services["email"]["environment"]).await;
        let functions: BTreeSet<&str> = services.keys().map(String::as_str).collect();
        assert_eq!(functions, functions::names().collect());
        for (function, service) in services {
            let env = environment(&platform, &redis.url(), &inbox, function, service);
            let started = start(function, &env, &client).await;
            for probe in ["startup_probe", "liveness_probe"] {
                let path = service[probe]["path"].as_str().expect("a path");
                let answer = client.get(format!("{}{path}", started.origin)).send().await;
                assert_eq!(answer.expect("an answer").status(), StatusCode::OK, "{name} {function} {path}");
            }
            let health = client.get(format!("{}/health", started.origin)).send().await.expect("an answer");
            let (status, body) = (health.status(), health.text().await.expect("a body"));
            assert_eq!(status, StatusCode::OK, "{name} {function}: {body}");
            assert!(body.starts_with(r#"{"status":"ok""#), "{name} {function}: {body}");
            let origins =
                env.get("CORS_ORIGINS").unwrap_or_default().split(',').filter(|origin| !origin.is_empty());
            for origin in origins {
                let answer = client.get(format!("{}/health", started.origin)).header("origin", origin);
                let answer = answer.send().await.expect("an answer");
                assert_eq!(answer.headers()["access-control-allow-origin"], origin, "{name} {function}");
            }
            assert_pushes(&platform, &client, &plan, function, &started).await;
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn seals_are_logged_whatever_the_log_level(db: PgPool) {
    let platform = Platform::start(db).await;
    let ada = platform.user("ada@example.org").await;
    let mut connection = platform.db.acquire().await.expect("a connection");
    let entry = Entry::success(Some(ada.id), Action::UserUpdated, ada.id.0);
    audit::record(&mut connection, entry, platform.clock.now()).await.expect("a row");
    drop(connection);
    let planned = planned();
    let log = planned["prod"]["services"]["maintenance"]["environment"]["LOG"].as_str().expect("a filter");
    let (level, _) = log.split_once(',').expect("a level and a directive");
    let env = platform.env_as("alta_maintenance").with("LOG", log.replacen(level, "off", 1));
    let lines = platform.data_dir().join("maintenance.log");
    let port = free_port();
    let mut process = Command::new(binary("maintenance"))
        .env_clear()
        .envs(env.iter())
        .env("PORT", port.to_string())
        .stdout(fs::File::create(&lines).expect("a file"))
        .kill_on_drop(true)
        .spawn()
        .expect("a process");
    let client = Client::new();
    let token = platform.push_authorization();
    eventually("the seal to be logged", async || {
        let call = client.post(format!("http://127.0.0.1:{port}/tasks/seal-audit"));
        call.header("authorization", &token).send().await.ok()?;
        let logged = fs::read_to_string(&lines).expect("lines");
        ["audit seal created", "audit sealing caught up"]
            .iter()
            .all(|line| logged.contains(line))
            .then_some(())
    })
    .await;
    process.kill().await.expect("a process");
    let logged = fs::read_to_string(&lines).expect("lines");
    assert!(logged.lines().all(|line| line.contains("audit seal")), "other lines follow the level: {logged}");
}

/// Checks that pushes and schedules reach their handler with their planned token, but not with another function's.
async fn assert_pushes(
    platform: &Platform,
    client: &Client,
    plan: &Value,
    function: &str,
    started: &Started,
) {
    let calls = object(&plan["subscriptions"]).values().chain(object(&plan["schedules"]).values());
    for call in calls {
        let endpoint = call["endpoint"].as_str().expect("a URL");
        let host = format!("https://{function}-123456789012.");
        let Some(rest) = endpoint.strip_prefix(&host) else { continue };
        let (_, path) = rest.split_once('/').expect("a path");
        let (audience, account) =
            (call["audience"].as_str().expect("one"), call["account"].as_str().expect("one"));
        let post = async |audience: &str, account: &str| {
            let token = platform.identity().id_token(audience, account);
            let request = client.post(format!("{}/{path}", started.origin)).bearer_auth(token).body("{}");
            request.send().await.expect("an answer").status()
        };
        assert_eq!(post("another", account).await, StatusCode::UNAUTHORIZED, "{endpoint}");
        assert_eq!(post(audience, "somebody@else.test").await, StatusCode::UNAUTHORIZED, "{endpoint}");
        // The request may fail later (invalid push, missing bucket), but it passes authentication.
        let status = post(audience, account).await;
        let refused = [
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED,
        ];
        assert!(!refused.contains(&status), "{endpoint}: {status}");
    }
}

#[test]
fn the_load_balancer_routes_like_the_gateway() {
    for (name, plan) in planned() {
        let routes = object(&plan["url_map"]["routes"]);
        let functions: BTreeMap<&str, &str> = routes
            .iter()
            .filter_map(|(route, to)| Some((route.as_str(), to.as_str()?)))
            .filter(|(_, to)| !to.starts_with("static-"))
            .collect();
        let expected = url_map::routes().map(|(route, function)| (route, function.name));
        assert_eq!(functions, expected.collect(), "{name}");
        let default = url_map::default_function().expect("a function");
        assert_eq!(plan["url_map"]["default"], default.name);
        for (function, service) in object(&plan["services"]) {
            let ingress = if functions.values().any(|to| to == function) {
                "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
            } else {
                "INGRESS_TRAFFIC_INTERNAL_ONLY"
            };
            assert_eq!(service["ingress"], ingress, "{name} {function}");
        }
        let platform: Value = serde_json::from_str(&reference::platform()).expect("JSON");
        for (kind, headers) in object(&platform["static_headers"]) {
            let Some(planned) = plan["static_headers"].get(format!("static-{kind}")) else {
                assert!(!routes.values().any(|to| *to == format!("static-{kind}")), "{name} {kind}");
                continue;
            };
            let planned: BTreeMap<String, &str> = strings(planned)
                .into_iter()
                .filter_map(|line| line.split_once(": "))
                .map(|(n, v)| (n.to_lowercase(), v))
                .collect();
            for (header, value) in object(headers) {
                assert_eq!(planned.get(header).copied(), value.as_str(), "{name} {kind} {header}");
            }
        }
    }
}

/// Every subscription, with the name of its function.
fn subscriptions() -> impl Iterator<Item = (&'static str, names::Subscription)> {
    let named = |function: &'static Descriptor| {
        function.subscriptions().into_iter().map(|subscription| (function.name, subscription))
    };
    FUNCTIONS.iter().flat_map(named)
}

#[test]
fn topics_and_subscriptions_match_the_code() {
    for (name, plan) in planned() {
        let topics: BTreeSet<&str> = strings(&plan["topics"]).into_iter().collect();
        assert_eq!(topics, Topic::ALL.map(Topic::name).into_iter().collect(), "{name}");
        let expected: BTreeMap<String, Value> = subscriptions()
            .map(|(function, subscription)| {
                let id = subscription.name(function);
                let endpoint = &plan["subscriptions"][&id]["endpoint"];
                let endpoint = endpoint.as_str().expect("an endpoint");
                assert!(endpoint.starts_with(&format!("https://{function}-")), "{endpoint}");
                assert!(endpoint.ends_with(&format!(".run.app{}", subscription.path)), "{endpoint}");
                let dead = subscription.has_dead_letters().then(
                    || json!({"topic": Topic::DeadLetters.name(), "attempts": names::MAX_DELIVERY_ATTEMPTS}),
                );
                let account = &plan["services"][function]["environment"]["PUSH_SERVICE_ACCOUNT"];
                let expected = json!({
                    "topic": subscription.topic.name(),
                    "filter": subscription.filter,
                    "endpoint": endpoint,
                    "audience": plan["services"][function]["environment"]["PUSH_AUDIENCE"],
                    "account": account,
                    "ack_deadline_seconds": names::ACK_DEADLINE_SECONDS,
                    "minimum_backoff": format!("{}s", names::MINIMUM_BACKOFF_SECONDS),
                    "maximum_backoff": format!("{}s", names::MAXIMUM_BACKOFF_SECONDS),
                    "dead_letters": dead,
                });
                (id, expected)
            })
            .collect();
        assert_eq!(json!(expected), plan["subscriptions"], "{name}");
    }
}

#[test]
fn schedules_match_the_tasks_of_the_code() {
    for (name, plan) in planned() {
        let schedules = object(&plan["schedules"]);
        let expected = FUNCTIONS
            .iter()
            .flat_map(|function| function.schedules.iter().map(|schedule| (function.name, schedule)));
        assert_eq!(schedules.len(), expected.clone().count(), "{name}");
        for (function, schedule) in expected {
            let planned = &schedules[schedule.name];
            let minutes = schedule.every_seconds / 60;
            let cron = if minutes < 60 {
                format!("*/{minutes} * * * *")
            } else {
                format!("0 */{} * * *", minutes / 60)
            };
            assert_eq!((&planned["schedule"], &planned["method"]), (&json!(cron), &json!("POST")), "{name}");
            let endpoint = planned["endpoint"].as_str().expect("an endpoint");
            assert!(
                endpoint.starts_with(&format!("https://{function}-")) && endpoint.ends_with(&schedule.path()),
                "{endpoint}"
            );
        }
    }
}

#[test]
fn buckets_allow_the_browsers_requests_and_notify_of_uploads() {
    for (name, plan) in planned() {
        let project =
            plan["services"]["data"]["environment"]["GOOGLE_CLOUD_PROJECT"].as_str().expect("a project");
        for bucket in BUCKETS {
            let full = format!("{project}-{}", bucket.name);
            assert_eq!(
                plan["notifications"].get(&full).and_then(Value::as_str),
                bucket.topic.map(Topic::name),
                "{name}"
            );
            for service in object(&plan["services"]).values() {
                let named = service["environment"].get(bucket.variable);
                assert!(named.is_none_or(|named| *named == full), "{name}: {named:?}");
            }
            let rules = plan["buckets"][&full]["cors"].as_array().expect("rules");
            // Only functions and Google's services use the results.
            if bucket.name == "results" {
                assert!(rules.is_empty(), "{name}");
                continue;
            }
            assert_eq!(rules.len(), 1, "{name}");
            assert_eq!(strings(&rules[0]["method"]), names::BUCKET_METHODS);
            assert_eq!(strings(&rules[0]["response_header"]), names::BUCKET_HEADERS);
            let origins = strings(&rules[0]["origin"]).join(",");
            assert_eq!(plan["services"]["data"]["environment"]["CORS_ORIGINS"], origins, "{name}");
        }
    }
}

/// Alerts would stop, without an error, when a message or a field of these lines is renamed in the code only.
#[test]
fn the_code_logs_the_lines_that_metrics_and_sinks_read() {
    let code = logging_calls();
    for (name, plan) in planned() {
        for (filter, planned) in object(&plan["log_filters"]) {
            let text = planned["filter"].as_str().expect("a filter");
            let Some((_, rest)) = text.split_once("jsonPayload.message=") else { continue };
            let message = rest.split('"').nth(1).expect("a message in quotes");
            let calls: Vec<&String> =
                code.iter().filter(|call| call.ends_with(&format!("\"{message}"))).collect();
            assert!(!calls.is_empty(), "{name} {filter}: no function logs {message:?}");
            for extracted in strings(&planned["extracted"]) {
                let field = extracted.trim_start_matches("EXTRACT(jsonPayload.").trim_end_matches(')');
                // Each line has the function. The other names are in camelCase in the log.
                let logged = |call: &&String| field == "function" || has_field(call, field);
                assert!(calls.iter().all(logged), "{name} {filter}: {field} is missing in {calls:?}");
            }
        }
    }
}

/// The arguments of every call of a `tracing` macro in the functions and their shared code, up to the message's last
/// letter.
fn logging_calls() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root.join("shared/src")];
    folders.extend(functions::names().map(|name| root.join("functions").join(name).join("src")));
    let mut calls = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).expect("a source file");
            let after = ["error!(", "warn!(", "info!("].into_iter().flat_map(|name| text.split(name).skip(1));
            calls.extend(after.filter_map(|rest| Some(rest.split_once("\")")?.0.to_owned())));
        }
    }
    calls
}

fn has_field(call: &str, field: &str) -> bool {
    let names = call.split(',').filter_map(|argument| argument.split('=').next());
    names.into_iter().any(|name| name.trim().replace('_', "").eq_ignore_ascii_case(field))
}

#[test]
fn a_function_answers_before_its_host_times_out() {
    for (name, plan) in planned() {
        for (function, service) in object(&plan["services"]) {
            let seconds = |value: &Value| value.as_str()?.trim_end_matches('s').parse::<u64>().ok();
            let host = seconds(&service["timeout"]).expect("seconds");
            let own = seconds(&service["environment"]["REQUEST_TIMEOUT"]).expect("seconds");
            assert!(own < host, "{name} {function}: {own} of {host} seconds");
            assert_eq!(service["startup_probe"]["path"], "/health/ready", "{name} {function}");
            assert_eq!(service["liveness_probe"]["path"], "/health/live", "{name} {function}");
            if function == "events" {
                let life = service["environment"].get("EVENTS_STREAM_LIFE").and_then(seconds);
                assert!(life.unwrap_or(3300) < host, "{name}: streams end by themselves");
            }
        }
    }
}
