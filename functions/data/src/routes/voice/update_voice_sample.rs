//! `PATCH /voice/{voice_sample_id}`.

use axum::{extract::State, http::header, response::IntoResponse};
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{Action, Entry},
    base::{ids::ItemId, text::is_language},
    http::{
        extract::Json,
        merge_patch::Field,
        precondition::IfMatch,
        problem::{Code, Problem, ProblemBody, Result},
        server::etag,
    },
    identity::guard::ItemEditor,
    items::locators::{ByItem, Voice},
};
use utoipa::ToSchema;

use crate::{AppState, model, queries};

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateVoiceSample {
    /// The language that is spoken, for the next time it is transcribed; null for the project's.
    #[serde(default)]
    #[garde(custom(is_tag))]
    #[schema(value_type = Option<String>)]
    language: Field<String>,
}

fn is_tag(language: &Field<String>, (): &()) -> garde::Result {
    match language {
        Field::Set(tag) => is_language(tag, &()),
        _ => Ok(()),
    }
}

/// Changes a voice sample.
#[utoipa::path(patch, path = "/voice/{voice_sample_id}", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    request_body(content((UpdateVoiceSample = "application/merge-patch+json"), (UpdateVoiceSample = "application/json"))),
    responses((status = OK, body = model::VoiceSample), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = PRECONDITION_FAILED, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn update_voice_sample(
    State(app): State<AppState>,
    seen: IfMatch,
    access: ItemEditor<ByItem<Voice>>,
    Json(patch): Json<UpdateVoiceSample>,
) -> Result<impl IntoResponse> {
    let (id, user, now) = (access.found.id, access.principal.user_id, app.clock.now());
    let mut tx = app.db.begin().await?;
    let before = queries::lock_item(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    seen.check(before.item.version)?;
    let language = patch.language.apply(before.requested_language.clone(), |language| language);
    let values = json!({"before": {"language": before.requested_language}, "after": {"language": language}});
    let entry =
        Entry::success(Some(user), Action::VoiceUpdated, id.0).in_project(access.project_id).with(values);
    queries::set_language(&mut tx, id, language.as_deref(), entry.row()?, now).await?;
    let row = queries::get_item(&mut *tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
    tx.commit().await?;

    Ok(([(header::ETAG, etag(row.item.version))], Json(model::VoiceSample::from(row))))
}
