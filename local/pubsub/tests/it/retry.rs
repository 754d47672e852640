//! Retries of messages that a receiver does not acknowledge.

use std::time::{Duration, Instant};

use local_pubsub::{DeadLetterPolicy, RetryPolicy};
use tokio::net::TcpListener;

use crate::harness::{Cloud, Receiver, Reply, within};

#[tokio::test]
async fn a_failed_message_is_retried_after_growing_delays_with_its_attempt() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::start(|before| Reply::Status(if before < 3 { 500 } else { 200 })).await;
    cloud.pubsub.create_topic("dead").await.expect("a topic");
    let (minimum, maximum) = (Duration::from_millis(200), Duration::from_millis(500));
    cloud
        .subscribe_with("uploads", receiver.url(), |subscription| {
            subscription.retry_policy =
                Some(RetryPolicy { minimum_backoff: Some(minimum), maximum_backoff: Some(maximum) });
            subscription.dead_letter_policy =
                Some(DeadLetterPolicy { dead_letter_topic: "dead".to_owned(), max_delivery_attempts: 10 });
        })
        .await;
    let id = cloud.publish("uploads", "x").await;
    within(cloud.pubsub.quiescent()).await;

    let pushes = receiver.pushes();
    assert!(pushes.iter().all(|push| push.id() == id));
    let attempts: Vec<_> = pushes.iter().map(|push| push.body["deliveryAttempt"].as_u64()).collect();
    assert_eq!(attempts, [Some(1), Some(2), Some(3), Some(4)]);
    let waits: Vec<Duration> = pushes.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(waits[0] >= minimum && waits[1] >= 2 * minimum && waits[2] >= maximum, "{waits:?}");
}

#[tokio::test]
async fn without_a_retry_policy_a_failed_message_is_retried_at_once() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::start(|before| Reply::Status(if before < 4 { 500 } else { 200 })).await;
    cloud.subscribe("uploads", receiver.url()).await;
    cloud.publish("uploads", "x").await;
    within(cloud.pubsub.quiescent()).await;

    let pushes = receiver.pushes();
    assert_eq!(pushes.len(), 5);
    assert!(pushes[0].body.get("deliveryAttempt").is_none(), "only a dead-letter policy counts attempts");
    assert!(pushes[4].at - pushes[0].at < Duration::from_secs(9), "the default backoff would be 10 s");
}

#[tokio::test]
async fn a_push_is_retried_after_the_ack_deadline() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::start(|before| if before == 0 { Reply::Hang } else { Reply::Status(204) }).await;
    cloud.subscribe("uploads", receiver.url()).await;
    cloud.publish("uploads", "x").await;
    within(cloud.pubsub.quiescent()).await;

    let pushes = receiver.pushes();
    assert_eq!(pushes.len(), 2);
    let waited = pushes[1].at - pushes[0].at;
    assert!((Duration::from_secs(9)..Duration::from_secs(40)).contains(&waited), "{waited:?}");
}

#[tokio::test]
async fn a_message_waits_for_a_receiver_that_is_down() {
    let cloud = Cloud::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    cloud.subscribe("uploads", &format!("http://{address}")).await;
    let id = cloud.publish("uploads", "x").await;
    let failures = cloud.folder.path().join(format!("subscriptions/uploads/messages/{id}.failures"));
    let started = Instant::now();
    while !failures.exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "no delivery was attempted");
        tokio::task::yield_now().await;
    }
    assert_eq!(cloud.outstanding("uploads"), 1);

    let listener = TcpListener::bind(address).await.expect("the same port");
    let receiver = Receiver::on(listener, |_| Reply::Status(204));
    within(cloud.pubsub.quiescent()).await;
    assert_eq!(receiver.pushes().len(), 1);
    assert!(!failures.exists());
}

#[tokio::test]
async fn a_push_is_retried_after_a_closed_connection() {
    let cloud = Cloud::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    cloud.subscribe("uploads", &format!("http://{}", listener.local_addr().expect("an address"))).await;
    cloud.publish("uploads", "x").await;
    let (connection, _) = within(listener.accept()).await.expect("a connection");
    drop(connection);

    let receiver = Receiver::on(listener, |_| Reply::Status(204));
    within(cloud.pubsub.quiescent()).await;
    assert_eq!(receiver.pushes().len(), 1);
}
