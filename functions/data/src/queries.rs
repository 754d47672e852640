//! The SQL queries of `data`.

mod change;
mod create;
mod exports;
mod items;
mod list;
mod search;
mod text;

pub(crate) use self::{
    change::{await_next_upload, delete_item, describe_draft, set_domain, set_language},
    create::{charge_uploads, insert_items},
    exports::{get_export, insert_export, list_exports},
    items::{get_item, get_items, lock_item},
    list::find_items,
    text::{item_text, list_pages, list_words},
};
