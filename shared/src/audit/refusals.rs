//! Denied requests in the audit log. The first denial is recorded immediately. Identical denials within the next minute
//! are counted and recorded as a single row.
//!
//! A client that repeats a denied request therefore cannot flood the table, and readers still see the number of tries.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::json;
use sqlx::PgPool;

use super::{
    action::Action,
    entry::{Entry, Outcome, record},
};
use crate::base::{
    clock::Clock,
    context,
    ids::{ProjectId, UserId},
};

/// The time for which identical refusals are counted before they are recorded.
const WINDOW: Duration = Duration::from_secs(60);
/// The number of distinct refusals counted at a time. Beyond this number, each refusal is recorded immediately.
const CAPACITY: usize = 10_000;

/// Refusals with equal user, project and route are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    user: UserId,
    project: Option<ProjectId>,
    route: String,
}

/// Records refusals; cheap to clone.
#[derive(Clone)]
pub struct Refusals {
    db: PgPool,
    clock: Clock,
    /// The number of unrecorded refusals for each kind recorded within the window.
    counts: Arc<Mutex<HashMap<Kind, u64>>>,
}

impl Refusals {
    /// Creates a recorder that writes to this database.
    #[must_use]
    pub fn new(db: PgPool, clock: Clock) -> Self {
        Self { db, clock, counts: Arc::default() }
    }

    /// Records or counts a refusal of a route to a user. A failure to write is only logged, since the request is denied
    /// in any case.
    pub async fn record(&self, user: UserId, project: Option<ProjectId>, route: &str) {
        let kind = Kind { user, project, route: route.to_owned() };
        {
            let mut counts = self.counts();
            if let Some(count) = counts.get_mut(&kind) {
                *count += 1;
                return;
            }
            if counts.len() < CAPACITY {
                counts.insert(kind.clone(), 0);
                let (refusals, kind) = (self.clone(), kind.clone());
                let context = context::current();
                tokio::spawn(async move {
                    tokio::time::sleep(WINDOW).await;
                    let report = refusals.log_repeats(&kind);
                    match context {
                        Some(context) => context::scope(context, report).await,
                        None => report.await,
                    }
                });
            }
        }
        self.write(&kind, 1).await;
    }

    /// Records the refusals counted so far. Called before the process ends.
    pub async fn flush(&self) {
        let kinds: Vec<Kind> = self.counts().keys().cloned().collect();
        for kind in kinds {
            self.log_repeats(&kind).await;
        }
    }

    async fn log_repeats(&self, kind: &Kind) {
        let count = self.counts().remove(kind).unwrap_or_default();
        if count > 0 {
            self.write(kind, count).await;
        }
    }

    async fn write(&self, kind: &Kind, count: u64) {
        let project = kind.project.map(|project| project.0);
        let entry = Entry::success(Some(kind.user), Action::AccessDenied, kind.user.0);
        let metadata = json!({"route": kind.route, "count": count});
        let entry = Entry { outcome: Outcome::Denied, resource: project, project: kind.project, ..entry };
        let written = async {
            let mut db = self.db.acquire().await?;
            record(&mut db, entry.with(metadata), self.clock.now()).await
        };
        if let Err(error) = written.await {
            tracing::warn!(%error, "a denied request could not be recorded");
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Kind, u64>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
