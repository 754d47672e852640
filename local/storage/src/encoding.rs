//! Percent-encoding for canonical requests and object paths (RFC 3986, section 2).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &COMPONENT.remove(b'/');

/// Encodes all characters except the unreserved ones.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// Encodes all characters except the unreserved ones and the slash.
pub(crate) fn encode_path(text: &str) -> String {
    utf8_percent_encode(text, PATH).to_string()
}

/// Decodes percent-encoded text. Returns `None` when the result is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

/// Returns the decoded names and values of a query in order, or `None` when one of them is not UTF-8. A plus
/// sign is a space, as on Google's servers. Clients encode a literal plus sign.
pub(crate) fn query_pairs(raw: &str) -> Option<Vec<(String, String)>> {
    let decode = |text: &str| decode(&text.replace('+', "%20"));
    raw.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}
