//! Lists, composes and deletes objects through the JSON API: the official client does so over gRPC only, which is a
//! second protocol to the same service for a few calls (<https://cloud.google.com/storage/docs/json_api/v1/objects>).

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
/// It copies nothing there, but may where something stands in for it.
const COMPOSE_TIMEOUT: Duration = Duration::from_secs(120);
/// How many objects are composed at once (<https://cloud.google.com/storage/docs/composite-objects>).
pub const MAX_COMPONENTS: usize = 32;

/// Lists, composes and deletes objects.
#[derive(Clone)]
pub struct Objects {
    client: Lazy<(Client, Credentials)>,
    endpoint: String,
}

/// An object in a list.
#[derive(Debug, Clone, Deserialize)]
pub struct ListedObject {
    /// Its name.
    pub name: String,
    /// Its generation.
    #[serde(deserialize_with = "number")]
    pub generation: i64,
    /// Base64 of its MD5.
    #[serde(rename = "md5Hash")]
    pub md5: Option<String>,
    /// When it was made.
    #[serde(rename = "timeCreated", with = "time::serde::rfc3339::option", default)]
    pub created_at: Option<time::OffsetDateTime>,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub struct ListPage {
    /// In the order of their names.
    #[serde(default)]
    pub items: Vec<ListedObject>,
    /// Where the next page begins, if there is one.
    #[serde(rename = "nextPageToken")]
    pub next: Option<String>,
}

/// An object that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Written {
    /// Its generation.
    #[serde(deserialize_with = "number")]
    pub generation: i64,
    /// Its size in bytes.
    #[serde(rename = "size", deserialize_with = "number")]
    pub size_bytes: i64,
}

/// Why objects could not be composed.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// One of them does not exist.
    #[error("a component does not exist")]
    Absent,
    /// It may work later.
    #[error("objects cannot be composed now")]
    Transient(Problem),
}

impl Objects {
    /// Prepares the client, which is built when it is first used.
    ///
    /// # Errors
    /// When the credentials are unusable.
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

    /// The live objects whose names begin so.
    ///
    /// # Errors
    /// 503 when Cloud Storage does not answer.
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

    /// One page of the objects whose names begin so, with all of their generations if `versions`.
    ///
    /// # Errors
    /// 503 when Cloud Storage does not answer.
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

    /// The live generation of an object, if there is one.
    ///
    /// # Errors
    /// 503 when Cloud Storage does not answer.
    pub async fn find(&self, bucket: &str, object: &str) -> Result<Option<ListedObject>, Problem> {
        let (client, credentials) = self.client.get().await?;
        let request = client.get(self.url(bucket, object)).headers(headers(credentials).await?);
        let response = request.send().await.map_err(Problem::unavailable)?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        checked(response)?.json().await.map(Some).map_err(Problem::unavailable)
    }

    /// Deletes one generation of an object; one that is gone already is no error.
    ///
    /// # Errors
    /// 503 when Cloud Storage does not answer.
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

    /// Makes an object of up to [`MAX_COMPONENTS`] others, named with their generations. Its name must be the
    /// caller's alone: an object of that name was made by this very call, whose answer was lost.
    ///
    /// # Errors
    /// [`ComposeError::Absent`] when one of them is not there.
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
                self.made(bucket, object).await.map_err(ComposeError::Transient)
            }
            _ => {
                let made = async { checked(response)?.json().await.map_err(Problem::unavailable) };
                made.await.map_err(ComposeError::Transient)
            }
        }
    }

    /// The object that is there.
    pub(super) async fn made(&self, bucket: &str, object: &str) -> Result<Written, Problem> {
        let (client, credentials) = self.client.get().await?;
        let request = client.get(self.url(bucket, object)).headers(headers(credentials).await?);
        let response = request.send().await.map_err(Problem::unavailable)?;
        checked(response)?.json().await.map_err(Problem::unavailable)
    }

    fn url(&self, bucket: &str, object: &str) -> String {
        format!("{}/storage/v1/b/{bucket}/o/{}", self.endpoint, utf8_percent_encode(object, NON_ALPHANUMERIC))
    }
}

/// The JSON API writes 64-bit numbers as text.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

async fn headers(credentials: &Credentials) -> Result<http::HeaderMap, Problem> {
    match credentials.headers(http::Extensions::new()).await.map_err(Problem::unavailable)? {
        CacheableResource::New { data, .. } => Ok(data),
        // Only asked for with a tag.
        CacheableResource::NotModified => Ok(http::HeaderMap::new()),
    }
}

fn checked(response: Response) -> Result<Response, Problem> {
    response.error_for_status().map_err(Problem::unavailable)
}
