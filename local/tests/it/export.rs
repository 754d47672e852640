//! A project export from the request to the mailed link and the file, across a `kill -9` of the whole platform.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{restart::open_account, running::Running};

const EMAIL: &str = "kim@example.com";
const PAGE: &[u8] = include_bytes!("../../samples/page.png");
/// The time limit for an export: the lease of a dead writer expires, then the next tick of the scheduler finds it.
const TIMEOUT: Duration = Duration::from_secs(240);

async fn wait_for<T>(what: &str, probe: impl AsyncFn() -> Option<T>) -> T {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(Instant::now() < deadline, "never seen: {what}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Uploads a page with this name, and waits for its text.
async fn upload(running: &Running, project: &str, filename: &str) -> Value {
    let body = json!({
        "project_id": project, "filename": filename, "content_type": "image/png", "size_bytes": PAGE.len(),
    });
    let created = running.post("/documents", body).await;
    let upload = &created["upload"];
    let mut request = Client::new().put(upload["url"].as_str().expect("a URL")).body(PAGE);
    for (name, value) in upload["headers"].as_object().expect("headers") {
        request = request.header(name, value.as_str().expect("a value"));
    }
    assert_eq!(request.send().await.expect("an answer").status(), StatusCode::OK);
    let path = format!("/documents/{}", created["document"]["id"].as_str().expect("an id"));
    wait_for("the text", async || {
        let document = running.get(&path).await;
        (document["status"] == "approved").then_some(document)
    })
    .await
}

/// The link in the newest mail about an export.
async fn mailed_link(running: &Running, export: &str) -> String {
    wait_for("the mail", async || {
        let mails = running.get(&format!("/local/inbox?to={EMAIL}")).await;
        let mails = mails.as_array().expect("mails").clone();
        let texts = mails.iter().filter(|mail| mail["subject"] == "Your export is ready");
        let mut links = texts.filter_map(|mail| {
            mail["text"].as_str()?.lines().find(|line| line.starts_with("http")).map(str::to_owned)
        });
        links.find(|link| link.ends_with(export))
    })
    .await
}

#[tokio::test]
async fn an_export_survives_kills_of_the_platform_at_every_step() {
    let mut running = Running::start().await;
    let project = open_account(&mut running, false).await;
    let document = upload(&running, &project, "=1+1.png").await;
    for (format, kill) in [("ndjson", true), ("csv", false)] {
        let requested = running.post("/exports", json!({"project_id": project, "format": format})).await;
        let id = requested["id"].as_str().expect("an id");
        if kill {
            running.kill_and_start().await;
        }
        let link = mailed_link(&running, id).await;
        let origin = format!("http://localhost:{}", running.port);
        assert_eq!(link, format!("{origin}/project?id={project}&export={id}"));
        let path = link.strip_prefix(&origin).expect("a page of the platform");
        let page = running.request(Method::GET, path).header("accept", "text/html").send().await;
        let page = page.expect("an answer");
        // The console may not be built when this test runs. Its paths then respond with a page that says so.
        assert_ne!(page.status(), StatusCode::NOT_FOUND);
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");

        let about = running.get(&format!("/exports/{id}")).await;
        assert_eq!((&about["status"], &about["progress"]["done"]), (&json!("ready"), &json!(1)));
        let file = reqwest::get(about["url"].as_str().expect("a URL")).await.expect("an answer");
        let disposition = file.headers()["content-disposition"].to_str().expect("text").to_owned();
        assert!(disposition.starts_with("attachment;") && disposition.contains(format), "{disposition}");
        let file = file.text().await.expect("a text");
        if format == "ndjson" {
            let line: Value = serde_json::from_str(&file).expect("one line");
            assert_eq!((&line["id"], &line["text"]), (&document["id"], &document["ocr_text"]));
        } else {
            let file = file.trim_start_matches('\u{feff}');
            assert!(file.starts_with("id,kind,") && file.contains(",\"'=1+1.png\","), "{file}");
        }
    }
    let list = running.get(&format!("/exports?project_id={project}")).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2));
}
