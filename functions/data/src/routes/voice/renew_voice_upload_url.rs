//! `POST /voice/{voice_sample_id}/upload-url`.

use axum::extract::State;
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::ids::ItemId,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
    },
    identity::guard::ItemEditor,
    items::locators::{ByItem, Voice},
};
use utoipa::ToSchema;

use crate::{
    AppState,
    flow::{MayBe, is_crc32c, is_filename},
    model::{MAX_VOICE_BYTES, VoiceType, VoiceUpload},
    queries::NextUpload,
};

/// What the bytes will be; what is left out is as it was announced before.
#[derive(Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextVoiceUpload {
    /// What the file is called, without a path.
    #[garde(length(chars, min = 1, max = 255), inner(custom(is_filename)))]
    #[schema(min_length = 1, max_length = 255)]
    filename: Option<String>,
    #[garde(skip)]
    content_type: Option<VoiceType>,
    /// The exact size; storage refuses any other.
    #[garde(range(min = 1, max = MAX_VOICE_BYTES))]
    #[schema(minimum = 1, maximum = 524_288_000)]
    size_bytes: Option<i64>,
    /// Base64 of the big-endian CRC32C of the bytes; storage refuses any others.
    #[garde(inner(custom(is_crc32c)))]
    crc32c: Option<String>,
    /// Whether the upload can be broken off and taken up again.
    #[garde(skip)]
    resumable: Option<bool>,
}

/// A fresh URL for the upload of a draft; on a failed or rejected voice sample, for its next upload, which may be of
/// another description.
#[utoipa::path(post, path = "/voice/{voice_sample_id}/upload-url", tag = "voice", security(("bearer" = [])),
    params(("voice_sample_id" = ItemId, Path)), request_body = Option<NextVoiceUpload>,
    responses((status = OK, body = VoiceUpload), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody)))]
pub(crate) async fn renew_voice_upload_url(
    State(app): State<AppState>,
    access: ItemEditor<ByItem<Voice>>,
    MayBe(next): MayBe<NextVoiceUpload>,
) -> Result<Json<VoiceUpload>> {
    let next = NextUpload {
        filename: next.filename.as_deref(),
        content_type: next.content_type.map(VoiceType::as_str),
        size_bytes: next.size_bytes,
        crc32c: next.crc32c.as_deref(),
        resumable: next.resumable,
    };
    let (row, upload) = app.renew_upload(&access, &next).await?;
    Ok(Json(VoiceUpload { voice_sample: row.into(), upload }))
}
