//! Types that SQL and several routes share: items, their texts, and the requests for them.

mod bodies;
mod documents;
mod export;
mod item;
mod request;
mod text;
mod voice;

pub(crate) use self::{
    bodies::{Batch, CreateBatch, RESUMABLE_FROM_BYTES, UploadedBy},
    documents::{
        CreateDocument, Document, DocumentUpload, DocumentWithText, ListDocuments, NextDocumentUpload,
        UpdateDocument,
    },
    export::{Export, ExportProgress, ExportRow, ExportStatus, NewExport},
    item::{AnyItem, Item, ItemRow, LockedItem, Progress},
    request::{Change, Filter, NewItem, NextUpload, OwnField},
    text::{DocumentPage, Found, Fragment, Listed, Word},
    voice::{
        CreateVoiceSample, ListVoiceSamples, NextVoiceUpload, UpdateVoiceSample, VoiceSample,
        VoiceSampleWithText, VoiceUpload,
    },
};
