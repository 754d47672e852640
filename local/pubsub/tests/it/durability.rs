//! Durability across shutdowns, crashes and kills.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use local_identity::Identity;
use local_pubsub::{Error, PubSub};
use tempfile::TempDir;

use crate::harness::{Cloud, Push, Receiver, Reply, open, settings, within};

#[tokio::test]
async fn messages_topics_and_subscriptions_survive_a_restart() {
    let mut cloud = Cloud::start().await;
    let waiting = |subscription: &mut local_pubsub::Subscription| subscription.push_config = None;
    let before = cloud.subscribe_with("uploads", "", waiting).await;
    let mut published = Vec::new();
    for number in 0..50 {
        published.push(cloud.publish("uploads", &number.to_string()).await);
    }
    cloud.restart().await;
    assert_eq!(cloud.outstanding("uploads"), 50);
    let admin = cloud.subscription_admin().await;
    let after =
        admin.get_subscription().set_subscription(&before.name).send().await.expect("the subscription");
    assert_eq!(after.topic, before.topic);

    let receiver = Receiver::acknowledging().await;
    cloud.subscribe("uploads", receiver.url()).await;
    published.push(cloud.publish("uploads", "50").await);
    within(cloud.pubsub.quiescent()).await;
    let pushes = receiver.pushes();
    let received: BTreeSet<String> = pushes.iter().map(Push::id).collect();
    assert_eq!(received, published.into_iter().collect());
    let data: BTreeSet<String> = pushes.iter().map(Push::data).collect();
    assert_eq!(data.len(), 51);
}

#[tokio::test]
async fn an_interrupted_delivery_is_repeated_after_the_next_start() {
    let mut cloud = Cloud::start().await;
    let receiver = Receiver::start(|before| if before == 0 { Reply::Hang } else { Reply::Status(204) }).await;
    cloud.subscribe_with("uploads", receiver.url(), |uploads| uploads.ack_deadline_seconds = 600).await;
    let id = cloud.publish("uploads", "x").await;
    receiver.wait_for(1).await;
    cloud.restart().await;
    within(cloud.pubsub.quiescent()).await;
    let ids: Vec<String> = receiver.pushes().iter().map(Push::id).collect();
    assert_eq!(ids, [id.clone(), id]);
}

#[test]
fn dropping_everything_during_a_delivery_loses_nothing() {
    let folder = TempDir::new().expect("a folder");
    let identity = Identity::generate("http://127.0.0.1").expect("a key");
    let outside = tokio::runtime::Runtime::new().expect("a runtime");
    let receiver = outside
        .block_on(Receiver::start(|before| if before == 0 { Reply::Hang } else { Reply::Status(204) }));
    let cloud = |first: bool| {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let pubsub = open(folder.path(), &identity);
            if first {
                pubsub.create_topic("uploads").await.expect("a topic");
                let subscription = local_pubsub::Subscription {
                    name: "uploads".to_owned(),
                    topic: "uploads".to_owned(),
                    push_config: Some(crate::harness::push_to(receiver.url())),
                    ack_deadline_seconds: 600,
                    ..local_pubsub::Subscription::default()
                };
                pubsub.create_subscription(subscription).await.expect("a subscription");
                pubsub.publish("uploads", [].into(), "x").await.expect("a published message");
                receiver.wait_for(1).await;
            } else {
                within(pubsub.quiescent()).await;
            }
        });
        runtime.shutdown_timeout(Duration::from_secs(10));
    };
    cloud(true);
    cloud(false);
    assert_eq!(receiver.pushes().len(), 2);
}

#[tokio::test]
async fn a_message_older_than_its_retention_is_dropped() {
    let mut cloud = Cloud::start().await;
    cloud.subscribe_with("uploads", "", |subscription| subscription.push_config = None).await;
    let id = cloud.publish("uploads", "old").await;
    cloud.publish("uploads", "new").await;
    cloud.pubsub.shutdown().await;
    let messages = cloud.folder.path().join("subscriptions/uploads/messages");
    let eight_days = Duration::from_secs(8 * 24 * 60 * 60).as_micros();
    let old = id.parse::<u128>().expect("microseconds") - eight_days;
    std::fs::rename(messages.join(&id), messages.join(old.to_string())).expect("a renamed file");

    cloud.restart().await;
    let receiver = Receiver::acknowledging().await;
    cloud.subscribe("uploads", receiver.url()).await;
    within(cloud.pubsub.quiescent()).await;
    let data: Vec<String> = receiver.pushes().iter().map(Push::data).collect();
    assert_eq!(data, ["new"]);
}

