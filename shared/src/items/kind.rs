//! The kinds of items, with all differences between them as data.
//!
//! # Adding a kind
//!
//! A third kind, for example video, takes these 14 files:
//!
//! 1. `shared/src/audit.rs`: its audit actions.
//! 2. `shared/src/items/kind.rs`: its [`ItemKind`], [`KindDefinition`] and marker.
//! 3. `migrations/`: the table of its own fields, its case in `item_details` and in `item_insert_own`, its name in
//!    `items_kind_check`.
//! 4. The function that processes its uploads: `Cargo.toml`, `src/main.rs`, `src/lib.rs` and `src/engine.rs`. Four
//!    files.
//! 5. The crate that lists the functions: its `Cargo.toml` and its list. Two files.
//! 6. The function that serves items: `src/routes.rs` and `src/routes/video.rs` with its paths and documented entry
//!    points, `src/model.rs` and `src/model/video.rs` with its responses, bodies and queries. Four files.
//! 7. The function that serves statistics: `src/summary.rs` with its totals.
//!
//! Creation, uploads, lists, searches, updates, review, exports, retention and events need no change. A kind with an
//! editable field adds it to `OwnField` beside the entry points, and a kind with a duration adds it to `parts.rs` here.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

use crate::audit::Action;

/// The kind of an item: a document or a voice sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ItemKind {
    /// A document, processed by OCR.
    Document,
    /// A voice sample, processed by transcription.
    Voice,
}

/// The properties in which kinds differ, except for their engine.
#[derive(Debug)]
pub struct KindDefinition {
    /// The name in JSON, in the database and in audit actions.
    pub name: &'static str,
    /// The name used in the names of API schemas.
    pub schema: &'static str,
    /// The first segment of object names in the uploads bucket.
    pub prefix: &'static str,
    /// The accepted media types of an upload, aliases included.
    pub media_types: &'static [&'static str],
    /// The file name extensions of each media type, in the order of `media_types`. The first one is the usual one.
    pub extensions: &'static [&'static [&'static str]],
    /// The largest size of an upload, in bytes.
    pub max_bytes: i64,
    /// The fields that only this kind has, in the order of an export's columns.
    pub own_fields: &'static [&'static str],
    /// The audit actions of this kind, in the order of [`Verb`].
    pub actions: [Action; Verb::ALL.len()],
}

const DOCUMENT: KindDefinition = KindDefinition {
    name: "document",
    schema: "Document",
    prefix: "documents",
    media_types: &[
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/tiff",
        "image/gif",
        "image/bmp",
        "image/webp",
    ],
    extensions: &[&["pdf"], &["png"], &["jpg", "jpeg"], &["tif", "tiff"], &["gif"], &["bmp"], &["webp"]],
    max_bytes: 100 << 20,
    own_fields: &["domain", "page_count"],
    actions: [
        Action::DocumentCreated,
        Action::DocumentProcessed,
        Action::DocumentFailed,
        Action::DocumentUpdated,
        Action::DocumentDeleted,
        Action::DocumentReprocessed,
        Action::DocumentDownloaded,
        Action::DocumentApproved,
        Action::DocumentRejected,
        Action::DocumentReopened,
    ],
};

const VOICE: KindDefinition = KindDefinition {
    name: "voice",
    schema: "Voice",
    prefix: "voice",
    media_types: &[
        "audio/wav",
        "audio/x-wav",
        "audio/flac",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/webm",
    ],
    extensions: &[
        &["wav"],
        &["wav"],
        &["flac"],
        &["mp3"],
        &["m4a", "mp4"],
        &["ogg", "oga", "opus"],
        &["webm", "weba"],
    ],
    max_bytes: 500 << 20,
    own_fields: &["duration_seconds", "requested_language"],
    actions: [
        Action::VoiceCreated,
        Action::VoiceProcessed,
        Action::VoiceFailed,
        Action::VoiceUpdated,
        Action::VoiceDeleted,
        Action::VoiceReprocessed,
        Action::VoiceDownloaded,
        Action::VoiceApproved,
        Action::VoiceRejected,
        Action::VoiceReopened,
    ],
};

impl ItemKind {
    /// Every kind, in the order in which an export writes them.
    pub const ALL: [Self; 2] = [Self::Document, Self::Voice];

    /// Returns the properties of this kind.
    #[must_use]
    pub const fn definition(self) -> &'static KindDefinition {
        match self {
            Self::Document => &DOCUMENT,
            Self::Voice => &VOICE,
        }
    }

    /// Returns the name under which a file is served. It ends in an extension of the file's type, because programs
    /// choose by it what they do with the file.
    #[must_use]
    pub fn served_name(self, filename: &str, media_type: &str) -> String {
        let definition = self.definition();
        let place = definition.media_types.iter().position(|known| *known == media_type);
        let extensions =
            place.and_then(|place| definition.extensions.get(place)).copied().unwrap_or_default();
        let (_, extension) = filename.rsplit_once('.').unwrap_or_default();
        if extensions.iter().any(|known| known.eq_ignore_ascii_case(extension)) {
            return filename.to_owned();
        }
        format!("{filename}.{}", extensions.first().unwrap_or(&"bin"))
    }

    /// Returns the audit action of a verb on this kind.
    #[must_use]
    pub const fn action(self, verb: Verb) -> Action {
        self.definition().actions[verb as usize]
    }
}

