//! Notifications about created, overwritten and deleted objects.

use std::sync::{Arc, atomic::Ordering};

use http::Method;
use local_storage::{Attributes, Notification};
use serde_json::Value;

use crate::harness::{Cloud, Folder, Mailbox, TOPIC, header, wait_for};

fn attribute<'a>(notification: &'a Notification, name: &str) -> &'a str {
    notification.attributes.get(name).map_or("", String::as_str)
}

fn undelivered(cloud: &Cloud) -> usize {
    std::fs::read_dir(cloud.folder.0.join("notifications")).expect("a folder").count()
}

#[tokio::test]
async fn a_finalized_object_sends_a_notification_with_its_resource() {
    let cloud = Cloud::start().await;
    cloud.send(Method::PUT, "elsewhere/1", &[], "not in the prefix").await;
    let put = cloud.send(Method::PUT, "documents/1", &[("content-type", "application/pdf")], "hello").await;
    let delivered = cloud.mailbox.wait_for(1).await;
    let generation = header(&put, "x-goog-generation");
    let notification = &delivered[0];
    assert_eq!((delivered.len(), notification.topic.as_str()), (1, TOPIC));
    for (name, value) in [
        ("eventType", "OBJECT_FINALIZE"),
        ("payloadFormat", "JSON_API_V1"),
        ("bucketId", "uploads"),
        ("objectId", "documents/1"),
        ("objectGeneration", generation),
        ("notificationConfig", "projects/_/buckets/uploads/notificationConfigs/1"),
    ] {
        assert_eq!(attribute(notification, name), value);
    }
    assert!(!notification.attributes.contains_key("overwroteGeneration"));
    let resource: Value = serde_json::from_slice(&notification.data).expect("JSON");
    for (name, value) in [
        ("kind", "storage#object"),
        ("bucket", "uploads"),
        ("name", "documents/1"),
        ("generation", generation),
        ("size", "5"),
        ("contentType", "application/pdf"),
        ("md5Hash", "XUFAKrxLKna5cZ2REBfFkg=="),
        ("crc32c", "mnG7TA=="),
    ] {
        assert_eq!(resource[name], value);
    }
    assert_eq!(attribute(notification, "eventTime"), resource["timeCreated"]);
    assert_eq!(cloud.http.get(&cloud.endpoint).send().await.expect("a response").status(), 403);
    wait_for(async || (undelivered(&cloud) == 0).then_some(())).await;
}

#[tokio::test]
async fn overwriting_and_deleting_send_notifications() {
    let cloud = Cloud::start().await;
    let first = cloud.send(Method::PUT, "documents/1", &[], "first").await;
    let second = cloud.send(Method::PUT, "documents/1", &[], "second").await;
    cloud.send(Method::DELETE, "documents/1", &[], "").await;
    let (first, second) = (header(&first, "x-goog-generation"), header(&second, "x-goog-generation"));
    let mut delivered: Vec<(String, String, String, String)> = cloud
        .mailbox
        .wait_for(4)
        .await
        .iter()
        .map(|notification| {
            let text = |name| attribute(notification, name).to_owned();
            (
                text("objectGeneration"),
                text("eventType"),
                text("overwroteGeneration"),
                text("overwrittenByGeneration"),
            )
        })
        .collect();
    delivered.sort();
    let event = |generation: &str, kind: &str, overwrote: &str, by: &str| {
        (generation.to_owned(), kind.to_owned(), overwrote.to_owned(), by.to_owned())
    };
    assert_eq!(
        delivered,
        [
            event(first, "OBJECT_DELETE", "", second),
            event(first, "OBJECT_FINALIZE", "", ""),
            event(second, "OBJECT_DELETE", "", ""),
            event(second, "OBJECT_FINALIZE", first, ""),
        ]
    );
}

#[tokio::test]
async fn a_notification_is_sent_again_until_it_is_accepted() {
    let mailbox = Mailbox::default();
    mailbox.refusals.store(2, Ordering::SeqCst);
    let cloud = Cloud::start_in(Arc::new(Folder::new()), mailbox).await;
    assert_eq!(cloud.send(Method::PUT, "documents/1", &[], "hello").await.status(), 200);
    let delivered = cloud.mailbox.wait_for(1).await;
    assert_eq!(attribute(&delivered[0], "objectId"), "documents/1");
    assert_eq!(cloud.mailbox.refusals.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_notification_outlives_the_process() {
    let mailbox = Mailbox::default();
    mailbox.refusals.store(usize::MAX, Ordering::SeqCst);
    let cloud = Cloud::start_in(Arc::new(Folder::new()), mailbox).await;
    cloud.send(Method::PUT, "documents/1", &[], "hello").await;
    cloud.send(Method::DELETE, "documents/1", &[], "").await;
    assert_eq!(undelivered(&cloud), 2);

    let cloud = cloud.restart().await;
    let delivered = cloud.mailbox.wait_for(2).await;
    let mut kinds: Vec<_> =
        delivered.iter().map(|notification| attribute(notification, "eventType")).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["OBJECT_DELETE", "OBJECT_FINALIZE"]);
    wait_for(async || (undelivered(&cloud) == 0).then_some(())).await;
}

#[tokio::test]
async fn a_rejected_upload_sends_no_notification() {
    let cloud = Cloud::start().await;
    let refused =
        cloud.send(Method::PUT, "documents/1", &[("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")], "no").await;
    assert_eq!(refused.status(), 400);
    cloud.send(Method::PUT, "documents/2", &[], "yes").await;
    let delivered = cloud.mailbox.wait_for(1).await;
    assert_eq!(attribute(&delivered[0], "objectId"), "documents/2");
    // A delivered notification stays on disk for a moment.
    wait_for(async || (undelivered(&cloud) == 0).then_some(())).await;
    assert_eq!(cloud.mailbox.delivered().len(), 1);
}

#[tokio::test]
async fn an_object_created_in_process_is_like_any_other() {
    let cloud = Cloud::start().await;
    let attributes =
        Attributes { content_type: Some("application/json".to_owned()), ..Attributes::default() };
    let created = cloud.storage.create_object("uploads", "documents/o.json", attributes, "{}".into()).await;
    let created = created.expect("an object");
    assert_eq!(cloud.content("documents/o.json"), b"{}");
    let delivered = cloud.mailbox.wait_for(1).await;
    assert_eq!(attribute(&delivered[0], "objectGeneration"), created.generation.to_string());
    let absent = cloud.storage.create_object("absent", "o", Attributes::default(), "{}".into()).await;
    assert!(absent.is_err());
}
