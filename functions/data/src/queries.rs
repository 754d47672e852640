//! The SQL queries of `data`.

mod change;
mod create;
mod exports;
mod items;
mod search;
mod text;

pub(crate) use self::{
    change::{delete_item, describe_draft, set_domain, set_language, start_next_upload},
    create::{charge_uploads, insert_items},
    exports::{get_export, insert_export, list_exports},
    items::{get_item, get_items, list_items, lock_item},
    search::search_items,
    text::{item_text, list_pages, list_words},
};
