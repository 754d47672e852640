//! The health endpoints: `GET /health` checks all dependencies of the function, `GET /health/ready` checks the
//! dependencies without which it cannot serve, and `GET /health/live` checks only the process.
//!
//! Anyone may call them, so an instance checks its dependencies at most once a second, and requests in between get the
//! same report.

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
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};
use utoipa::{OpenApi, ToSchema};

use crate::http::{extract::Json, openapi};

/// The time after which a dependency that does not respond counts as unavailable.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

/// The time for which a report is returned again.
const REPORT_AGE: Duration = Duration::from_secs(1);

type Probe = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;
type Check = (&'static str, Requirement, Probe);

/// The health checks of a function's dependencies.
#[derive(Clone, Default)]
pub struct Health {
    checks: Vec<Check>,
}

/// Health checks and their last report. Concurrent requests wait for one report.
#[derive(Clone)]
struct Reports {
    checks: Arc<[Check]>,
    last: Arc<Mutex<Option<(Instant, HealthReport)>>>,
}

/// The importance of a dependency for a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
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

/// The state of a function and of its dependencies.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HealthReport {
    status: HealthStatus,
    dependencies: Vec<DependencyHealth>,
}

/// The health of one dependency.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DependencyHealth {
    #[schema(example = "database")]
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
        self.check("database", Requirement::Required, move || {
            let pool = pool.clone();
            async move { sqlx::raw_sql("select 1").execute(&pool).await.is_ok() }
        })
    }

    /// Adds a check of a dependency. The probe returns true if the dependency is available.
    #[must_use]
    pub fn check<F: Future<Output = bool> + Send + 'static>(
        mut self,
        name: &'static str,
        need: Requirement,
        probe: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        self.checks.push((name, need, Arc::new(move || Box::pin(probe()))));
        self
    }

    /// Returns the routes `/health`, `/health/ready` and `/health/live`.
    pub fn routes(self) -> Router {
        // The host uses this route as its startup probe. An instance whose optional dependencies are unavailable still
        // gets requests.
        let required = self.checks.iter().filter(|(_, need, _)| *need == Requirement::Required);
        let ready = Reports::of(required.cloned().collect());
        Router::new()
            .route("/health/ready", get(get_health).with_state(ready))
            .route("/health", get(get_health).with_state(Reports::of(self.checks.into())))
            .route("/health/live", get(get_liveness))
    }
}

/// The routes that clients call.
#[derive(OpenApi)]
#[openapi(paths(get_health, get_liveness))]
struct Api;

/// Returns the OpenAPI document of the routes, which are the same for all functions.
#[must_use]
pub fn openapi() -> serde_json::Value {
    openapi::document(&Api::openapi())
}

/// Check the platform and its dependencies
///
/// The status is `degraded` if an optional dependency is unavailable. A report is at most one second old.
#[utoipa::path(
    get,
    path = "/health",
    tag = "health",
    responses(
        (status = OK, body = HealthReport),
        (
            status = SERVICE_UNAVAILABLE,
            body = HealthReport,
            description = "A required dependency is unavailable.",
            example = json!({
                "status": "unavailable",
                "dependencies": [{"name": "database", "status": "unavailable", "latency_ms": 3000}],
            }),
        ),
    ),
)]
async fn get_health(State(reports): State<Reports>) -> Response {
    let report = reports.get().await;
    let code = match report.status {
        HealthStatus::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        HealthStatus::Ok | HealthStatus::Degraded => StatusCode::OK,
    };
    (code, Json(report)).into_response()
}

/// Check the process
///
/// The status is 200 while the process runs. Its dependencies are not checked.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = OK, body = HealthReport)))]
async fn get_liveness() -> Json<HealthReport> {
    Json(HealthReport { status: HealthStatus::Ok, dependencies: vec![] })
}

impl Reports {
    fn of(checks: Arc<[Check]>) -> Self {
        Self { checks, last: Arc::default() }
    }

    /// Returns the last report while it is fresh, otherwise a new one.
    async fn get(&self) -> HealthReport {
        let mut last = self.last.lock().await;
        match &*last {
            Some((made_at, report)) if made_at.elapsed() < REPORT_AGE => report.clone(),
            _ => {
                let report = report(&self.checks).await;
                last.insert((Instant::now(), report)).1.clone()
            }
        }
    }
}

async fn report(checks: &[Check]) -> HealthReport {
    let reports = join_all(checks.iter().map(|(name, need, probe)| async move {
        let start = Instant::now();
        let works = timeout(PROBE_TIMEOUT, probe()).await.unwrap_or(false);
        let status = if works { HealthStatus::Ok } else { HealthStatus::Unavailable };
        let latency_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        (*need, DependencyHealth { name, status, latency_ms })
    }))
    .await;
    let down = |need| reports.iter().any(|(of, report)| *of == need && report.status != HealthStatus::Ok);
    let status = if down(Requirement::Required) {
        HealthStatus::Unavailable
    } else if down(Requirement::Optional) {
        HealthStatus::Degraded
    } else {
        HealthStatus::Ok
    };
    HealthReport { status, dependencies: reports.into_iter().map(|(_, report)| report).collect() }
}
