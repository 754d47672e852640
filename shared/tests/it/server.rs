use std::{sync::Arc, time::Duration};

use axum::{Router, routing::get};
use serde_json::json;
use shared::{
    base::config::{Env, Settings as _},
    http::{
        health::{Health, Need},
        server::{self, HttpSettings, Service},
    },
    testing::{Client, client},
};
use tokio::{
    net::TcpListener,
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
async fn a_request_id_is_replaced_if_it_contains_special_characters() {
    let client = service(Router::new(), Health::default(), &[]);
    let answer = client.with("x-request-id", "a\"b").get("/nowhere").await;
    let made =
        answer.assert_problem(404, "not_found").headers["x-request-id"].to_str().expect("text").to_owned();
    assert_eq!(made.len(), 32);
    let other = client.get("/nowhere").await;
    assert_ne!(other.headers["x-request-id"], made.as_str());
}

#[tokio::test]
async fn health_reports_failed_dependencies_and_whether_they_are_required() {
    for (need, works, status, text) in [
        (Need::Required, true, 200, "ok"),
        (Need::Optional, false, 200, "degraded"),
        (Need::Required, false, 503, "unavailable"),
    ] {
        let health = Health::default().check("cache", need, move || async move { works }).check(
            "other",
            Need::Required,
            || async { true },
        );
        let answer = service(Router::new(), health, &[]).get("/health").await;
        assert_eq!(answer.assert_status(status).body["status"], text);
        assert_eq!(answer.body["dependencies"][1]["status"], "ok");
    }
    let never = Health::default().check("slow", Need::Optional, std::future::pending::<bool>);
    let answer = service(Router::new(), never, &[]).get("/health").await;
    assert_eq!(answer.assert_status(200).body["dependencies"][0]["status"], "unavailable");
}

#[tokio::test]
async fn a_running_request_finishes_after_the_stop_signal() {
    let (started, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (started, go_on) = (Arc::clone(&started), Arc::clone(&go_on));
        move || async move {
            started.notify_one();
            go_on.notified().await;
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
    go_on.notify_one();
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
