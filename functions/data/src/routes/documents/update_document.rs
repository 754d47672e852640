//! `PATCH /documents/{document_id}`.

use axum::{extract::State, http::header, response::IntoResponse};
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{Action, Entry},
    base::ids::ItemId,
    http::{
        extract::Json,
        merge_patch::Field,
        precondition::IfMatch,
        problem::{Code, Problem, ProblemBody, Result},
        server::etag,
    },
    identity::guard::ItemEditor,
    items::locators::{ByItem, Document},
};
use utoipa::ToSchema;

use crate::{AppState, model, queries};

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateDocument {
    /// A label of the team's own; null takes it away.
    #[serde(default)]
    #[garde(custom(is_label))]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    domain: Field<String>,
}

fn is_label(domain: &Field<String>, (): &()) -> garde::Result {
    match domain {
        Field::Set(label) if !(1..=64).contains(&label.chars().count()) => {
            Err(garde::Error::new("has to have 1 to 64 characters"))
        }
        _ => Ok(()),
    }
}

/// Changes a document.
#[utoipa::path(patch, path = "/documents/{document_id}", tag = "documents", security(("bearer" = [])),
    params(("document_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    request_body(content((UpdateDocument = "application/merge-patch+json"), (UpdateDocument = "application/json"))),
    responses((status = OK, body = model::Document), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = PRECONDITION_FAILED, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn update_document(
    State(app): State<AppState>,
    seen: IfMatch,
    access: ItemEditor<ByItem<Document>>,
    Json(patch): Json<UpdateDocument>,
) -> Result<impl IntoResponse> {
    let (id, user, now) = (access.found.id, access.principal.user_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    let before = queries::lock_item(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    seen.check(before.item.version)?;
    let domain = patch.domain.apply(before.domain.clone(), |domain| domain);
    let values = json!({"before": {"domain": before.domain}, "after": {"domain": domain}});
    let entry =
        Entry::success(Some(user), Action::DocumentUpdated, id.0).in_project(access.project_id).with(values);
    queries::set_domain(&mut tx, id, domain.as_deref(), user, entry.row()?, now).await?;
    let row = queries::get_item(&mut *tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    tx.commit().await?;

    Ok(([(header::ETAG, etag(row.item.version))], Json(model::Document::from(row))))
}
