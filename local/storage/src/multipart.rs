//! A streaming reader of `multipart/related` bodies (RFC 2046, section 5.1).

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{
    fault::{Fault, Kind},
    payload::Payload,
};

const MAX_HEADERS: usize = 16 * 1024;
/// The longest boundary that RFC 2046 allows.
const MAX_BOUNDARY: usize = 70;

/// A reader of the parts of a body.
pub(crate) struct Multipart {
    payload: Payload,
    buffer: BytesMut,
    /// A line break, two hyphens and the boundary.
    delimiter: Vec<u8>,
    in_part: bool,
}

impl Multipart {
    pub(crate) fn new(headers: &HeaderMap, payload: Payload) -> Result<Self, Fault> {
        let boundary = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| boundary(value.to_str().ok()?))
            .ok_or_else(|| broken("The Content-Type must be multipart/related with a boundary."))?;
        // The first boundary need not follow a line break. This added line break lets one search find all of them.
        let buffer = BytesMut::from(&b"\r\n"[..]);
        Ok(Self { payload, buffer, delimiter: format!("\r\n--{boundary}").into_bytes(), in_part: true })
    }

    /// Skips the rest of this part and returns the headers of the next one.
    pub(crate) async fn next_part(&mut self) -> Result<Option<HeaderMap>, Fault> {
        while self.chunk().await?.is_some() {}
        self.fill(self.delimiter.len() + 2).await?;
        let after = self.buffer.split_off(self.delimiter.len());
        self.buffer = after;
        if self.buffer.starts_with(b"--") {
            return Ok(None);
        }
        // The padding after the boundary, then headers up to an empty line.
        let end = loop {
            if let Some(position) = find(&self.buffer, b"\r\n\r\n") {
                break position;
            }
            if self.buffer.len() > MAX_HEADERS {
                return Err(broken("The headers of a part are too long."));
            }
            self.read_more().await?;
        };
        let head = self.buffer.split_to(end + 4);
        self.in_part = true;
        parse_headers(&head).map(Some)
    }

    /// Returns the next bytes of the part, or `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        while self.in_part {
            match find(&self.buffer, &self.delimiter) {
                Some(0) => self.in_part = false,
                Some(position) => return Ok(Some(self.buffer.split_to(position).freeze())),
                None if self.buffer.len() >= self.delimiter.len() => {
                    // The last bytes may be the start of a delimiter.
                    let safe = self.buffer.len() - self.delimiter.len() + 1;
                    return Ok(Some(self.buffer.split_to(safe).freeze()));
                }
                None => self.read_more().await?,
            }
        }
        Ok(None)
    }

    /// Reads a whole part of at most `limit` bytes.
    pub(crate) async fn read_part(&mut self, limit: usize) -> Result<Vec<u8>, Fault> {
        let mut all = Vec::new();
        while let Some(bytes) = self.chunk().await? {
            if all.len() + bytes.len() > limit {
                return Err(broken("A part is too long."));
            }
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }

    async fn fill(&mut self, length: usize) -> Result<(), Fault> {
        while self.buffer.len() < length {
            self.read_more().await?;
        }
        Ok(())
    }

    async fn read_more(&mut self) -> Result<(), Fault> {
        let bytes = self.payload.next().await?.ok_or_else(|| broken("The multipart body ends too early."))?;
        self.buffer.extend_from_slice(&bytes);
        Ok(())
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    let (media_type, parameters) = content_type.split_once(';')?;
    if !media_type.trim().eq_ignore_ascii_case("multipart/related") {
        return None;
    }
    parameters
        .split(';')
        .filter_map(|parameter| parameter.trim().split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))
        .map(|(_, value)| value.trim_matches('"'))
        .filter(|value| !value.is_empty() && value.len() <= MAX_BOUNDARY)
}

fn parse_headers(head: &[u8]) -> Result<HeaderMap, Fault> {
    let mut headers = HeaderMap::new();
    let text = std::str::from_utf8(head).map_err(|_| broken("The headers of a part are not UTF-8."))?;
    for line in text.split("\r\n").filter(|line| !line.trim().is_empty()) {
        let field = line.split_once(':').and_then(|(name, value)| {
            let value = HeaderValue::from_str(value.trim()).ok()?;
            Some((HeaderName::try_from(name.trim()).ok()?, value))
        });
        let (name, value) = field.ok_or_else(|| broken("A header of a part is malformed."))?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(step) = haystack.get(from..)?.iter().position(|byte| *byte == first) {
        from += step;
        if haystack[from..].starts_with(needle) {
            return Some(from);
        }
        from += 1;
    }
    None
}

fn broken(details: &str) -> Fault {
    Fault::new(Kind::InvalidArgument).details(details)
}
