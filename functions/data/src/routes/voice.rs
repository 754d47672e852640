//! `/voice` and the paths below it.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::{Deserialize, Serialize};
use shared::{
    base::{
        ids::{ItemId, ProjectId, UserId},
        text::is_language,
    },
    cloud::storage::{Download, Upload},
    http::{
        batch::Batch,
        extract::{Json, OptionalJson, Query},
        idempotency::IdempotencyKey,
        merge_patch::Field,
        pagination::{Cursor, Limit, Page, PageQuery},
        precondition::IfMatch,
        problem::{ProblemBody, Result},
        versioned::{Created, HasVersion, Versioned},
    },
    identity::guard::{
        ByBody, ByQuery, InProject, ItemEditor, ProjectAdmin, ProjectContributor, ProjectMember,
    },
    items::{
        FileSize, ItemKind, ItemStatus, MediaType,
        locators::{self, ByItem},
    },
};
use utoipa::{IntoParams, ToSchema};

use super::requests::{CreateBatch, UploadedBy, is_crc32c, is_filename};
use crate::{
    items::Items,
    model::{Filter, ItemRow, Listed, NewItem, NextUpload, OwnField, VoiceSample, Word},
    uploads::{RESUMABLE_FROM_BYTES, Uploads},
};

/// The kind of these items.
type Kind = locators::Voice;
type ContentType = MediaType<Kind>;
type Size = FileSize<Kind>;

/// Which voice samples.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListVoiceSamples {
    /// The project.
    #[garde(skip)]
    project_id: ProjectId,
    /// Only those in this status.
    #[garde(skip)]
    #[param(inline)]
    status: Option<ItemStatus>,
    /// Only the caller's own.
    #[garde(skip)]
    #[param(inline)]
    uploaded_by: Option<UploadedBy>,
    /// Words in the name or the text: `"a phrase"`, `or` and `-not` are understood. The best match comes first.
    #[garde(length(chars, min = 1, max = 200))]
    q: Option<String>,
    /// Entries on the page.
    #[serde(default)]
    #[garde(dive)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    #[garde(skip)]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

