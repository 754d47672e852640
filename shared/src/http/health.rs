//! The health endpoints: `GET /health` checks the function's dependencies, `GET /health/live` only the process.

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

/// The time after which a dependency that does not respond counts as unavailable.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

type Probe = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// The health checks of a function's dependencies.
#[derive(Clone, Default)]
pub struct Health {
    checks: Vec<(&'static str, Need, Probe)>,
}

/// The importance of a dependency for a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The function is unavailable without the dependency.
    Required,
    /// The function is degraded without the dependency.
    Optional,
}

/// The state of a function or of a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// The function or the dependency is available.
    Ok,
    /// The function is available, but an optional dependency is not.
    Degraded,
    /// The function or the dependency is unavailable.
    Unavailable,
}

/// The response of `GET /health`.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthReport {
    status: HealthStatus,
    dependencies: Vec<DependencyHealth>,
}

/// The health of one dependency.
#[derive(Debug, Serialize, ToSchema)]
pub struct DependencyHealth {
    name: &'static str,
    status: HealthStatus,
    /// The duration of the check, in milliseconds.
    latency_ms: u64,
}

impl Health {
    /// Adds a check of the database, which is required.
    #[must_use]
    pub fn database(self, pool: &PgPool) -> Self {
        let pool = pool.clone();
        self.check("database", Need::Required, move || {
            let pool = pool.clone();
            async move { sqlx::raw_sql("select 1").execute(&pool).await.is_ok() }
        })
    }

    /// Adds a check of a dependency. The probe returns true if the dependency is available.
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

    /// Returns the routes `/health` and `/health/live`.
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
