//! A function's process with a stand-in for the AWS Lambda Runtime API
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use std::{future, process::Stdio, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::{
    process::{Child, Command},
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
};

use super::{TestResponse, TestUser, serve};
use crate::base::config::Env;

/// The client's address as seen by API Gateway, the only and trusted proxy in front of the function.
const CALLER: &str = "203.0.113.9";

/// The time for a process to end. AWS Lambda allows 500 ms, but other tests may slow down the machine.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// A function's process under AWS Lambda. It ends with the test.
pub struct Lambda {
    process: Child,
    events: UnboundedSender<Value>,
    answers: UnboundedReceiver<(String, Value)>,
    headers: Vec<(String, String)>,
    count: usize,
}

#[derive(Clone)]
struct RuntimeApi {
    events: Arc<Mutex<UnboundedReceiver<Value>>>,
    answers: UnboundedSender<(String, Value)>,
}

/// Returns the next event once there is one.
async fn next(State(api): State<RuntimeApi>) -> Response {
    let Some(event) = api.events.lock().await.recv().await else { return future::pending().await };
    let id = event["requestContext"]["requestId"].as_str().unwrap_or_default().to_owned();
    let headers = [
        ("lambda-runtime-aws-request-id", id.as_str()),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:alta"),
        ("lambda-runtime-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793"),
        ("content-type", "application/json"),
    ];
    (headers, event.to_string()).into_response()
}

/// Receives the result of an event: a `response` or an `error`.
async fn respond(
    State(api): State<RuntimeApi>,
    Path((id, kind)): Path<(String, String)>,
    body: Bytes,
) -> StatusCode {
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| json!({"not JSON": kind}));
    // Sending fails only when the test has ended.
    let _ = api.answers.send((id, body));
    StatusCode::ACCEPTED
}

/// Registers an extension of the process
/// (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>).
async fn register() -> Response {
    let function = json!({"functionName": "alta", "functionVersion": "$LATEST", "handler": "bootstrap"});
    ([("lambda-extension-identifier", "extension-1")], function.to_string()).into_response()
}

