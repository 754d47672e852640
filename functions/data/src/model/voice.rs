//! Voice samples: the answers, and the bodies and queries of requests.

use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{
    base::{
        ids::{ItemId, ProjectId, UserId},
        text::is_language,
    },
    cloud::storage::Upload,
    http::{
        merge_patch::Field,
        pagination::{Cursor, Limit},
        versioned::HasVersion,
    },
    identity::guard::InProject,
    items::{FileSize, ItemKind, ItemStatus, MediaType, locators},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    Filter, Item, ItemRow, NewItem, NextUpload, RESUMABLE_FROM_BYTES, UploadedBy,
    bodies::{is_crc32c, is_filename},
};

type ContentType = MediaType<locators::Voice>;
type Size = FileSize<locators::Voice>;

/// A voice sample.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VoiceSample {
    #[serde(flatten)]
    pub(crate) item: Item,
    pub(crate) duration_seconds: Option<f64>,
    /// The requested language; null for the project's.
    pub(crate) requested_language: Option<String>,
}

#[derive(Default, Deserialize)]
struct Own {
    duration_seconds: Option<f64>,
    requested_language: Option<String>,
}

impl From<ItemRow> for VoiceSample {
    fn from(row: ItemRow) -> Self {
        let Own { duration_seconds, requested_language } = row.own_fields();
        Self { item: row.item, duration_seconds, requested_language }
    }
}

impl HasVersion for VoiceSample {
    fn version(&self) -> i32 {
        self.item.version
    }
}

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
    pub(crate) fn filter(self, caller: UserId) -> Filter {
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
            own: json!({"requested_language": new.language}),
        }
    }
}

/// A voice sample and the upload of its bytes.
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
    /// The spoken text; null until it was transcribed.
    pub(crate) transcription_text: Option<String>,
    /// The text as a reviewer corrected it.
    pub(crate) corrected_text: Option<String>,
}

impl HasVersion for VoiceSampleWithText {
    fn version(&self) -> i32 {
        self.voice_sample.version()
    }
}

/// A merge patch (RFC 7396): a field that is left out stays, null clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateVoiceSample {
    /// The language that is spoken, for the next time it is transcribed; null for the project's.
    #[serde(default)]
    #[garde(custom(is_tag))]
    #[schema(value_type = Option<String>)]
    pub(crate) language: Field<String>,
}

fn is_tag(language: &Field<String>, (): &()) -> garde::Result {
    match language {
        Field::Set(tag) => is_language(tag, &()),
        _ => Ok(()),
    }
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
