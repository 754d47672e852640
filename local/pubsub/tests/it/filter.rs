//! Filters of running subscriptions. The unit tests cover the filter language.

use std::collections::BTreeMap;

use local_pubsub::{Error, Subscription};

use crate::harness::{Cloud, Push, Receiver, push_to, within};

#[tokio::test]
async fn each_subscription_gets_matching_messages_and_drops_the_rest() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::acknowledging().await;
    cloud.pubsub.create_topic("events").await.expect("a topic");
    let final_documents =
        r#"attributes.eventType = "OBJECT_FINALIZE" AND hasPrefix(attributes.objectId, "documents/")"#;
    let filters = [
        ("all", "", vec!["document", "voice", "deleted", "plain"]),
        ("documents", final_documents, vec!["document"]),
        ("not-final", r#"attributes.eventType != "OBJECT_FINALIZE""#, vec!["deleted", "plain"]),
        ("typed", "attributes:eventType", vec!["document", "voice", "deleted"]),
        ("untyped", "-attributes:eventType", vec!["plain"]),
        (
            "either",
            r#"(hasPrefix(attributes.objectId, "voice/") OR NOT attributes:objectId)"#,
            vec!["voice", "plain"],
        ),
    ];
    for (name, filter, _) in &filters {
        let subscription = Subscription {
            name: (*name).to_owned(),
            topic: "events".to_owned(),
            push_config: Some(push_to(&format!("{}/{name}", receiver.url()))),
            filter: (*filter).to_owned(),
            ..Subscription::default()
        };
        cloud.pubsub.create_subscription(subscription).await.expect("a subscription");
    }
    let messages = [
        ("document", vec![("eventType", "OBJECT_FINALIZE"), ("objectId", "documents/1")]),
        ("voice", vec![("eventType", "OBJECT_FINALIZE"), ("objectId", "voice/1")]),
        ("deleted", vec![("eventType", "OBJECT_DELETE"), ("objectId", "documents/1")]),
        ("plain", vec![]),
    ];
    for (data, attributes) in messages {
        let attributes = attributes.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        cloud.pubsub.publish("events", attributes.collect(), data).await.expect("a published message");
    }
    within(cloud.pubsub.quiescent()).await;

    let mut received: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for push in receiver.pushes() {
        let name = push.body["subscription"].as_str().and_then(|name| name.rsplit('/').next());
        received.entry(name.expect("a name").to_owned()).or_default().push(Push::data(&push));
    }
    for (name, _, mut expected) in filters {
        let mut received = received.remove(name).unwrap_or_default();
        received.sort();
        expected.sort_unstable();
        assert_eq!(received, expected, "{name}");
        assert_eq!(cloud.outstanding(name), 0);
    }
}

#[tokio::test]
async fn an_invalid_filter_is_rejected() {
    let cloud = Cloud::start().await;
    cloud.pubsub.create_topic("events").await.expect("a topic");
    let subscription = Subscription {
        name: "invalid".to_owned(),
        topic: "events".to_owned(),
        filter: "data = \"x\"".to_owned(),
        ..Subscription::default()
    };
    let refused = cloud.pubsub.create_subscription(subscription).await;
    assert!(matches!(refused, Err(Error::InvalidArgument(_))), "{refused:?}");
    assert!(cloud.pubsub.outstanding("invalid").is_err());
}
