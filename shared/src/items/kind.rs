//! The kinds of items, with all differences between them as data.
//!
//! # Adding a kind
//!
//! A third kind, for example video, takes these 15 files:
//!
//! 1. `shared/src/audit/action.rs`: its audit actions.
//! 2. `shared/src/items/kind.rs`: its [`ItemKind`], [`KindDefinition`] and marker.
//! 3. `migrations/`: the table of its own fields, its case in `item_details` and in `item_insert_kind_fields`, its name
//!    in `items_kind_check`.
//! 4. The function that processes its uploads: `Cargo.toml`, `src/main.rs`, `src/lib.rs` and `src/engine.rs`. Four
//!    files.
//! 5. The crate that lists the functions: its `Cargo.toml` and its list. Two files.
//! 6. The function that serves items: `src/routes.rs` and `src/routes/video.rs` with its paths and documented entry
//!    points, `src/model.rs` and `src/model/video.rs` with its responses, bodies and queries. Four files.
//! 7. The function that serves statistics: `src/model.rs` and `src/summary.rs` with its totals. Two files.
//!
//! Creation, uploads, lists, searches, updates, review, exports, retention and events need no change. A kind with an
//! editable field adds it to `KindField` beside the entry points, and a kind with a duration adds it to `parts.rs`
//! here.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Error as _, Unexpected, Visitor},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, Ref, RefOr, Schema, SchemaFormat,
        schema::{AnyOfBuilder, Type},
    },
};

use crate::{audit::Action, items::file_type};

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
    /// The accepted media types of an upload.
    pub media_types: &'static [&'static str],
    /// Other names that browsers send for these types, each with its type. They are accepted as well.
    pub aliases: &'static [(&'static str, &'static str)],
    /// The file name extensions of each media type, in the order of `media_types`. The first extension of a type is the
    /// usual extension.
    pub extensions: &'static [&'static [&'static str]],
    /// The largest size of an upload, in bytes.
    pub max_bytes: i64,
    /// The fields that only this kind has, in the order of an export's columns.
    pub kind_fields: &'static [&'static str],
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
    aliases: &[("image/jpg", "image/jpeg"), ("image/pjpeg", "image/jpeg")],
    extensions: &[&["pdf"], &["png"], &["jpg", "jpeg"], &["tif", "tiff"], &["gif"], &["bmp"], &["webp"]],
    max_bytes: 100 << 20,
    kind_fields: &["domain", "page_count"],
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
    aliases: &[
        ("audio/x-m4a", "audio/mp4"),
        ("audio/m4a", "audio/mp4"),
        ("audio/mp3", "audio/mpeg"),
        ("audio/wave", "audio/wav"),
        ("audio/vnd.wave", "audio/wav"),
        ("audio/x-pn-wav", "audio/wav"),
        ("audio/x-flac", "audio/flac"),
        // A recorder may call a recording without pictures a video.
        ("video/webm", "audio/webm"),
        ("video/mp4", "audio/mp4"),
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
    kind_fields: &["duration_seconds", "requested_language"],
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

    /// Returns the accepted media type that a client names. Parameters and case are ignored (RFC 9110, 8.3.1).
    #[must_use]
    pub fn accepted(self, media_type: &str) -> Option<&'static str> {
        let definition = self.definition();
        let name = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let alias = definition.aliases.iter().find(|(alias, _)| *alias == name);
        let name = alias.map_or(name.as_str(), |(_, name)| name);
        definition.media_types.iter().copied().find(|known| *known == name)
    }

    /// Returns the name under which a file is served. It ends in an extension of the file's type, because programs open
    /// a file by its extension.
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

/// The name of a kind, which distinguishes items of this kind from others.
#[derive(Debug, Clone, Copy)]
pub struct KindName<K>(PhantomData<K>);

impl<K> Default for KindName<K> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<K: Kind> Serialize for KindName<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(K::KIND.definition().name)
    }
}

impl<K: Kind> PartialSchema for KindName<K> {
    fn schema() -> RefOr<Schema> {
        let name = K::KIND.definition().name;
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some([name])).into()
    }
}

impl<K: Kind> ToSchema for KindName<K> {
    fn name() -> Cow<'static, str> {
        format!("{}Kind", K::KIND.definition().schema).into()
    }
}

/// An accepted media type of an upload of a kind, normalized from the name that the client sent.
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
        match K::KIND.accepted(&text) {
            Some(name) => Ok(Self { name, kind: PhantomData }),
            None => Err(match file_type::advice(&text) {
                Some(advice) => D::Error::custom(advice),
                None => D::Error::unknown_variant(&text, K::KIND.definition().media_types),
            }),
        }
    }
}

