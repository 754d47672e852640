//! The streams of this instance, and the one task that feeds them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use shared::{
    base::{clock::Clock, ids::ProjectId},
    http::problem::{Code, chain},
    items::{self, Position, Recorded},
};
use sqlx::PgPool;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use crate::{frame, model::Reader, queries};

/// How often transitions are read.
const POLL: Duration = Duration::from_secs(1);
/// Transitions read at once; when there are more, the rest is read without waiting.
const PAGE: i64 = 1000;
/// How long a query may take before it is given up and asked again.
const QUERY_TIMEOUT: Duration = Duration::from_secs(10);

/// A message to a stream.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// Changes of state and their texts, which all streams of the project share: what one query gave.
    Transitions(Arc<[(Position, Bytes)]>),
    /// A heartbeat; everything up to here was sent.
    Heartbeat(Position),
    /// The reader may no longer read.
    End(Code),
}

/// The streams of this instance; cheap to clone.
#[derive(Clone)]
pub(crate) struct Hub(Arc<Inner>);

struct Inner {
    db: PgPool,
    clock: Clock,
    heartbeat: Duration,
    buffer: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Everything up to here was sent to the listeners; `None` while there are none.
    position: Option<Position>,
    listeners: HashMap<ProjectId, HashMap<i64, Listener>>,
    /// How many have ever joined.
    joined: i64,
    feeder: Option<JoinHandle<()>>,
}

struct Listener {
    reader: Reader,
    messages: mpsc::Sender<Message>,
}

/// A stream's place among the listeners; dropping it gives it up.
pub(crate) struct Subscription {
    /// Whatever comes after this is among the messages.
    pub(crate) position: Position,
    /// Ends when the stream was too slow to take them.
    pub(crate) messages: mpsc::Receiver<Message>,
    project_id: ProjectId,
    number: i64,
    hub: Hub,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.lock().remove(self.project_id, self.number);
    }
}

impl State {
    fn remove(&mut self, project: ProjectId, number: i64) -> Option<Listener> {
        let listeners = self.listeners.get_mut(&project)?;
        let removed = listeners.remove(&number);
        if listeners.is_empty() {
            self.listeners.remove(&project);
        }
        removed
    }
}

impl Hub {
    pub(crate) fn new(db: PgPool, clock: Clock, heartbeat: Duration, buffer: usize) -> Self {
        Self(Arc::new(Inner { db, clock, heartbeat, buffer, state: Mutex::default() }))
    }

    /// The position up to which the listeners received everything; `None` while there are none.
    pub(crate) fn position(&self) -> Option<Position> {
        self.lock().position
    }

