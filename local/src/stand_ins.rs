//! The stand-ins for Google Cloud's services and the mail server. Each is skipped if it was replaced.

use std::{fs, path::PathBuf, sync::Arc, thread, time::SystemTime};

use futures::future::BoxFuture;
use local_documentai::DocumentAi;
use local_identity::Identity;
use local_pubsub::PubSub;
use local_smtp::{Credentials, Inbox};
use local_speech::Speech;
use local_storage::{Attributes, Bucket, Notification, NotificationConfig, Notifier, Storage};
use shared::cloud::names::Topic;

use crate::{
    data_dir::DataDir,
    environment::{EXPORTS_BUCKET, PROCESSOR, PROJECT, RESULTS_BUCKET, UPLOADS_BUCKET},
    error::{Error, Result},
    ports::{Ports, loopback},
    secrets,
};

/// Pub/Sub, with the undelivered messages of its last run.
pub(crate) async fn pubsub(data: &DataDir, identity: &Identity) -> Result<PubSub> {
    let pubsub = PubSub::open(local_pubsub::Settings {
        data_dir: folder(data, "pubsub")?,
        identity: identity.clone(),
        project: PROJECT.to_owned(),
    })
    .map_err(|error| Error::because("Pub/Sub did not start", &error))?;
    for topic in Topic::ALL {
        let created = pubsub.create_topic(topic.name()).await;
        created
            .map_err(|error| Error::because(format!("cannot create the topic {}", topic.name()), &error))?;
    }
    Ok(pubsub)
}

/// Cloud Storage, which sends its notifications through `notifier`.
pub(crate) async fn storage(
    data: &DataDir,
    identity: &Identity,
    endpoint: String,
    cors_origins: &str,
    notifier: Notifier,
) -> Result<Storage> {
    let bucket = |name: &str, topic: Option<Topic>| {
        let notification =
            |topic: Topic| NotificationConfig { topic: topic.name().to_owned(), object_name_prefix: None };
        Bucket { name: name.to_owned(), notifications: topic.into_iter().map(notification).collect() }
    };
    #[allow(clippy::disallowed_methods, reason = "the cloud has a clock of its own")]
    let now = Arc::new(SystemTime::now);
    let settings = local_storage::Settings {
        data_dir: folder(data, "storage")?,
        endpoint,
        identity: identity.clone(),
        cors_origins: cors_origins.split(',').map(str::to_owned).collect(),
        buckets: vec![
            bucket(UPLOADS_BUCKET, Some(Topic::Uploads)),
            bucket(RESULTS_BUCKET, Some(Topic::Results)),
            bucket(EXPORTS_BUCKET, None),
        ],
        now,
    };
    let opened = Storage::open(settings, notifier).await;
    opened.map_err(|error| Error::because("Cloud Storage did not start", &error))
}

/// Publishes the notifications of created and deleted objects.
pub(crate) fn notifier(pubsub: PubSub) -> Notifier {
    Arc::new(move |notification: Notification| -> BoxFuture<'static, Result<(), String>> {
        let pubsub = pubsub.clone();
        Box::pin(async move {
            let Notification { topic, attributes, data } = notification;
            let published = pubsub.publish(&topic, attributes, data).await;
            published.map(|_| ()).map_err(|error| error.to_string())
        })
    })
}

/// Document AI, which reads the objects of `storage`.
pub(crate) fn documentai(data: &DataDir, identity: &Identity, storage: Storage) -> Result<DocumentAi> {
    installed("read documents", &DocumentAi::missing_tools())?;
    let readers = thread::available_parallelism().map_or(1, usize::from);
    let mut settings =
        local_documentai::Settings::new(identity.clone(), Arc::new(resolver(storage.clone())), readers);
    settings.write = Some(Arc::new(writer(storage)));
    settings.processor = Some(PROCESSOR.to_owned());
    settings.work_folder = folder(data, "documentai")?;
    Ok(DocumentAi::new(settings))
}

/// Speech-to-Text, which reads the objects of `storage`.
pub(crate) fn speech(data: &DataDir, identity: &Identity, storage: Storage) -> Result<Speech> {
    installed("transcribe voice samples", &Speech::missing_tools())?;
    let listeners = thread::available_parallelism().map_or(1, usize::from);
    let resolve = Arc::new(resolver(storage.clone()));
    let mut settings =
        local_speech::Settings::new(identity.clone(), resolve, listeners, folder(data, "speech")?);
    settings.write = Some(Arc::new(writer(storage)));
    Speech::open(settings).map_err(|error| Error::because("Speech-to-Text did not start", &error))
}

fn installed(purpose: &str, missing: &[&str]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!(
        "programs that {purpose} are missing: install {} (`make` does so on Debian)",
        missing.join(" and ")
    )))
}

/// Finds the file of an object by its `gs://` URL.
fn resolver(storage: Storage) -> impl Fn(&str) -> BoxFuture<'static, Option<PathBuf>> {
    move |uri| {
        let name = uri.strip_prefix("gs://").and_then(|name| name.split_once('/'));
        let found = name.and_then(|(bucket, object)| storage.open_object(bucket, object, None));
        Box::pin(async move { found.map(|(_, path)| path) })
    }
}

/// Writes an object at a `gs://` URL.
fn writer(storage: Storage) -> impl Fn(&str, Vec<u8>, &str) -> BoxFuture<'static, Result<(), String>> {
    move |uri, bytes, content_type| {
        let name = uri.strip_prefix("gs://").and_then(|name| name.split_once('/'));
        let name = name.map(|(bucket, object)| (bucket.to_owned(), object.to_owned()));
        let attributes = Attributes { content_type: Some(content_type.to_owned()), ..Attributes::default() };
        let storage = storage.clone();
        Box::pin(async move {
            let (bucket, object) = name.ok_or("not the URL of an object")?;
            let created = storage.create_object(&bucket, &object, attributes, bytes.into()).await;
            created.map(|_| ()).map_err(|error| error.to_string())
        })
    }
}

/// The mail server and its inbox.
pub(crate) async fn smtp(data: &DataDir, ports: &Ports<'_>) -> Result<(Inbox, Credentials)> {
    let password = data.load_or_store("smtp.password", secrets::random_name)?;
    let credentials = Credentials { username: "alta".to_owned(), password };
    let listen = loopback(ports.reserve("smtp")?);
    let settings = local_smtp::Settings::new(folder(data, "inbox")?, listen, Some(credentials.clone()));
    let inbox = Inbox::open(settings)
        .await
        .map_err(|error| Error::because("the mail server did not start", &error))?;
    Ok((inbox, credentials))
}

fn folder(data: &DataDir, name: &str) -> Result<PathBuf> {
    let path = data.join(name);
    fs::create_dir_all(&path).map_err(Error::file("create", &path))?;
    Ok(path)
}
