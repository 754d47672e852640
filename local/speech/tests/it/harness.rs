//! A running stand-in, clients for it, and sample audio.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use futures::future::BoxFuture;
use google_cloud_auth::credentials::service_account;
use google_cloud_gax::error::rpc::{Code, Status, StatusDetails};
use google_cloud_speech_v2::{
    client::Speech as Client,
    model::{
        AutoDetectDecodingConfig, BatchRecognizeFileMetadata, BatchRecognizeRequest, BatchRecognizeResponse,
        GcsOutputConfig, OperationMetadata, RecognitionConfig, RecognitionFeatures, RecognitionOutputConfig,
        RecognizeRequest, RecognizeResponse, SpeechRecognitionResult,
    },
};
use local_identity::Identity;
use local_speech::{Settings, Speech};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PARENT: &str = "projects/alta-local/locations/eu";
pub(crate) const RECOGNIZER: &str = "projects/alta-local/locations/eu/recognizers/_";

type Objects = Arc<Mutex<BTreeMap<String, (Vec<u8>, String)>>>;

pub(crate) struct Service {
    pub(crate) speech: Speech,
    pub(crate) address: SocketAddr,
    pub(crate) identity: Identity,
    pub(crate) work_folder: TempDir,
    pub(crate) settings: Settings,
    /// The written objects and their content types.
    pub(crate) objects: Objects,
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

pub(crate) fn truth(name: &str) -> String {
    std::fs::read_to_string(sample(name)).expect("the true text")
}

pub(crate) fn uri(name: &str) -> String {
    format!("gs://samples/{name}")
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// Starts a stand-in with changed settings. The bucket `samples` contains the sample files, `work` any file, and writing to
    /// `denied` fails.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let identity = Identity::generate("https://accounts.google.com").expect("a key");
        let work_folder = TempDir::new().expect("a folder");
        let objects = Objects::default();
        let resolve = Arc::new(|uri: &str| -> BoxFuture<'static, Option<PathBuf>> {
            let path = uri.strip_prefix("gs://samples/").map(sample);
            let path = path.or_else(|| uri.strip_prefix("gs://work/").map(PathBuf::from));
            Box::pin(async move { path })
        });
        let mut settings = Settings::new(identity.clone(), resolve, 2, work_folder.path().join("speech"));
        let written = Arc::clone(&objects);
        settings.write = Some(Arc::new(move |uri, bytes, content_type| {
            let (uri, content_type, written) =
                (uri.to_owned(), content_type.to_owned(), Arc::clone(&written));
            Box::pin(async move {
                if uri.starts_with("gs://denied/") {
                    return Err("the bucket does not exist".to_owned());
                }
                written.lock().expect("objects").insert(uri, (bytes, content_type));
                Ok(())
            })
        }));
        change(&mut settings);
        let speech = Speech::open(settings.clone()).expect("a stand-in");
        let address = serve(&speech).await;
        Self { speech, address, identity, work_folder, settings, objects }
    }

    /// Stops the stand-in as abruptly as a killed process and opens it again on the same folder.
    pub(crate) async fn reopen(self) -> Self {
        self.speech.stop();
        let speech = Speech::open(self.settings.clone()).expect("a stand-in");
        let address = serve(&speech).await;
        Self { speech, address, ..self }
    }

    pub(crate) async fn client(&self) -> Client {
        let key = serde_json::from_str(&self.identity.key_json()).expect("a key file");
        let credentials = service_account::Builder::new(key).build().expect("credentials");
        Client::builder()
            .with_endpoint(format!("http://{}", self.address))
            .with_credentials(credentials)
            .build()
            .await
            .expect("a client")
    }

    pub(crate) async fn recognize(
        &self,
        request: RecognizeRequest,
    ) -> Result<RecognizeResponse, ClientError> {
        let sent = self.client().await.recognize().with_request(request).send().await;
        sent.map_err(|error| client_error(&error))
    }

    pub(crate) async fn error(&self, request: RecognizeRequest) -> (Code, String) {
        let error = self.recognize(request).await.expect_err("a error");
        assert!(!error.message.is_empty());
        (error.code, error.reason)
    }

    /// Starts a batch and returns its operation's name.
    pub(crate) async fn begin(&self, request: BatchRecognizeRequest) -> Result<String, ClientError> {
        let sent = self.client().await.batch_recognize().with_request(request).send().await;
        sent.map(|operation| operation.name).map_err(|error| client_error(&error))
    }

    /// Polls the operation until it is done, as a stateless function does.
    pub(crate) async fn end(&self, name: &str) -> Result<BatchRecognizeResponse, Status> {
        let (client, start) = (self.client().await, Instant::now());
        loop {
            let operation = client.get_operation().set_name(name).send().await.expect("an operation");
            if operation.done {
                let metadata: OperationMetadata =
                    operation.metadata.as_ref().expect("metadata").to_msg().expect("the expected type");
                assert_eq!(metadata.progress_percent, 100);
                if let Some(error) = operation.error() {
                    return Err((**error).clone().into());
                }
                return Ok(operation.response().expect("a response").to_msg().expect("the expected type"));
            }
            assert!(start.elapsed() < Duration::from_secs(240), "{name} did not end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn progress(&self, name: &str) -> OperationMetadata {
        let operation =
            self.client().await.get_operation().set_name(name).send().await.expect("an operation");
        operation.metadata.as_ref().expect("metadata").to_msg().expect("the expected type")
    }

    /// Sends JSON without the official client.
    pub(crate) async fn post(&self, method: &str, body: &Value) -> reqwest::Response {
        let url = format!("http://{}/v2/{RECOGNIZER}:{method}", self.address);
        let request = reqwest::Client::new().post(url).bearer_auth(self.token()).json(body);
        request.send().await.expect("a response")
    }

    pub(crate) async fn get(&self, name: &str) -> reqwest::Response {
        let url = format!("http://{}/v2/{name}", self.address);
        let request = reqwest::Client::new().get(url).bearer_auth(self.token());
        request.send().await.expect("a response")
    }

    fn token(&self) -> String {
        let email = self.identity.email();
        self.identity.sign(&serde_json::json!({"iss": email, "sub": email, "exp": 4_000_000_000_u64}))
    }

    /// Counts the running programs of this service.
    pub(crate) fn programs(&self) -> usize {
        let folder = self.audio_folder();
        let processes = std::fs::read_dir("/proc").expect("processes").flatten();
        processes
            .filter(|process| std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder))
            .count()
    }

    pub(crate) fn audio_files(&self) -> usize {
        std::fs::read_dir(self.audio_folder()).expect("the folder").count()
    }

    fn audio_folder(&self) -> PathBuf {
        self.work_folder.path().join("speech/audio").canonicalize().expect("the folder")
    }
}

