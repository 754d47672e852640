//! `google.pubsub.v1.Publisher/Publish`, the only method that the official client calls over gRPC.

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use http::{HeaderMap, Response, header::CONTENT_TYPE};
use tonic::{Status, server::Grpc};
use tonic_prost::ProstCodec;
use tower::service_fn;

use crate::{
    PubSub,
    api::MAX_BODY,
    message::{Header, Message},
};

pub(crate) const PUBLISH: &str = "/google.pubsub.v1.Publisher/Publish";

/// The fields of `google.pubsub.v1.PublishRequest`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PublishRequest {
    #[prost(string, tag = "1")]
    topic: String,
    #[prost(message, repeated, tag = "2")]
    messages: Vec<PubsubMessage>,
}

/// The fields of `google.pubsub.v1.PubsubMessage` that a publisher sets.
#[derive(Clone, PartialEq, prost::Message)]
struct PubsubMessage {
    #[prost(bytes = "vec", tag = "1")]
    data: Vec<u8>,
    #[prost(btree_map = "string, string", tag = "2")]
    attributes: BTreeMap<String, String>,
    #[prost(string, tag = "5")]
    ordering_key: String,
}

/// The fields of `google.pubsub.v1.PublishResponse`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PublishResponse {
    #[prost(string, repeated, tag = "1")]
    message_ids: Vec<String>,
}

/// Publishes messages to a topic.
pub(crate) async fn publish(State(pubsub): State<PubSub>, request: Request) -> Response<tonic::body::Body> {
    let service = service_fn(|request: tonic::Request<PublishRequest>| {
        let pubsub = pubsub.clone();
        async move {
            let PublishRequest { topic, messages } = request.into_inner();
            let message_ids =
                pubsub.publish_all(&topic, messages.into_iter().map(Into::into).collect()).await?;
            Ok::<_, Status>(tonic::Response::new(PublishResponse { message_ids }))
        }
    });
    let codec = ProstCodec::<PublishResponse, PublishRequest>::default();
    Grpc::new(codec).max_decoding_message_size(MAX_BODY).unary(service, request).await
}

/// Returns true if a request uses gRPC.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

impl From<PubsubMessage> for Message {
    fn from(message: PubsubMessage) -> Self {
        let PubsubMessage { data, attributes, ordering_key } = message;
        Self { header: Header { attributes, ordering_key }, data }
    }
}