    /// Takes a place among the listeners.
    pub(crate) async fn join(&self, reader: Reader) -> Result<Subscription, sqlx::Error> {
        let known = self.position();
        let start = match known {
            Some(position) => position,
            None => queries::current_position(&self.0.db).await?,
        };
        let (sender, messages) = mpsc::channel(self.0.buffer);
        let mut state = self.lock();
        // Others may have come or gone meanwhile: where they are counts, and where all have gone, what was known
        // is only a little older than it need be.
        let position = *state.position.get_or_insert(start);
        state.joined += 1;
        let (number, project_id) = (state.joined, reader.project_id);
        state.listeners.entry(project_id).or_default().insert(number, Listener { reader, messages: sender });
        if state.feeder.as_ref().is_none_or(JoinHandle::is_finished) {
            state.feeder = Some(tokio::spawn(feed(self.clone())));
        }
        Ok(Subscription { position, messages, project_id, number, hub: self.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are no listeners left; the feeder ends then.
    fn is_idle(&self) -> bool {
        let mut state = self.lock();
        let idle = state.listeners.is_empty();
        if idle {
            state.position = None;
            state.feeder = None;
        }
        idle
    }

    /// Reads what happened since and hands it out; whether there may be more.
    async fn feed(&self) -> Result<bool, sqlx::Error> {
        let Some(position) = self.position() else { return Ok(false) };
        let mut db = self.0.db.acquire().await?;
        let page = items::transitions_after(&mut db, position, PAGE).await?;
        drop(db);
        self.lock().dispatch(&page);
        Ok(i64::try_from(page.len()).is_ok_and(|length| length == PAGE))
    }

    /// Lets go of those who may no longer read.
    async fn check_rights(&self) -> Result<(), sqlx::Error> {
        let streams: Vec<(i64, Reader)> = {
            let state = self.lock();
            let listeners = state.listeners.values().flatten();
            listeners.map(|(number, listener)| (*number, listener.reader)).collect()
        };
        let projects: HashMap<i64, ProjectId> =
            streams.iter().map(|(number, reader)| (*number, reader.project_id)).collect();
        let mut db = self.0.db.acquire().await?;
        let refused = queries::refused(&mut db, &streams, self.0.clock.now()).await?;
        drop(db);
        let mut state = self.lock();
        for stream in refused {
            let code = match stream {
                queries::Refused { live: false, .. } => Code::Unauthenticated,
                queries::Refused { verified: false, .. } => Code::EmailNotVerified,
                queries::Refused { .. } => Code::NotFound,
            };
            let project = projects.get(&stream.number).copied();
            if let Some(listener) = project.and_then(|project| state.remove(project, stream.number)) {
                // A stream whose buffer is full ends without the event.
                let _ = listener.messages.try_send(Message::End(code));
            }
        }
        Ok(())
    }
}

impl State {
    /// Sends transitions to the listeners of their projects. It never waits: a listener whose buffer is full is
    /// dropped, and its reader resumes from the database.
    fn dispatch(&mut self, page: &[Recorded]) {
        let mut batches: HashMap<ProjectId, Vec<(Position, Bytes)>> = HashMap::new();
        let wanted =
            |recorded: &&Recorded| recorded.is_move() && self.listeners.contains_key(&recorded.project_id);
        for recorded in page.iter().filter(wanted) {
            let batch = batches.entry(recorded.project_id).or_default();
            batch.push((recorded.position, frame::transition(recorded)));
        }
        for (project, batch) in batches {
            let batch = Arc::from(batch);
            if let Some(listeners) = self.listeners.get_mut(&project) {
                listeners.retain(|_, listener| listener.send(Message::Transitions(Arc::clone(&batch))));
            }
        }
        self.listeners.retain(|_, listeners| !listeners.is_empty());
        self.position = page.last().map(|last| last.position).or(self.position);
    }

    /// Sends a heartbeat to all listeners.
    fn send_heartbeats(&mut self) {
        let Some(position) = self.position else { return };
        for listeners in self.listeners.values_mut() {
            listeners.retain(|_, listener| listener.send(Message::Heartbeat(position)));
        }
        self.listeners.retain(|_, listeners| !listeners.is_empty());
    }
}

impl Listener {
    /// Whether there was room for the message.
    fn send(&self, message: Message) -> bool {
        let sent = self.messages.try_send(message).is_ok();
        if !sent {
            let project_id = self.reader.project_id.to_string();
            tracing::info!(project_id, "an event stream ends since its reader is slow");
        }
        sent
    }
}

/// Feeds the listeners until there are none.
async fn feed(hub: Hub) {
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut next_round = Instant::now() + hub.0.heartbeat;
    let mut more = false;
    loop {
        if !more {
            ticks.tick().await;
        }
        if hub.is_idle() {
            return;
        }
        if Instant::now() >= next_round {
            let checked = attempt(hub.check_rights()).await.is_some();
            hub.lock().send_heartbeats();
            if !checked {
                // Connections are kept alive, and no reader receives events before its rights were checked.
                more = false;
                continue;
            }
            next_round = Instant::now().max(next_round + hub.0.heartbeat);
        }
        more = attempt(hub.feed()).await.unwrap_or(false);
    }
}

/// What the database says, or nothing, which is logged: the next tick asks again.
async fn attempt<T>(query: impl Future<Output = Result<T, sqlx::Error>>) -> Option<T> {
    let error = match timeout(QUERY_TIMEOUT, query).await {
        Ok(Ok(value)) => return Some(value),
        Ok(Err(error)) => chain(&error),
        Err(_) => "no answer in time".to_owned(),
    };
    tracing::warn!(error, "events cannot be read");
    None
}