impl InProject for ListVoiceSamples {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

impl ListVoiceSamples {
    fn filter(self, caller: UserId) -> Filter {
        Filter {
            project_id: self.project_id,
            kind: Some(ItemKind::Voice),
            status: self.status,
            domain: None,
            uploaded_by: self.uploaded_by.map(|uploader| uploader.user(caller)),
            words: self.q,
            after: self.cursor.map(|cursor| cursor.0),
            limit: self.limit,
        }
    }
}

/// List voice samples
///
/// The newest come first; in a search, the best matches.
#[utoipa::path(get, path = "/voice", tag = "voice", params(ListVoiceSamples), security(("bearer" = [])),
    responses((status = OK, body = Page<Listed<VoiceSample>>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_voice_samples(
    State(items): State<Items>,
    access: ProjectMember<ByQuery<ListVoiceSamples>>,
) -> Result<Json<Page<Listed<VoiceSample>>>> {
    items.list(&access.found.filter(access.principal.user_id)).await.map(Json)
}

/// A voice sample to be uploaded.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateVoiceSample {
    /// The project it belongs to.
    #[garde(skip)]
    project_id: ProjectId,
    /// The file's name, without a path.
    #[garde(length(chars, min = 1, max = 255), custom(is_filename))]
    #[schema(min_length = 1, max_length = 255)]
    filename: String,
    #[garde(skip)]
    content_type: ContentType,
    /// The exact size; storage refuses any other.
    #[garde(dive)]
    #[schema(inline)]
    size_bytes: Size,
    /// Base64 of the big-endian CRC32C of the bytes; storage refuses any others.
    #[garde(inner(custom(is_crc32c)))]
    crc32c: Option<String>,
    /// The language that is spoken, as a BCP 47 tag; the project's if left out.
    #[garde(inner(custom(is_language)))]
    language: Option<String>,
    /// Whether the upload can be interrupted and resumed; beyond 8 MiB it always can.
    #[serde(default)]
    #[garde(skip)]
    resumable: bool,
}

impl InProject for CreateVoiceSample {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

impl From<CreateVoiceSample> for NewItem {
    fn from(new: CreateVoiceSample) -> Self {
        Self {
            id: ItemId::new(),
            kind: ItemKind::Voice,
            filename: new.filename,
            content_type: new.content_type.as_str(),
            size_bytes: new.size_bytes.bytes(),
            crc32c: new.crc32c,
            resumable: new.resumable || new.size_bytes.bytes() > RESUMABLE_FROM_BYTES,
            domain: None,
            language: new.language,
        }
    }
}

/// A voice sample and the upload of its bytes.
#[derive(Serialize, ToSchema)]
pub(crate) struct VoiceUpload {
    voice_sample: VoiceSample,
    upload: Upload,
}

impl From<(ItemRow, Upload)> for VoiceUpload {
    fn from((row, upload): (ItemRow, Upload)) -> Self {
        Self { voice_sample: row.into(), upload }
    }
}

impl HasVersion for VoiceUpload {
    fn version(&self) -> i32 {
        self.voice_sample.version()
    }
}

/// Create a voice sample and return a signed upload URL
#[utoipa::path(post, path = "/voice", tag = "voice", security(("bearer" = [])), request_body = CreateVoiceSample,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it creates once.")),
    responses((status = CREATED, body = VoiceUpload), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn create_voice_sample(
    State(uploads): State<Uploads>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<CreateVoiceSample>>,
) -> Result<Created<VoiceUpload>> {
    let body: VoiceUpload = uploads.create(access, &key).await?.into();
    Ok(Created { location: format!("/voice/{}", body.voice_sample.item.id), body })
}

/// Create up to 100 voice samples, with a result for each
#[utoipa::path(post, path = "/voice/batch", tag = "voice", security(("bearer" = [])),
    request_body = CreateBatch<CreateVoiceSample>,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it creates once.")),
    responses((status = OK, body = Batch<VoiceUpload>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn create_voice_samples(
    State(uploads): State<Uploads>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<CreateBatch<CreateVoiceSample>>>,
) -> Result<Json<Batch<VoiceUpload>>> {
    let created = uploads.create_each(access, &key).await?.into_iter();
    Ok(Json(Batch::new(StatusCode::CREATED, created.map(|created| created.map(VoiceUpload::from)))))
}

/// A voice sample with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct VoiceSampleWithText {
    #[serde(flatten)]
    voice_sample: VoiceSample,
    /// The spoken text; null until it was transcribed.
    transcription_text: Option<String>,
    /// The text as a reviewer corrected it.
    corrected_text: Option<String>,
}

impl HasVersion for VoiceSampleWithText {
    fn version(&self) -> i32 {
        self.voice_sample.version()
    }
}

/// Get a voice sample with its text
#[utoipa::path(get, path = "/voice/{voice_sample_id}", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path)),
    responses((status = OK, body = VoiceSampleWithText), (status = NOT_FOUND, body = ProblemBody)))]
pub(crate) async fn get_voice_sample(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
) -> Result<Versioned<VoiceSampleWithText>> {
    let (row, transcription_text, corrected_text) = items.get_with_text(access.found).await?;
    Ok(Versioned(VoiceSampleWithText { voice_sample: row.into(), transcription_text, corrected_text }))
}

/// A merge patch (RFC 7396): a field that is left out stays, null clears.
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

/// Update a voice sample
#[utoipa::path(patch, path = "/voice/{voice_sample_id}", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    request_body(content((UpdateVoiceSample = "application/merge-patch+json"), (UpdateVoiceSample = "application/json"))),
    responses((status = OK, body = VoiceSample), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = PRECONDITION_FAILED, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn update_voice_sample(
    State(items): State<Items>,
    if_match: IfMatch,
    access: ItemEditor<ByItem<Kind>>,
    Json(patch): Json<UpdateVoiceSample>,
) -> Result<Versioned<VoiceSample>> {
    let row = items.update(&access, &if_match, OwnField::Language(patch.language)).await?;
    Ok(Versioned(row.into()))
}

/// Delete a voice sample
///
/// It vanishes at once, and its file after a while.
#[utoipa::path(delete, path = "/voice/{voice_sample_id}", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for.")),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = ProblemBody), (status = NOT_FOUND, body = ProblemBody),
        (status = PRECONDITION_FAILED, body = ProblemBody)))]
pub(crate) async fn delete_voice_sample(
    State(items): State<Items>,
    if_match: IfMatch,
    access: ItemEditor<ByItem<Kind>>,
) -> Result<StatusCode> {
    items.delete(&access, &if_match).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The description of the next upload; a field that is left out stays as it was.
#[derive(Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextVoiceUpload {
    /// The file's name, without a path.
    #[garde(length(chars, min = 1, max = 255), inner(custom(is_filename)))]
    #[schema(min_length = 1, max_length = 255)]
    filename: Option<String>,
    #[garde(skip)]
    content_type: Option<ContentType>,
    /// The exact size; storage refuses any other.
    #[garde(dive)]
    #[schema(inline)]
    size_bytes: Option<Size>,
    /// Base64 of the big-endian CRC32C of the bytes; storage refuses any others.
    #[garde(inner(custom(is_crc32c)))]
    crc32c: Option<String>,
    /// Whether the upload can be interrupted and resumed.
    #[garde(skip)]
    resumable: Option<bool>,
}

impl From<NextVoiceUpload> for NextUpload {
    fn from(next: NextVoiceUpload) -> Self {
        Self {
            filename: next.filename,
            content_type: next.content_type.map(|content_type| content_type.as_str()),
            size_bytes: next.size_bytes.map(|size| size.bytes()),
            crc32c: next.crc32c,
            resumable: next.resumable,
        }
    }
}

/// Renew the upload URL of a voice sample
///
/// A draft gets a fresh URL; a failed or rejected voice sample one for its next upload, which may have another
/// description.
#[utoipa::path(post, path = "/voice/{voice_sample_id}/upload-url", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path)), request_body = Option<NextVoiceUpload>,
    responses((status = OK, body = VoiceUpload), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn renew_voice_upload_url(
    State(uploads): State<Uploads>,
    access: ItemEditor<ByItem<Kind>>,
    OptionalJson(next): OptionalJson<NextVoiceUpload>,
) -> Result<Json<VoiceUpload>> {
    let renewed = uploads.renew(&access, &next.into()).await?;
    Ok(Json(renewed.into()))
}

/// List the words of a voice sample
///
/// Each with its times and confidence.
#[utoipa::path(get, path = "/voice/{voice_sample_id}/words", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path), PageQuery),
    responses((status = OK, body = Page<Word>), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn list_words(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Word>>> {
    items.words(access.found, &query).await.map(Json)
}

/// Create a link to the file of a voice sample
///
/// The file is served as an attachment.
#[utoipa::path(get, path = "/voice/{voice_sample_id}/download", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path)),
    responses((status = OK, body = Download), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn download_voice_sample(
    State(items): State<Items>,
    access: ProjectMember<ByItem<Kind>>,
) -> Result<Json<Download>> {
    items.download(&access).await.map(Json)
}

/// Reprocess a failed voice sample
#[utoipa::path(post, path = "/voice/{voice_sample_id}/reprocess", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path)),
    responses((status = ACCEPTED, body = VoiceSample), (status = FORBIDDEN, body = ProblemBody),
        (status = NOT_FOUND, body = ProblemBody), (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn reprocess_voice_sample(
    State(items): State<Items>,
    access: ProjectAdmin<ByItem<Kind>>,
) -> Result<(StatusCode, Json<VoiceSample>)> {
    Ok((StatusCode::ACCEPTED, Json(items.reprocess(&access).await?.into())))
}
