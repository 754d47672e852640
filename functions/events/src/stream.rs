//! The phases of a stream: first the missed events from the database, then live events from the hub.

use std::{convert::Infallible, future::ready, mem::replace, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use shared::{
    http::{
        problem::{Problem, chain},
        server::Stopping,
    },
    items::{self, Position},
};
use sqlx::PgPool;
use tokio::time::{Instant, sleep};

use crate::{
    frame,
    hub::{Hub, Message, Subscription},
    model::{Reader, StreamCursor},
    queries,
    stream_slots::{StreamSlot, StreamSlots},
};

/// The maximum number of missed events in one query.
const PAGE: i64 = 200;
/// The delays before a reader reconnects. They differ, so that the readers of an instance that stops do not all
/// reconnect at the same time.
const RETRY: [Duration; 5] = [
    Duration::from_millis(1000),
    Duration::from_millis(1700),
    Duration::from_millis(2400),
    Duration::from_millis(3100),
    Duration::from_millis(3800),
];

/// The lifetime of a stream and the interval between its heartbeats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) heartbeat: Duration,
    pub(crate) stream_life: Duration,
}

/// The start of a stream.
pub(crate) enum Start {
    /// Only new events.
    Now(Subscription),
    /// The events that the reader missed since a position, then new events.
    After(Position),
}

shared::use_case! {
    /// Opens streams for readers.
    pub(crate) struct Streams {
        db: PgPool,
        hub: Hub,
        limits: Limits,
        slots: StreamSlots,
    }
}

impl Streams {
    /// Acquires a slot for a stream of the reader.
    ///
    /// # Errors
    /// 429 if the user or this instance has too many streams.
    pub(crate) fn acquire_slot(&self, reader: &Reader) -> Result<StreamSlot, Problem> {
        self.slots.acquire(reader.user_id)
    }

    /// Returns the start of a new stream after the last event that the reader received, or `None` if no event can have
    /// that id yet.
    pub(crate) async fn start(
        &self,
        reader: Reader,
        last: Option<StreamCursor>,
    ) -> Result<Option<Start>, sqlx::Error> {
        let Some(StreamCursor(position)) = last else {
            return Ok(Some(Start::Now(self.hub.join(reader).await?)));
        };
        // Another instance may be slightly ahead of this one, but no reader can have received an event after the
        // current end. A stream that resumed after the end would send nothing until the end passes that position.
        if self.hub.position().is_none_or(|delivered| position > delivered) {
            let present = queries::current_position(&self.db).await?;
            if position.xid > present.xid {
                return Ok(None);
            }
        }
        Ok(Some(Start::After(position)))
    }

    /// Returns the content of a stream. If it ends without an `end` event (lifetime over, server stops, slow reader,
    /// database unavailable), the reader reconnects and resumes where it stopped.
    pub(crate) fn events(
        &self,
        reader: Reader,
        slot: StreamSlot,
        start: Start,
        stopping: Stopping,
    ) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<> {
        let (position, phase) = match start {
            Start::Now(subscription) => (subscription.position, Phase::Live(subscription)),
            // Only the hub checks access, and this stream has not joined it yet. The stream may read missed events for
            // one heartbeat, because that is the interval between two access checks.
            Start::After(position) => {
                (position, Phase::Backlog { until: Instant::now() + self.limits.heartbeat })
            }
        };
        let retry = RETRY[usize::from(reader.session_id.0.as_bytes()[15]) % RETRY.len()];
        let follower =
            Follower { db: self.db.clone(), hub: self.hub.clone(), reader, position, phase, _slot: slot };
        let life = self.limits.stream_life;
        let over = async move {
            tokio::select! {
                () = stopping.wait() => {}
                () = sleep(life) => {}
            }
        };
        stream::once(ready(frame::opening(retry, position)))
            .chain(stream::unfold(follower, Follower::next))
            .take_until(Box::pin(over))
            .chain(stream::once(ready(frame::closing())))
            .map(Ok)
    }
}

struct Follower {
    db: PgPool,
    hub: Hub,
    reader: Reader,
    /// The position up to which the reader has received all events.
    position: Position,
    phase: Phase,
    _slot: StreamSlot,
}

enum Phase {
    /// Reads missed events. The hub buffers nothing for the stream yet.
    Backlog {
        until: Instant,
    },
    /// Reads the missed events up to the position at which the stream joined the hub.
    CatchUp(Subscription),
    /// Receives events from the hub.
    Live(Subscription),
    Over,
}

impl Follower {
    async fn next(mut self) -> Option<(Bytes, Self)> {
        loop {
            let bytes;
            (bytes, self.phase) = match replace(&mut self.phase, Phase::Over) {
                Phase::Backlog { until } => {
                    let (bytes, more) = self.page(Position::MAX).await?;
                    let phase = match more {
                        true if Instant::now() < until => Phase::Backlog { until },
                        true => Phase::Over,
                        false => Phase::CatchUp(self.join().await?),
                    };
                    (bytes, phase)
                }
                Phase::CatchUp(subscription) => {
                    let (bytes, more) = self.page(subscription.position).await?;
                    let phase = if more { Phase::CatchUp(subscription) } else { Phase::Live(subscription) };
                    (bytes, phase)
                }
                Phase::Live(mut subscription) => {
                    // `None` means that the stream was too slow and the hub dropped it.
                    match subscription.messages.recv().await? {
                        Message::End(code) => (frame::end(code), Phase::Over),
                        Message::Heartbeat(position) => {
                            self.position = self.position.max(position);
                            (frame::heartbeat(self.position), Phase::Live(subscription))
                        }
                        Message::Transitions(batch) => (self.undelivered(&batch), Phase::Live(subscription)),
                    }
                }
                Phase::Over => return None,
            };
            if !bytes.is_empty() {
                return Some((bytes, self));
            }
        }
    }

    /// Returns the events of a batch that the reader has not received. The reader may have received some of them from
    /// another instance that was ahead of this one.
    fn undelivered(&mut self, batch: &[(Position, Bytes)]) -> Bytes {
        let delivered = batch.partition_point(|(position, _)| *position <= self.position);
        self.position = batch.last().map_or(self.position, |(last, _)| self.position.max(*last));
        let rest: Vec<&[u8]> = batch[delivered..].iter().map(|(_, text)| &text[..]).collect();
        rest.concat().into()
    }

    /// Returns the next page of the project's events up to a position, and whether there may be more.
    async fn page(&mut self, until: Position) -> Option<(Bytes, bool)> {
        let read = async {
            let mut db = self.db.acquire().await?;
            let project = self.reader.project_id;
            items::project_transitions_after(&mut db, project, self.position, until, PAGE).await
        };
        let page = self.logged(read.await)?;
        self.position = page.last().map_or(self.position, |last| last.position);
        let more = i64::try_from(page.len()).is_ok_and(|length| length == PAGE);
        let moves = page.iter().filter(|recorded| recorded.changes_status());
        let texts: Vec<Bytes> = moves.map(frame::transition).collect();
        Some((texts.concat().into(), more))
    }

    async fn join(&self) -> Option<Subscription> {
        self.logged(self.hub.join(self.reader).await)
    }

    fn logged<T>(&self, result: Result<T, sqlx::Error>) -> Option<T> {
        let project_id = self.reader.project_id.to_string();
        result
            .inspect_err(|error| tracing::warn!(project_id, error = chain(error), "event stream failed"))
            .ok()
    }
}
