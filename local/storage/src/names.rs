//! The rules for bucket and object names (<https://cloud.google.com/storage/docs/buckets#naming>,
//! <https://cloud.google.com/storage/docs/objects#naming>).

use crate::fault::{Fault, Kind};

/// First path segments that the JSON API uses on the same port.
const RESERVED: [&str; 3] = ["storage", "upload", "download"];

/// The number of bytes in a [`random`] name, before hex encoding.
const RANDOM_BYTES: usize = 16;

/// Returns true if a bucket name is valid. It is also the name of a folder.
pub(crate) fn is_bucket(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    let edge =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.iter().copied().all(allowed)
        && edge(bytes.first())
        && edge(bytes.last())
        && !name.contains("..")
        && !RESERVED.contains(&name)
}

/// Rejects the object names that Cloud Storage rejects.
pub(crate) fn check_object(name: &str) -> Result<(), Fault> {
    let reason = match name {
        "" => "The object name must not be empty.",
        "." | ".." => "The object name must not be '.' or '..'.",
        _ if name.len() > 1024 => "The object name must be at most 1024 bytes of UTF-8.",
        _ if name.contains(['\r', '\n', '\0']) => "The object name must not contain a line break.",
        _ if name.starts_with(".well-known/acme-challenge/") => "The object name's prefix is reserved.",
        _ => return Ok(()),
    };
    Err(Fault::new(Kind::InvalidArgument).details(reason))
}

/// Returns an unguessable name.
pub(crate) fn random() -> Result<String, Fault> {
    let mut bytes = [0; RANDOM_BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Fault::new(Kind::InternalError))?;
    Ok(hex::encode(bytes))
}

/// Returns true if a name has the form of a [`random`] one.
pub(crate) fn is_random(name: &str) -> bool {
    name.len() == 2 * RANDOM_BYTES && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
