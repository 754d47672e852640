//! Caches summaries for 30 seconds: in Redis, which all instances share, or in the process if Redis is not configured.
//! The handler checks access before each lookup, and the key contains the scope of the summary.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use quick_cache::sync;
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
    /// Summaries with their expiry.
    local: sync::Cache<String, (OffsetDateTime, Summary)>,
    clock: Clock,
}

/// Returns the cache key of a summary.
pub(crate) fn key(scope: &Scope, timeframe: Timeframe, timezone: &str) -> String {
    let scope_name = match scope {
        Scope::Platform => "everything".to_owned(),
        Scope::Project(project) => format!("project {project}"),
        // Admins of the same projects share a summary.
        Scope::Administered(projects) => {
            let ids: Vec<u8> = projects.iter().flat_map(|project| project.0.into_bytes()).collect();
            format!("projects {}", URL_SAFE_NO_PAD.encode(digest(&SHA256, &ids)))
        }
    };
    format!("summary:{scope_name}:{timeframe:?}:{timezone}")
}

impl Cache {
    pub(crate) fn new(redis: Option<Redis>, clock: Clock) -> Self {
        Self { redis, local: sync::Cache::new(CAPACITY), clock }
    }

    pub(crate) fn add_health_check(&self, health: Health) -> Health {
        match &self.redis {
            Some(redis) => redis.add_health_check(health),
            None => health,
        }
    }

    pub(crate) async fn get(&self, key: &str) -> Option<Summary> {
        match &self.redis {
            // An entry that an older version of this function wrote may not deserialize. It counts as a miss.
            Some(redis) => serde_json::from_slice(&redis.get(key).await?).ok(),
            None => {
                let (until, summary) = self.local.get(key)?;
                (until > self.clock.now()).then_some(summary)
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
            None => self.local.insert(key, (self.clock.now() + LIFETIME, summary.clone())),
        }
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
            Scope::Platform,
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
