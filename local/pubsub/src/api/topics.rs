//! `projects.topics` of the REST API
//! (<https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics>).

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    PubSub,
    api::json::{Json, Page, merge},
    broker::blocking,
    error::Error,
    message::{Header, Message},
    names::{self, Kind},
    resource::Topic,
};

/// The base64 variant of protobuf's JSON, with optional padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

type Named = Path<(String, String)>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateTopic {
    topic: Value,
    update_mask: String,
}

#[derive(Deserialize)]
struct Publish {
    #[serde(default)]
    messages: Vec<PubsubMessage>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PubsubMessage {
    data: String,
    attributes: BTreeMap<String, String>,
    ordering_key: String,
}

pub(crate) async fn create(
    State(pubsub): State<PubSub>,
    Path((project, topic)): Named,
    Json(body): Json<Topic>,
) -> Result<Json<Topic>, Error> {
    let topic = Topic { name: names::full(&project, Kind::Topic, &topic), ..body };
    let broker = Arc::clone(&pubsub.0);
    blocking(move || broker.create_topic(topic, true)).await.map(Json)
}

pub(crate) async fn get(
    State(pubsub): State<PubSub>,
    Path((project, topic)): Named,
) -> Result<Json<Topic>, Error> {
    pubsub.0.topic(&id(&pubsub, &project, &topic)?).map(Json)
}

pub(crate) async fn update(
    State(pubsub): State<PubSub>,
    Path((project, topic)): Named,
    Json(body): Json<UpdateTopic>,
) -> Result<Json<Topic>, Error> {
    let id = id(&pubsub, &project, &topic)?;
    let broker = Arc::clone(&pubsub.0);
    let change = move |current: &Topic| merge(current, &body.topic, &body.update_mask, &["labels"]);
    blocking(move || broker.update_topic(&id, change)).await.map(Json)
}

pub(crate) async fn delete(
    State(pubsub): State<PubSub>,
    Path((project, topic)): Named,
) -> Result<Json<Value>, Error> {
    let id = id(&pubsub, &project, &topic)?;
    let broker = Arc::clone(&pubsub.0);
    blocking(move || broker.delete_topic(&id)).await?;
    Ok(Json(json!({})))
}

pub(crate) async fn list(
    State(pubsub): State<PubSub>,
    Path(project): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Error> {
    let topics = if project == pubsub.0.project { pubsub.0.topics() } else { Vec::new() };
    page.of("topics", topics, |topic| &topic.name).map(Json)
}

pub(crate) async fn list_subscriptions(
    State(pubsub): State<PubSub>,
    Path((project, topic)): Named,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Error> {
    let topic = pubsub.0.topic(&id(&pubsub, &project, &topic)?)?;
    let subscriptions = pubsub.0.subscribers().into_iter().map(|subscriber| subscriber.config());
    let names: Vec<String> = subscriptions
        .filter(|config| config.subscription.topic == topic.name)
        .map(|config| config.subscription.name.clone())
        .collect();
    page.of("subscriptions", names, |name| name).map(Json)
}

/// Handles the custom method `POST .../topics/{topic}:publish`.
pub(crate) async fn call(
    State(pubsub): State<PubSub>,
    Path((project, call)): Named,
    Json(body): Json<Value>,
) -> Result<Response, Error> {
    let Some((topic, "publish")) = call.split_once(':') else { return Err(Error::Unimplemented) };
    let publish: Publish = serde_json::from_value(body)
        .map_err(|error| Error::InvalidArgument(format!("Invalid JSON payload received. {error}")))?;
    let messages: Result<Vec<_>, _> = publish.messages.into_iter().map(Message::try_from).collect();
    let ids = pubsub.publish_all(&names::full(&project, Kind::Topic, topic), messages?).await?;
    Ok(Json(json!({"messageIds": ids})).into_response())
}

impl TryFrom<PubsubMessage> for Message {
    type Error = Error;

    fn try_from(message: PubsubMessage) -> Result<Self, Error> {
        let PubsubMessage { data, attributes, ordering_key } = message;
        let data = BASE64
            .decode(data.replace('-', "+").replace('_', "/"))
            .map_err(|error| Error::InvalidArgument(format!("Base64 decoding failed: {error}")))?;
        Ok(Self { header: Header { attributes, ordering_key }, data })
    }
}

fn id(pubsub: &PubSub, project: &str, topic: &str) -> Result<String, Error> {
    let name = names::full(project, Kind::Topic, topic);
    names::id(&pubsub.0.project, Kind::Topic, &name).map(str::to_owned)
}
