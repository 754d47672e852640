//! `GET /analytics/summary`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::ProjectId,
    http::{
        extract::Json,
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::guard::InProject,
};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    AppState,
    access::SummaryReader,
    cache,
    model::{Summary, Timeframe},
    queries,
    window::{self, Window},
};

/// Whose items, and which days.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetSummary {
    /// How far it looks back: whole days, today included.
    #[serde(default)]
    #[garde(skip)]
    #[param(inline)]
    timeframe: Timeframe,
    /// The project; without it all that the caller administers, or all there are for a super admin.
    #[garde(skip)]
    project_id: Option<ProjectId>,
    /// The IANA name of the time zone whose days are meant: `Europe/Berlin`.
    #[serde(default = "utc")]
    #[garde(custom(is_timezone))]
    #[param(default = "UTC")]
    timezone: String,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn is_timezone(name: &str, (): &()) -> garde::Result {
    match window::timezone(name) {
        Some(_) => Ok(()),
        None => Err(garde::Error::new("is not the name of a time zone")),
    }
}

impl InProject for GetSummary {
    /// Asked for only when it names one.
    fn project_id(&self) -> ProjectId {
        self.project_id.unwrap_or(ProjectId(Uuid::nil()))
    }
}

/// How it goes: totals, what happened on each day, how long it took, who did it. What was just done may take half a
/// minute to show. Durations and people are counted by whole hours (UTC).
#[utoipa::path(get, path = "/analytics/summary", tag = "analytics", params(GetSummary), security(("bearer" = [])),
    responses((status = OK, body = Summary), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn get_summary(State(app): State<AppState>, reader: SummaryReader) -> Result<Json<Summary>> {
    let (scope, query) = (reader.scope, reader.query);
    let zone = window::timezone(&query.timezone).ok_or_else(|| Problem::new(Code::InvalidFields))?;
    // Spelled as it is listed, whatever the caller's letters.
    let timezone = zone.iana_name().unwrap_or("UTC").to_owned();
    let key = cache::key(&scope, query.timeframe, &timezone);
    if let Some(summary) = app.cache.get(&key).await {
        return Ok(Json(summary));
    }
    let now = app.clock.now();
    let first = match query.timeframe {
        Timeframe::All => queries::first_day(&app.db, &scope).await?,
        _ => None,
    };
    let window = Window::new(query.timeframe, &zone, now, first).map_err(Problem::internal)?;
    let figures = queries::figures(&app.db, &scope, &window).await?;
    let summary = Summary::new(query.timeframe, timezone, scope.project_id(), &window, figures, now);
    app.cache.set(key, &summary).await;
    Ok(Json(summary))
}
