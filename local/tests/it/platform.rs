//! The whole platform, as a newcomer sees it.

use std::{collections::HashMap, path::Path, time::Duration};

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::{net::TcpStream, process::Command, time::timeout};

use crate::{
    running::{Running, free_port, local},
    statistics,
    support::{eventually, folder},
};

#[tokio::test]
async fn the_demo_processes_every_sample_and_prints_the_text_of_the_page() {
    let mut running = Running::start().await;
    let output = local(&running.folder, running.port).arg("demo").output().await.expect("the demo");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    for sample in ["page.png", "letter.pdf", "photo.png", "fax.tiff", "encrypted.pdf"] {
        assert!(text.contains(sample), "{text}");
    }
    assert!(text.contains("the squirrels are known to be careful readers"), "{text}");
    running.kill_and_start().await;
    statistics::assert_statistics_match(&running).await;
}

#[tokio::test]
async fn one_origin_serves_console_api_inbox_and_functions() {
    let running = Running::start().await;
    for path in ["/docs/", "/docs/problems", "/local/inbox", "/.well-known/jwks.json"] {
        let answer = running.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    // The platform of a test has no built console.
    for path in ["/", "/verify-email?token=secret", "/project/members?id=1"] {
        let answer = running.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        let page = answer.text().await.expect("a page");
        assert!(page.contains("Node 20.19") && page.contains("make run"), "{path}: {page}");
    }
    let document = running.get("/openapi.json").await;
    for path in ["/auth/register", "/users/me", "/projects", "/documents"] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    for path in ["/nothing", "/voices"] {
        let answer = running.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn every_server_refuses_requests_for_other_hosts() {
    let running = Running::start().await;
    let ports = std::fs::read_to_string(running.folder.path().join("data/ports.json")).expect("the ports");
    let mut servers: HashMap<String, u16> = serde_json::from_str(&ports).expect("numbers");
    servers.retain(|name, _| !["postgres", "smtp"].contains(&name.as_str()));
    for name in ["auth", "data", "issuer", "pubsub", "storage", "documentai", "speech"] {
        assert!(servers.contains_key(name), "{servers:?}");
    }
    servers.insert("gateway".to_owned(), running.port);
    let get = async |port: u16, path: &str, host: String| {
        let request = reqwest::Client::new().get(format!("http://127.0.0.1:{port}{path}"));
        request.header("host", host).send().await.expect("an answer").status()
    };
    for (name, port) in servers {
        for path in ["/health", "/local/inbox"] {
            for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"] {
                let refused = get(port, path, format!("{host}:{port}")).await;
                assert_eq!(refused, StatusCode::MISDIRECTED_REQUEST, "{name} {path} {host}");
            }
            assert_eq!(
                get(port, path, "localhost:1".to_owned()).await,
                StatusCode::MISDIRECTED_REQUEST,
                "{name}"
            );
            for host in ["localhost", "127.0.0.1"] {
                let answered = get(port, path, format!("{host}:{port}")).await;
                assert_ne!(answered, StatusCode::MISDIRECTED_REQUEST, "{name} {path} {host}");
            }
        }
    }
}

#[tokio::test]
async fn a_second_platform_on_the_same_folder_or_port_is_refused_with_a_reason() {
    let running = Running::start().await;
    let same_folder = local(&running.folder, free_port()).arg("run").output().await.expect("it ends");
    let output = String::from_utf8_lossy(&same_folder.stderr).into_owned();
    assert!(!same_folder.status.success() && output.contains("is running already on"), "{output}");

    let other = folder();
    let same_port = local(&other, running.port).arg("run").output().await.expect("it ends");
    let output = String::from_utf8_lossy(&same_port.stderr).into_owned();
    let expected = format!("port {} of this machine is taken", running.port);
    assert!(
        !same_port.status.success() && output.contains(&expected) && output.contains("ALTA_PORT"),
        "{output}"
    );
}

#[tokio::test]
async fn data_of_other_migrations_is_refused_with_the_command_to_move_it() {
    let mut running = Running::start().await;
    let data = running.folder.path().join("data").canonicalize().expect("the folder");
    let url = std::fs::read_to_string(data.join("database.url")).expect("a URL");
    let db = sqlx::PgPool::connect(&url).await.expect("the database");
    sqlx::query("update _sqlx_migrations set checksum = 'other'")
        .execute(&db)
        .await
        .expect("another history");
    db.close().await;
    running.process.kill().await.expect("killed");

    let refused = local(&running.folder, running.port).arg("run").output().await.expect("it ends");
    let output = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && output.contains("created by other migrations"), "{output}");
    let command = format!("mv {0} {0}.old", data.display());
    assert!(output.lines().any(|line| line.trim() == command), "{output}");

    let moved = Command::new("sh").args(["-c", &command]).status().await.expect("moved");
    assert!(moved.success());
    running.start_again().await;
}

#[tokio::test]
async fn ctrl_c_stops_everything_within_seconds() {
    let mut running = Running::start().await;
    let id = running.process.id().expect("it runs").to_string();
    let database = postgres_port(&running.folder.path().join("data"));

    let signalled =
        Command::new("sh").args(["-c", "kill -INT \"$1\"", "sh", &id]).status().await.expect("sent");
    assert!(signalled.success());

    let ended =
        timeout(Duration::from_secs(15), running.process.wait()).await.expect("in time").expect("ended");
    assert_eq!(ended.code(), Some(0));
    assert!(TcpStream::connect(("127.0.0.1", database)).await.is_err(), "the database has stopped");
}

#[tokio::test]
async fn the_end_of_the_database_ends_the_platform_with_a_message() {
    let mut running = Running::start().await;
    let pid_file =
        std::fs::read_to_string(running.folder.path().join("data/postgres/postmaster.pid")).expect("a file");
    let pid = pid_file.lines().next().expect("a number");
    let killed = Command::new("sh").args(["-c", "kill -9 \"$1\"", "sh", pid]).status().await.expect("sent");
    assert!(killed.success());
    let ended =
        timeout(Duration::from_secs(15), running.process.wait()).await.expect("in time").expect("ended");
    assert_eq!(ended.code(), Some(1));
}

#[tokio::test]
async fn a_killed_platform_leaves_no_database_behind() {
    let mut running = Running::start().await;
    let database = postgres_port(&running.folder.path().join("data"));
    running.process.kill().await.expect("killed");
    let stopped = || async { TcpStream::connect(("127.0.0.1", database)).await.is_err() };
    eventually("the database is gone", stopped).await;
}

#[tokio::test]
async fn an_upload_that_was_tampered_with_is_refused_by_storage() {
    let mut running = Running::start().await;
    let project = crate::restart::open_account(&mut running, false).await;
    let body =
        json!({"project_id": project, "filename": "a.png", "content_type": "image/png", "size_bytes": 8});
    let created = running.post("/documents", body).await;
    let url = created["upload"]["url"].as_str().expect("a URL");
    let put = |url: String, kind: &'static str| {
        reqwest::Client::new()
            .put(url)
            .header("content-type", kind)
            .header("x-goog-content-length-range", "8,8")
            .header("x-goog-if-generation-match", "0")
            .body("\u{89}PNG\r\n\n")
            .send()
    };
    let forged = url.replace("X-Goog-Expires=3600", "X-Goog-Expires=7200");
    assert_ne!(forged, url);
    assert_eq!(put(forged, "image/png").await.expect("an answer").status(), StatusCode::FORBIDDEN);
    assert_eq!(put(url.to_owned(), "text/html").await.expect("an answer").status(), StatusCode::FORBIDDEN);
    assert_eq!(put(url.to_owned(), "image/png").await.expect("an answer").status(), StatusCode::OK);
    assert_eq!(
        put(url.to_owned(), "image/png").await.expect("an answer").status(),
        StatusCode::PRECONDITION_FAILED
    );
}

fn postgres_port(data: &Path) -> u16 {
    let ports = std::fs::read_to_string(data.join("ports.json")).expect("the ports");
    let ports: serde_json::Value = serde_json::from_str(&ports).expect("JSON");
    ports["postgres"].as_u64().and_then(|port| port.try_into().ok()).expect("a port")
}
