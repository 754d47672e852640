//! The API on one port: gRPC and REST, both authenticated by the service account's bearer token.

mod grpc;
mod json;
mod subscriptions;
mod topics;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use http::header::AUTHORIZATION;

use crate::{PubSub, error::Error};

/// The size of the largest publish request, in base64.
const MAX_BODY: usize = 16 * 1024 * 1024;

pub(crate) fn router(pubsub: &PubSub) -> Router {
    let topic = put(topics::create).get(topics::get).patch(topics::update).delete(topics::delete);
    let subscription = put(subscriptions::create)
        .get(subscriptions::get)
        .patch(subscriptions::update)
        .delete(subscriptions::delete);
    Router::new()
        .route(grpc::PUBLISH, post(grpc::publish))
        .route("/v1/projects/{project}/topics", get(topics::list))
        .route("/v1/projects/{project}/topics/{topic}", topic.post(topics::call))
        .route("/v1/projects/{project}/topics/{topic}/subscriptions", get(topics::list_subscriptions))
        .route("/v1/projects/{project}/subscriptions", get(subscriptions::list))
        .route("/v1/projects/{project}/subscriptions/{subscription}", subscription.post(subscriptions::call))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(pubsub.clone(), authenticate))
        .with_state(pubsub.clone())
}

async fn authenticate(State(pubsub): State<PubSub>, request: Request, next: Next) -> Response {
    if pubsub.0.identity.accepts_bearer(request.headers().get(AUTHORIZATION)) {
        next.run(request).await
    } else {
        reject(&request, Error::Unauthenticated)
    }
}

async fn unknown(request: Request) -> Response {
    reject(&request, Error::Unimplemented)
}

/// Returns an error in the protocol of the request.
fn reject(request: &Request, error: Error) -> Response {
    if grpc::is_grpc(request.headers()) {
        tonic::Status::from(error).into_http::<axum::body::Body>()
    } else {
        error.into_response()
    }
}
