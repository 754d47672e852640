//! `review`: the review queue of a project.
//!
//! Reviewers list the queue, claim items, approve or reject them, and see their history. Project admins reopen decided
//! items:
//!
//! ```text
//! POST /review/next ──> claim for 15 minutes ──> PATCH /review/{id} ──> approved or rejected
//!                                                       POST /review/{id}/reopen ──> pending review
//! ```
//!
//! The module `routes` has one file per endpoint and `queries` holds all SQL. `claims` and `decisions` implement the
//! rules.

mod claims;
mod decisions;
mod model;
mod queries;
mod reviewer;
mod routes;

use axum::extract::FromRef;
use shared::{
    base::{clock::Clock, config::Error},
    cloud::outbox::PubSubSettings,
    function::{Base, Function},
    http::{
        pagination::{CursorSettings, Cursors},
        routes::Routes,
    },
    identity::{
        access_token::AccessTokenSettings,
        mail_caps::{MailCapSettings, MailCaps},
        principal::Authority,
    },
    routes,
};
use sqlx::PgPool;

use crate::{claims::Claims, decisions::Decisions};

shared::settings! {
    /// The settings of the function `review`.
    pub struct ReviewSettings {
    }
    with {
        /// The verification of access tokens.
        pub access_token: AccessTokenSettings,
        /// The cursors of lists.
        pub cursor: CursorSettings,
        /// The connection to Pub/Sub for publishing events.
        pub pubsub: PubSubSettings,
        /// The caps on mails.
        pub mail_caps: MailCapSettings,
    }
}

/// The state of the handlers.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    authority: Authority,
    cursors: Cursors,
    clock: Clock,
    decisions: Decisions,
    claims: Claims,
}

/// The function `review`.
pub struct Review;

impl Function for Review {
    const NAME: &'static str = "review";
    const PATHS: &'static [&'static str] = &["/review", "/review/*"];

    type Settings = ReviewSettings;
    type State = AppState;

    fn routes() -> Routes<AppState> {
        Routes::new()
            .routes(routes!(routes::list_queue::list_queue))
            .routes(routes!(routes::claim_next::claim_next))
            .routes(routes!(routes::claim_item::claim_item, routes::release_item::release_item))
            .routes(routes!(routes::decide_item::decide_item).max_body(MAX_CORRECTIONS))
            .routes(routes!(routes::decide_items::decide_items).max_body(MAX_CORRECTIONS))
            .routes(routes!(routes::reopen_item::reopen_item))
            .routes(routes!(routes::list_history::list_history))
    }

    fn state(settings: ReviewSettings, base: Base) -> Result<AppState, Error> {
        let (db, clock) = (base.db.clone(), base.clock.clone());
        Ok(AppState {
            authority: base.authority(&settings.access_token)?,
            cursors: Cursors::new(&settings.cursor)?,
            decisions: Decisions {
                db: db.clone(),
                outbox: base.outbox(&settings.pubsub)?,
                mail_caps: MailCaps::new(&settings.mail_caps),
                clock: clock.clone(),
            },
            claims: Claims { db: db.clone(), clock: clock.clone() },
            db,
            clock,
        })
    }
}

/// The maximum size of a request body with corrected texts, in bytes.
const MAX_CORRECTIONS: usize = 1 << 20;
