//! A running stand-in, clients for it, and sample documents.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use google_cloud_auth::credentials::service_account;
use google_cloud_documentai_v1::{
    client::DocumentProcessorService,
    model::{Document, GcsDocument, ProcessRequest, RawDocument},
};
use google_cloud_gax::error::rpc::{Code, StatusDetails};
use local_documentai::{DocumentAi, Settings, Write};
use local_identity::Identity;
use tempfile::TempDir;

pub(crate) const PROCESSOR: &str = "projects/alta-local/locations/eu/processors/ocr";

pub(crate) struct Service {
    pub(crate) ai: DocumentAi,
    pub(crate) address: SocketAddr,
    pub(crate) identity: Identity,
    pub(crate) work_folder: TempDir,
    pub(crate) output: Output,
}

/// The objects that batches wrote.
#[derive(Clone, Default)]
pub(crate) struct Output(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Output {
    fn write(&self) -> Write {
        let objects = Arc::clone(&self.0);
        Arc::new(move |uri: &str, bytes: Vec<u8>, content_type: &str| {
            assert_eq!(content_type, "application/json");
            objects.lock().expect("objects").insert(uri.to_owned(), bytes);
            Box::pin(async { Ok(()) })
        })
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.lock().expect("objects").keys().cloned().collect()
    }

    /// Returns the objects' bytes, sorted by name.
    pub(crate) fn objects(&self) -> Vec<Vec<u8>> {
        self.0.lock().expect("objects").values().cloned().collect()
    }
}

/// An error as the official client reports it.
#[derive(Debug)]
pub(crate) struct ClientError {
    pub(crate) code: Code,
    pub(crate) reason: String,
    pub(crate) message: String,
}

pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples").join(name)
}

pub(crate) fn bytes_of(name: &str) -> Vec<u8> {
    std::fs::read(sample(name)).expect("a sample")
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// Starts a stand-in with changed settings. The bucket `samples` contains the sample files.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let identity = Identity::generate("https://accounts.google.com").expect("a key");
        let work_folder = TempDir::new().expect("a folder");
        let resolve = Arc::new(|uri: &str| {
            let path = uri.strip_prefix("gs://samples/").map(sample);
            let found: futures::future::BoxFuture<'static, _> = Box::pin(async move { path });
            found
        });
        let mut settings = Settings::new(identity.clone(), resolve, 2);
        work_folder.path().clone_into(&mut settings.work_folder);
        let output = Output::default();
        settings.write = Some(output.write());
        change(&mut settings);
        let ai = DocumentAi::new(settings);
        let router = Router::new().route("/health", get(async || "ok")).merge(ai.router());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { ai, address, identity, work_folder, output }
    }

    pub(crate) async fn client(&self) -> DocumentProcessorService {
        let key = serde_json::from_str(&self.identity.key_json()).expect("a key file");
        let credentials = service_account::Builder::new(key).build().expect("credentials");
        DocumentProcessorService::builder()
            .with_endpoint(format!("http://{}", self.address))
            .with_credentials(credentials)
            .build()
            .await
            .expect("a client")
    }

    pub(crate) async fn process(&self, request: ProcessRequest) -> Result<Document, ClientError> {
        let sent = self.client().await.process_document().with_request(request).send().await;
        match sent {
            Ok(response) => Ok(response.document.expect("a document")),
            Err(error) => {
                let status = error.status().unwrap_or_else(|| panic!("no status in {error:?}"));
                let info = status.details.iter().find_map(|detail| match detail {
                    StatusDetails::ErrorInfo(info) => Some(info),
                    _ => None,
                });
                Err(ClientError {
                    code: status.code,
                    reason: info.expect("ErrorInfo").reason.clone(),
                    message: status.message.clone(),
                })
            }
        }
    }

    pub(crate) async fn error(&self, request: ProcessRequest) -> (Code, String) {
        let error = self.process(request).await.expect_err("an error");
        assert!(!error.message.is_empty());
        (error.code, error.reason)
    }

    /// Sends JSON without the official client.
    pub(crate) async fn post(&self, method: &str, body: &serde_json::Value) -> reqwest::Response {
        let url = format!("http://{}/v1/{PROCESSOR}:{method}", self.address);
        let request = reqwest::Client::new().post(url).bearer_auth(self.token()).json(body);
        request.send().await.expect("a response")
    }

    /// Requests JSON without the official client.
    pub(crate) async fn get(&self, name: &str) -> reqwest::Response {
        let url = format!("http://{}/v1/{name}", self.address);
        let request = reqwest::Client::new().get(url).bearer_auth(self.token());
        request.send().await.expect("a response")
    }

    fn token(&self) -> String {
        let email = self.identity.email();
        let claims = serde_json::json!({"iss": email, "sub": email, "exp": 4_000_000_000_u64});
        self.identity.sign(&claims)
    }

    /// Counts the running programs of this service.
    pub(crate) fn programs(&self) -> usize {
        let folder = self.work_folder.path().canonicalize().expect("the folder");
        let processes = std::fs::read_dir("/proc").expect("processes").flatten();
        processes
            .filter(|process| std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder))
            .count()
    }

    pub(crate) fn work_files(&self) -> usize {
        std::fs::read_dir(self.work_folder.path()).expect("the folder").count()
    }
}

pub(crate) fn stored(name: &str, mime_type: &str) -> ProcessRequest {
    let document = GcsDocument::new().set_gcs_uri(format!("gs://samples/{name}")).set_mime_type(mime_type);
    ProcessRequest::new().set_name(PROCESSOR).set_gcs_document(document)
}

pub(crate) fn sent(content: Vec<u8>, mime_type: &str) -> ProcessRequest {
    let document = RawDocument::new().set_content(content).set_mime_type(mime_type);
    ProcessRequest::new().set_name(PROCESSOR).set_raw_document(document)
}

/// Builds a PDF of blank pages of this size in points.
pub(crate) fn blank_pdf(pages: usize, size: u32) -> Vec<u8> {
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 3)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")),
    ];
    objects.resize(pages + 2, format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size} {size}] >>"));
    let mut pdf = String::from("%PDF-1.4\n");
    let mut places = String::new();
    for (index, object) in objects.iter().enumerate() {
        places += &format!("{:010} 00000 n \n", pdf.len());
        pdf += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let (start, size) = (pdf.len(), objects.len() + 1);
    pdf += &format!("xref\n0 {size}\n0000000000 65535 f \n{places}trailer\n");
    pdf += &format!("<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    pdf.into_bytes()
}

/// Waits up to a minute for a condition.
pub(crate) async fn until(event: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "{event} did not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
