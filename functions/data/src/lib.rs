//! `data`: the API of documents, voice samples and project exports.
//!
//! Clients upload and download files with signed URLs, directly from and to Cloud Storage. No file passes through this
//! function:
//!
//! ```text
//! POST /documents ──────────────> signed URL ──> PUT to Cloud Storage ──> finalize event ──> ocr
//! GET /documents/{id}/download ──> signed URL ──> GET from Cloud Storage
//! ```
//!
//! The module `routes` has one file for each kind of item. Both kinds share the use cases `uploads` and `items` and all
//! SQL in `queries`. `model` has the types of requests and responses. `search` parses search queries and extracts the
//! excerpts in results. `exports` handles requests for project exports, which the function `export` writes.

mod exports;
mod items;
mod model;
mod queries;
mod quota;
mod routes;
mod search;
mod uploads;

use std::num::NonZeroU32;

use axum::extract::FromRef;
use shared::{
    base::config::Error,
    cloud::{
        outbox::PubSubSettings,
        redis::RedisSettings,
        storage::{ExportsSettings, StorageSettings, UrlSigner},
    },
    function::{Base, Function},
    http::{
        health::Health,
        pagination::{CursorSettings, Cursors},
        routes::Routes,
    },
    identity::{access_token::AccessTokenSettings, principal::Authority, quota::UserQuota},
};

use crate::{exports::Exports, items::Items, model::UploadSettings, quota::UploadQuota, uploads::Uploads};

shared::settings! {
    /// The settings of the function `data`.
    pub struct DataSettings {
        /// The retention of project exports, in days.
        pub export_retention_days: u16 = "EXPORT_RETENTION_DAYS" or "7",
        /// Maximum number of project exports of one user that are in progress.
        pub exports_in_progress: u32 = "EXPORTS_IN_PROGRESS_PER_USER" or "5",
        /// Searches of one user per minute. Every 50 results of a page count as one search.
        pub searches: NonZeroU32 = "SEARCHES_PER_USER_AND_MINUTE" or "60",
    }
    with {
        /// The limits on uploads of one user.
        pub uploads: UploadSettings,
        /// The verification of access tokens.
        pub access_token: AccessTokenSettings,
        /// The cursors of lists.
        pub cursor: CursorSettings,
        /// The signed URLs for uploads and downloads.
        pub storage: StorageSettings,
        /// The bucket of project exports.
        pub exports: ExportsSettings,
        /// The connection to Pub/Sub for publishing events.
        pub pubsub: PubSubSettings,
        /// The Redis in which instances share the counts of searches.
        pub redis: RedisSettings,
    }
}

/// The state of the handlers.
#[derive(Clone, FromRef)]
pub struct AppState {
    authority: Authority,
    cursors: Cursors,
    uploads: Uploads,
    items: Items,
    exports: Exports,
}

/// The function `data`.
pub struct Data;

impl Function for Data {
    const NAME: &'static str = "data";
    const PATHS: &'static [&'static str] = routes::PATHS;

    type Settings = DataSettings;
    type State = AppState;

    fn routes() -> Routes<AppState> {
        routes::routes()
    }

    fn state(settings: DataSettings, base: Base) -> Result<AppState, Error> {
        let signer = UrlSigner::new(&settings.storage, &settings.storage.uploads_bucket)?;
        let outbox = base.outbox(&settings.pubsub)?;
        let (db, clock) = (&base.db, &base.clock);
        let quota = UploadQuota(settings.uploads);
        Ok(AppState {
            authority: base.authority(&settings.access_token)?,
            cursors: Cursors::new(&settings.cursor)?,
            uploads: Uploads {
                db: db.clone(),
                signer: signer.clone(),
                quota: quota.clone(),
                clock: clock.clone(),
            },
            items: Items {
                db: db.clone(),
                outbox: outbox.clone(),
                signer,
                uploads_bucket: settings.storage.uploads_bucket,
                quota,
                searches: UserQuota::new(
                    "searches_per_user_and_minute",
                    settings.searches,
                    &settings.redis,
                    clock.clone(),
                )?,
                clock: clock.clone(),
            },
            exports: Exports {
                db: db.clone(),
                outbox,
                signer: UrlSigner::new(&settings.exports, &settings.exports.bucket)?,
                retention: time::Duration::days(settings.export_retention_days.into()),
                max_concurrent: settings.exports_in_progress,
                clock: clock.clone(),
            },
        })
    }

    fn health(state: &AppState, health: Health) -> Health {
        state.items.searches.add_health_check(health)
    }
}
