//! Duplicates and reordering on demand.

use std::collections::BTreeMap;

use local_pubsub::Faults;

use crate::harness::{Cloud, Push, Receiver, Reply, within};

#[tokio::test]
async fn faults_deliver_messages_several_times_in_random_order() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::start(|before| Reply::Status(if before % 7 == 3 { 500 } else { 204 })).await;
    cloud.subscribe("uploads", receiver.url()).await;
    cloud
        .pubsub
        .set_faults("uploads", Faults { duplicate: 2..=5, shuffle: true })
        .expect("the subscription exists");
    let mut published = Vec::new();
    for number in 0..100 {
        published.push(cloud.publish("uploads", &number.to_string()).await);
    }
    within(cloud.pubsub.quiescent()).await;

    let pushes = receiver.pushes();
    let mut acknowledged: BTreeMap<String, u32> = BTreeMap::new();
    for (number, push) in pushes.iter().enumerate() {
        if number % 7 != 3 {
            *acknowledged.entry(Push::id(push)).or_default() += 1;
        }
    }
    assert_eq!(acknowledged.len(), 100);
    assert!(acknowledged.values().all(|count| (2..=5).contains(count)), "{acknowledged:?}");
    let mut order: Vec<String> = pushes.iter().map(Push::id).collect();
    order.dedup();
    assert_ne!(order, published);
    let folder = cloud.folder.path().join("subscriptions/uploads/messages");
    assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), 0);
}