impl<K: Kind> MediaType<K> {
    /// The name of the schema that lists the accepted media types.
    fn list_name() -> String {
        format!("{}MediaType", K::KIND.definition().schema)
    }

    /// Returns the pattern of everything that [`ItemKind::accepted`] accepts. Patterns of JSON Schema have no flag that
    /// ignores case.
    fn pattern() -> String {
        let definition = K::KIND.definition();
        let names = definition.media_types.iter().chain(definition.aliases.iter().map(|(alias, _)| alias));
        let names: Vec<String> = names.map(|name| name.chars().map(any_case).collect()).collect();
        format!(r"^\s*({})\s*(;[\s\S]*)?$", names.join("|"))
    }
}

impl<K: Kind> PartialSchema for MediaType<K> {
    fn schema() -> RefOr<Schema> {
        let other = ObjectBuilder::new().schema_type(Type::String).pattern(Some(Self::pattern()));
        AnyOfBuilder::new()
            .item(Ref::from_schema_name(Self::list_name()))
            .item(other)
            .description(Some(
                "The media type of an upload. Parameters and case are ignored, and other names that browsers send for \
                 the accepted types are normalized.",
            ))
            .into()
    }
}

impl<K: Kind> ToSchema for MediaType<K> {
    fn name() -> Cow<'static, str> {
        format!("{}ContentType", K::KIND.definition().schema).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        let names = K::KIND.definition().media_types.iter().copied();
        let list = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(names))
            .description(Some("An accepted media type."));
        schemas.push((Self::list_name(), list.into()));
    }
}

/// Returns the pattern of a letter in both cases, or of another character.
fn any_case(character: char) -> String {
    match character {
        'a'..='z' => format!("[{}{character}]", character.to_ascii_uppercase()),
        '.' => r"\.".to_owned(),
        other => other.to_string(),
    }
}

/// The size of an upload of a kind, in bytes.
pub struct FileSize<K> {
    bytes: i64,
    kind: PhantomData<K>,
}

/// Also accepts `48213.0`, which is an integer in JSON Schema.
impl<'de, K> Deserialize<'de> for FileSize<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(Whole).map(|bytes| Self { bytes, kind: PhantomData })
    }
}

struct Whole;

impl Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("i64")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<i64, E> {
        i64::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<i64, E> {
        // The text of a whole number of this size has no exponent.
        let whole =
            (number.fract() == 0.0 && number.abs() < 1e15).then(|| format!("{number:.0}").parse().ok());
        whole.flatten().ok_or_else(|| E::invalid_type(Unexpected::Float(number), &self))
    }
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

    use super::{FileSize, ItemKind, Verb};

    #[test]
    fn the_size_of_a_file_is_a_whole_number_in_any_notation() {
        let size = |text: &str| serde_json::from_str::<FileSize<()>>(text).ok().map(|size| size.bytes());
        assert_eq!(size("48213"), Some(48213));
        assert_eq!(size("104857600.0"), Some(104_857_600));
        assert_eq!(size("1e3"), Some(1000));
        for other in ["0.5", "1e300", "18446744073709551615", "\"1\"", "null"] {
            assert_eq!(size(other), None, "{other}");
        }
    }

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
    fn parameters_and_case_are_ignored_and_the_names_of_browsers_are_normalized() {
        let (document, voice) = (ItemKind::Document, ItemKind::Voice);
        for (kind, name, accepted) in [
            (document, "application/pdf", Some("application/pdf")),
            (document, " Image/PNG ; q=1", Some("image/png")),
            (document, "image/jpg", Some("image/jpeg")),
            (document, "IMAGE/PJPEG", Some("image/jpeg")),
            (document, "audio/wav", None),
            (document, "image/heic", None),
            (document, "", None),
            (voice, "audio/webm;codecs=opus", Some("audio/webm")),
            (voice, "video/webm; codecs=\"vp8, opus\"", Some("audio/webm")),
            (voice, "video/mp4", Some("audio/mp4")),
            (voice, "audio/x-m4a", Some("audio/mp4")),
            (voice, "audio/mp3", Some("audio/mpeg")),
            (voice, "audio/vnd.wave", Some("audio/wav")),
            (voice, "audio/x-wav", Some("audio/x-wav")),
            (voice, "audio/x-pn-wav", Some("audio/wav")),
            (voice, "audio/x-flac", Some("audio/flac")),
            // It is not MP4.
            (voice, "audio/aac", None),
        ] {
            assert_eq!(kind.accepted(name), accepted, "{name}");
        }
        for kind in ItemKind::ALL {
            let definition = kind.definition();
            assert!(definition.aliases.iter().all(|(_, name)| definition.media_types.contains(name)));
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
