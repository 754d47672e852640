//! Keyset pagination: every page has the same cost, regardless of its position in the list.
//!
//! A cursor contains the sort key of the last entry of its page, with `HMAC-SHA256(key, list ‖ sort key)`, where the
//! list is the path and the filters of the request. A client can therefore read a sort key that it has seen, but cannot
//! make a cursor or use one in another list. No query looks up the entry, so a page does not depend on whether the
//! entry still exists.

use aws_lc_rs::{digest::SHA256_OUTPUT_LEN, hmac};
use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use garde::Validate;
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    base::{config::Error, keys::Keys},
    http::{
        extract::read_pairs,
        openapi::{Described, Describes},
        problem::{Code, Problem},
    },
};

crate::settings! {
    /// Settings for the cursors of lists.
    pub struct CursorSettings {
        /// Keys for signing the cursors of lists, as `id:base64`, separated by commas, at least 32 bytes each. The first key signs; keep the others while clients may hold cursors.
        pub keys: SecretString = "CURSOR_KEYS",
    }
}

/// Signs and verifies cursors.
#[derive(Clone)]
pub struct Cursors(Keys);

impl Cursors {
    /// Parses the keys.
    ///
    /// # Errors
    /// When there is no key, or a key is not base64 or has fewer than 32 bytes.
    pub fn new(settings: &CursorSettings) -> Result<Self, Error> {
        Keys::parse("CURSOR_KEYS", &settings.keys).map(Self)
    }

    /// Returns the cursor for a sort key of a list.
    fn sign(&self, list: &str, sort_key: &str) -> String {
        let (_, key) = self.0.first();
        let tag = hmac::sign(key, &signed(list, sort_key.as_bytes()));
        URL_SAFE_NO_PAD.encode([tag.as_ref(), sort_key.as_bytes()].concat())
    }

    /// Returns the sort key in a cursor of this list, or `None` if the cursor is foreign or altered.
    fn verify(&self, list: &str, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, sort_key) = bytes.split_at_checked(SHA256_OUTPUT_LEN)?;
        let signed = signed(list, sort_key);
        self.0.iter().find(|key| hmac::verify(key, &signed, tag).is_ok())?;
        String::from_utf8(sort_key.to_vec()).ok()
    }
}

/// Returns the bytes from which a cursor's tag is computed. A list contains no line break, so different pairs have
/// different bytes.
fn signed(list: &str, sort_key: &[u8]) -> Vec<u8> {
    [list.as_bytes(), b"\n", sort_key].concat()
}

/// The page size if the client does not set a limit.
const DEFAULT_LIMIT: i64 = 50;

/// The maximum number of entries on a page, from 1 to 200.
#[derive(Debug, Clone, Copy, Deserialize, Validate)]
#[serde(transparent)]
#[garde(transparent)]
struct Limit(#[garde(range(min = 1, max = 200))] i64);

impl Default for Limit {
    fn default() -> Self {
        Self(DEFAULT_LIMIT)
    }
}

/// The query parameters that every list has.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The maximum number of entries on the page.
    #[serde(default)]
    #[garde(dive)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// The `next_cursor` of the previous page, in Base64url, valid with the same path and filters. Omit it for the first
    /// page.
    #[garde(custom(is_verified))]
    #[param(min_length = 1, pattern = "^[A-Za-z0-9_-]+$", format = "cursor")]
    cursor: Option<String>,
}

const NOT_A_CURSOR: &str = "must be a `next_cursor` of this list with the same filters";

/// Refuses the empty text, which stands for an invalid cursor.
fn is_verified(sort_key: &Option<String>, (): &()) -> garde::Result {
    if sort_key.as_deref() == Some("") { Err(garde::Error::new(NOT_A_CURSOR)) } else { Ok(()) }
}

/// An empty set of filters, for lists that cannot be filtered.
#[derive(Debug, Clone, Copy, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Unfiltered {}

/// The validated query of a list: its filters `T`, and the page of entries after the sort key `K`.
pub struct List<T = Unfiltered, K = Uuid> {
    /// The validated filters, without the parameters of the page.
    pub filters: T,
    /// The sort key after which the page begins; `None` for the first page.
    pub after: Option<K>,
    limit: Limit,
    /// The path and the filters, as a URL with sorted parameters.
    url: String,
    cursors: Cursors,
}

impl<T, K> List<T, K> {
    /// Returns the page size.
    #[must_use]
    pub fn size(&self) -> u32 {
        u32::try_from(self.limit.0).unwrap_or_default()
    }

    /// Returns the number of rows to query: one more than the page size, to find out if there is a next page.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.limit.0 + 1
    }

    /// Converts the filters of the list, and keeps its page.
    pub fn map<U>(self, filters: impl FnOnce(T) -> U) -> List<U, K> {
        let Self { filters: given, after, limit, url, cursors } = self;
        List { filters: filters(given), after, limit, url, cursors }
    }
}

impl<T, K: Serialize> List<T, K> {
    /// Creates a page from up to [`rows`](Self::rows) rows. `sort_key` returns the values that the list is ordered by.
    pub fn page<R>(&self, mut rows: Vec<R>, sort_key: impl Fn(&R) -> K) -> Page<R> {
        let size = usize::try_from(self.limit.0).unwrap_or_default();
        let more = rows.len() > size;
        rows.truncate(size);
        let last = rows.last().filter(|_| more);
        let next_cursor = last.map(|row| self.cursors.sign(&self.url, &json!(sort_key(row)).to_string()));
        Page { items: rows, next_cursor }
    }
}

