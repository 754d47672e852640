use std::collections::VecDeque;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use shared::testing;
use sqlx::PgPool;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::support::{Projects, spawn};

/// AWS Lambda's Runtime API (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).
#[derive(Clone)]
struct RuntimeApi {
    invocations: Arc<Mutex<VecDeque<Value>>>,
    responses: UnboundedSender<(String, Value)>,
}

async fn next(State(api): State<RuntimeApi>) -> Response {
    let invocation = api.invocations.lock().expect("nobody panics while holding it").pop_front();
    let Some(invocation) = invocation else { return std::future::pending().await };
    let id = invocation["requestContext"]["requestId"].as_str().unwrap_or_default().to_owned();
    let headers = [
        ("lambda-runtime-aws-request-id", id.as_str()),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:projects"),
        ("lambda-runtime-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793"),
        ("content-type", "application/json"),
    ];
    (headers, invocation.to_string()).into_response()
}

async fn respond(
    State(api): State<RuntimeApi>,
    Path((id, kind)): Path<(String, String)>,
    body: Bytes,
) -> http::StatusCode {
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| json!({"not JSON": kind}));
    api.responses.send((id, body)).expect("somebody listens");
    http::StatusCode::ACCEPTED
}

/// An event of an HTTP API, payload version 2.0.
fn invocation(id: &str, method: &str, path: &str, token: Option<&str>, body: Option<&str>) -> Value {
    let mut headers =
        json!({"host": "api.test", "content-type": "application/json", "x-forwarded-for": "203.0.113.9"});
    if let Some(token) = token {
        headers["authorization"] = json!(format!("Bearer {token}"));
    }
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
        "body": body, "isBase64Encoded": false,
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "domainName": "api.test", "domainPrefix": "api",
            "requestId": id, "routeKey": "$default", "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000", "timeEpoch": 1_773_342_238_000_i64,
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9", "userAgent": "test"},
        },
    })
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_same_router_answers_under_lambda(db: PgPool) {
    let projects = Projects::start(db).await;
    let ada = projects.platform.user("ada@example.org").await;
    let (responses, mut answers) = unbounded_channel();
    let invocations = [
        invocation("one", "GET", "/health/live", None, None),
        invocation("two", "GET", "/projects", None, None),
        invocation("three", "POST", "/projects", Some(&ada.token), Some(r#"{"name": "Letters"}"#)),
    ];
    let api = RuntimeApi { invocations: Arc::new(Mutex::new(invocations.into())), responses };
    let routes = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(respond))
        .with_state(api);
    let address = testing::serve(routes).await;
    let _process = spawn(
        &projects.platform.env(),
        &[
            ("AWS_LAMBDA_RUNTIME_API", address.to_string()),
            ("AWS_LAMBDA_FUNCTION_NAME", "projects".into()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".into()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into()),
        ],
    );
    let mut answer = async || {
        let (id, answer) = answers.recv().await.expect("an answer");
        let body: Value = serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON");
        (id, answer["statusCode"].clone(), answer["headers"].clone(), body)
    };
    let (id, status, _, body) = answer().await;
    assert_eq!((id.as_str(), status, &body["status"]), ("one", json!(200), &json!("ok")));
    let (id, status, headers, body) = answer().await;
    assert_eq!((id.as_str(), status, &body["code"]), ("two", json!(401), &json!("unauthenticated")));
    assert_eq!(headers["x-request-id"], body["request_id"]);
    let (id, status, headers, body) = answer().await;
    assert_eq!((id.as_str(), status, &body["name"]), ("three", json!(201), &json!("Letters")));
    assert_eq!(headers["etag"], "\"1\"");
}
