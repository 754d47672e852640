//! Types that queries and several routes share: items, their texts, and request bodies.

mod bodies;
mod cost;
mod documents;
mod export;
mod item;
mod request;
mod text;
mod voice;

use serde::Serialize;
use shared::items::ItemKind;
use utoipa::ToSchema;

pub(crate) use self::{
    bodies::{Batch, CreateBatch, RESUMABLE_FROM_BYTES, UploadedBy},
    cost::{Cost, UploadSettings},
    documents::{
        CreateDocument, Document, DocumentUpload, DocumentWithText, ListDocuments, NextDocumentUpload,
        UpdateDocument,
    },
    export::{Export, ExportProgress, ExportRow, NewExport},
    item::{IncompleteUpload, Item, ItemRow, LockedItem, Progress},
    request::{Change, Filter, KindField, NewItem, NextUpload, Place},
    text::{DocumentPage, Found, Fragment, Listed, Word},
    voice::{
        CreateVoiceSample, Languages, ListVoiceSamples, NextVoiceUpload, UpdateVoiceSample, VoiceSample,
        VoiceSampleWithText, VoiceUpload,
    },
};

/// An item of any kind, distinguished by `kind`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(discriminator(property_name = "kind", mapping(
    ("document" = "#/components/schemas/Document"), ("voice" = "#/components/schemas/VoiceSample")
)))]
pub(crate) enum AnyItem {
    Document(Document),
    Voice(VoiceSample),
}

impl From<ItemRow> for AnyItem {
    fn from(row: ItemRow) -> Self {
        match row.object.kind {
            ItemKind::Document => Self::Document(row.into()),
            ItemKind::Voice => Self::Voice(row.into()),
        }
    }
}
