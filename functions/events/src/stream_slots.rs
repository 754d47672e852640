//! The limits on the streams of this instance.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use shared::{
    base::ids::UserId,
    http::problem::{Problem, Result},
};

/// The time after which a refused reader tries again.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// Counts the streams of this instance. Cheap to clone.
#[derive(Clone)]
pub(crate) struct StreamSlots {
    per_user: usize,
    per_instance: usize,
    streams_by_user: Arc<Mutex<HashMap<UserId, usize>>>,
}

/// The right to open one stream. Dropping it releases the slot.
pub(crate) struct StreamSlot {
    slots: StreamSlots,
    user: UserId,
}

impl StreamSlots {
    pub(crate) fn new(per_user: usize, per_instance: usize) -> Self {
        Self { per_user, per_instance, streams_by_user: Arc::default() }
    }

    /// Acquires a slot for a stream of the user.
    ///
    /// # Errors
    /// 429 if the user or this instance has too many streams.
    pub(crate) fn acquire(&self, user: UserId) -> Result<StreamSlot> {
        let mut streams_by_user = self.lock();
        let all: usize = streams_by_user.values().sum();
        if streams_by_user.get(&user).copied().unwrap_or_default() >= self.per_user {
            return Err(Problem::quota_exceeded("event_streams_per_user", Some(RETRY_AFTER)));
        }
        if all >= self.per_instance {
            return Err(Problem::quota_exceeded("event_streams_per_instance", Some(RETRY_AFTER)));
        }
        *streams_by_user.entry(user).or_default() += 1;
        Ok(StreamSlot { slots: self.clone(), user })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.streams_by_user.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut streams_by_user = self.slots.lock();
        if let Some(streams) = streams_by_user.get_mut(&self.user) {
            *streams -= 1;
            if *streams == 0 {
                streams_by_user.remove(&self.user);
            }
        }
    }
}
