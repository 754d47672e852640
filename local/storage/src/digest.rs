//! Checksums, computed while the bytes stream and compared with the checksums that the client declared
//! (<https://cloud.google.com/storage/docs/data-validation>).

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Kind};

const CONTENT_SHA256: &str = "x-goog-content-sha256";

/// The checksums of the bytes received so far.
#[derive(Clone)]
pub(crate) struct Digests {
    md5: Md5,
    crc32c: u32,
    sha256: Option<Context>,
    length: u64,
}

/// The checksums of a whole object.
#[derive(Clone, Debug)]
pub(crate) struct Sums {
    pub(crate) md5: String,
    pub(crate) crc32c: String,
    sha256: Option<String>,
    pub(crate) length: u64,
}

impl Digests {
    pub(crate) fn new() -> Self {
        Self { md5: Md5::new(), crc32c: 0, sha256: None, length: 0 }
    }

    /// Also computes SHA-256, which only a signed payload needs.
    pub(crate) fn with_sha256() -> Self {
        Self { sha256: Some(Context::new(&SHA256)), ..Self::new() }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.crc32c = crc32c::crc32c_append(self.crc32c, bytes);
        if let Some(context) = &mut self.sha256 {
            context.update(bytes);
        }
        self.length += bytes.len() as u64;
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) fn finish(self) -> Sums {
        Sums {
            md5: STANDARD.encode(self.md5.finalize()),
            crc32c: STANDARD.encode(self.crc32c.to_be_bytes()),
            sha256: self.sha256.map(|context| hex::encode(context.finish())),
            length: self.length,
        }
    }
}

/// The checksums that a client declared, in base64 (SHA-256 in hex).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Expected {
    md5: Option<String>,
    crc32c: Option<String>,
    #[serde(skip)]
    sha256: Option<String>,
}

impl Expected {
    /// Reads the checksums in `Content-MD5`, `x-goog-hash` and `x-goog-content-sha256`.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Self, Fault> {
        let mut expected = Self::from_hash_header(headers)?;
        if let Some(value) = headers.get("content-md5") {
            expected.set_md5(value.to_str().unwrap_or_default())?;
        }
        let sha256 = headers.get(CONTENT_SHA256).and_then(|value| value.to_str().ok());
        expected.sha256 = sha256.filter(|value| *value != "UNSIGNED-PAYLOAD").map(str::to_ascii_lowercase);
        Ok(expected)
    }

    /// Reads `x-goog-hash` only. It covers the whole object, even when the request carries one part of it.
    pub(crate) fn from_hash_header(headers: &HeaderMap) -> Result<Self, Fault> {
        let mut expected = Self::default();
        for value in headers.get_all("x-goog-hash") {
            for hash in value.to_str().unwrap_or_default().split(',') {
                match hash.trim().split_once('=') {
                    Some(("crc32c", text)) => expected.set_crc32c(text)?,
                    Some(("md5", text)) => expected.set_md5(text)?,
                    _ => return Err(Fault::new(Kind::InvalidDigest)),
                }
            }
        }
        Ok(expected)
    }

    pub(crate) fn set_md5(&mut self, text: &str) -> Result<(), Fault> {
        set(&mut self.md5, text, 16)
    }

    pub(crate) fn set_crc32c(&mut self, text: &str) -> Result<(), Fault> {
        set(&mut self.crc32c, text, 4)
    }

    /// Returns a [`Digests`] that computes the checksums [`Expected::check`] needs.
    pub(crate) fn digests(&self) -> Digests {
        if self.sha256.is_some() { Digests::with_sha256() } else { Digests::new() }
    }

    /// Rejects content whose checksums differ from the declared ones.
    pub(crate) fn check(&self, sums: &Sums) -> Result<(), Fault> {
        compare("MD5", self.md5.as_ref(), &sums.md5)?;
        compare("CRC32C", self.crc32c.as_ref(), &sums.crc32c)?;
        match &sums.sha256 {
            Some(computed) => compare("SHA256", self.sha256.as_ref(), computed),
            None => Ok(()),
        }
    }
}

fn set(target: &mut Option<String>, text: &str, length: usize) -> Result<(), Fault> {
    match STANDARD.decode(text) {
        Ok(bytes) if bytes.len() == length => {
            if target.replace(text.to_owned()).is_some_and(|before| before != text) {
                return Err(
                    Fault::new(Kind::InvalidDigest).details("The request has two different checksums.")
                );
            }
            Ok(())
        }
        _ => Err(Fault::new(Kind::InvalidDigest)),
    }
}

fn compare(name: &str, declared: Option<&String>, computed: &str) -> Result<(), Fault> {
    match declared {
        Some(declared) if declared != computed => Err(Fault::new(Kind::BadDigest).details(format!(
            "Provided {name} hash \"{declared}\" doesn't match calculated {name} hash \"{computed}\"."
        ))),
        _ => Ok(()),
    }
}
