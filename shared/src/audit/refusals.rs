//! Refusals in the audit log: the first at once, equal ones of the next minute counted and told as one row.
//!
//! So a client that goes on asking for what it may not have fills no table, and a reader still sees how often it
//! did.

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

/// How long equal refusals are counted before they are told.
const WINDOW: Duration = Duration::from_secs(60);
/// More kinds than this at once are told one by one.
const CAPACITY: usize = 10_000;

/// Who was refused what, where.
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
    /// Refusals that were not told yet, of each kind that was told within the window.
    counts: Arc<Mutex<HashMap<Kind, u64>>>,
}

impl Refusals {
    /// Records into this database.
    #[must_use]
    pub fn new(db: PgPool, clock: Clock) -> Self {
        Self { db, clock, counts: Arc::default() }
    }

    /// Records that a user was refused a route, or counts it. A row that cannot be written is logged: the
    /// refusal stands anyhow.
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
                    let told = refusals.tell_repeats(&kind);
                    match context {
                        Some(context) => context::scope(context, told).await,
                        None => told.await,
                    }
                });
            }
        }
        self.write(&kind, 1).await;
    }

    /// Tells what was counted until now; for a process that is about to end, and for tests.
    pub async fn flush(&self) {
        let kinds: Vec<Kind> = self.counts().keys().cloned().collect();
        for kind in kinds {
            self.tell_repeats(&kind).await;
        }
    }

    async fn tell_repeats(&self, kind: &Kind) {
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
            tracing::warn!(%error, "a refusal was not recorded");
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Kind, u64>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
