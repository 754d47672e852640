//! The gateway between browsers and functions.

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri},
    routing::{get, post},
};
use futures::{StreamExt as _, stream};
use local::gateway;
use reqwest::Client;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::support::serve;

async fn gateway_to(function: &'static str, router: Router) -> String {
    let address = serve(router).await;
    gateway_before(HashMap::from([(function, address)])).await
}

async fn gateway_before(functions: gateway::Functions) -> String {
    let own = Router::new().route("/own", get(|| async { "own" }));
    format!("http://{}", serve(gateway::router(functions, own)).await)
}

#[tokio::test]
async fn every_path_reaches_its_function_unchanged() {
    let mut functions = HashMap::new();
    for function in ["auth", "projects", "data"] {
        let echo = move |uri: Uri| async move { format!("{function} {uri}") };
        functions.insert(function, serve(Router::new().fallback(echo)).await);
    }
    let gateway = gateway_before(functions).await;
    let expected = [
        ("/auth/login?next=%2F&x=", "auth"),
        ("/projects", "projects"),
        ("/projects/1/%2e%2e/2?a=b", "projects"),
        ("/documents?limit=1", "data"),
        ("/nothing/at/all", "auth"),
    ];
    for (path, function) in expected {
        assert_eq!(raw_get(&gateway, path).await, format!("{function} {path}"));
    }
    assert_eq!(raw_get(&gateway, "/own").await, "own");
}

/// Sends a GET request without normalizing its target, which an HTTP client would do.
async fn raw_get(gateway: &str, target: &str) -> String {
    let address = gateway.strip_prefix("http://").expect("a host");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!("GET {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}

#[tokio::test]
async fn an_event_stream_is_not_buffered() {
    let (sender, receiver) = mpsc::channel::<&'static str>(1);
    let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
    let events = move || async move {
        Body::from_stream(stream::unfold(receiver, |receiver| async move {
            let piece = receiver.lock().await.recv().await?;
            Some((Ok::<_, std::io::Error>(piece), receiver))
        }))
    };
    let gateway = gateway_to("events", Router::new().route("/events", get(events))).await;

    let answer = Client::new().get(format!("{gateway}/events")).send().await.expect("headers");
    let mut pieces = answer.bytes_stream();
    // Send each piece only after the previous one has arrived.
    for piece in ["data: one\n\n", "data: two\n\n"] {
        sender.send(piece).await.expect("sent");
        let arrived = pieces.next().await.expect("a piece").expect("unbroken");
        assert_eq!(arrived, Bytes::from(piece));
    }
    drop(sender);
    assert!(pieces.next().await.is_none());
}

#[tokio::test]
async fn an_upload_is_forwarded_while_it_is_sent() {
    let (seen, mut pieces) = mpsc::channel::<Bytes>(1);
    let upload = move |State(seen): State<mpsc::Sender<Bytes>>, request: Request| async move {
        let mut body = request.into_body().into_data_stream();
        while let Some(Ok(piece)) = body.next().await {
            seen.send(piece).await.expect("the test listens");
        }
    };
    let router = Router::new().route("/auth/upload", post(upload)).with_state(seen);
    let gateway = gateway_to("auth", router).await;

    let (sender, receiver) = mpsc::channel::<&'static str>(1);
    let body = stream::unfold(receiver, |mut receiver| async move {
        let piece = receiver.recv().await?;
        Some((Ok::<_, std::io::Error>(piece), receiver))
    });
    let request = Client::new().post(format!("{gateway}/auth/upload")).body(reqwest::Body::wrap_stream(body));
    let request = tokio::spawn(request.send());
    for piece in ["one", "two"] {
        sender.send(piece).await.expect("sent");
        assert_eq!(pieces.recv().await.expect("a piece"), Bytes::from(piece));
    }
    drop(sender);
    assert_eq!(request.await.expect("sent").expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn the_function_receives_the_client_address_and_request_id() {
    let echo = |headers: HeaderMap| async move {
        let of = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("-").to_owned();
        [of("x-forwarded-for"), of("x-forwarded-proto"), of("x-request-id"), of("host"), of("connection")]
            .join("|")
    };
    let gateway = gateway_to("auth", Router::new().fallback(echo)).await;
    let answer = Client::new()
        .get(format!("{gateway}/auth/me"))
        .header("x-forwarded-for", "6.6.6.6")
        .header("x-request-id", "mine-1")
        .header("host", "localhost:8080")
        .header("connection", "x-secret")
        .header("x-secret", "1")
        .send()
        .await
        .expect("an answer");
    let reply = answer.text().await.expect("a text");
    assert_eq!(reply, "6.6.6.6, 127.0.0.1, 127.0.0.1|http|mine-1|localhost:8080|-");
}

#[tokio::test]
async fn a_redirect_and_an_error_are_forwarded_unchanged() {
    let redirect =
        || async { (StatusCode::SEE_OTHER, [("location", "/elsewhere"), ("x-request-id", "theirs")], "go") };
    let gateway = gateway_to("auth", Router::new().route("/auth/go", get(redirect))).await;
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let answer = client.get(format!("{gateway}/auth/go")).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()["location"], "/elsewhere");
    assert_eq!(answer.headers()["x-request-id"], "theirs");
    assert_eq!(answer.text().await.expect("a text"), "go");
}

#[tokio::test]
async fn a_function_that_is_down_is_a_502_problem() {
    // A free port, on which nothing listens.
    let closed: SocketAddr =
        TcpListener::bind(("127.0.0.1", 0)).await.and_then(|l| l.local_addr()).expect("a port");
    let gateway = gateway_before(HashMap::from([("auth", closed)])).await;
    for path in ["/auth/me", "/projects"] {
        let request = Client::new().get(format!("{gateway}{path}")).header("x-request-id", "mine-2");
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert_eq!(answer.headers()["x-request-id"], "mine-2");
        let problem: serde_json::Value = answer.json().await.expect("a problem");
        assert_eq!((&problem["code"], &problem["request_id"]), (&"bad_gateway".into(), &"mine-2".into()));
        assert_eq!(problem["status"], 502);
    }
}

#[tokio::test]
async fn a_body_that_the_client_sends_with_an_error_is_no_fault_of_the_function() {
    let read = async |body: Bytes| body.len().to_string();
    let gateway = gateway_to("auth", Router::new().route("/auth/upload", post(read))).await;
    let mut stream = TcpStream::connect(gateway.trim_start_matches("http://")).await.expect("a connection");
    let head = "POST /auth/upload HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(format!("{head}2\r\nab\r\nno size\r\n").as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}
