//! Documents: the answers, and the bodies and queries of requests.

use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
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

type ContentType = MediaType<locators::Document>;
type Size = FileSize<locators::Document>;

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Document {
    #[serde(flatten)]
    pub(crate) item: Item,
    /// A label that the team chooses.
    pub(crate) domain: Option<String>,
    pub(crate) page_count: Option<i32>,
}

#[derive(Default, Deserialize)]
struct Own {
    domain: Option<String>,
    page_count: Option<i32>,
}

impl From<ItemRow> for Document {
    fn from(row: ItemRow) -> Self {
        let Own { domain, page_count } = row.own_fields();
        Self { item: row.item, domain, page_count }
    }
}

impl HasVersion for Document {
    fn version(&self) -> i32 {
        self.item.version
    }
}

/// Which documents.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListDocuments {
    /// The project.
    #[garde(skip)]
    project_id: ProjectId,
    /// Only those in this status.
    #[garde(skip)]
    #[param(inline)]
    status: Option<ItemStatus>,
    /// Only those with this label.
    #[garde(length(chars, min = 1, max = 64))]
    domain: Option<String>,
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

impl InProject for ListDocuments {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

impl ListDocuments {
    pub(crate) fn filter(self, caller: UserId) -> Filter {
        Filter {
            project_id: self.project_id,
            kind: Some(ItemKind::Document),
            status: self.status,
            domain: self.domain,
            uploaded_by: self.uploaded_by.map(|uploader| uploader.user(caller)),
            words: self.q,
            after: self.cursor.map(|cursor| cursor.0),
            limit: self.limit,
        }
    }
}

/// A document to be uploaded.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateDocument {
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
    /// A label that the team chooses.
    #[garde(length(chars, min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    domain: Option<String>,
    /// Whether the upload can be interrupted and resumed; beyond 8 MiB it always can.
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
            filename: new.filename,
            content_type: new.content_type.as_str(),
            size_bytes: new.size_bytes.bytes(),
            crc32c: new.crc32c,
            resumable: new.resumable || new.size_bytes.bytes() > RESUMABLE_FROM_BYTES,
            own: json!({"domain": new.domain}),
        }
    }
}

/// A document and the upload of its bytes.
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
    /// The recognized text, page after page; null until it was read.
    pub(crate) ocr_text: Option<String>,
    /// The text as a reviewer corrected it.
    pub(crate) corrected_text: Option<String>,
}

impl HasVersion for DocumentWithText {
    fn version(&self) -> i32 {
        self.document.version()
    }
}

/// A merge patch (RFC 7396): a field that is left out stays, null clears.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateDocument {
    /// A label that the team chooses; null removes it.
    #[serde(default)]
    #[garde(custom(is_label))]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    pub(crate) domain: Field<String>,
}

fn is_label(domain: &Field<String>, (): &()) -> garde::Result {
    match domain {
        Field::Set(label) if !(1..=64).contains(&label.chars().count()) => {
            Err(garde::Error::new("has to have 1 to 64 characters"))
        }
        _ => Ok(()),
    }
}

/// The description of the next upload; a field that is left out stays as it was.
#[derive(Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextDocumentUpload {
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

impl From<NextDocumentUpload> for NextUpload {
    fn from(next: NextDocumentUpload) -> Self {
        Self {
            filename: next.filename,
            content_type: next.content_type.map(|content_type| content_type.as_str()),
            size_bytes: next.size_bytes.map(|size| size.bytes()),
            crc32c: next.crc32c,
            resumable: next.resumable,
        }
    }
}
