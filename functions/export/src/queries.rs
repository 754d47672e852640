//! The SQL queries of `export`.

mod claims;
mod ends;
mod items;
mod parts;

pub(crate) use self::{
    claims::lease,
    ends::{advance, complete, fail},
    items::{count_items, get_corrected_text, list_items, list_text_parts},
    parts::list_parts,
};