impl Lambda {
    /// Starts a function's binary.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(binary: &str, env: &Env) -> Self {
        let (events, pending) = unbounded_channel();
        let (taken, answers) = unbounded_channel();
        let api = RuntimeApi { events: Arc::new(Mutex::new(pending)), answers: taken };
        let routes = Router::new()
            .route("/2020-01-01/extension/register", post(register))
            .route("/2020-01-01/extension/event/next", get(future::pending::<StatusCode>))
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(respond))
            .with_state(api);
        let address = serve(routes).await;
        let process = Command::new(binary)
            .env_clear()
            .envs(env.iter())
            .env("TRUSTED_PROXY_HOPS", "1")
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "alta")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("a process");
        Self { process, events, answers, headers: Vec::new(), count: 0 }
    }

    /// Adds a header to later requests. Values of equal names are joined with a comma, as API Gateway does.
    pub fn with(&mut self, name: &str, value: &str) -> &mut Self {
        match self.headers.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = format!("{known},{value}"),
            None => self.headers.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Authenticates later requests as this user.
    pub fn as_user(&mut self, user: &TestUser) -> &mut Self {
        self.headers.retain(|(name, _)| name != "authorization");
        self.with("authorization", &format!("Bearer {}", user.token))
    }

    /// Stops the process as AWS Lambda does when it needs no instance, and waits for its end.
    ///
    /// # Panics
    /// When the process does not end by itself.
    pub async fn stop(mut self) {
        let id = self.process.id().expect("a running process").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill");
        assert!(sent.success(), "{sent}");
        let ended = tokio::time::timeout(TIME_LIMIT, self.process.wait()).await;
        let status = ended.expect("an end in time").expect("a status");
        assert!(status.success(), "{status}");
    }

    /// Sends a GET request.
    pub async fn get(&mut self, path: &str) -> TestResponse {
        self.send(Method::GET, path, None, None).await
    }

    /// Sends a POST request with a JSON body as text.
    pub async fn post(&mut self, path: &str, body: Value) -> TestResponse {
        let body = (Value::from(body.to_string()), false);
        self.send(Method::POST, path, Some("application/json"), Some(body)).await
    }

    /// Sends a POST request with a body in base64, as API Gateway does for media types other than text.
    pub async fn post_bytes(&mut self, path: &str, content_type: &str, bytes: &[u8]) -> TestResponse {
        let body = (Value::from(STANDARD.encode(bytes)), true);
        self.send(Method::POST, path, Some(content_type), Some(body)).await
    }

    /// Sends an HTTP API event, payload version 2.0, and returns the response.
    ///
    /// # Panics
    /// When the function does not return a response.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Option<(Value, bool)>,
    ) -> TestResponse {
        self.count += 1;
        let id = format!("request-{}", self.count);
        let event = self.event(&id, &method, path, content_type, body);
        self.events.send(event).expect("the Runtime API");
        let (answered, answer) = self.answers.recv().await.expect("an answer");
        assert_eq!(answered, id, "{answer}");
        let text = answer["body"].as_str().unwrap_or_default();
        let bytes = if answer["isBase64Encoded"] == true {
            STANDARD.decode(text).expect("base64")
        } else {
            text.as_bytes().to_vec()
        };
        TestResponse {
            status: status(&answer),
            headers: headers(&answer),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            size: bytes.len(),
        }
    }

    fn event(
        &self,
        id: &str,
        method: &Method,
        path: &str,
        content_type: Option<&str>,
        body: Option<(Value, bool)>,
    ) -> Value {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut headers = json!({"host": "api.test", "user-agent": "test"});
        for (name, value) in &self.headers {
            headers[name] = json!(value);
        }
        if let Some(content_type) = content_type {
            headers["content-type"] = json!(content_type);
        }
        // API Gateway appends the address it sees to the header that the client sent.
        let forwarded = headers["x-forwarded-for"].as_str().map(|sent| format!("{sent}, {CALLER}"));
        headers["x-forwarded-for"] = json!(forwarded.unwrap_or_else(|| CALLER.to_owned()));
        let (body, is_base64) = body.unwrap_or((Value::Null, false));
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": headers,
            "cookies": ["theme=dark", "tracking=1"], "body": body, "isBase64Encoded": is_base64,
            "requestContext": {
                "accountId": "123456789012", "apiId": "api", "domainName": "api.test", "domainPrefix": "api",
                "requestId": id, "routeKey": "$default", "stage": "$default",
                "time": "12/Mar/2026:19:03:58 +0000", "timeEpoch": 1_773_342_238_000_i64,
                "http": {"method": method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": CALLER, "userAgent": "test"},
            },
        })
    }

    /// Asserts the behavior common to all functions with routes. The user must be allowed to GET `path`. If
    /// `takes_query` is true, the path must refuse unknown query parameters.
    ///
    /// # Panics
    /// When an assertion fails.
    pub async fn assert_answers(&mut self, user: &TestUser, path: &str, takes_query: bool) {
        self.headers.clear();
        let answer = self.get("/health/live").await;
        assert_eq!((answer.status.as_u16(), &answer.body["status"]), (200, &json!("ok")), "{}", answer.body);
        let answer = self.get("/health").await;
        assert_eq!((answer.status.as_u16(), &answer.body["status"]), (200, &json!("ok")), "{}", answer.body);
        assert_eq!(answer.body["dependencies"][0]["name"], "database");

        let answer = self.get(path).await;
        answer.assert_problem(401, "unauthenticated");
        assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE), "{:?}", answer.headers);
        self.with("x-request-id", "mine").with("origin", "https://app.test").as_user(user);
        let answer = self.get(path).await;
        answer.assert_status(200);
        assert_eq!(answer.headers["x-request-id"], "mine");
        assert_eq!(answer.headers["access-control-allow-origin"], "https://app.test");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
        if takes_query {
            let unknown = format!("{path}{}nonsense=%C3%A9", if path.contains('?') { '&' } else { '?' });
            let answer = self.get(&unknown).await;
            assert_eq!(answer.assert_status(422).invalid_fields(), ["nonsense"], "{}", answer.body);
        }

        self.send(Method::PUT, path.split('?').next().unwrap_or(path), None, None)
            .await
            .assert_problem(405, "method_not_allowed");
        self.get("/of/nobody").await.assert_problem(404, "not_found");
        self.with("access-control-request-method", "POST");
        let preflight = self.send(Method::OPTIONS, path, None, None).await;
        assert_eq!(preflight.status, 200);
        let methods = preflight.headers["access-control-allow-methods"].to_str().expect("text");
        assert!(methods.contains("PATCH"), "{methods}");
        self.headers.retain(|(name, _)| name == "authorization");
    }
}

fn status(answer: &Value) -> StatusCode {
    let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    status
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or_else(|| panic!("no valid response: {answer}"))
}

fn headers(answer: &Value) -> HeaderMap {
    let fields = answer["headers"].as_object().into_iter().flatten();
    let parsed = fields.map(|(name, value)| {
        let value = value.as_str().expect("a value");
        (name.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(value).expect("a value"))
    });
    parsed.collect()
}
