//! The platform's HTTP API, called as the console calls it.

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

use super::TIMEOUT;
use crate::error::{Error, Result};

/// The kinds of servers that may answer on the gateway's port.
pub(super) enum Presence {
    Running,
    Other,
    Absent,
}

/// Finds out whether the platform runs at this origin.
pub(super) async fn probe(origin: &str) -> Presence {
    match Client::new().get(format!("{origin}/health/live")).timeout(TIMEOUT).send().await {
        Err(error) if error.is_connect() => Presence::Absent,
        Err(_) => Presence::Other,
        Ok(answer) => match answer.json::<Value>().await {
            Ok(health) if health["status"] == "ok" => Presence::Running,
            _ => Presence::Other,
        },
    }
}

/// A client of the API, with an access token after signing in.
pub(super) struct Api {
    pub(super) client: Client,
    pub(super) origin: String,
    token: Option<String>,
}

impl Api {
    pub(super) fn new(origin: &str) -> Result<Self> {
        let client = Client::builder().no_proxy().timeout(TIMEOUT).build();
        let client = client.map_err(|error| Error::because("no HTTP client", &error))?;
        Ok(Self { client, origin: origin.to_owned(), token: None })
    }

    pub(super) fn sign_in(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value> {
        let request = self.client.get(format!("{}{path}", self.origin)).header("accept", "application/json");
        self.send(&format!("GET {}", without_query(path)), request).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.client.post(format!("{}{path}", self.origin)).json(body);
        self.send(&format!("POST {path}"), request).await
    }

    async fn send(&self, action: &str, request: RequestBuilder) -> Result<Value> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request
            .send()
            .await
            .map_err(|error| Error::because(format!("{action}: no answer"), &error.without_url()))?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|error| {
            Error::because(format!("{action}: the answer is incomplete"), &error.without_url())
        })?;
        if !status.is_success() {
            return Err(Error::new(format!("{action} was answered with {}", problem(status, &body))));
        }
        serde_json::from_slice(&body)
            .map_err(|error| Error::because(format!("{action}: the answer is not JSON"), &error))
    }
}

/// A problem document as one line.
fn problem(status: StatusCode, body: &[u8]) -> String {
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    let errors = if problem["errors"].is_array() { problem["errors"].to_string() } else { String::new() };
    [status.to_string(), text("code"), text("detail"), errors].join(" ").trim_end().to_owned()
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

/// A string in an answer, at a JSON pointer.
pub(super) fn text<'a>(answer: &'a Value, pointer: &str) -> Result<&'a str> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| Error::new(format!("an answer lacks {pointer}")))
}