async fn serve(speech: &Speech) -> SocketAddr {
    let router = Router::new().route("/health", get(async || "ok")).merge(speech.router());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn client_error(error: &google_cloud_speech_v2::Error) -> ClientError {
    let status = error.status().unwrap_or_else(|| panic!("no status in {error:?}"));
    let info = status.details.iter().find_map(|detail| match detail {
        StatusDetails::ErrorInfo(info) => Some(info),
        _ => None,
    });
    ClientError {
        code: status.code,
        reason: info.expect("ErrorInfo").reason.clone(),
        message: status.message.clone(),
    }
}

pub(crate) fn config() -> RecognitionConfig {
    RecognitionConfig::new()
        .set_auto_decoding_config(AutoDetectDecodingConfig::new())
        .set_language_codes(["en-US"])
        .set_model("long")
        .set_features(
            RecognitionFeatures::new()
                .set_enable_word_time_offsets(true)
                .set_enable_word_confidence(true)
                .set_enable_automatic_punctuation(true),
        )
}

pub(crate) fn stored(name: &str) -> RecognizeRequest {
    RecognizeRequest::new().set_recognizer(RECOGNIZER).set_config(config()).set_uri(uri(name))
}

pub(crate) fn sent(content: Vec<u8>) -> RecognizeRequest {
    RecognizeRequest::new().set_recognizer(RECOGNIZER).set_config(config()).set_content(content)
}

/// Builds a batch whose transcripts go to this URI.
pub(crate) fn batch(names: &[&str], output: &str) -> BatchRecognizeRequest {
    let files = names.iter().map(|name| BatchRecognizeFileMetadata::new().set_uri(uri(name)));
    let output = RecognitionOutputConfig::new().set_gcs_output_config(GcsOutputConfig::new().set_uri(output));
    BatchRecognizeRequest::new()
        .set_recognizer(RECOGNIZER)
        .set_config(config())
        .set_files(files)
        .set_recognition_output_config(output)
}

/// Joins the text of all results.
pub(crate) fn text(results: &[SpeechRecognitionResult]) -> String {
    let transcripts: Vec<&str> =
        results.iter().map(|result| result.alternatives[0].transcript.as_str()).collect();
    transcripts.join(" ")
}

/// Builds a WAV file with this many milliseconds of silence.
pub(crate) fn silence(milliseconds: usize) -> Vec<u8> {
    let mut wav = bytes_of("silence.wav");
    let size = u32::try_from(milliseconds * 32).expect("a size");
    wav.resize(44 + milliseconds * 32, 0);
    wav[4..8].copy_from_slice(&(size + 36).to_le_bytes());
    wav[40..44].copy_from_slice(&size.to_le_bytes());
    wav
}

/// Waits up to a minute for a condition.
pub(crate) async fn until(event: &str, condition: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < Duration::from_secs(60), "{event} did not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
