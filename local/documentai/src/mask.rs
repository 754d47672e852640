//! Field masks, which limit a document's JSON to the requested fields.

use std::collections::BTreeSet;

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap as _},
};
use serde_json::{Map, Value};

use crate::document::{Document, Page, ShardInfo};

/// The requested fields of a document, such as `text,pages.pageNumber`. An empty mask requests all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask(BTreeSet<String>);

impl Mask {
    pub(crate) fn parse(mask: &str) -> Self {
        Self(mask.split(',').map(|path| camel_case(path.trim())).filter(|path| !path.is_empty()).collect())
    }

    fn contains(&self, field: &str) -> bool {
        self.0.is_empty() || self.0.contains(field)
    }

    fn keeps_of_pages(&self, field: &str) -> bool {
        self.contains("pages") || self.0.iter().any(|path| path.strip_prefix("pages.") == Some(field))
    }

    fn keeps_some_of_pages(&self) -> bool {
        self.contains("pages") || self.0.iter().any(|path| path.starts_with("pages."))
    }
}

/// A document as JSON, serialized page by page, because the values of a long one would not fit in memory.
pub(crate) struct Masked<'a> {
    pub(crate) document: &'a Document,
    pub(crate) mask: &'a Mask,
    /// The shard's information, for output files. Unlike responses, files contain the names of enums.
    pub(crate) shard: Option<ShardInfo>,
}

impl Serialize for Masked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { document, mask, shard } = self;
        let mut fields = serializer.serialize_map(None)?;
        if mask.contains("mimeType") {
            fields.serialize_entry("mimeType", &document.mime_type)?;
        }
        if mask.contains("text") {
            fields.serialize_entry("text", &document.text)?;
        }
        if mask.keeps_some_of_pages() {
            fields.serialize_entry("pages", &MaskedPages(self))?;
        }
        if let Some(shard) = shard.filter(|_| mask.contains("shardInfo")) {
            fields.serialize_entry("shardInfo", &shard)?;
        }
        fields.end()
    }
}

struct MaskedPages<'a>(&'a Masked<'a>);

impl Serialize for MaskedPages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Masked { document, mask, shard } = self.0;
        let named = shard.is_some();
        serializer.collect_seq(document.pages.iter().map(|page| MaskedPage { page, mask, named }))
    }
}

struct MaskedPage<'a> {
    page: &'a Page,
    mask: &'a Mask,
    named: bool,
}

impl Serialize for MaskedPage<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut page = serde_json::to_value(self.page).map_err(S::Error::custom)?;
        if let Some(fields) = page.as_object_mut() {
            Map::retain(fields, |field, _| self.mask.keeps_of_pages(field));
        }
        if self.named {
            name_enums(&mut page);
        }
        page.serialize(serializer)
    }
}

fn name_enums(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(name_enums),
        Value::Object(fields) => {
            for (field, value) in fields {
                match (field.as_str(), value.as_i64()) {
                    ("orientation", Some(1)) => *value = "PAGE_UP".into(),
                    ("type", Some(1)) => *value = "SPACE".into(),
                    ("type", Some(2)) => *value = "WIDE_SPACE".into(),
                    _ => name_enums(value),
                }
            }
        }
        _ => (),
    }
}

/// Converts a path to the names of JSON. Clients may also use those of protocol buffers.
fn camel_case(path: &str) -> String {
    let mut upper = false;
    let mut camel = String::with_capacity(path.len());
    for char in path.chars() {
        if char == '_' {
            upper = true;
        } else {
            camel.push(if upper { char.to_ascii_uppercase() } else { char });
            upper = false;
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Mask, Masked};
    use crate::{
        document::{Document, LoosePage, ShardInfo},
        media::MediaType,
    };

    fn masked(mask: &str, shard: Option<ShardInfo>) -> Value {
        let document = Document::of_pages(MediaType::Png, LoosePage::of_text("a word", 1));
        let mask = Mask::parse(mask);
        serde_json::to_value(Masked { document: &document, mask: &mask, shard }).expect("JSON")
    }

    #[test]
    fn a_mask_keeps_top_level_and_page_fields_in_either_spelling() {
        assert_eq!(masked("", None)["mimeType"], "image/png");
        let some = masked("text,pages.page_number", None);
        assert_eq!(some, json!({"text": "a word", "pages": [{"pageNumber": 1}]}));
        let pages = masked("pages", None);
        assert!(pages["pages"][0]["layout"].is_object() && pages.get("text").is_none());
        assert_eq!(pages["pages"][0]["layout"]["orientation"], 1);
    }

    #[test]
    fn a_shard_has_its_info_unless_masked_and_names_enums() {
        let shard = Some(ShardInfo { shard_index: 0, shard_count: 2, text_offset: 0 });
        let whole = masked("", shard);
        assert_eq!(whole["shardInfo"], json!({"shardCount": "2"}));
        assert_eq!(whole["pages"][0]["layout"]["orientation"], "PAGE_UP");
        assert!(masked("text", shard).get("shardInfo").is_none());
        assert!(masked("text,shard_info", shard).get("shardInfo").is_some());
    }
}
