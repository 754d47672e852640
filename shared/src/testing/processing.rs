//! A function that processes uploads, connected to an engine of the local cloud.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::body::Bytes;
use serde_json::{Value, json};

use super::{BUCKET, Client, Platform, RESULTS_BUCKET, TestResponse, TestUser, envelope, serve};
use crate::{
    base::ids::{ItemId, ProjectId},
    function::Function,
    items::ObjectName,
};

/// A running function that processes uploads, and a project without reviewers.
pub struct Processing {
    /// The local cloud of the test.
    pub platform: Platform,
    /// The address that the function listens on.
    pub address: SocketAddr,
    /// A client that the function accepts as Pub/Sub.
    pub client: Client,
    /// The id of the project.
    pub project: ProjectId,
    /// The project admin, who uploads the items.
    pub admin: TestUser,
}

impl Processing {
    /// Starts the function, with some variables set differently.
    ///
    /// # Panics
    /// When a variable is invalid.
    pub async fn start<F: Function>(platform: Platform, variables: &[(&str, &str)]) -> Self {
        // On a slow machine, parallel deliveries wait long for a connection.
        let variables = [&[("DATABASE_ACQUIRE_TIMEOUT", "30")], variables].concat();
        let router = platform.router_of::<F>(&variables);
        let client = platform.client(router.clone()).with("authorization", &platform.push_authorization());
        let address = serve(router).await;
        let admin = platform.user("admin@example.org").await;
        let project = platform.project(&admin).await;
        Self { platform, address, client, project, admin }
    }

    /// Creates a draft for a file.
    pub async fn draft(&self, content_type: &str, bytes: &[u8]) -> ObjectName {
        self.platform.draft(self.project, &self.admin, content_type, bytes.len()).await
    }

    /// Creates an item and uploads its file. Returns the object and its generation.
    pub async fn upload(&self, content_type: &str, bytes: &[u8]) -> (ObjectName, i64) {
        let object = self.draft(content_type, bytes).await;
        let generation = self.platform.upload(&object, Bytes::copy_from_slice(bytes)).await;
        (object, generation)
    }

    /// Delivers the finalize event of an upload.
    pub async fn deliver(&self, object: &ObjectName, generation: i64) -> TestResponse {
        self.deliver_as(&self.client, object, generation).await
    }

    /// Delivers the finalize event of an upload with another client.
    pub async fn deliver_as(&self, client: &Client, object: &ObjectName, generation: i64) -> TestResponse {
        let attributes = finalized(BUCKET, &object.to_string(), generation);
        client.post("/events/object-finalized", envelope("1", &attributes, b"{}")).await
    }

    /// Waits for `count` output objects of an operation, and returns each with its generation.
    ///
    /// # Panics
    /// When they do not arrive in time, or have unexpected names.
    pub async fn outputs(&self, folder: &str, item: ItemId, count: usize) -> Vec<(String, i64)> {
        let mut found = Vec::new();
        let outputs = async {
            while found.len() < count {
                for (attributes, _) in self.platform.messages("results").await {
                    let attribute = |name: &str| attributes[name].as_str().expect("an attribute").to_owned();
                    let object = attribute("objectId");
                    // Objects in other folders are no output.
                    if !object.starts_with(&format!("{folder}/")) {
                        continue;
                    }
                    assert!(object.starts_with(&format!("{folder}/{item}/")), "{object}");
                    found.push((object, attribute("objectGeneration").parse().expect("a generation")));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // The engine may share the machine with other tests.
        tokio::time::timeout(Duration::from_secs(240), outputs).await.expect("the output");
        found
    }

    /// Delivers the finalize event of an operation's output object.
    pub async fn deliver_output(&self, (object, generation): &(String, i64)) -> TestResponse {
        let attributes = finalized(RESULTS_BUCKET, object, *generation);
        self.client.post("/events/result-finalized", envelope("1", &attributes, b"{}")).await
    }
}

impl Platform {
    /// Returns a function with which an engine of the local cloud reads objects.
    #[must_use]
    pub fn resolve(&self) -> local_engine::Resolve {
        let storage = self.storage.clone();
        Arc::new(move |uri| {
            let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
            let found = named.and_then(|(bucket, object)| storage.open_object(bucket, object, None));
            Box::pin(async move { found.map(|(_, path)| path) })
        })
    }

    /// Returns a function with which an engine of the local cloud writes objects.
    ///
    /// # Panics
    /// When the engine writes to a URI that does not name an object.
    #[must_use]
    pub fn write(&self) -> local_engine::Write {
        let storage = self.storage.clone();
        Arc::new(move |uri, bytes, _| {
            let (storage, uri) = (storage.clone(), uri.to_owned());
            Box::pin(async move {
                let named = uri.strip_prefix("gs://").and_then(|rest| rest.split_once('/'));
                let (bucket, object) = named.expect("a bucket and an object");
                let created = storage.create_object(bucket, object, Default::default(), bytes.into()).await;
                created.map(|_| ()).map_err(|error| error.to_string())
            })
        })
    }
}

/// Returns the attributes of an object's finalize event.
#[must_use]
pub fn finalized(bucket: &str, object: &str, generation: i64) -> Value {
    json!({
        "eventType": "OBJECT_FINALIZE", "bucketId": bucket, "objectId": object,
        "objectGeneration": generation.to_string(),
    })
}

/// Returns a sample file of the local cloud.
///
/// # Panics
/// When the file does not exist.
#[must_use]
pub fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../local/samples");
    std::fs::read(folder.join(name)).expect("a sample")
}
