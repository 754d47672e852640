//! Messages that fail too often move to the dead-letter topic.

use std::collections::BTreeMap;

use local_pubsub::{DeadLetterPolicy, Subscription};

use crate::harness::{Cloud, PROJECT, Receiver, Reply, topic_name, within};

fn to_dead(subscription: &mut Subscription) {
    let dead_letter_topic = topic_name("dead");
    subscription.dead_letter_policy = Some(DeadLetterPolicy { dead_letter_topic, max_delivery_attempts: 5 });
}

#[tokio::test]
async fn after_five_failures_a_message_moves_to_the_dead_letter_topic() {
    let cloud = Cloud::start().await;
    let (failing, dead) = (Receiver::start(|_| Reply::Status(500)).await, Receiver::acknowledging().await);
    cloud.subscribe("dead", dead.url()).await;
    cloud.subscribe_with("uploads", failing.url(), to_dead).await;
    let attributes = BTreeMap::from([("objectId".to_owned(), "documents/1".to_owned())]);
    let id = cloud.pubsub.publish("uploads", attributes, "the data").await.expect("a published message");
    within(cloud.pubsub.quiescent()).await;

    let attempts = failing.pushes();
    assert_eq!(attempts.len(), 5);
    assert_eq!(attempts[4].body["deliveryAttempt"], 5);
    let dead_lettered = dead.pushes();
    assert_eq!(dead_lettered.len(), 1);
    let dead_lettered = &dead_lettered[0];
    assert_ne!(dead_lettered.id(), id);
    assert_eq!(dead_lettered.data(), "the data");
    let published = attempts[0].body["message"]["publishTime"].as_str();
    for (key, value) in [
        ("objectId", Some("documents/1")),
        ("CloudPubSubDeadLetterSourceDeliveryCount", Some("5")),
        ("CloudPubSubDeadLetterSourceSubscription", Some("uploads")),
        ("CloudPubSubDeadLetterSourceSubscriptionProject", Some(PROJECT)),
        ("CloudPubSubDeadLetterSourceTopicPublishTime", published),
    ] {
        assert_eq!(dead_lettered.attribute(key), value, "{key}");
    }
    assert!(dead_lettered.body.get("deliveryAttempt").is_none());
    assert_eq!(cloud.outstanding("uploads"), 0);
}

#[tokio::test]
async fn without_the_dead_letter_topic_deliveries_continue() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::start(|before| Reply::Status(if before < 7 { 500 } else { 204 })).await;
    cloud.subscribe_with("uploads", receiver.url(), to_dead).await;
    cloud.publish("uploads", "x").await;
    within(cloud.pubsub.quiescent()).await;
    assert_eq!(receiver.pushes().len(), 8);
}

#[tokio::test]
async fn attempts_are_counted_across_a_restart() {
    let mut cloud = Cloud::start().await;
    let failing = Receiver::start(|before| if before == 3 { Reply::Hang } else { Reply::Status(500) }).await;
    let dead = Receiver::acknowledging().await;
    cloud.subscribe("dead", dead.url()).await;
    cloud
        .subscribe_with("uploads", failing.url(), |subscription| {
            to_dead(subscription);
            subscription.ack_deadline_seconds = 600;
        })
        .await;
    cloud.publish("uploads", "x").await;
    failing.wait_for(4).await;
    cloud.restart().await;
    within(cloud.pubsub.quiescent()).await;

    // The interrupted delivery does not count as failed. It is repeated.
    let attempts: Vec<_> =
        failing.pushes().iter().map(|push| push.body["deliveryAttempt"].as_u64()).collect();
    assert_eq!(attempts, [1, 2, 3, 4, 4, 5].map(Some));
    assert_eq!(dead.pushes().len(), 1);
}