impl<S, T, K> FromRequestParts<S> for List<T, K>
where
    S: Send + Sync,
    Cursors: FromRef<S>,
    T: DeserializeOwned + Validate<Context = ()>,
    K: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let cursors = Cursors::from_ref(state);
        let query = parts.uri.query().unwrap_or_default();
        let (pairs, size) = (form_urlencoded::parse(query.as_bytes()).into_owned(), query.len());
        let (mut page, mut filters): (Vec<_>, Vec<_>) =
            pairs.partition(|(name, _)| matches!(name.as_str(), "limit" | "cursor"));
        filters.sort_unstable();
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&filters).finish();
        let url = format!("{}?{query}", parts.uri.path());
        for (_, value) in page.iter_mut().filter(|(name, _)| name == "cursor") {
            *value = cursors.verify(&url, value).unwrap_or_default();
        }
        match (read_pairs::<PageQuery>(page, size), read_pairs(filters, size)) {
            (Ok(PageQuery { limit, cursor }), Ok(filters)) => {
                let after = cursor.map(|sort_key| serde_json::from_str(&sort_key)).transpose();
                let after = after.map_err(|_| Problem::invalid_field("cursor", NOT_A_CURSOR))?;
                Ok(Self { filters, after, limit, url, cursors })
            }
            (page, filters) => {
                let faults = page.err().into_iter().chain(filters.err()).flatten();
                Err(Problem::invalid_fields(faults.collect()))
            }
        }
    }
}

impl<T, K> Describes for List<T, K> {
    fn describe(operation: &mut Described<'_>) {
        operation.problems(&[Code::InvalidFields]);
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries of this page.
    pub items: Vec<T>,
    /// The `cursor` for the next page. Null on the last page.
    #[schema(pattern = "^[A-Za-z0-9_-]+$", format = "cursor")]
    pub next_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use axum::{
        extract::{FromRef, FromRequestParts as _},
        http::Request,
    };
    use serde::Deserialize;

    use super::{CursorSettings, Cursors, List};
    use crate::http::problem::{Code, Problem};

    const OLD: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const NEW: &str = "k2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    #[derive(Clone, FromRef)]
    struct App {
        cursors: Cursors,
    }

    #[derive(Deserialize, garde::Validate)]
    #[serde(deny_unknown_fields)]
    struct Letters {
        #[garde(skip)]
        #[allow(dead_code, reason = "only part of the URL")]
        status: Option<String>,
        #[garde(skip)]
        #[allow(dead_code, reason = "only part of the URL")]
        order: Option<String>,
    }

    type Key = (f32, i64);

    async fn list(keys: &str, url: &str) -> Result<List<Letters, Key>, Problem> {
        let cursors = Cursors::new(&CursorSettings { keys: keys.into() }).expect("keys");
        let (mut parts, ()) = Request::get(url).body(()).expect("a request").into_parts();
        List::from_request_parts(&mut parts, &App { cursors }).await
    }

    const LIST: &str = "/letters?status=a%26b&order=new";

    async fn cursor(keys: &str, key: Key) -> String {
        let list = list(keys, &format!("{LIST}&limit=2")).await.expect("a list");
        list.page(vec![(0.0, 0), key, (9.0, 9)], |row| *row).next_cursor.expect("a cursor")
    }

    #[tokio::test]
    async fn a_cursor_continues_its_list_after_the_last_entry_with_any_limit() {
        for key in [(0.1, 7), (f32::MIN_POSITIVE, i64::MAX), (f32::MAX, i64::MIN), (1.0 / 3.0, -1)] {
            let cursor = cursor(OLD, key).await;
            for url in ["/letters?order=new&limit=200&status=a%26b", LIST] {
                let next = list(OLD, &format!("{url}&cursor={cursor}")).await.expect("a list");
                assert_eq!(next.after, Some(key), "{url}");
            }
        }
        let last = list(OLD, &format!("{LIST}&limit=3")).await.expect("a list");
        assert_eq!(last.page(vec![(0.0, 0), (1.0, 1), (2.0, 2)], |row| *row).next_cursor, None);
        assert_eq!(last.after, None);
    }

    #[tokio::test]
    async fn a_cursor_stays_valid_while_its_key_is_kept() {
        let cursor = cursor(OLD, (0.5, 1)).await;
        let url = format!("{LIST}&cursor={cursor}");
        list(&format!("{NEW},{OLD}"), &url).await.expect("a list");
        assert!(list(NEW, &url).await.is_err());
    }

    #[tokio::test]
    async fn a_cursor_of_another_path_filter_or_order_is_refused() {
        let cursor = cursor(OLD, (0.5, 1)).await;
        for url in [
            "/letters?status=a%26b&order=old",
            "/letters?status=a&order=new",
            "/letters?status=a&b&order=new",
            "/letters?order=new",
            "/letters/1?status=a%26b&order=new",
            "/numbers?status=a%26b&order=new",
        ] {
            let refused = list(OLD, &format!("{url}&cursor={cursor}")).await.err().expect("a problem");
            assert_eq!(refused.code(), Code::InvalidFields, "{url}");
        }
    }

    #[tokio::test]
    async fn a_cursor_with_any_character_changed_is_refused() {
        let cursor = cursor(OLD, (0.5, 1)).await;
        for place in 0..cursor.len() {
            let other = if cursor[place..].starts_with('A') { "B" } else { "A" };
            let altered = format!("{}{other}{}", &cursor[..place], &cursor[place + 1..]);
            for changed in [altered, cursor[..place].to_owned()] {
                assert!(list(OLD, &format!("{LIST}&cursor={changed}")).await.is_err(), "{changed}");
            }
        }
        assert!(list(OLD, &format!("{LIST}&cursor={cursor}&cursor={cursor}")).await.is_err());
    }
}
