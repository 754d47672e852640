//! The inbox's pages and JSON over HTTP.

use lettre::message::SinglePart;

use crate::harness::{Service, json, mail};

#[tokio::test]
async fn json_lists_mails_newest_last_and_filters_by_address() {
    let service = Service::start(false).await;
    for (to, subject) in
        [("ada@example.org", "first"), ("bob@example.org", "second"), ("ada@example.org", "third")]
    {
        service.send(mail(to, subject, None)).await;
    }
    let url = service.web().await;
    let all = json(&url).await;
    let subjects = |list: &serde_json::Value| {
        let list = list.as_array().expect("a list").iter();
        list.map(|mail| mail["subject"].as_str().expect("a subject").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(subjects(&all), ["first", "second", "third"]);
    for field in ["id", "to", "subject", "text", "html", "received_at"] {
        assert!(all[0][field].is_string(), "{field}");
    }
    assert_eq!(subjects(&json(&format!("{url}?to=ADA%40example.org")).await), ["first", "third"]);
    assert_eq!(subjects(&json(&format!("{url}?to=da%40example.org")).await), Vec::<String>::new());
    let one = json(&format!("{url}/{}", all[1]["id"].as_str().expect("an id"))).await;
    assert_eq!(one, all[1]);
    let absent = reqwest::get(format!("{url}/absent")).await.expect("a response");
    assert_eq!(absent.status(), 404);
}

#[tokio::test]
async fn mails_with_the_same_message_id_are_shown_once() {
    let service = Service::start(false).await;
    for (to, id) in [
        ("ada@example.org", Some("<same@alta.example>")),
        ("ada@example.org", Some("<same@alta.example>")),
        ("bob@example.org", Some("<same@alta.example>")),
        ("ada@example.org", Some("<other@alta.example>")),
    ] {
        service.send(mail(to, "Hello", id)).await;
    }
    let list = json(&service.web().await).await;
    let copies: Vec<_> =
        list.as_array().expect("a list").iter().map(|mail| mail["copies"].as_u64()).collect();
    assert_eq!(copies, [Some(2), Some(1), Some(1)]);
}

#[tokio::test]
async fn deleting_clears_the_inbox_permanently() {
    let service = Service::start(false).await;
    service.send(mail("ada@example.org", "Hello", None)).await;
    let url = service.web().await;
    let deleted = reqwest::Client::new().delete(&url).send().await.expect("a response");
    assert_eq!(deleted.status(), 204);
    assert_eq!(json(&url).await, serde_json::json!([]));
    assert_eq!(std::fs::read_dir(service.folder.path().join("mails")).expect("the folder").count(), 0);
}

#[tokio::test]
async fn the_page_escapes_untrusted_text() {
    let service = Service::start(false).await;
    let hostile = "</title><script>alert(1)</script>\" onload=\"x";
    let message = lettre::Message::builder()
        .from("noreply@alta.example".parse().expect("an address"))
        .to("ada@example.org".parse().expect("an address"))
        .subject(hostile)
        .singlepart(SinglePart::html(
            "<script>alert(2)</script>\"></iframe><img src=x onerror=alert(3)>".to_owned(),
        ));
    service.send(message.expect("a mail")).await;
    let url = service.web().await;
    let id = service.inbox.messages(None)[0].id.clone();
    for page in [url.clone(), format!("{url}/{id}"), format!("{url}?to={}", "<script>alert(4)</script>")] {
        let response = reqwest::get(&page).await.expect("a response");
        let policy = response.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        let body = response.text().await.expect("a page");
        assert!(!body.contains("<script") && !body.contains("<img") && !body.contains("\" onload"), "{body}");
    }
    let body = reqwest::get(format!("{url}/{id}")).await.expect("a response").text().await.expect("a page");
    assert!(body.contains("&lt;script&gt;alert(1)") && body.contains("&lt;img src=x"), "{body}");
    assert!(
        body.contains("<iframe ") && !body.contains("allow-scripts") && !body.contains("allow-same-origin")
    );
}
