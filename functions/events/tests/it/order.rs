//! Tests that a reader receives each event once and in order.

use std::collections::BTreeSet;

use shared::{items::ItemStatus, testing::OtherCluster};
use sqlx::PgPool;

use crate::support::{Block, Events, assert_ascending, assert_items};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_transaction_that_commits_late_is_not_missed(db: PgPool) {
    let events = Events::start(db).await;
    let (one, two) = (events.draft().await, events.draft().await);
    let mut stream = events.stream_after("0-0").await;
    assert_items(&stream.events(2).await, &[one, two]);
    let begin = async || events.platform.db.begin().await.expect("a transaction");
    let (mut first, mut second) = (begin().await, begin().await);
    events.advance(&mut first, one, ItemStatus::Processing).await;
    events.advance(&mut second, two, ItemStatus::Processing).await;
    second.commit().await.expect("a commit");
    // The heartbeats continue, but their position must stay before the open transaction.
    for _ in 0..3 {
        let block = stream.next().await.expect("a heartbeat");
        assert_eq!(block.event, None, "{block:?}");
    }
    let third = events.draft().await;
    first.commit().await.expect("a commit");
    assert_items(&stream.events(3).await, &[one, two, third]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_resumed_stream_sends_the_missed_pages_and_then_live_events(db: PgPool) {
    let events = Events::start(db).await;
    let first = events.draft().await;
    let mut stream = events.stream_after("0-0").await;
    let start = stream.events(1).await;
    assert_items(&start, &[first]);
    drop(stream);

    // More than two pages, in one transaction and in many.
    events.many(450).await;
    let last = events.draft().await;
    let mut stream = events.stream_after(start[0].id()).await;
    let missed = stream.events(451).await;
    assert_ascending(&missed);
    assert_eq!(missed[450].item(), last);
    assert_eq!(missed.iter().map(Block::item).collect::<BTreeSet<_>>().len(), 451);
    let live = events.draft().await;
    assert_items(&stream.events(1).await, &[live]);

    // Resume from the middle of a transaction.
    let mut stream = events.stream_after(missed[440].id()).await;
    let rest = stream.events(11).await;
    assert_eq!(rest[..10], missed[441..]);
    assert_items(&rest[9..], &[last, live]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_instance_does_not_repeat_events_that_another_instance_sent(db: PgPool) {
    let events = Events::start(db).await;
    let other = events.another_instance().await;
    let (mut first_stream, mut second_stream) = (events.stream().await, other.stream().await);
    for _ in 0..5 {
        // Whichever instance sends the event first, the other one may not have read it yet.
        let first = events.draft().await;
        let (resumed, received) = tokio::select! {
            received = first_stream.next_of(first) => (&other, received),
            received = second_stream.next_of(first) => (&events, received),
        };
        let mut stream = resumed.stream_after(received.id()).await;
        let second = events.draft().await;
        assert_items(&stream.events(1).await, &[second]);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_reader_that_reconnects_repeatedly_receives_each_event_once(db: PgPool) {
    let events = Events::start_with(db, &[("EVENTS_STREAM_LIFE", "1"), ("EVENTS_BUFFER", "1")]).await;
    let writer = async {
        let mut created = BTreeSet::new();
        for number in 0..60 {
            created.insert(events.draft().await);
            if number % 10 == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(350)).await;
            }
        }
        created
    };
    let reader = async {
        let (mut received, mut streams, mut id) = (Vec::<Block>::new(), 0, "0-0".to_owned());
        while received.len() < 60 {
            let mut stream = events.stream_after(&id).await;
            streams += 1;
            while let Some(block) = stream.next().await {
                id = block.id.clone().unwrap_or(id);
                if block.event.is_some() {
                    received.push(block);
                }
            }
        }
        (received, streams)
    };
    let reader = tokio::time::timeout(std::time::Duration::from_secs(120), reader);
    let (created, received) = tokio::join!(writer, reader);
    let (received, streams) = received.expect("all events in time");
    assert_ascending(&received);
    assert_eq!(received.len(), 60);
    assert_eq!(received.iter().map(Block::item).collect::<BTreeSet<_>>(), created);
    assert!(streams > 2, "{streams}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_stream_without_events_resumes_where_it_started(db: PgPool) {
    let events = Events::start(db).await;
    let mut stream = events.stream().await;
    let opening = stream.next().await.expect("an opening");
    drop(stream);
    let item = events.draft().await;
    let mut stream = events.stream_after(opening.id()).await;
    assert_items(&stream.events(1).await, &[item]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_stream_resumes_in_another_cluster(db: PgPool) {
    let events = Events::start(db).await;
    let first = events.draft().await;
    let mut stream = events.stream_after("0-0").await;
    let received = stream.events(1).await;
    assert_items(&received, &[first]);
    drop(stream);
    // This reader has seen the end of the transitions, which lies after the last row.
    let end = events.another_instance().await.stream().await.next().await.expect("an opening");

    let other = OtherCluster::restore(&events.platform.db).await;
    migrations::migrate(&other.db).await.expect("a migration");
    let restored = events.restored(other.db.clone()).await;
    let (second, third) = (restored.draft().await, restored.draft().await);
    for id in [received[0].id(), end.id()] {
        let resumed = restored.stream_after(id).await.events(2).await;
        assert_items(&resumed, &[second, third]);
        assert_ascending(&[&received[..], &resumed[..]].concat());
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn many_streams_cost_the_database_as_much_as_one(db: PgPool) {
    let events = Events::start_with(db, &[("EVENT_STREAMS_PER_USER", "30")]).await;
    let scans = async || -> i64 {
        let scans =
            "select (seq_scan + coalesce(idx_scan, 0))::bigint from pg_stat_user_tables where relname = $1";
        let scans = sqlx::query_scalar(scans).bind("item_transitions");
        scans.fetch_one(&events.platform.db).await.expect("statistics")
    };
    let mut streams = Vec::new();
    for _ in 0..30 {
        streams.push(events.stream().await);
    }
    let (before, start) = (scans().await, tokio::time::Instant::now());
    for _ in 0..4 {
        while streams[0].next().await.expect("a heartbeat").comment.is_none() {}
    }
    // PostgreSQL updates its statistics up to a second late, so some of these scans are older.
    let (scanned, seconds) = (scans().await - before, start.elapsed().as_secs_f64());
    #[allow(clippy::cast_precision_loss, reason = "a handful")]
    let scanned = scanned as f64;
    assert!((1.0..=seconds + 4.0).contains(&scanned), "{scanned} scans in {seconds} s");

    // The feeder stops without listeners.
    drop(streams);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let before = scans().await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(scans().await, before);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn missed_events_are_read_from_the_index_of_the_project(db: PgPool) {
    let events = Events::start(db).await;
    let plan = events.platform.plan(&["from item_transitions", "(xid, id) <= ($4, $5)"]).await;
    assert!(plan.contains("item_transitions_project_id_xid_id_idx"), "{plan}");
    assert!(plan.contains("(ROW(xid, id) > ROW(") && plan.contains("(ROW(xid, id) <= ROW("), "{plan}");
    assert!(!plan.contains("Sort") && !plan.contains("Filter"), "{plan}");
}
