//! Voice samples: responses, request bodies and query parameters.

use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{
    base::{
        ids::{ItemId, ProjectId, UserId},
        text::nfc,
    },
    cloud::storage::Upload,
    http::{merge_patch::Field, versioned::HasVersion},
    identity::guard::InProject,
    items::{
        FileSize, ItemKind, ItemStatus, KindName, MediaType, StatusFilter,
        languages::{Language, is_transcribable},
        locators,
    },
};
use utoipa::{IntoParams, ToSchema};

use super::{
    Filter, Item, ItemRow, NewItem, NextUpload, RESUMABLE_FROM_BYTES, UploadedBy,
    bodies::{is_crc32c, is_filename},
};

type Kind = KindName<locators::Voice>;
type ContentType = MediaType<locators::Voice>;
type Size = FileSize<locators::Voice>;

/// A voice sample with its metadata, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VoiceSample {
    #[schema(inline)]
    pub(crate) kind: Kind,
    #[serde(flatten)]
    pub(crate) item: Item,
    pub(crate) duration_seconds: Option<f64>,
    /// The requested language, as a BCP 47 tag; null if the language of the project applies.
    pub(crate) requested_language: Option<String>,
}

#[derive(Default, Deserialize)]
struct KindFields {
    duration_seconds: Option<f64>,
    requested_language: Option<String>,
}

impl From<ItemRow> for VoiceSample {
    fn from(row: ItemRow) -> Self {
        let KindFields { duration_seconds, requested_language } = row.kind_fields();
        Self { kind: KindName::default(), item: row.item, duration_seconds, requested_language }
    }
}

impl HasVersion for VoiceSample {
    fn version(&self) -> i32 {
        self.item.version
    }
}

/// The languages in which voice samples can be transcribed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Languages {
    #[schema(value_type = Vec<Language>)]
    pub(crate) items: &'static [Language],
}

/// The query parameters of `GET /voice`.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListVoiceSamples {
    /// The project whose items are listed.
    #[garde(skip)]
    project_id: ProjectId,
    /// Lists only items with this status.
    #[garde(skip)]
    #[param(inline)]
    status: Option<StatusFilter>,
    /// Lists only the caller's own uploads.
    #[garde(skip)]
    #[param(inline)]
    uploaded_by: Option<UploadedBy>,
    /// Searches file names and texts, best matches first. Supports `"a phrase"`, `or`, `-excluded` and `beginning*`. The
    /// last word may be incomplete.
    #[garde(length(chars, min = 1, max = 200))]
    #[param(min_length = 1, max_length = 200)]
    q: Option<String>,
}

impl InProject for ListVoiceSamples {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

impl ListVoiceSamples {
    pub(crate) fn filter(self, caller: UserId) -> Filter {
        Filter {
            caller,
            project_id: self.project_id,
            kind: Some(ItemKind::Voice),
            status: self.status.map(ItemStatus::from),
            domain: None,
            uploaded_by: self.uploaded_by.map(|uploader| uploader.user(caller)),
            words: self.q,
        }
    }
}

/// The description of a voice sample to be uploaded.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateVoiceSample {
    /// The project that the item belongs to.
    #[garde(skip)]
    project_id: ProjectId,
    /// The name of the file, without a path.
    #[garde(length(chars, min = 1, max = 255), custom(is_filename))]
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = "^[^/\\\\\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]*$"
    )]
    filename: String,
    #[garde(skip)]
    content_type: ContentType,
    /// The exact size of the file. Cloud Storage refuses an upload of another size.
    #[garde(dive)]
    size_bytes: Size,
    /// The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum.
    #[garde(inner(custom(is_crc32c)))]
    #[schema(pattern = "^[A-Za-z0-9+/]{5}[AQgw]==$")]
    crc32c: Option<String>,
    /// The spoken language, as a BCP 47 tag. The closest language of `GET /voice/languages` is used. Defaults to the
    /// language of the project.
    #[garde(inner(custom(is_transcribable)))]
    #[schema(max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
    language: Option<String>,
    /// Requests a resumable upload. Uploads larger than 8 MiB are always resumable.
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
            filename: nfc(&new.filename),
            content_type: new.content_type.as_str(),
            size_bytes: new.size_bytes.bytes(),
            crc32c: new.crc32c,
            resumable: new.resumable || new.size_bytes.bytes() > RESUMABLE_FROM_BYTES,
            kind_fields: json!({"requested_language": new.language}),
        }
    }
}

/// A voice sample and the signed request that uploads its file.
#[derive(Serialize, ToSchema)]
pub(crate) struct VoiceUpload {
    pub(crate) voice_sample: VoiceSample,
    pub(crate) upload: Upload,
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

/// A voice sample with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct VoiceSampleWithText {
    #[serde(flatten)]
    pub(crate) voice_sample: VoiceSample,
    /// The transcribed text; null until processing has succeeded.
    pub(crate) transcription_text: Option<String>,
    /// The text as corrected by a reviewer; null if no reviewer corrected it.
    pub(crate) corrected_text: Option<String>,
}

impl HasVersion for VoiceSampleWithText {
    fn version(&self) -> i32 {
        self.voice_sample.version()
    }
}

/// A merge patch (RFC 7396): an omitted field keeps its value, null clears it.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateVoiceSample {
    /// The spoken language, as a BCP 47 tag, for the next transcription; null for the language of the project.
    #[serde(default)]
    #[garde(custom(is_tag))]
    #[schema(value_type = Option<String>, max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
    pub(crate) language: Field<String>,
}

fn is_tag(language: &Field<String>, (): &()) -> garde::Result {
    match language {
        Field::Set(tag) => is_transcribable(tag, &()),
        _ => Ok(()),
    }
}

/// Describes the next upload. Omitted fields keep their values, but a new type or size clears the checksum.
#[derive(Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextVoiceUpload {
    /// The name of the file, without a path.
    #[garde(length(chars, min = 1, max = 255), inner(custom(is_filename)))]
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = "^[^/\\\\\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]*$"
    )]
    filename: Option<String>,
    #[garde(skip)]
    content_type: Option<ContentType>,
    /// The exact size of the file. Cloud Storage refuses an upload of another size.
    #[garde(dive)]
    size_bytes: Option<Size>,
    /// The big-endian CRC32C of the file, in Base64. Cloud Storage refuses an upload with another checksum.
    #[garde(inner(custom(is_crc32c)))]
    #[schema(pattern = "^[A-Za-z0-9+/]{5}[AQgw]==$")]
    crc32c: Option<String>,
    /// Requests a resumable upload. Uploads larger than 8 MiB are always resumable.
    #[garde(skip)]
    resumable: Option<bool>,
}

impl From<NextVoiceUpload> for NextUpload {
    fn from(next: NextVoiceUpload) -> Self {
        Self {
            filename: next.filename.as_deref().map(nfc),
            content_type: next.content_type.map(|content_type| content_type.as_str()),
            size_bytes: next.size_bytes.map(|size| size.bytes()),
            crc32c: next.crc32c,
            resumable: next.resumable,
        }
    }
}
