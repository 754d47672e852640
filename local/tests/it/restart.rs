//! `kill -9` of the whole platform between any two steps: accepted uploads are finished after the next start.

use std::time::Duration;

use futures::stream;
use reqwest::{Client, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use crate::{running::Running, statistics};

pub(crate) const PAGE: &[u8] = include_bytes!("../../samples/page.png");

/// The time limit for an item: the lease of a dead worker expires, then the next tick of the scheduler finds the item.
const TIMEOUT: Duration = Duration::from_secs(240);

/// Signs up and creates a project. Returns the project's id.
pub(crate) async fn open_account(running: &mut Running, kill: bool) -> String {
    let (email, password) = ("kim@example.com", "a rather long pass phrase");
    running.post("/auth/register", json!({"email": email, "password": password})).await;
    restart(running, kill).await;

    let token = mailed_token(running, email).await;
    restart(running, kill).await;

    let verified = running.get(&format!("/auth/verify-email?token={token}")).await;
    assert_eq!(verified["status"], "verified");
    restart(running, kill).await;

    let tokens = running.post("/auth/login", json!({"email": email, "password": password})).await;
    running.sign_in(tokens["access_token"].as_str().expect("a token"));
    restart(running, kill).await;

    let project = running.post("/projects", json!({"name": "Archive"})).await;
    project["id"].as_str().expect("an id").to_owned()
}

async fn restart(running: &mut Running, kill: bool) {
    if kill {
        running.kill_and_start().await;
    }
}

async fn mailed_token(running: &Running, email: &str) -> String {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let mails = running.get(&format!("/local/inbox?to={email}")).await;
        if let Some(text) = mails[0]["text"].as_str() {
            let (_, rest) = text.split_once("?token=").expect("a link");
            return rest.split_whitespace().next().expect("a token").to_owned();
        }
        assert!(Instant::now() < deadline, "no mail arrived");
        sleep(Duration::from_millis(100)).await;
    }
}

pub(crate) struct Draft {
    pub(crate) path: String,
    url: String,
    headers: HeaderMap,
}

pub(crate) async fn create_document(running: &Running, project: &str) -> Draft {
    let body = json!({
        "project_id": project, "filename": "page.png", "content_type": "image/png", "size_bytes": PAGE.len(),
    });
    let created = running.post("/documents", body).await;
    let headers = created["upload"]["headers"].as_object().expect("headers").iter().map(|(name, value)| {
        (name.parse().expect("a name"), value.as_str().expect("a text").parse().expect("a value"))
    });
    Draft {
        path: format!("/documents/{}", created["document"]["id"].as_str().expect("an id")),
        url: created["upload"]["url"].as_str().expect("a URL").to_owned(),
        headers: headers.collect(),
    }
}

pub(crate) async fn put(draft: &Draft, body: impl Into<reqwest::Body>) -> reqwest::Result<StatusCode> {
    let request = Client::new().put(&draft.url).headers(draft.headers.clone()).body(body);
    request.send().await.map(|answer| answer.status())
}

pub(crate) async fn wait_for(running: &Running, document: &Draft, wanted: &[&str]) -> Value {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let found = running.get(&document.path).await;
        let status = found["status"].as_str().expect("a status");
        if wanted.contains(&status) {
            return found;
        }
        assert!(Instant::now() < deadline, "still {status}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn every_uploaded_document_is_processed_whenever_the_platform_is_killed() {
    let mut running = Running::start().await;
    let project = open_account(&mut running, true).await;
    running.kill_and_start().await;

    let put_then_killed = create_document(&running, &project).await;
    let killed_while_read = create_document(&running, &project).await;
    let cut_off = create_document(&running, &project).await;
    running.kill_and_start().await;

    // A kill during the upload discards the partial object, and the same URL stays valid.
    let (sender, receiver) = mpsc::channel::<&'static [u8]>(1);
    let body = stream::unfold(receiver, |mut receiver| async move {
        let piece = receiver.recv().await?;
        Some((Ok::<_, std::io::Error>(piece), receiver))
    });
    let half = put(&cut_off, reqwest::Body::wrap_stream(body));
    let (half, ()) = tokio::join!(half, async {
        sender.send(&PAGE[..PAGE.len() / 2]).await.expect("the upload began");
        running.process.kill().await.expect("killed");
        drop(sender);
    });
    assert!(half.is_err(), "{half:?}");
    running.kill_and_start().await;
    assert_eq!(running.get(&cut_off.path).await["status"], "draft");

    assert_eq!(put(&put_then_killed, PAGE).await.expect("an answer"), StatusCode::OK);
    running.kill_and_start().await;

    assert_eq!(put(&cut_off, PAGE).await.expect("an answer"), StatusCode::OK);
    assert_eq!(put(&killed_while_read, PAGE).await.expect("an answer"), StatusCode::OK);
    wait_for(&running, &killed_while_read, &["processing", "approved"]).await;
    running.kill_and_start().await;

    for document in [&put_then_killed, &cut_off, &killed_while_read] {
        let found = wait_for(&running, document, &["approved", "failed"]).await;
        assert_eq!(found["status"], "approved", "{found}");
        assert!(found["ocr_text"].as_str().expect("a text").contains("careful readers"), "{found}");
    }
    running.kill_and_start().await;
    statistics::assert_statistics_match(&running).await;
}
