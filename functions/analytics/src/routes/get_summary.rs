//! The handler of `GET /analytics/summary`.

use axum::extract::State;
use shared::http::{extract::Json, problem::Result};

use crate::{
    access::{GetSummary, SummaryReader},
    model::Summary,
    summaries::Summaries,
};

/// Summarize totals, daily trend, durations and top contributors
///
/// New activity may take 30 seconds to appear. Durations, contributors and reviewers are aggregated by UTC hour, so
/// they can include the full hour in which the timeframe begins.
#[utoipa::path(get, path = "/analytics/summary", tag = "analytics", params(GetSummary),
    responses((status = OK, body = Summary)))]
pub(crate) async fn get_summary(
    State(summaries): State<Summaries>,
    SummaryReader { scope, query }: SummaryReader,
) -> Result<Json<Summary>> {
    summaries.get(&scope, query.timeframe, &query.timezone).await.map(Json)
}
