//! Provides summaries from the cache or from the database.

use std::sync::Arc;

use shared::{
    base::clock::Clock,
    http::problem::{Code, Problem, Result},
};
use sqlx::PgPool;

use crate::{
    cache::{self, Cache},
    model::{Scope, Summary, Timeframe},
    queries,
    window::{self, Window},
};

shared::use_case! {
    /// Summarizes the items of a scope.
    pub(crate) struct Summaries {
        db: PgPool,
        cache: Arc<Cache>,
        clock: Clock,
    }
}

impl Summaries {
    /// Returns the summary of a scope and timeframe, with the days of a time zone.
    pub(crate) async fn get(&self, scope: &Scope, timeframe: Timeframe, timezone: &str) -> Result<Summary> {
        let zone = window::timezone(timezone).ok_or_else(|| Problem::new(Code::InvalidFields))?;
        // The canonical spelling, because names are matched without regard to case.
        let timezone = zone.iana_name().unwrap_or("UTC").to_owned();
        let key = cache::key(scope, timeframe, &timezone);
        if let Some(summary) = self.cache.get(&key).await {
            return Ok(summary);
        }
        let now = self.clock.now();
        let first = match timeframe {
            Timeframe::All => queries::first_day(&self.db, scope).await?,
            _ => None,
        };
        let window = Window::new(timeframe, &zone, now, first).map_err(Problem::internal)?;
        let figures = queries::figures(&self.db, scope, &window).await?;
        let summary = Summary::new(timeframe, timezone, scope.project_id(), &window, figures, now);
        self.cache.set(key, &summary).await;
        Ok(summary)
    }
}