/// A kind of item at compile time.
pub trait Kind: Send + Sync + 'static {
    /// The value of [`ItemKind`] that the type stands for.
    const KIND: ItemKind;
}

/// The marker type for documents.
#[derive(Debug, Clone, Copy)]
pub struct Document;

impl Kind for Document {
    const KIND: ItemKind = ItemKind::Document;
}

/// The marker type for voice samples.
#[derive(Debug, Clone, Copy)]
pub struct Voice;

impl Kind for Voice {
    const KIND: ItemKind = ItemKind::Voice;
}

/// An audited operation on an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The item was created.
    Created,
    /// The upload was processed.
    Processed,
    /// Processing ended with a failure.
    Failed,
    /// A field of the item or of its upload was changed.
    Updated,
    /// The item was deleted.
    Deleted,
    /// A failed item was submitted for processing again.
    Reprocessed,
    /// A download URL for the file was issued.
    Downloaded,
    /// The item was approved.
    Approved,
    /// The item was rejected.
    Rejected,
    /// The item was reopened for review.
    Reopened,
}

impl Verb {
    /// All verbs, in the order of [`KindDefinition::actions`].
    pub const ALL: [Self; 10] = [
        Self::Created,
        Self::Processed,
        Self::Failed,
        Self::Updated,
        Self::Deleted,
        Self::Reprocessed,
        Self::Downloaded,
        Self::Approved,
        Self::Rejected,
        Self::Reopened,
    ];
}

/// An accepted media type of an upload of a kind.
pub struct MediaType<K> {
    name: &'static str,
    kind: PhantomData<K>,
}

impl<K> MediaType<K> {
    /// Returns the name, such as `application/pdf`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.name
    }
}

impl<K> fmt::Debug for MediaType<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl<'de, K: Kind> Deserialize<'de> for MediaType<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = K::KIND.definition().media_types;
        let name = known.iter().find(|name| **name == text);
        let name = name.ok_or_else(|| D::Error::unknown_variant(&text, known))?;
        Ok(Self { name, kind: PhantomData })
    }
}

impl<K: Kind> PartialSchema for MediaType<K> {
    fn schema() -> RefOr<Schema> {
        let definition = K::KIND.definition();
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(definition.media_types.iter().copied()))
            .description(Some("An accepted media type of an upload."))
            .into()
    }
}

impl<K: Kind> ToSchema for MediaType<K> {
    fn name() -> Cow<'static, str> {
        format!("{}MediaType", K::KIND.definition().schema).into()
    }
}

/// The size of an upload of a kind, in bytes.
#[derive(Deserialize)]
#[serde(transparent, bound = "")]
pub struct FileSize<K> {
    bytes: i64,
    #[serde(skip)]
    kind: PhantomData<K>,
}

impl<K> FileSize<K> {
    /// Returns the number of bytes.
    #[must_use]
    pub const fn bytes(&self) -> i64 {
        self.bytes
    }
}

impl<K> fmt::Debug for FileSize<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.fmt(formatter)
    }
}

impl<K: Kind> garde::Validate for FileSize<K> {
    type Context = ();

    fn validate_into(&self, (): &(), path: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
        let max = K::KIND.definition().max_bytes;
        if self.bytes < 1 {
            report.append(path(), garde::Error::new("lower than 1"));
        } else if self.bytes > max {
            report.append(path(), garde::Error::new(format!("greater than {max}")));
        }
    }
}

impl<K: Kind> PartialSchema for FileSize<K> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(1))
            .maximum(Some(K::KIND.definition().max_bytes))
            .into()
    }
}

impl<K: Kind> ToSchema for FileSize<K> {
    fn name() -> Cow<'static, str> {
        format!("{}Size", K::KIND.definition().schema).into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ItemKind, Verb};

    #[test]
    fn a_served_name_ends_in_an_extension_of_its_type() {
        for (filename, media_type, served) in [
            ("letter.pdf", "application/pdf", "letter.pdf"),
            ("LETTER.PDF", "application/pdf", "LETTER.PDF"),
            ("photo.jpeg", "image/jpeg", "photo.jpeg"),
            ("setup.exe", "application/pdf", "setup.exe.pdf"),
            ("setup.pdf.exe", "application/pdf", "setup.pdf.exe.pdf"),
            ("letter.pdf", "image/png", "letter.pdf.png"),
            ("letter.pdf ", "application/pdf", "letter.pdf .pdf"),
            ("letter", "application/pdf", "letter.pdf"),
            ("pdf", "application/pdf", "pdf.pdf"),
        ] {
            assert_eq!(ItemKind::Document.served_name(filename, media_type), served);
        }
        for kind in ItemKind::ALL {
            let definition = kind.definition();
            assert_eq!(definition.extensions.len(), definition.media_types.len());
            assert!(definition.extensions.iter().all(|extensions| !extensions.is_empty()));
        }
    }

    #[test]
    fn each_kind_has_the_same_name_in_json_and_in_its_audit_actions() {
        for kind in ItemKind::ALL {
            let name = kind.definition().name;
            assert_eq!(json!(kind), name);
            for verb in Verb::ALL {
                let expected = format!("{name}.{}", format!("{verb:?}").to_lowercase());
                assert_eq!(kind.action(verb).as_str(), expected);
            }
        }
    }
}
