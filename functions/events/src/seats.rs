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
const WAIT: Duration = Duration::from_secs(30);

/// Counts the streams of this instance. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Seats {
    per_user: usize,
    per_instance: usize,
    taken: Arc<Mutex<HashMap<UserId, usize>>>,
}

/// The right to open one stream. Dropping it releases the seat.
pub(crate) struct Seat {
    seats: Seats,
    user: UserId,
}

impl Seats {
    pub(crate) fn new(per_user: usize, per_instance: usize) -> Self {
        Self { per_user, per_instance, taken: Arc::default() }
    }

    /// Takes a seat for a stream of the user.
    ///
    /// # Errors
    /// 429 if the user or this instance has too many streams.
    pub(crate) fn take(&self, user: UserId) -> Result<Seat> {
        let mut taken = self.lock();
        let all: usize = taken.values().sum();
        if taken.get(&user).copied().unwrap_or_default() >= self.per_user {
            return Err(Problem::quota_exceeded("event_streams_per_user", Some(WAIT)));
        }
        if all >= self.per_instance {
            return Err(Problem::quota_exceeded("event_streams_per_instance", Some(WAIT)));
        }
        *taken.entry(user).or_default() += 1;
        Ok(Seat { seats: self.clone(), user })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        if let Some(streams) = taken.get_mut(&self.user) {
            *streams -= 1;
            if *streams == 0 {
                taken.remove(&self.user);
            }
        }
    }
}
