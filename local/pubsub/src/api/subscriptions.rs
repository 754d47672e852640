//! `projects.subscriptions` of the REST API
//! (<https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions>).

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    PubSub,
    api::json::{Json, Page, merge},
    broker::blocking,
    error::Error,
    names::{self, Kind},
    resource::Subscription,
};

/// The fields that can be updated. The filter cannot.
const CHANGEABLE: [&str; 7] = [
    "pushConfig",
    "ackDeadlineSeconds",
    "messageRetentionDuration",
    "labels",
    "expirationPolicy",
    "deadLetterPolicy",
    "retryPolicy",
];

type Named = Path<(String, String)>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateSubscription {
    subscription: Value,
    update_mask: String,
}

pub(crate) async fn create(
    State(pubsub): State<PubSub>,
    Path((project, subscription)): Named,
    Json(body): Json<Subscription>,
) -> Result<Json<Subscription>, Error> {
    let name = names::full(&project, Kind::Subscription, &subscription);
    let broker = Arc::clone(&pubsub.0);
    blocking(move || broker.create_subscription(Subscription { name, ..body }, true)).await.map(Json)
}

pub(crate) async fn get(
    State(pubsub): State<PubSub>,
    Path((project, subscription)): Named,
) -> Result<Json<Subscription>, Error> {
    let subscriber = pubsub.0.subscriber(&id(&pubsub, &project, &subscription)?)?;
    Ok(Json(subscriber.config().subscription.clone()))
}

pub(crate) async fn update(
    State(pubsub): State<PubSub>,
    Path((project, subscription)): Named,
    Json(body): Json<UpdateSubscription>,
) -> Result<Json<Subscription>, Error> {
    let id = id(&pubsub, &project, &subscription)?;
    change(&pubsub, id, body.subscription, body.update_mask).await.map(Json)
}

pub(crate) async fn delete(
    State(pubsub): State<PubSub>,
    Path((project, subscription)): Named,
) -> Result<Json<Value>, Error> {
    let id = id(&pubsub, &project, &subscription)?;
    let broker = Arc::clone(&pubsub.0);
    blocking(move || broker.delete_subscription(&id)).await?;
    Ok(Json(json!({})))
}

pub(crate) async fn list(
    State(pubsub): State<PubSub>,
    Path(project): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Error> {
    let subscribers = if project == pubsub.0.project { pubsub.0.subscribers() } else { Vec::new() };
    let all = subscribers.iter().map(|subscriber| subscriber.config().subscription.clone()).collect();
    page.of("subscriptions", all, |subscription: &Subscription| &subscription.name).map(Json)
}

/// Handles the custom method `POST .../subscriptions/{subscription}:modifyPushConfig`.
pub(crate) async fn call(
    State(pubsub): State<PubSub>,
    Path((project, call)): Named,
    Json(body): Json<Value>,
) -> Result<Json<Value>, Error> {
    let Some((subscription, "modifyPushConfig")) = call.split_once(':') else {
        return Err(Error::Unimplemented);
    };
    let id = id(&pubsub, &project, subscription)?;
    change(&pubsub, id, body, "pushConfig".to_owned()).await?;
    Ok(Json(json!({})))
}

async fn change(pubsub: &PubSub, id: String, patch: Value, mask: String) -> Result<Subscription, Error> {
    let broker = Arc::clone(&pubsub.0);
    let change = move |current: &Subscription| merge(current, &patch, &mask, &CHANGEABLE);
    blocking(move || broker.update_subscription(&id, change)).await
}

fn id(pubsub: &PubSub, project: &str, subscription: &str) -> Result<String, Error> {
    let name = names::full(project, Kind::Subscription, subscription);
    names::id(&pubsub.0.project, Kind::Subscription, &name).map(str::to_owned)
}
