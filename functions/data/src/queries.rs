//! All SQL of `data`.

mod change;
mod create;
mod exports;
mod list;
mod search;
mod select;
mod text;

pub(crate) use self::{
    change::{NextUpload, begin_next_upload, delete_item, set_domain, set_language},
    create::{NewItem, insert_items},
    exports::{NewExport, get_export, insert_export, list_exports},
    list::{Filter, Found, find_items},
    select::{get_item, get_items, lock_item},
    text::{DocumentPage, Word, document_text, list_pages, list_words, voice_text},
};
