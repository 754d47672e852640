//! A cache of summaries for 30 seconds: in Redis, which instances share, or in the process if Redis is not configured.
//! Access is checked before each lookup, and the key contains the scope of the summary.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::{base::clock::Clock, cloud::redis::Redis, http::health::Health};
use time::{Duration, OffsetDateTime};

use crate::model::{Scope, Summary, Timeframe};

/// The lifetime of a cached summary.
const LIFETIME: Duration = Duration::seconds(30);
/// The maximum number of summaries that a process caches.
const CAPACITY: usize = 1000;

/// The cached summaries.
pub(crate) struct Cache {
    redis: Option<Redis>,
    local: Mutex<HashMap<String, Kept>>,
    clock: Clock,
}

struct Kept {
    summary: Summary,
    until: OffsetDateTime,
}

/// Returns the cache key of a summary.
pub(crate) fn key(scope: &Scope, timeframe: Timeframe, timezone: &str) -> String {
    let whose = match scope {
        Scope::Everything => "everything".to_owned(),
        Scope::Project(project) => format!("project {project}"),
        // Admins of the same projects share a summary.
        Scope::Administered(projects) => {
            let ids: Vec<u8> = projects.iter().flat_map(|project| project.0.into_bytes()).collect();
            format!("projects {}", URL_SAFE_NO_PAD.encode(digest(&SHA256, &ids)))
        }
    };
    format!("summary:{whose}:{timeframe:?}:{timezone}")
}

impl Cache {
    pub(crate) fn new(redis: Option<Redis>, clock: Clock) -> Self {
        Self { redis, local: Mutex::default(), clock }
    }

    pub(crate) fn depend(&self, health: Health) -> Health {
        match &self.redis {
            Some(redis) => redis.depend(health),
            None => health,
        }
    }

    pub(crate) async fn get(&self, key: &str) -> Option<Summary> {
        match &self.redis {
            // An entry that an older version of this function wrote may not deserialize. It counts as a miss.
            Some(redis) => serde_json::from_slice(&redis.get(key).await?).ok(),
            None => {
                let now = self.clock.now();
                self.lock().get(key).filter(|kept| kept.until > now).map(|kept| kept.summary.clone())
            }
        }
    }

    pub(crate) async fn set(&self, key: String, summary: &Summary) {
        match &self.redis {
            Some(redis) => {
                if let Ok(text) = serde_json::to_vec(summary) {
                    redis.set(&key, &text, LIFETIME.unsigned_abs()).await;
                }
            }
            None => {
                let now = self.clock.now();
                let mut local = self.lock();
                if local.len() >= CAPACITY {
                    local.retain(|_, kept| kept.until > now);
                }
                if local.len() < CAPACITY {
                    local.insert(key, Kept { summary: summary.clone(), until: now + LIFETIME });
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.local.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use shared::base::ids::ProjectId;

    use super::key;
    use crate::model::{Scope, Timeframe};

    #[test]
    fn every_scope_timeframe_and_time_zone_has_its_own_key() {
        let (one, two) = (ProjectId::new(), ProjectId::new());
        let scopes = [
            Scope::Everything,
            Scope::Project(one),
            Scope::Project(two),
            Scope::Administered(vec![one]),
            Scope::Administered(vec![one, two]),
        ];
        let mut keys = Vec::new();
        for scope in &scopes {
            for timeframe in [Timeframe::Week, Timeframe::All] {
                keys.extend(["UTC", "Asia/Kolkata"].map(|zone| key(scope, timeframe, zone)));
            }
        }
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!((count, keys.len()), (20, 20));
    }
}
