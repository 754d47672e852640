//! All SQL of `export`.

mod claims;
mod ends;
mod items;
mod parts;

pub(crate) use self::{
    claims::{Claim, Job, Position, claim, release, renew},
    ends::{Advance, advance, complete, fail},
    items::{count_items, get_corrected_text, list_items, list_text_parts},
    parts::{Part, list_parts},
};
