use std::net::TcpListener;

use serde_json::{Value, json};
use shared::testing::eventually;
use sqlx::PgPool;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::{
    io::AsyncReadExt as _,
    process::{Child, Command},
};

use crate::support::{Projects, spawn};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

async fn terminate(mut process: Child) -> (bool, Vec<Value>) {
    let id = process.id().expect("a process").to_string();
    Command::new("kill").args(["-TERM", &id]).status().await.expect("a signal");
    let mut output = String::new();
    let mut stdout = process.stdout.take().expect("its output");
    stdout.read_to_string(&mut output).await.expect("text");
    let success = process.wait().await.expect("an end").success();
    (success, output.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect())
}

/// Asserts the rules by which Cloud Logging turns a line into a `LogEntry`. A field of another type stays in the
/// payload, where no query or alert finds it.
/// <https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields>
fn assert_log_entry(line: &Value) {
    let text = |name: &str| line[name].as_str().unwrap_or_else(|| panic!("{name} is no text: {line}"));
    assert!(["DEBUG", "INFO", "WARNING", "ERROR"].contains(&text("severity")), "{line}");
    assert!(OffsetDateTime::parse(text("time"), &Rfc3339).is_ok(), "{line}");
    assert!(!text("message").is_empty() && !text("function").is_empty(), "{line}");
    if let Some(request) = line.get("httpRequest") {
        assert!(request["requestMethod"].is_string() && request["status"].is_u64(), "{line}");
        let seconds = request["latency"].as_str().and_then(|latency| latency.strip_suffix('s'));
        assert!(seconds.is_some_and(|seconds| seconds.parse::<f64>().is_ok()), "{line}");
    }
    if line.get("request_id").is_some() {
        let trace = text("logging.googleapis.com/trace").rsplit('/').next().unwrap_or_default();
        let span = text("logging.googleapis.com/spanId");
        let is_hex = |id: &str, length| id.len() == length && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(is_hex(trace, 32) && is_hex(span, 16), "{line}");
        assert!(line["logging.googleapis.com/trace_sampled"].is_boolean(), "{line}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_request_logs_one_json_line_with_request_user_and_trace(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let project = projects.platform.project(&ada).await;
    let port = free_port();
    let variables = [
        ("PORT", port.to_string()),
        ("GOOGLE_CLOUD_PROJECT", "alta-test".into()),
        ("K_REVISION", "projects-7".into()),
    ];
    let process = spawn(&projects.platform.env(), &variables);
    let client = reqwest::Client::new();
    let origin = format!("http://127.0.0.1:{port}");
    eventually("the process", async || client.get(format!("{origin}/health/live")).send().await.ok()).await;
    let request = client
        .get(format!("{origin}/projects/{project}?secret=word"))
        .bearer_auth(&ada.token)
        .header("x-request-id", "my-request")
        .header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"));
    assert_eq!(request.send().await.expect("an answer").status(), 200);

    let (success, lines) = terminate(process).await;
    assert!(success);
    let of_request: Vec<&Value> = lines.iter().filter(|line| line["request_id"] == "my-request").collect();
    assert_eq!(of_request.len(), 1, "{lines:#?}");
    let line = of_request[0];
    assert_eq!((&line["severity"], &line["message"]), (&json!("INFO"), &json!("request")));
    let http = &line["httpRequest"];
    assert_eq!((&http["requestMethod"], &http["status"]), (&json!("GET"), &json!(200)));
    assert_eq!(line["route"], "/projects/{project_id}");
    assert_eq!((&line["user_id"], &line["project_id"]), (&json!(ada.id), &json!(project)));
    assert_eq!((&line["function"], &line["revision"]), (&json!("projects"), &json!("projects-7")));
    assert_eq!(line["logging.googleapis.com/trace"], format!("projects/alta-test/traces/{TRACE}"));
    assert_eq!(line["logging.googleapis.com/spanId"], "00f067aa0ba902b7");
    assert_eq!(line["logging.googleapis.com/trace_sampled"], true);
    lines.iter().for_each(assert_log_entry);
    let all = format!("{lines:?}");
    assert!(!all.contains("secret=word") && !all.contains(&ada.token), "{all}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn startup_fails_with_a_message_about_an_invalid_variable(db: PgPool) {
    let projects = Projects::start(db).await;
    let variables = [("PORT", free_port().to_string()), ("DATABASE_MAX_CONNECTIONS", "many".into())];
    let output = spawn(&projects.platform.env(), &variables).wait_with_output().await.expect("an end");
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(
        text,
        "projects: the environment variable DATABASE_MAX_CONNECTIONS is invalid: expected a whole number\n"
    );
}