#[tokio::test]
async fn files_left_half_written_by_a_crash_are_removed() {
    let mut cloud = Cloud::start().await;
    cloud.subscribe_with("uploads", "", |subscription| subscription.push_config = None).await;
    cloud.publish("uploads", "whole").await;
    cloud.pubsub.shutdown().await;
    let messages = cloud.folder.path().join("subscriptions/uploads/messages");
    for leftover in ["1700000000000000.partial", "1700000000000001.failures"] {
        std::fs::write(messages.join(leftover), "x").expect("a written file");
    }
    let unfinished = cloud.folder.path().join("subscriptions/unfinished/messages");
    std::fs::create_dir_all(&unfinished).expect("a folder");

    cloud.restart().await;
    assert_eq!(cloud.outstanding("uploads"), 1);
    assert_eq!(std::fs::read_dir(messages).expect("the folder").count(), 1);
    assert!(!unfinished.exists());
}

#[tokio::test]
async fn a_folder_is_locked_and_a_stopped_instance_rejects_messages() {
    let cloud = Cloud::start().await;
    cloud.pubsub.create_topic("uploads").await.expect("a topic");
    let second = PubSub::open(settings(cloud.folder.path(), &cloud.identity));
    assert!(matches!(second.err(), Some(Error::Locked)));
    cloud.pubsub.shutdown().await;
    let refused = cloud.pubsub.publish("uploads", [].into(), "x").await;
    assert!(matches!(refused, Err(Error::Unavailable)), "{refused:?}");
    within(cloud.pubsub.quiescent()).await;
}

const FOLDER: &str = "LOCAL_PUBSUB_TEST_FOLDER";

#[tokio::test]
async fn every_confirmed_publish_survives_a_kill() {
    let cloud = Cloud::start().await;
    cloud.subscribe_with("uploads", "", |subscription| subscription.push_config = None).await;
    cloud.pubsub.shutdown().await;
    let folder = cloud.folder.path().to_owned();

    let published = tokio::task::spawn_blocking(move || {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--ignored", "--exact", "--nocapture", "durability::publishes_until_it_is_killed"])
            .env(FOLDER, folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let lines =
            BufReader::new(child.stdout.take().expect("an output pipe")).lines().map_while(Result::ok);
        let published: Vec<String> =
            lines.filter_map(|line| Some(line.strip_prefix("published ")?.to_owned())).take(300).collect();
        child.kill().expect("kill");
        child.wait().expect("wait");
        published
    });
    let published = within(published).await.expect("the process was killed");
    assert_eq!(published.len(), 300);

    let pubsub = open(cloud.folder.path(), &cloud.identity);
    let receiver = Receiver::acknowledging().await;
    let subscription = local_pubsub::Subscription {
        name: "uploads".to_owned(),
        topic: "uploads".to_owned(),
        push_config: Some(crate::harness::push_to(receiver.url())),
        ..local_pubsub::Subscription::default()
    };
    pubsub.create_subscription(subscription).await.expect("a subscription");
    within(pubsub.quiescent()).await;
    let received: BTreeSet<String> = receiver.pushes().iter().map(Push::id).collect();
    let lost: Vec<_> = published.iter().filter(|id| !received.contains(*id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[tokio::test]
#[ignore = "the process that another test starts and kills"]
async fn publishes_until_it_is_killed() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("a folder"));
    let identity = Identity::generate("http://127.0.0.1").expect("a key");
    let pubsub = open(&folder, &identity);
    loop {
        let id = pubsub.publish("uploads", [].into(), "x".repeat(1000)).await.expect("a published message");
        let mut output = std::io::stdout().lock();
        writeln!(output, "published {id}").expect("a reader");
        output.flush().expect("a reader");
    }
}
