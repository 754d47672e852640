//! Keyset pagination: every page has the same cost, regardless of its position in the list.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The id after which a page begins. Opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub Uuid);

impl Cursor {
    fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_bytes())
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| Uuid::from_slice(&bytes).ok())
            .map(Self)
            .ok_or_else(|| D::Error::custom("is not a cursor of this list"))
    }
}

/// The page size if the client does not set a limit.
const DEFAULT_LIMIT: i64 = 50;

/// The maximum number of entries on a page, from 1 to 200.
#[derive(Debug, Clone, Copy, Deserialize, garde::Validate, ToSchema)]
#[serde(transparent)]
#[garde(transparent)]
#[schema(value_type = i64, minimum = 1, maximum = 200, default = 50)]
pub struct Limit(#[garde(range(min = 1, max = 200))] i64);

impl Default for Limit {
    fn default() -> Self {
        Self(DEFAULT_LIMIT)
    }
}

impl Limit {
    /// Returns the page size.
    #[must_use]
    pub fn size(self) -> u32 {
        u32::try_from(self.0).unwrap_or_default()
    }

    /// Returns the number of rows to query: one more than the page size, to find out if there is a next page.
    #[must_use]
    pub fn rows(self) -> i64 {
        self.0 + 1
    }
}

/// The query parameters of a list without filters.
#[derive(Debug, Clone, Copy, Deserialize, garde::Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The maximum number of entries on the page.
    #[serde(default)]
    #[garde(dive)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub limit: Limit,
    /// The `next_cursor` of the previous page. Omit it for the first page.
    #[garde(skip)]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

impl PageQuery {
    /// Returns the id after which the page begins, or `None` for the first page.
    #[must_use]
    pub fn after(&self) -> Option<Uuid> {
        self.cursor.map(|cursor| cursor.0)
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries of this page.
    pub items: Vec<T>,
    /// The `cursor` for the next page. Null on the last page.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Creates a page from up to [`Limit::rows`] rows.
    pub fn new(mut rows: Vec<T>, limit: Limit, id: impl Fn(&T) -> Uuid) -> Self {
        let size = usize::try_from(limit.0).unwrap_or_default();
        let more = rows.len() > size;
        rows.truncate(size);
        let next_cursor = rows.last().filter(|_| more).map(|last| Cursor(id(last)).encode());
        Self { items: rows, next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::{Cursor, Limit, Page};

    #[test]
    fn a_page_has_a_cursor_if_there_is_a_next_page() {
        let ids: Vec<Uuid> = (1..=3_u128).map(Uuid::from_u128).collect();
        let page = Page::new(ids.clone(), Limit(2), |id| *id);
        assert_eq!(page.items, ids[..2]);
        let cursor: Cursor = serde_json::from_value(json!(page.next_cursor)).expect("a cursor");
        assert_eq!(cursor.0, ids[1]);
        assert_eq!(Page::new(ids, Limit(3), |id| *id).next_cursor, None);
        assert!(serde_json::from_value::<Cursor>(json!("'; drop table")).is_err());
    }
}
