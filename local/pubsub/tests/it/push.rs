//! The format of push requests, and the choice of receivers.

use std::collections::{BTreeMap, BTreeSet};

use google_cloud_pubsub::model::Message;
use local_pubsub::{Subscription, Topic};

use crate::harness::{Cloud, Receiver, Reply, push_to, subscription_name, topic_name, within};

#[tokio::test]
async fn a_published_message_arrives_in_googles_envelope() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::acknowledging().await;
    cloud.subscribe("uploads", &format!("{}/push?x=1", receiver.url())).await;

    let message = Message::new()
        .set_data("héllo")
        .set_attributes([("eventType", "OBJECT_FINALIZE"), ("objectId", "documents/1")]);
    let id = cloud.publisher("uploads").await.publish(message).await.expect("a published message");

    let pushes = receiver.wait_for(1).await;
    let body = &pushes[0].body;
    let time = body["message"]["publishTime"].as_str().expect("a time");
    assert!(time.ends_with('Z') && time.contains('T'), "{time}");
    let expected = serde_json::json!({
        "message": {
            "data": "aMOpbGxv",
            "attributes": {"eventType": "OBJECT_FINALIZE", "objectId": "documents/1"},
            "messageId": id,
            "message_id": id,
            "publishTime": time,
            "publish_time": time,
        },
        "subscription": subscription_name("uploads"),
    });
    assert_eq!(*body, expected);
    assert_eq!(pushes[0].headers["content-type"], "application/json");
    within(cloud.pubsub.quiescent()).await;
    assert_eq!(cloud.outstanding("uploads"), 0);
    assert_eq!(receiver.pushes().len(), 1);
}

#[tokio::test]
async fn a_push_has_the_ordering_key_and_empty_data_if_there_is_none() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::acknowledging().await;
    cloud.subscribe("uploads", receiver.url()).await;
    let message = Message::new().set_attributes([("k", "v")]).set_ordering_key("one");
    cloud.publisher("uploads").await.publish(message).await.expect("a published message");

    let pushes = receiver.wait_for(1).await;
    assert_eq!(pushes[0].body["message"]["orderingKey"], "one");
    assert_eq!(pushes[0].body["message"]["data"], "");
}

#[tokio::test]
async fn each_subscription_of_a_topic_gets_every_message() {
    let cloud = Cloud::start().await;
    let (one, two) = (Receiver::acknowledging().await, Receiver::acknowledging().await);
    cloud.subscribe("uploads", one.url()).await;
    let second = Subscription {
        name: "second".to_owned(),
        topic: topic_name("uploads"),
        push_config: Some(push_to(two.url())),
        ..Subscription::default()
    };
    cloud.pubsub.create_subscription(second).await.expect("a subscription");
    let id = cloud.publish("uploads", "x").await;

    within(cloud.pubsub.quiescent()).await;
    for (receiver, name) in [(one, "uploads"), (two, "second")] {
        let pushes = receiver.pushes();
        assert_eq!(pushes.len(), 1);
        assert_eq!(pushes[0].id(), id);
        assert_eq!(pushes[0].body["subscription"], subscription_name(name));
    }
}

#[tokio::test]
async fn only_the_documented_statuses_acknowledge() {
    let cloud = Cloud::start().await;
    for status in [200, 201, 202, 204] {
        let receiver = Receiver::start(move |_| Reply::Status(status)).await;
        let name = format!("status-{status}");
        cloud.subscribe(&name, receiver.url()).await;
        cloud.publish(&name, "x").await;
        within(cloud.pubsub.quiescent()).await;
        assert_eq!(receiver.pushes().len(), 1, "{status}");
    }
    for status in [203, 206, 301, 307, 400, 404, 429, 500, 503] {
        let receiver =
            Receiver::start(move |before| Reply::Status(if before == 0 { status } else { 204 })).await;
        let name = format!("status-{status}");
        cloud.subscribe(&name, receiver.url()).await;
        cloud.publish(&name, "x").await;
        within(cloud.pubsub.quiescent()).await;
        assert_eq!(receiver.pushes().len(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_subscription_without_an_endpoint_keeps_its_messages_until_it_has_one() {
    let cloud = Cloud::start().await;
    cloud.subscribe_with("waiting", "", |subscription| subscription.push_config = None).await;
    cloud.publish("waiting", "x").await;
    within(cloud.pubsub.quiescent()).await;
    assert_eq!(cloud.outstanding("waiting"), 1);

    let receiver = Receiver::acknowledging().await;
    cloud.subscribe("waiting", receiver.url()).await;
    receiver.wait_for(1).await;
    within(cloud.pubsub.quiescent()).await;
    assert_eq!(cloud.outstanding("waiting"), 0);
}

#[tokio::test]
async fn a_slow_subscription_does_not_delay_others() {
    let cloud = Cloud::start().await;
    let slow = Receiver::start(|_| Reply::Hang).await;
    let quick = Receiver::acknowledging().await;
    cloud.subscribe_with("slow", slow.url(), |slow| slow.ack_deadline_seconds = 600).await;
    let second = Subscription {
        name: "quick".to_owned(),
        topic: "slow".to_owned(),
        push_config: Some(push_to(quick.url())),
        ..Subscription::default()
    };
    cloud.pubsub.create_subscription(second).await.expect("a subscription");
    for _ in 0..100 {
        cloud.publish("slow", "x").await;
    }
    quick.wait_for(100).await;
    assert_eq!(cloud.outstanding("slow"), 100);
    assert!(slow.pushes().len() < 10, "few deliveries are in flight until the first one succeeds");
}

#[tokio::test]
async fn ten_thousand_messages_arrive_and_leave_no_files() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::acknowledging().await;
    cloud.subscribe("many", receiver.url()).await;
    let publisher = cloud.publisher("many").await;
    let mut published = BTreeSet::new();
    for batch in 0..20 {
        let publishing: Vec<_> = (0..500)
            .map(|number| publisher.publish(Message::new().set_data(format!("{batch}/{number}"))))
            .collect();
        for id in publishing {
            published.insert(id.await.expect("a published message"));
        }
    }
    within(cloud.pubsub.quiescent()).await;
    let received: BTreeSet<String> = receiver.pushes().iter().map(crate::harness::Push::id).collect();
    assert_eq!(published.len(), 10_000, "ids are unique");
    assert_eq!(published, received);
    let folder = cloud.folder.path().join("subscriptions/many/messages");
    assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), 0);
}

#[tokio::test]
async fn creating_again_updates_a_subscription_and_keeps_a_topic() {
    let cloud = Cloud::start().await;
    let (old, new) = (Receiver::acknowledging().await, Receiver::acknowledging().await);
    let first = cloud.subscribe("uploads", old.url()).await;
    assert_eq!(first.ack_deadline_seconds, 10);
    let changed = cloud.subscribe_with("uploads", new.url(), |s| s.ack_deadline_seconds = 20).await;
    assert_eq!(changed.ack_deadline_seconds, 20);
    let topic = cloud.pubsub.create_topic(&topic_name("uploads")).await.expect("a topic");
    assert_eq!(topic, Topic { name: topic_name("uploads"), labels: BTreeMap::new() });

    cloud.publish("uploads", "x").await;
    new.wait_for(1).await;
    assert!(old.pushes().is_empty());
}
