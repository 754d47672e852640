//! Handlers of `/voice` and the paths below it.

use axum::{extract::State, http::StatusCode};
use shared::{
    base::ids::ItemId,
    cloud::storage::Download,
    http::{
        batch::Batch,
        extract::{Json, OptionalJson},
        idempotency::IdempotencyKey,
        pagination::{List, Page, PageQuery, Unfiltered},
        precondition::IfMatch,
        problem::Result,
        versioned::{Created, Versioned},
    },
    identity::{
        guard::{ByBody, ByList, ItemEditor, ProjectAdmin, ProjectContributor, ProjectMember},
        principal::VerifiedAccount,
    },
    items::{
        languages::LANGUAGES,
        locators::{self, ByItem},
    },
};

use crate::{
    items::Items,
    model::{
        CreateBatch, CreateVoiceSample, KindField, Languages, ListVoiceSamples, Listed, NextVoiceUpload,
        Place, UpdateVoiceSample, VoiceSample, VoiceSampleWithText, VoiceUpload, Word,
    },
    uploads::Uploads,
};

type NewItems = CreateBatch<CreateVoiceSample>;
type Kind = locators::Voice;

/// List voice samples
///
/// The newest items come first. With `q`, the best matches come first.
#[utoipa::path(get, path = "/voice", tag = "voice", params(ListVoiceSamples, PageQuery),
    responses((status = OK, body = Page<Listed<VoiceSample>>),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn list_voice_samples(
    State(items): State<Items>,
    access: ProjectMember<ByList<ListVoiceSamples, Place>>,
) -> Result<Json<Page<Listed<VoiceSample>>>> {
    items.list(&access.target.map(|list| list.filter(access.principal.user_id))).await.map(Json)
}

/// List the languages that can be transcribed
///
/// A request may name a language by any BCP 47 tag. The closest language of this list is used: `en` becomes `en-US`,
/// `en-KE` becomes `en-GB`, `nb-NO` becomes `no-NO`, and `he-IL` becomes `iw-IL`.
#[utoipa::path(get, path = "/voice/languages", tag = "voice", responses((status = OK, body = Languages)))]
pub(crate) async fn list_languages(_: VerifiedAccount) -> Json<Languages> {
    Json(Languages { items: &LANGUAGES })
}

/// Create a voice sample and return a signed upload URL
///
/// The voice sample is a draft until its file arrives. Send the file to `upload.url` with `upload.method` and
/// `upload.headers`, before `upload.expires_at`. Processing starts automatically.
#[utoipa::path(post, path = "/voice", tag = "voice", request_body = CreateVoiceSample,
    responses((status = CREATED, body = VoiceUpload),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn create_voice_sample(
    State(uploads): State<Uploads>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<CreateVoiceSample>>,
) -> Result<Created<VoiceUpload>> {
    let body: VoiceUpload = uploads.create(access, &key).await?.into();
    Ok(Created { location: format!("/voice/{}", body.voice_sample.item.id), body })
}

/// Create up to 100 voice samples, with a result for each
///
/// Items are created independently of each other. Results are in request order.
#[utoipa::path(post, path = "/voice/batch", tag = "voice",
    request_body = NewItems,
    responses((status = OK, body = Batch<VoiceUpload>),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn create_voice_samples(
    State(uploads): State<Uploads>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<NewItems>>,
) -> Result<Json<Batch<VoiceUpload>>> {
    let created = uploads.create_each(access, &key).await?.into_iter();
    Ok(Json(Batch::new(StatusCode::CREATED, created.map(|created| created.map(VoiceUpload::from)))))
}

/// Get a voice sample with its text
///
/// The response has the transcribed text, and the text as corrected by a reviewer.
#[utoipa::path(get, path = "/voice/{voice_sample_id}", tag = "voice",
    params(("voice_sample_id" = ItemId, Path)),
    responses((status = OK, body = VoiceSampleWithText)))]
pub(crate) async fn get_voice_sample(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
) -> Result<Versioned<VoiceSampleWithText>> {
    let (row, transcription_text, corrected_text) = items.get_with_text(access.target).await?;
    Ok(Versioned(VoiceSampleWithText { voice_sample: row.into(), transcription_text, corrected_text }))
}

/// Update a voice sample
///
/// Only the requested language can be changed. It applies to the next transcription.
#[utoipa::path(patch, path = "/voice/{voice_sample_id}", tag = "voice",
    params(("voice_sample_id" = ItemId, Path)),
    request_body(content((UpdateVoiceSample = "application/merge-patch+json"), (UpdateVoiceSample = "application/json"))),
    responses((status = OK, body = VoiceSample)))]
