//! `GET /health` (this function and what it depends on) and `GET /health/live` (the process alone).

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use futures::future::{BoxFuture, join_all};
use serde::Serialize;
use sqlx::PgPool;
use tokio::time::{Instant, timeout};
use utoipa::ToSchema;

use crate::http::extract::Json;

/// A dependency that does not answer for this long counts as down.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

type Probe = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// What a function depends on.
#[derive(Clone, Default)]
pub struct Health {
    checks: Vec<(&'static str, Need, Probe)>,
}

/// Whether a function can go on without a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Without it the function is down.
    Required,
    /// Without it the function is degraded.
    Optional,
}

/// The state of a function or of a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// Works.
    Ok,
    /// Works without something that is optional.
    Degraded,
    /// Does not work.
    Unavailable,
}

/// The answer of `GET /health`.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthReport {
    status: HealthStatus,
    dependencies: Vec<DependencyHealth>,
}

/// One dependency.
#[derive(Debug, Serialize, ToSchema)]
pub struct DependencyHealth {
    name: &'static str,
    status: HealthStatus,
    /// How long the answer took, in milliseconds.
    latency_ms: u64,
}

impl Health {
    /// Depends on the database.
    #[must_use]
    pub fn database(self, pool: &PgPool) -> Self {
        let pool = pool.clone();
        self.check("database", Need::Required, move || {
            let pool = pool.clone();
            async move { sqlx::query("select 1").execute(&pool).await.is_ok() }
        })
    }

    /// Depends on something whose probe says whether it works.
    #[must_use]
    pub fn check<F: Future<Output = bool> + Send + 'static>(
        mut self,
        name: &'static str,
        need: Need,
        probe: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        self.checks.push((name, need, Arc::new(move || Box::pin(probe()))));
        self
    }

    /// Its two routes.
    pub fn routes(self) -> Router {
        Router::new()
            .route("/health", get(get_health))
            .route(
                "/health/live",
                get(|| async { Json(HealthReport { status: HealthStatus::Ok, dependencies: vec![] }) }),
            )
            .with_state(self)
    }
}

async fn get_health(State(health): State<Health>) -> Response {
    let reports = join_all(health.checks.iter().map(|(name, need, probe)| async move {
        let start = Instant::now();
        let works = timeout(PROBE_TIMEOUT, probe()).await.unwrap_or(false);
        let status = if works { HealthStatus::Ok } else { HealthStatus::Unavailable };
        let latency_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        (*need, DependencyHealth { name, status, latency_ms })
    }))
    .await;
    let down = |need| reports.iter().any(|(of, report)| *of == need && report.status != HealthStatus::Ok);
    let status = if down(Need::Required) {
        HealthStatus::Unavailable
    } else if down(Need::Optional) {
        HealthStatus::Degraded
    } else {
        HealthStatus::Ok
    };
    let code =
        if status == HealthStatus::Unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let dependencies = reports.into_iter().map(|(_, report)| report).collect();
    (code, Json(HealthReport { status, dependencies })).into_response()
}
