//! Types that SQL and several routes share: items, their texts, and the requests for them.

mod export;
mod item;
mod request;
mod text;

pub(crate) use self::{
    export::{Export, ExportProgress, ExportRow, ExportStatus, NewExport},
    item::{AnyItem, Document, Item, ItemRow, LockedItem, Progress, VoiceSample},
    request::{Change, Filter, NewItem, NextUpload, OwnField},
    text::{DocumentPage, Found, Fragment, Listed, Word},
};
