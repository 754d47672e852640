//! Documents: responses, request bodies and query parameters.

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
    items::{FileSize, ItemKind, ItemStatus, KindName, MediaType, StatusFilter, locators},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    Filter, Item, ItemRow, NewItem, NextUpload, RESUMABLE_FROM_BYTES, UploadedBy,
    bodies::{is_crc32c, is_filename},
};

type Kind = KindName<locators::Document>;
type ContentType = MediaType<locators::Document>;
type Size = FileSize<locators::Document>;

/// A document with its metadata, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Document {
    #[schema(inline)]
    pub(crate) kind: Kind,
    #[serde(flatten)]
    pub(crate) item: Item,
    /// A label for grouping documents, chosen by the team.
    pub(crate) domain: Option<String>,
    pub(crate) page_count: Option<i32>,
}

#[derive(Default, Deserialize)]
struct KindFields {
    domain: Option<String>,
    page_count: Option<i32>,
}

impl From<ItemRow> for Document {
    fn from(row: ItemRow) -> Self {
        let KindFields { domain, page_count } = row.kind_fields();
        Self { kind: KindName::default(), item: row.item, domain, page_count }
    }
}

impl HasVersion for Document {
    fn version(&self) -> i32 {
        self.item.version
    }
}

/// The query parameters of `GET /documents`.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListDocuments {
    /// The project whose items are listed.
    #[garde(skip)]
    project_id: ProjectId,
    /// Lists only items with this status.
    #[garde(skip)]
    #[param(inline)]
    status: Option<StatusFilter>,
    /// Lists only documents with this label.
    #[garde(length(chars, min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    domain: Option<String>,
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

impl InProject for ListDocuments {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

impl ListDocuments {
    pub(crate) fn filter(self, caller: UserId) -> Filter {
        Filter {
            caller,
            project_id: self.project_id,
            kind: Some(ItemKind::Document),
            status: self.status.map(ItemStatus::from),
            domain: self.domain.as_deref().map(nfc),
            uploaded_by: self.uploaded_by.map(|uploader| uploader.user(caller)),
            words: self.q,
        }
    }
}

/// The description of a document to be uploaded.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateDocument {
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
    /// A label for grouping documents, chosen by the team.
    #[garde(length(chars, min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    domain: Option<String>,
    /// Requests a resumable upload. Uploads larger than 8 MiB are always resumable.
    #[serde(default)]
    #[garde(skip)]
    resumable: bool,
}

impl InProject for CreateDocument {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

impl From<CreateDocument> for NewItem {
    fn from(new: CreateDocument) -> Self {
        Self {
            id: ItemId::new(),
            kind: ItemKind::Document,
            filename: nfc(&new.filename),
            content_type: new.content_type.as_str(),
            size_bytes: new.size_bytes.bytes(),
            crc32c: new.crc32c,
            resumable: new.resumable || new.size_bytes.bytes() > RESUMABLE_FROM_BYTES,
            kind_fields: json!({"domain": new.domain.as_deref().map(nfc)}),
        }
    }
}

/// A document and the signed request that uploads its file.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentUpload {
    pub(crate) document: Document,
    pub(crate) upload: Upload,
}

impl From<(ItemRow, Upload)> for DocumentUpload {
    fn from((row, upload): (ItemRow, Upload)) -> Self {
        Self { document: row.into(), upload }
    }
}

impl HasVersion for DocumentUpload {
    fn version(&self) -> i32 {
        self.document.version()
    }
}

/// A document with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct DocumentWithText {
    #[serde(flatten)]
    pub(crate) document: Document,
    /// The recognized text of all pages; null until processing has succeeded.
    pub(crate) ocr_text: Option<String>,
    /// The text as corrected by a reviewer; null if no reviewer corrected it.
    pub(crate) corrected_text: Option<String>,
}

impl HasVersion for DocumentWithText {
    fn version(&self) -> i32 {
        self.document.version()
    }
}

/// A merge patch (RFC 7396): an omitted field keeps its value, null clears it.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateDocument {
    /// A label for grouping documents, chosen by the team; null removes it.
    #[serde(default)]
    #[garde(custom(is_label))]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    pub(crate) domain: Field<String>,
}

fn is_label(domain: &Field<String>, (): &()) -> garde::Result {
    match domain {
        Field::Set(label) if !(1..=64).contains(&label.chars().count()) => {
            Err(garde::Error::new("must have 1 to 64 characters"))
        }
        _ => Ok(()),
    }
}

/// Describes the next upload. Omitted fields keep their values, but a new type or size clears the checksum.
#[derive(Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextDocumentUpload {
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

impl From<NextDocumentUpload> for NextUpload {
    fn from(next: NextDocumentUpload) -> Self {
        Self {
            filename: next.filename.as_deref().map(nfc),
            content_type: next.content_type.map(|content_type| content_type.as_str()),
            size_bytes: next.size_bytes.map(|size| size.bytes()),
            crc32c: next.crc32c,
            resumable: next.resumable,
        }
    }
}
