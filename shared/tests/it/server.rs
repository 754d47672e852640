use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use futures::future::join_all;
use serde_json::json;
use shared::{
    base::config::{Env, Settings as _},
    http::{
        extract,
        health::{Health, Requirement},
        server::{self, HttpSettings, Service},
    },
    testing::{Client, client, serve},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot},
};

fn service(routes: Router, health: Health, variables: &[(&str, &str)]) -> Client {
    let env = Env::from_iter(variables.iter().copied());
    let settings = HttpSettings::from_env(&env).expect("settings");
    client(Service::new(routes, health, &settings).expect("a service").router())
}

async fn panics() {
    panic!("the secret is 42");
}

#[tokio::test]
async fn a_panic_returns_a_problem_without_the_panic_message() {
    let client = service(Router::new().route("/panics", get(panics)), Health::default(), &[]);
    let answer = client.with("x-request-id", "my-request").get("/panics").await;
    answer.assert_problem(500, "internal");
    assert_eq!(answer.body["request_id"], "my-request");
    assert!(!answer.body.to_string().contains("secret"), "{}", answer.body);
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    client.get("/health/live").await.assert_status(200);
}

#[derive(serde::Deserialize, garde::Validate)]
struct Named {
    #[garde(skip)]
    name: String,
}

#[tokio::test]
async fn a_compressed_body_is_refused() {
    let greet = async |extract::Json(Named { name }): extract::Json<Named>| name;
    let client = service(Router::new().route("/", post(greet)), Health::default(), &[]);
    for coding in ["gzip", "br", "identity, gzip", ""] {
        let answer = client.with("content-encoding", coding).post("/", json!({"name": "Ada"})).await;
        answer.assert_problem(415, "unsupported_media_type");
        assert_eq!(answer.headers["accept-encoding"], "identity");
    }
    client.with("content-encoding", "Identity").post("/", json!({"name": "Ada"})).await.assert_status(200);
    client.post("/", json!({"name": "Ada"})).await.assert_status(200);
}

