//! Lists, composes and deletes objects through the JSON API
//! (<https://cloud.google.com/storage/docs/json_api/v1/objects>). The official client supports these calls only over
//! gRPC, which would add a second protocol to the same service for a few calls.

use std::time::Duration;

use google_cloud_auth::credentials::{CacheableResource, Credentials};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::StorageApi;
use crate::{base::config::Error, cloud::lazy::Lazy, http::problem::Problem};

const GOOGLE: &str = "https://storage.googleapis.com";
const TIMEOUT: Duration = Duration::from_secs(20);
/// The timeout of a compose request. Cloud Storage composes without copying, but a stand-in may copy the bytes.
const COMPOSE_TIMEOUT: Duration = Duration::from_secs(120);
/// The maximum number of objects in one compose request (<https://cloud.google.com/storage/docs/composite-objects>).
pub const MAX_COMPONENTS: usize = 32;

/// A client that lists, composes and deletes objects.
#[derive(Clone)]
pub struct Objects {
    client: Lazy<(Client, Credentials)>,
    endpoint: String,
}

/// The metadata of an object.
#[derive(Debug, Clone, Deserialize)]
pub struct ListedObject {
    /// The object's name.
    pub name: String,
    /// The object's generation.
    #[serde(deserialize_with = "number")]
    pub generation: i64,
    /// The MD5 in base64. Composed objects have none.
    #[serde(rename = "md5Hash")]
    pub md5: Option<String>,
    /// The time at which the object was created.
    #[serde(rename = "timeCreated", with = "time::serde::rfc3339::option", default)]
    pub created_at: Option<time::OffsetDateTime>,
}

/// A page of a list of objects.
#[derive(Debug, Deserialize)]
pub struct ListPage {
    /// The objects, ordered by name.
    #[serde(default)]
    pub items: Vec<ListedObject>,
    /// The token of the next page, if there is one.
    #[serde(rename = "nextPageToken")]
    pub next: Option<String>,
}

/// An object that was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Written {
    /// The object's generation.
    #[serde(deserialize_with = "number")]
    pub generation: i64,
    /// The object's size in bytes.
    #[serde(rename = "size", deserialize_with = "number")]
    pub size_bytes: i64,
}

/// An error of [`Objects::compose`].
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// A component does not exist.
    #[error("a component does not exist")]
    Absent,
    /// The request failed and may succeed later.
    #[error("objects cannot be composed now")]
    Transient(Problem),
}

impl Objects {
    /// Creates a client, which connects on first use.
    ///
    /// # Errors
    /// If the credentials are invalid.
    pub fn new(api: impl Into<StorageApi>) -> Result<Self, Error> {
        let api = api.into();
        api.google.check()?;
        let endpoint = api.endpoint.as_deref().unwrap_or(GOOGLE).trim_end_matches('/').to_owned();
        let google = api.google.clone();
        let client = Lazy::new(move || {
            let google = google.clone();
            async move {
                let client = Client::builder().timeout(TIMEOUT).build();
                let client = client.map_err(|error| Error::of("STORAGE_ENDPOINT", error))?;
                Ok((client, google.credentials()?))
            }
        });
        Ok(Self { client, endpoint })
    }

    /// Returns all live objects whose names begin with `prefix`.
    ///
    /// # Errors
    /// 503 if Cloud Storage is unavailable.
    pub async fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>, Problem> {
        let (mut all, mut page) = (Vec::new(), None);
        loop {
            let listed = self.page(bucket, prefix, page.as_deref(), false).await?;
            all.extend(listed.items);
            page = listed.next;
            if page.is_none() {
                return Ok(all);
            }
        }
    }

    /// Returns a page of the objects whose names begin with `prefix`, including noncurrent generations if `versions` is
    /// true.
    ///
    /// # Errors
    /// 503 if Cloud Storage is unavailable.
    pub async fn page(
        &self,
        bucket: &str,
        prefix: &str,
        page: Option<&str>,
        versions: bool,
    ) -> Result<ListPage, Problem> {
        let mut query =
            vec![("prefix", prefix), ("fields", "items(name,generation,md5Hash,timeCreated),nextPageToken")];
        query.extend(page.map(|page| ("pageToken", page)));
        if versions {
            query.push(("versions", "true"));
        }
        let (client, credentials) = self.client.get().await?;
        let url = format!("{}/storage/v1/b/{bucket}/o", self.endpoint);
        let request = client.get(url).query(&query).headers(headers(credentials).await?);
        let response = request.send().await.map_err(Problem::unavailable)?;
        checked(response)?.json().await.map_err(Problem::unavailable)
    }

