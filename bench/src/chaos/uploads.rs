//! The clients: they create documents, upload files, invite members, and repeat requests that got no answer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{TryStreamExt as _, stream};
use serde_json::{Value, json};
use shared::base::ids::ProjectId;

use crate::{
    Result,
    cloud::Cloud,
    tenants::{Tenants, User},
};

/// The number of clients that run in parallel.
const CLIENTS: usize = 8;
/// The number of uploads for each invitation, which sends one mail.
const UPLOADS_PER_INVITATION: usize = 20;
/// The time after which a client stops retrying.
const TIMEOUT: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(200);

/// A project that receives uploads.
pub(super) struct Project {
    pub(super) id: ProjectId,
    pub(super) admin: User,
}

/// The concurrent clients and their counters.
pub(super) struct Uploads {
    cloud: Arc<Cloud>,
    pub(super) tenants: Tenants,
    projects: Vec<Project>,
    client: reqwest::Client,
    wanted: usize,
    arrived: Arc<AtomicUsize>,
    pub(super) invited: AtomicUsize,
    repeated: AtomicU64,
}

impl Uploads {
    pub(super) fn new(cloud: Arc<Cloud>, tenants: Tenants, projects: Vec<Project>, wanted: usize) -> Self {
        Self {
            cloud,
            tenants,
            projects,
            client: reqwest::Client::new(),
            wanted,
            arrived: Arc::default(),
            invited: AtomicUsize::new(0),
            repeated: AtomicU64::new(0),
        }
    }

    /// The number of uploads that have arrived.
    pub(super) fn arrived(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.arrived)
    }

    /// The number of requests that had to be repeated.
    pub(super) fn repeated(&self) -> u64 {
        self.repeated.load(Ordering::Relaxed)
    }

    /// Creates and uploads all documents.
    pub(super) async fn run(&self) -> Result<()> {
        let numbers = stream::iter((0..self.wanted).map(Ok));
        numbers.try_for_each_concurrent(CLIENTS, |number| self.upload(number)).await
    }

    async fn upload(&self, number: usize) -> Result<()> {
        let Project { id, admin } = &self.projects[number % self.projects.len()];
        if number.is_multiple_of(UPLOADS_PER_INVITATION) {
            let invitation = json!({"email": format!("guest{number}@example.org"), "role": "contributor"});
            let path = format!("/projects/{id}/invite");
            self.post("projects", &path, admin, &format!("invitation-{number}"), &invitation).await?;
            self.invited.fetch_add(1, Ordering::Relaxed);
        }
        let page = format!("%PDF-1.7 page {number}");
        let document = json!({
            "project_id": id, "filename": format!("page-{number}.pdf"), "content_type": "application/pdf",
            "size_bytes": page.len(),
        });
        let answer = self.post("data", "/documents", admin, &format!("document-{number}"), &document).await?;
        self.put(&answer["upload"], page).await?;
        self.arrived.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Posts with one idempotency key until there is an answer, since a client cannot know whether a lost request ran.
    pub(super) async fn post(
        &self,
        function: &str,
        path: &str,
        user: &User,
        key: &str,
        body: &Value,
    ) -> Result<Value> {
        let (url, start) = (self.cloud.relay.url(function, path), Instant::now());
        loop {
            let request = self.client.post(&url).bearer_auth(self.tenants.token(user)?);
            let request = request.header("idempotency-key", key).json(body);
            let refusal = match request.send().await {
                Ok(answer) if answer.status().is_success() => return Ok(answer.json().await?),
                // A service that is down comes back. Clients do not expect any other status.
                Ok(answer) if matches!(answer.status().as_u16(), 502..=504) => answer.status().to_string(),
                Ok(answer) => {
                    let status = answer.status();
                    return Err(format!("{path}: {status} {}", answer.text().await?).into());
                }
                Err(error) => error.to_string(),
            };
            if start.elapsed() > TIMEOUT {
                return Err(format!("{path}: {refusal}").into());
            }
            self.repeated.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Uploads the bytes to the signed URL in the answer.
    async fn put(&self, upload: &Value, bytes: String) -> Result<()> {
        let method = upload["method"].as_str().ok_or("no method")?.parse()?;
        let mut request = self.client.request(method, upload["url"].as_str().ok_or("no URL")?);
        for (name, value) in upload["headers"].as_object().into_iter().flatten() {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
        request.body(bytes).send().await?.error_for_status()?;
        Ok(())
    }
}
