//! The SQL queries of `data`.

mod change;
mod create;
mod exports;
mod items;
mod search;
mod text;

pub(crate) use self::{
    change::{begin_next_upload, delete_item, set_domain, set_language},
    create::insert_items,
    exports::{get_export, insert_export, list_exports},
    items::{get_item, get_items, list_items, lock_item},
    search::search_items,
    text::{item_text, list_pages, list_words},
};