#[tokio::test]
async fn a_handler_that_takes_too_long_times_out() {
    let routes = Router::new().route("/slow", get(std::future::pending::<()>));
    let client = service(routes, Health::default(), &[("REQUEST_TIMEOUT", "1")]);
    let answer = tokio::time::timeout(Duration::from_secs(20), client.get("/slow")).await.expect("an answer");
    answer.assert_problem(503, "timed_out");
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn unknown_paths_and_methods_return_problems() {
    let routes = Router::new().route("/here", get(async || "here"));
    let client = service(routes, Health::default(), &[]);
    client.get("/nowhere").await.assert_problem(404, "not_found");
    client.post("/here", json!({})).await.assert_problem(405, "method_not_allowed");
    client.get("/here").await.assert_status(200);
}

#[tokio::test]
async fn a_url_of_more_than_8_kib_is_refused() {
    let client = service(Router::new().route("/here", get(async || "here")), Health::default(), &[]);
    let url = |size: usize| format!("/here?{}", "x".repeat(size - "/here?".len()));
    client.get(&url(8 << 10)).await.assert_status(200);
    client.get(&url((8 << 10) + 1)).await.assert_problem(400, "malformed");
}

#[tokio::test]
async fn a_request_id_is_replaced_if_it_contains_special_characters() {
    let client = service(Router::new(), Health::default(), &[]);
    let answer = client.with("x-request-id", "a\"b").get("/nowhere").await;
    let created =
        answer.assert_problem(404, "not_found").headers["x-request-id"].to_str().expect("text").to_owned();
    assert_eq!(created.len(), 32);
    let other = client.get("/nowhere").await;
    assert_ne!(other.headers["x-request-id"], created.as_str());
}

#[tokio::test]
async fn health_reports_failed_dependencies_and_an_instance_is_ready_without_optional_ones() {
    for (need, works, status, text) in [
        (Requirement::Required, true, 200, "ok"),
        (Requirement::Optional, false, 200, "degraded"),
        (Requirement::Required, false, 503, "unavailable"),
    ] {
        let health = Health::default().check("cache", need, move || async move { works }).check(
            "other",
            Requirement::Required,
            || async { true },
        );
        let answer = service(Router::new(), health, &[]).get("/health").await;
        assert_eq!(answer.assert_status(status).body["status"], text);
        assert_eq!(answer.body["dependencies"][1]["status"], "ok");
    }
    let both = Health::default().check("mail", Requirement::Optional, || async { false });
    let ready = async |health: Health| service(Router::new(), health, &[]).get("/health/ready").await;
    let answer = ready(both.clone()).await;
    assert_eq!(answer.assert_status(200).body["dependencies"].as_array().map(Vec::len), Some(0));
    let answer = ready(both.check("database", Requirement::Required, || async { false })).await;
    assert_eq!(answer.assert_status(503).body["dependencies"][0]["name"], "database");

    let never = Health::default().check("slow", Requirement::Optional, std::future::pending::<bool>);
    let answer = service(Router::new(), never, &[]).get("/health").await;
    assert_eq!(answer.assert_status(200).body["dependencies"][0]["status"], "unavailable");
}

#[tokio::test]
async fn a_flood_of_health_requests_causes_one_check_a_second() {
    let probes = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&probes);
    let counted = Health::default().check("counted", Requirement::Required, move || {
        count.fetch_add(1, Ordering::Relaxed);
        std::future::ready(true)
    });
    let client = service(Router::new(), counted, &[]);
    for answer in join_all((0..50).map(|_| client.get("/health"))).await {
        answer.assert_status(200);
    }
    assert_eq!(probes.load(Ordering::Relaxed), 1);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    client.get("/health").await.assert_status(200);
    assert_eq!(probes.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_the_fault_of_the_client() {
    let read = async |body: axum::body::Bytes| body.len().to_string();
    let stall = async || std::future::pending::<()>().await;
    let routes = Router::new().route("/read", post(read)).route("/stall", post(stall));
    let client = service(routes, Health::default(), &[("REQUEST_TIMEOUT", "1")]);
    client.post_stalled("/read").await.assert_problem(400, "malformed");
    client.post("/read", json!({})).await.assert_status(200);
    client.post_stalled("/stall").await.assert_problem(503, "timed_out");
}

#[tokio::test]
async fn a_running_request_finishes_after_the_stop_signal() {
    let (started, resume) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (started, resume) = (Arc::clone(&started), Arc::clone(&resume));
        move || async move {
            started.notify_one();
            resume.notified().await;
            "done"
        }
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let router = Router::new().route("/slow", get(handler));
    let server =
        tokio::spawn(server::serve(listener, router, async move { stopped.await.expect("a signal") }));
    let request = tokio::spawn(reqwest::get(format!("http://{address}/slow")));
    started.notified().await;
    stop.send(()).expect("a server");
    shared::testing::eventually("the port to be closed", async || {
        tokio::net::TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
    resume.notify_one();
    let answer = request.await.expect("a task").expect("an answer");
    assert_eq!(answer.text().await.expect("a text"), "done");
    server.await.expect("a task").expect("a clean shutdown");
}

#[tokio::test]
async fn a_request_that_never_ends_delays_the_shutdown_only_briefly() {
    let started = Arc::new(Notify::new());
    let signal = Arc::clone(&started);
    let handler = move || async move {
        signal.notify_one();
        std::future::pending::<()>().await;
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let router = Router::new().route("/stuck", get(handler));
    let server =
        tokio::spawn(server::serve(listener, router, async move { stopped.await.expect("a signal") }));
    let request = tokio::spawn(reqwest::get(format!("http://{address}/stuck")));
    started.notified().await;
    stop.send(()).expect("a server");
    // Cloud Run kills the process ten seconds after the signal.
    let end = tokio::time::timeout(Duration::from_secs(10), server).await;
    end.expect("a shutdown in time").expect("a task").expect("a clean shutdown");
    request.abort();
}

#[tokio::test]
async fn a_client_that_sends_too_much_reads_the_response() {
    let greet = async |extract::Json(Named { name }): extract::Json<Named>| name;
    let routes = Router::new().route("/", post(greet)).layer(DefaultBodyLimit::max(1000));
    let settings = HttpSettings::from_env(&Env::default()).expect("settings");
    let router = Service::new(routes, Health::default(), &settings).expect("a service").router();
    let address = serve(router).await;
    let send = async |length: usize, sent: usize| {
        let mut connection = TcpStream::connect(address).await.expect("a connection");
        let head = format!(
            "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        connection.write_all(head.as_bytes()).await.expect("the head is sent");
        connection.write_all("x".repeat(sent).as_bytes()).await.expect("the body is sent");
        let mut answer = [0; 1000];
        let length = connection.read(&mut answer).await.expect("a response");
        String::from_utf8_lossy(&answer[..length]).into_owned()
    };
    for _ in 0..20 {
        let answer = send(12_000_000, 12_000_000).await;
        assert!(answer.starts_with("HTTP/1.1 413") && !answer.contains("connection: close"), "{answer}");
    }
    let answer = send(12_000_000, 2000).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("connection: close"), "{answer}");
}
