//! The API through Google's admin clients and plain HTTP.

use axum::http::Extensions;
use google_cloud_auth::credentials::{CacheableResource, anonymous};
use google_cloud_gax::error::rpc::Code;
use google_cloud_pubsub::{
    client::{Publisher, TopicAdmin},
    model::{
        DeadLetterPolicy, ExpirationPolicy, Message, PushConfig, RetryPolicy, Subscription, Topic,
        push_config::{AuthenticationMethod, OidcToken},
    },
};
use serde_json::{Value, json};

use crate::harness::{Cloud, EMAIL, Push, Receiver, credentials, subscription_name, topic_name, within};

/// Returns a bearer token from the official clients.
async fn bearer(cloud: &Cloud) -> String {
    let headers = credentials(&cloud.identity).headers(Extensions::new()).await.expect("headers");
    let CacheableResource::New { data, .. } = headers else { panic!("nothing is cached yet") };
    data["authorization"].to_str().expect("text").to_owned()
}

async fn call(cloud: &Cloud, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let method = method.parse().expect("a method");
    let request = reqwest::Client::new()
        .request(method, format!("{}/v1/projects/alta-local/{path}", cloud.api.url))
        .header("authorization", bearer(cloud).await);
    let request = if let Some(body) = body { request.json(&body) } else { request };
    let response = request.send().await.expect("a response");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

fn code(error: &google_cloud_pubsub::Error) -> Option<Code> {
    error.status().map(|status| status.code)
}

#[tokio::test]
async fn the_official_admin_client_manages_topics() {
    let cloud = Cloud::start().await;
    let admin = cloud.topic_admin().await;
    for id in ["uploads", "results", "dead"] {
        let created = admin.create_topic().set_name(topic_name(id)).send().await.expect("a topic");
        assert_eq!(created.name, topic_name(id));
    }
    let again = admin.create_topic().set_name(topic_name("dead")).send().await;
    assert_eq!(code(&again.expect_err("the topic exists")), Some(Code::AlreadyExists));
    let labeled = Topic::new().set_name(topic_name("dead")).set_labels([("team", "ocr")]);
    let fields = mask(&["labels"]);
    let updated = admin.update_topic().set_topic(labeled).set_update_mask(fields).send().await;
    assert_eq!(updated.expect("an updated topic").labels["team"], "ocr");
    let got = admin.get_topic().set_topic(topic_name("dead")).send().await.expect("a topic");
    assert_eq!(got.labels["team"], "ocr");

    let project = format!("projects/{}", crate::harness::PROJECT);
    let page = admin.list_topics().set_project(&project).set_page_size(2).send().await.expect("a page");
    let names: Vec<_> = page.topics.iter().map(|topic| topic.name.clone()).collect();
    assert_eq!(names, [topic_name("dead"), topic_name("results")]);
    let next = admin.list_topics().set_project(&project).set_page_token(page.next_page_token);
    let next = next.send().await.expect("a page");
    assert_eq!(next.topics.len(), 1);
    assert!(next.next_page_token.is_empty());

    admin.delete_topic().set_topic(topic_name("dead")).send().await.expect("a deleted topic");
    let missing = admin.get_topic().set_topic(topic_name("dead")).send().await;
    assert_eq!(code(&missing.expect_err("the topic is deleted")), Some(Code::NotFound));
}

fn mask(paths: &[&str]) -> google_cloud_wkt::FieldMask {
    google_cloud_wkt::FieldMask::default().set_paths(paths.iter().copied())
}

#[tokio::test]
async fn the_official_admin_client_manages_subscriptions() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::acknowledging().await;
    for topic in ["uploads", "dead"] {
        cloud.pubsub.create_topic(topic).await.expect("a topic");
    }
    let admin = cloud.subscription_admin().await;
    let duration = |seconds| google_cloud_wkt::Duration::clamp(seconds, 0);
    let oidc = OidcToken::new().set_service_account_email(EMAIL).set_audience("https://ocr");
    let push = PushConfig::new()
        .set_push_endpoint(receiver.url())
        .set_authentication_method(AuthenticationMethod::OidcToken(oidc.into()));
    let created = admin
        .create_subscription()
        .set_name(subscription_name("ocr"))
        .set_topic(topic_name("uploads"))
        .set_push_config(push.clone())
        .set_ack_deadline_seconds(600)
        .set_filter(r#"attributes.eventType = "OBJECT_FINALIZE""#)
        .set_expiration_policy(ExpirationPolicy::new())
        .set_retry_policy(
            RetryPolicy::new().set_minimum_backoff(duration(10)).set_maximum_backoff(duration(600)),
        )
        .set_dead_letter_policy(DeadLetterPolicy::new().set_dead_letter_topic(topic_name("dead")))
        .send()
        .await
        .expect("a subscription");
    assert_eq!(created.push_config.as_ref(), Some(&push));
    assert_eq!(created.message_retention_duration, Some(duration(7 * 24 * 60 * 60)));
    assert_eq!(created.dead_letter_policy.expect("a policy").max_delivery_attempts, 5);

    let name = subscription_name("ocr");
    let changed = Subscription::new().set_name(&name).set_ack_deadline_seconds(60);
    let fields = mask(&["ack_deadline_seconds", "retry_policy"]);
    let changed = admin.update_subscription().set_subscription(changed).set_update_mask(fields).send().await;
    let changed = changed.expect("an updated subscription");
    assert_eq!((changed.ack_deadline_seconds, changed.retry_policy), (60, None));
    let filter = Subscription::new().set_name(&name).set_filter("attributes:x");
    let fields = mask(&["filter"]);
    let refused = admin.update_subscription().set_subscription(filter).set_update_mask(fields).send().await;
    assert_eq!(code(&refused.expect_err("a filter cannot change")), Some(Code::InvalidArgument));

    admin
        .modify_push_config()
        .set_subscription(&name)
        .set_push_config(PushConfig::new())
        .send()
        .await
        .expect("an updated subscription");
    let got = admin.get_subscription().set_subscription(&name).send().await.expect("a subscription");
    assert_eq!(got.push_config.filter(|push| !push.push_endpoint.is_empty()), None);
    let topics = cloud.topic_admin().await;
    let listed = topics.list_topic_subscriptions().set_topic(topic_name("uploads")).send().await;
    assert_eq!(listed.expect("a list").subscriptions, std::slice::from_ref(&name));
    topics.delete_topic().set_topic(topic_name("uploads")).send().await.expect("a deleted topic");
    let orphan = admin.get_subscription().set_subscription(&name).send().await.expect("a subscription");
    assert_eq!(orphan.topic, "_deleted-topic_");
    admin.delete_subscription().set_subscription(&name).send().await.expect("a deleted subscription");
    let missing = admin.get_subscription().set_subscription(&name).send().await;
    assert_eq!(code(&missing.expect_err("the subscription is deleted")), Some(Code::NotFound));
}

#[tokio::test]
async fn publishing_to_an_unknown_topic_is_not_found() {
    let cloud = Cloud::start().await;
    let refused = cloud.publisher("unknown").await.publish(Message::new().set_data("x")).await;
    let refused = refused.expect_err("the topic does not exist").to_string();
    assert!(refused.contains("NOT_FOUND") || refused.contains("not found"), "{refused}");
    let body = json!({"messages": [{"data": "eA=="}]});
    let (status, error) = call(&cloud, "POST", "topics/unknown:publish", Some(body)).await;
    assert_eq!(status, 404);
    let expected = json!({"error": {
        "code": 404, "message": "Resource not found (resource=unknown).", "status": "NOT_FOUND",
    }});
    assert_eq!(error, expected);
}

#[tokio::test]
async fn calls_without_a_valid_token_of_the_account_are_rejected() {
    let cloud = Cloud::start().await;
    cloud.pubsub.create_topic("uploads").await.expect("a topic");
    let stranger = local_identity::Identity::generate("http://127.0.0.1").expect("a key");
    for credentials in [anonymous::Builder::new().build(), credentials(&stranger)] {
        let publisher = Publisher::builder(topic_name("uploads"))
            .with_endpoint(&cloud.api.url)
            .with_credentials(credentials.clone())
            .set_message_count_threshold(1_u32)
            .build()
            .await
            .expect("a publisher");
        let refused = publisher.publish(Message::new().set_data("x")).await.expect_err("no token");
        let refused = format!("{refused:?}");
        assert!(refused.contains("Unauthenticated"), "{refused}");
        let admin = TopicAdmin::builder()
            .with_endpoint(&cloud.api.url)
            .with_credentials(credentials)
            .build()
            .await
            .expect("a client");
        let refused = admin.get_topic().set_topic(topic_name("uploads")).send().await;
        assert_eq!(code(&refused.expect_err("no token")), Some(Code::Unauthenticated));
    }
}

#[tokio::test]
async fn the_rest_api_publishes_and_rejects_invalid_requests() {
    let cloud = Cloud::start().await;
    let receiver = Receiver::acknowledging().await;
    cloud.subscribe("uploads", receiver.url()).await;
    let body = json!({"messages": [{"data": "__-_", "attributes": {"k": "v"}}, {"data": "eHg"}]});
    let (status, response) = call(&cloud, "POST", "topics/uploads:publish", Some(body)).await;
    assert_eq!((status, response["messageIds"].as_array().map(Vec::len)), (200, Some(2)));
    within(cloud.pubsub.quiescent()).await;
    let mut data: Vec<_> =
        receiver.pushes().iter().map(|push| push.body["message"]["data"].clone()).collect();
    data.sort_by_key(Value::to_string);
    assert_eq!(data, ["//+/", "eHg="]);

    let long = "x".repeat(1025);
    let topic = topic_name("uploads");
    for (method, path, body) in [
        ("POST", "topics/uploads:publish", json!({})),
        ("POST", "topics/uploads:publish", json!({"messages": [{}]})),
        ("POST", "topics/uploads:publish", json!({"messages": [{"data": "?"}]})),
        ("POST", "topics/uploads:publish", json!({"messages": [{"attributes": {"googx": "v"}}]})),
        ("POST", "topics/uploads:publish", json!({"messages": [{"attributes": {"k": long}}]})),
        ("POST", "topics/uploads:publish", json!({"messages": [{"data": "A".repeat(14_000_000)}]})),
        ("PUT", "topics/x", json!({})),
        ("PUT", "topics/google", json!({})),
        ("PUT", "topics/a%2Fb", json!({})),
        ("PUT", "subscriptions/sub", json!({"topic": topic, "ackDeadlineSeconds": 9})),
        ("PUT", "subscriptions/sub", json!({"topic": topic, "ackDeadlineSeconds": 601})),
        ("PUT", "subscriptions/sub", json!({"topic": topic, "messageRetentionDuration": "599s"})),
        ("PUT", "subscriptions/sub", json!({"topic": topic, "filter": "nonsense"})),
        ("PUT", "subscriptions/sub", json!({"topic": topic, "enableMessageOrdering": true})),
        ("PUT", "subscriptions/sub", json!({"topic": topic, "pushConfig": {"pushEndpoint": "ftp://x"}})),
        ("PUT", "subscriptions/sub", json!({"topic": topic, "retryPolicy": {"maximumBackoff": "601s"}})),
        ("PUT", "subscriptions/sub", json!({"topic": topic, "deadLetterPolicy": {"maxDeliveryAttempts": 5}})),
        ("PATCH", "subscriptions/uploads", json!({"subscription": {}, "updateMask": ""})),
    ] {
        let shown: String = body.to_string().chars().take(100).collect();
        let (status, response) = call(&cloud, method, path, Some(body)).await;
        let refused = (status, response["error"]["status"].as_str());
        assert_eq!(refused, (400, Some("INVALID_ARGUMENT")), "{method} {path} {shown}");
    }
    let nowhere = json!({"topic": topic_name("nowhere")});
    assert_eq!(call(&cloud, "PUT", "subscriptions/sub", Some(nowhere)).await.0, 404);
    assert_eq!(call(&cloud, "POST", "subscriptions/uploads:seek", Some(json!({}))).await.0, 501);
    assert_eq!(call(&cloud, "GET", "snapshots", None).await.0, 501);
}

#[tokio::test]
async fn unknown_paths_need_a_token_too_and_another_project_is_not_found() {
    let cloud = Cloud::start().await;
    for path in ["", "/v1/projects/alta-local/topics", "/v1/anything", "/google.pubsub.v1.Publisher/Publish"]
    {
        let response = reqwest::get(format!("{}{path}", cloud.api.url)).await.expect("a response");
        assert_eq!(response.status(), 401, "{path}");
        let error: Value = response.json().await.expect("JSON");
        assert_eq!(error["error"]["status"], "UNAUTHENTICATED", "{path}");
    }
    let admin = cloud.topic_admin().await;
    let refused = admin.create_topic().set_name("projects/another/topics/uploads").send().await;
    assert_eq!(code(&refused.expect_err("another project")), Some(Code::NotFound));
}

#[tokio::test]
async fn a_deleted_subscription_drops_its_messages_and_frees_its_name() {
    let cloud = Cloud::start().await;
    cloud.subscribe_with("uploads", "", |subscription| subscription.push_config = None).await;
    cloud.publish("uploads", "before").await;
    let admin = cloud.subscription_admin().await;
    let name = subscription_name("uploads");
    admin.delete_subscription().set_subscription(&name).send().await.expect("a deleted subscription");
    assert!(!cloud.folder.path().join("subscriptions/uploads").exists());
    cloud.publish("uploads", "between").await;

    let receiver = Receiver::acknowledging().await;
    cloud.subscribe("uploads", receiver.url()).await;
    cloud.publish("uploads", "after").await;
    within(cloud.pubsub.quiescent()).await;
    let data: Vec<String> = receiver.pushes().iter().map(Push::data).collect();
    assert_eq!(data, ["after"]);
}
