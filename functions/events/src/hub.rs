//! The hub: the streams of this instance and the task that feeds them.

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

/// The interval at which transitions are read.
const POLL: Duration = Duration::from_secs(1);
/// The maximum number of transitions in one query. Further pages are read without waiting.
const PAGE: i64 = 1000;
/// The timeout of a query. The next tick repeats it.
const QUERY_TIMEOUT: Duration = Duration::from_secs(10);

/// A message from the hub to a stream.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// The transitions of one query and their encoded events, shared by all streams of the project.
    Transitions(Arc<[(Position, Bytes)]>),
    /// A heartbeat. All events up to this position were sent.
    Heartbeat(Position),
    /// The reader lost access.
    End(Code),
}

/// The streams of this instance. Cheap to clone.
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
    /// The position up to which all events were sent to the listeners. `None` if there are no listeners.
    position: Option<Position>,
    listeners: HashMap<ProjectId, HashMap<i64, Listener>>,
    /// The number of listeners that have joined so far. It is also the number of the newest listener.
    joined: i64,
    feeder: Option<JoinHandle<()>>,
}

struct Listener {
    reader: Reader,
    messages: mpsc::Sender<Message>,
}

/// A stream's registration with the hub. Dropping it removes the listener.
pub(crate) struct Subscription {
    /// The position after which all events arrive as messages.
    pub(crate) position: Position,
    /// The messages. The channel closes if the stream reads them too slowly.
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

    /// Returns the position up to which the listeners received all events, or `None` if there are no listeners.
    pub(crate) fn position(&self) -> Option<Position> {
        self.lock().position
    }

    /// Registers a listener for a reader's project.
    pub(crate) async fn join(&self, reader: Reader) -> Result<Subscription, sqlx::Error> {
        let known = self.position();
        let start = match known {
            Some(position) => position,
            None => queries::current_position(&self.0.db).await?,
        };
        let (sender, messages) = mpsc::channel(self.0.buffer);
        let mut state = self.lock();
        // Listeners may have joined or left during the query. If there are listeners now, their position is used.
        // Otherwise the position from the query is used, which is only slightly older than necessary.
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

    /// Returns whether no listener is left, in which case the feeder stops.
    fn is_idle(&self) -> bool {
        let mut state = self.lock();
        let idle = state.listeners.is_empty();
        if idle {
            state.position = None;
            state.feeder = None;
        }
        idle
    }

    /// Reads the next page of transitions and sends it. Returns whether there may be more.
    async fn feed(&self) -> Result<bool, sqlx::Error> {
        let Some(position) = self.position() else { return Ok(false) };
        let mut db = self.0.db.acquire().await?;
        let page = items::transitions_after(&mut db, position, PAGE).await?;
        drop(db);
        self.lock().dispatch(&page);
        Ok(i64::try_from(page.len()).is_ok_and(|length| length == PAGE))
    }

    /// Ends the streams of readers that lost access.
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
                // If the stream's buffer is full, it ends without this event.
                let _ = listener.messages.try_send(Message::End(code));
            }
        }
        Ok(())
    }
}

impl State {
    /// Sends transitions to the listeners of their projects without waiting. A listener whose buffer is full is
    /// dropped, and its reader resumes from the database.
    fn dispatch(&mut self, page: &[Recorded]) {
        let mut batches: HashMap<ProjectId, Vec<(Position, Bytes)>> = HashMap::new();
        let wanted = |recorded: &&Recorded| {
            recorded.changes_status() && self.listeners.contains_key(&recorded.project_id)
        };
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

    /// Sends a heartbeat to every listener.
    fn send_heartbeats(&mut self) {
        let Some(position) = self.position else { return };
        for listeners in self.listeners.values_mut() {
            listeners.retain(|_, listener| listener.send(Message::Heartbeat(position)));
        }
        self.listeners.retain(|_, listeners| !listeners.is_empty());
    }
}

impl Listener {
    /// Queues a message without waiting. Returns `false` if the buffer is full.
    fn send(&self, message: Message) -> bool {
        let sent = self.messages.try_send(message).is_ok();
        if !sent {
            let project_id = self.reader.project_id.to_string();
            tracing::info!(project_id, "event stream closed: reader too slow");
        }
        sent
    }
}

/// Feeds the listeners until no listener is left.
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
                // The heartbeats keep the connections alive, but no events are sent until access was checked.
                more = false;
                continue;
            }
            next_round = Instant::now().max(next_round + hub.0.heartbeat);
        }
        more = attempt(hub.feed()).await.unwrap_or(false);
    }
}

/// Runs a query. Logs an error and returns `None`, since the next tick repeats the query.
async fn attempt<T>(query: impl Future<Output = Result<T, sqlx::Error>>) -> Option<T> {
    let error = match timeout(QUERY_TIMEOUT, query).await {
        Ok(Ok(value)) => return Some(value),
        Ok(Err(error)) => chain(&error),
        Err(_) => "timed out".to_owned(),
    };
    tracing::warn!(error, "query for event streams failed");
    None
}
