//! `POST /voice`.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::{
        ids::{ItemId, ProjectId},
        text::is_language,
    },
    http::{
        extract::Json,
        idempotency::IdempotencyKey,
        problem::{ProblemBody, Result},
        server::etag,
    },
    identity::guard::{ByBody, InProject, ProjectContributor},
    items::ItemKind,
};
use utoipa::ToSchema;

use crate::{
    AppState,
    flow::{is_crc32c, is_filename},
    model::{MAX_VOICE_BYTES, RESUMABLE_FROM_BYTES, VoiceType, VoiceUpload},
    queries::NewItem,
};

/// A voice sample to be uploaded.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateVoiceSample {
    /// The project it belongs to.
    #[garde(skip)]
    pub(crate) project_id: ProjectId,
    /// What the file is called, without a path.
    #[garde(length(chars, min = 1, max = 255), custom(is_filename))]
    #[schema(min_length = 1, max_length = 255)]
    pub(crate) filename: String,
    #[garde(skip)]
    pub(crate) content_type: VoiceType,
    /// The exact size; storage refuses any other.
    #[garde(range(min = 1, max = MAX_VOICE_BYTES))]
    #[schema(minimum = 1, maximum = 524_288_000)]
    pub(crate) size_bytes: i64,
    /// Base64 of the big-endian CRC32C of the bytes; storage refuses any others.
    #[garde(inner(custom(is_crc32c)))]
    pub(crate) crc32c: Option<String>,
    /// The language that is spoken, as a BCP 47 tag; the project's if left out.
    #[garde(inner(custom(is_language)))]
    pub(crate) language: Option<String>,
    /// Whether the upload can be broken off and taken up again; beyond 8 MiB it can in any case.
    #[serde(default)]
    #[garde(skip)]
    pub(crate) resumable: bool,
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
            filename: new.filename,
            content_type: new.content_type.as_str(),
            size_bytes: new.size_bytes,
            crc32c: new.crc32c,
            resumable: new.resumable || new.size_bytes > RESUMABLE_FROM_BYTES,
            domain: None,
            language: new.language,
        }
    }
}

/// Announces a voice sample and gives a URL to upload it to.
#[utoipa::path(post, path = "/voice", tag = "voice", security(("bearer" = [])), request_body = CreateVoiceSample,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeating the request with it creates once.")),
    responses((status = CREATED, body = VoiceUpload), (status = NOT_FOUND, body = ProblemBody),
        (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn create_voice_sample(
    State(app): State<AppState>,
    key: IdempotencyKey,
    access: ProjectContributor<ByBody<CreateVoiceSample>>,
) -> Result<impl IntoResponse> {
    let (project, user) = (access.project_id, access.principal.user_id);
    let (row, upload) = app.announce_one(ItemKind::Voice, project, user, &key, access.found.into()).await?;
    let location = format!("/voice/{}", row.item.id);
    let headers = [(header::LOCATION, location), (header::ETAG, etag(row.item.version))];
    Ok((StatusCode::CREATED, headers, Json(VoiceUpload { voice_sample: row.into(), upload })))
}