pub(crate) async fn update_voice_sample(
    State(items): State<Items>,
    if_match: IfMatch,
    access: ItemEditor<ByItem<Kind>>,
    Json(patch): Json<UpdateVoiceSample>,
) -> Result<Versioned<VoiceSample>> {
    let row = items.update(&access, &if_match, KindField::Language(patch.language)).await?;
    Ok(Versioned(row.into()))
}

/// Delete a voice sample
///
/// The item disappears immediately. Its file is deleted after the retention period.
#[utoipa::path(delete, path = "/voice/{voice_sample_id}", tag = "voice",
    params(("voice_sample_id" = ItemId, Path)),
    responses((status = NO_CONTENT)))]
pub(crate) async fn delete_voice_sample(
    State(items): State<Items>,
    if_match: IfMatch,
    access: ItemEditor<ByItem<Kind>>,
) -> Result<StatusCode> {
    items.delete(&access, &if_match).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Renew the upload URL of a voice sample
///
/// A draft gets a new URL for the same upload. A failed or rejected voice sample gets a URL for its next upload, which
/// may have another name, type or size. The voice sample keeps its current file until the new one arrives.
#[utoipa::path(post, path = "/voice/{voice_sample_id}/upload-url", tag = "voice",
    params(("voice_sample_id" = ItemId, Path)), request_body = Option<NextVoiceUpload>,
    responses((status = OK, body = VoiceUpload),
        (status = CONFLICT, description = "invalid_state"),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn renew_voice_upload_url(
    State(uploads): State<Uploads>,
    access: ItemEditor<ByItem<Kind>>,
    OptionalJson(next): OptionalJson<NextVoiceUpload>,
) -> Result<Json<VoiceUpload>> {
    let renewed = uploads.renew(&access, next.into()).await?;
    Ok(Json(renewed.into()))
}

/// List the words of a voice sample
///
/// Each word has its start and end times, its confidence, and its channel if the channels of the recording were
/// recognized separately.
#[utoipa::path(get, path = "/voice/{voice_sample_id}/words", tag = "voice",
    params(("voice_sample_id" = ItemId, Path), PageQuery),
    responses((status = OK, body = Page<Word>)))]
pub(crate) async fn list_words(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
    list: List<Unfiltered, i64>,
) -> Result<Json<Page<Word>>> {
    items.words(access.target, &list).await.map(Json)
}

/// Create a link to the file of a voice sample
///
/// The link expires. The file is served as an attachment whose name has the extension of its media type. A file whose
/// type is not accepted cannot be downloaded.
#[utoipa::path(get, path = "/voice/{voice_sample_id}/download", tag = "voice",
    params(("voice_sample_id" = ItemId, Path)),
    responses((status = OK, body = Download),
        (status = CONFLICT, description = "invalid_state")))]
pub(crate) async fn download_voice_sample(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
) -> Result<Json<Download>> {
    items.download(&access).await.map(Json)
}

/// Reprocess a failed voice sample
///
/// The uploaded file is transcribed again. Only for project admins.
#[utoipa::path(post, path = "/voice/{voice_sample_id}/reprocess", tag = "voice",
    params(("voice_sample_id" = ItemId, Path)),
    responses((status = ACCEPTED, body = VoiceSample),
        (status = CONFLICT, description = "invalid_state"),
        (status = TOO_MANY_REQUESTS, description = "quota_exceeded")))]
pub(crate) async fn reprocess_voice_sample(
    State(items): State<Items>,
    access: ProjectAdmin<ByItem<Kind>>,
) -> Result<(StatusCode, Json<VoiceSample>)> {
    Ok((StatusCode::ACCEPTED, Json(items.reprocess(&access).await?.into())))
}