    /// Returns the live generation of an object, if there is one.
    ///
    /// # Errors
    /// 503 if Cloud Storage is unavailable.
    pub async fn find(&self, bucket: &str, object: &str) -> Result<Option<ListedObject>, Problem> {
        let (client, credentials) = self.client.get().await?;
        let request = client.get(self.url(bucket, object)).headers(headers(credentials).await?);
        let response = request.send().await.map_err(Problem::unavailable)?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        checked(response)?.json().await.map(Some).map_err(Problem::unavailable)
    }

    /// Deletes one generation of an object. Succeeds if it does not exist.
    ///
    /// # Errors
    /// 503 if Cloud Storage is unavailable.
    pub async fn delete(&self, bucket: &str, object: &str, generation: i64) -> Result<(), Problem> {
        let (client, credentials) = self.client.get().await?;
        let request = client
            .delete(self.url(bucket, object))
            .query(&[("generation", generation)])
            .headers(headers(credentials).await?);
        let response = request.send().await.map_err(Problem::unavailable)?;
        if response.status() != StatusCode::NOT_FOUND {
            checked(response)?;
        }
        Ok(())
    }

    /// Concatenates up to [`MAX_COMPONENTS`] objects, given by name and generation, into a new object. The new name
    /// must be unique to this operation: an existing object is taken for the result of an earlier attempt whose
    /// response was lost.
    ///
    /// # Errors
    /// [`ComposeError::Absent`] if a component does not exist.
    pub async fn compose(
        &self,
        bucket: &str,
        object: &str,
        content_type: &str,
        components: &[(String, i64)],
    ) -> Result<Written, ComposeError> {
        let sources: Vec<Value> = components
            .iter()
            .map(|(name, generation)| json!({"name": name, "generation": generation.to_string()}))
            .collect();
        let body = json!({"destination": {"contentType": content_type}, "sourceObjects": sources});
        let send = async || {
            let (client, credentials) = self.client.get().await?;
            let request = client
                .post(format!("{}/compose", self.url(bucket, object)))
                .query(&[("ifGenerationMatch", "0")])
                .headers(headers(credentials).await?)
                .timeout(COMPOSE_TIMEOUT)
                .json(&body);
            request.send().await.map_err(Problem::unavailable)
        };
        let response = send().await.map_err(ComposeError::Transient)?;
        match response.status() {
            StatusCode::NOT_FOUND => Err(ComposeError::Absent),
            StatusCode::PRECONDITION_FAILED => {
                self.created(bucket, object).await.map_err(ComposeError::Transient)
            }
            _ => {
                let created = async { checked(response)?.json().await.map_err(Problem::unavailable) };
                created.await.map_err(ComposeError::Transient)
            }
        }
    }

    /// Returns the existing object, which an earlier attempt created.
    pub(super) async fn created(&self, bucket: &str, object: &str) -> Result<Written, Problem> {
        let (client, credentials) = self.client.get().await?;
        let request = client.get(self.url(bucket, object)).headers(headers(credentials).await?);
        let response = request.send().await.map_err(Problem::unavailable)?;
        checked(response)?.json().await.map_err(Problem::unavailable)
    }

    fn url(&self, bucket: &str, object: &str) -> String {
        format!("{}/storage/v1/b/{bucket}/o/{}", self.endpoint, utf8_percent_encode(object, NON_ALPHANUMERIC))
    }
}

/// Parses a 64-bit integer, which the JSON API encodes as a string.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

async fn headers(credentials: &Credentials) -> Result<http::HeaderMap, Problem> {
    match credentials.headers(http::Extensions::new()).await.map_err(Problem::unavailable)? {
        CacheableResource::New { data, .. } => Ok(data),
        // Returned only if the request contains an entity tag, which it does not.
        CacheableResource::NotModified => Ok(http::HeaderMap::new()),
    }
}

fn checked(response: Response) -> Result<Response, Problem> {
    response.error_for_status().map_err(Problem::unavailable)
}
