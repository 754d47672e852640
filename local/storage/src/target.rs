//! The parts of a request's URL.

use http::Uri;

use crate::{
    encoding,
    fault::{Fault, Kind},
};

/// The endpoints of the two APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `/BUCKET/OBJECT`
    Xml,
    /// `/storage/v1/b/BUCKET/o` and `/storage/v1/b/BUCKET/o/OBJECT`
    Json,
    /// `/storage/v1/b/BUCKET/o/OBJECT/compose`
    JsonCompose,
    /// `/upload/storage/v1/b/BUCKET/o`
    JsonUpload,
}

/// The endpoint, bucket, object and query of a request.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) endpoint: Endpoint,
    pub(crate) bucket: String,
    /// The name of the object, or empty when the request concerns the bucket.
    pub(crate) object: String,
    pub(crate) query: Query,
}

impl Target {
    pub(crate) fn of(uri: &Uri) -> Result<Self, Fault> {
        let query = Query(encoding::query_pairs(uri.query().unwrap_or_default()).ok_or_else(invalid)?);
        let decode = |text: &str| encoding::decode(text).ok_or_else(invalid);
        let path = uri.path();
        if let Some(rest) = path.strip_prefix("/upload/storage/v1/b/") {
            let bucket = decode(rest.strip_suffix("/o").ok_or_else(not_found)?)?;
            let object = query.get("name").unwrap_or_default().to_owned();
            return Ok(Self { endpoint: Endpoint::JsonUpload, bucket, object, query });
        }
        let json =
            path.strip_prefix("/storage/v1/b/").or_else(|| path.strip_prefix("/download/storage/v1/b/"));
        if let Some(rest) = json {
            let parts: Vec<&str> = rest.split('/').collect();
            let (endpoint, bucket, object) = match parts.as_slice() {
                [bucket, "o"] => (Endpoint::Json, bucket, ""),
                [bucket, "o", object] => (Endpoint::Json, bucket, *object),
                [bucket, "o", object, "compose"] => (Endpoint::JsonCompose, bucket, *object),
                _ => return Err(not_found()),
            };
            return Ok(Self { endpoint, bucket: decode(bucket)?, object: decode(object)?, query });
        }
        let path = path.strip_prefix('/').unwrap_or(path);
        let (bucket, object) = path.split_once('/').unwrap_or((path, ""));
        Ok(Self { endpoint: Endpoint::Xml, bucket: decode(bucket)?, object: decode(object)?, query })
    }
}

/// The parameters of a query.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns a numeric parameter, if present.
    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, Fault> {
        let number =
            |text: &str| text.parse().map_err(|_| invalid().details(format!("Invalid value for {name}.")));
        self.get(name).map(number).transpose()
    }
}

fn invalid() -> Fault {
    Fault::new(Kind::InvalidArgument)
}

fn not_found() -> Fault {
    Fault::new(Kind::NoSuchKey).details("Not Found")
}
