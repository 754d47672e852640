//! Test helpers: the function and a reader of its streams.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use shared::{
    base::ids::{ItemId, ProjectId},
    identity::guard::ProjectRole,
    items::{Failure, FailureCode, ItemStatus},
    testing::{Client, Contract, Platform, TestUser, Transition, transition},
};
use sqlx::{PgConnection, PgPool};
use tower::ServiceExt as _;

/// The timeout of every wait. Reaching it means that the awaited event never happens.
const TIMEOUT: Duration = Duration::from_secs(40);

/// The OpenAPI document, which describes the events.
static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::new(shared::function::openapi::<events::Events>()));

/// `events` and a project with a reviewer.
pub(crate) struct Events {
    pub(crate) platform: Arc<Platform>,
    pub(crate) router: Router,
    pub(crate) client: Client,
    pub(crate) project: ProjectId,
    pub(crate) admin: TestUser,
    pub(crate) reviewer: TestUser,
}

impl Events {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, &[]).await
    }

    /// Starts with a heartbeat each second and the given variables.
    pub(crate) async fn start_with(db: PgPool, variables: &[(&str, &str)]) -> Self {
        let platform = Arc::new(Platform::start(db).await);
        let router = instance(&platform, variables);
        let admin = platform.user("admin@example.org").await;
        let project = platform.project(&admin).await;
        let reviewer = platform.user("reviewer@example.org").await;
        platform.member(project, &reviewer, ProjectRole::Reviewer).await;
        let client = platform.client(router.clone());
        Self { platform, router, client, project, admin, reviewer }
    }

    /// Returns the same platform with a second instance of the function.
    pub(crate) async fn another_instance(&self) -> Self {
        self.on(Arc::clone(&self.platform))
    }

    /// Returns the function and its project on a copy of the database.
    pub(crate) async fn restored(&self, db: PgPool) -> Self {
        self.on(Arc::new(Platform::start(db).await))
    }

    fn on(&self, platform: Arc<Platform>) -> Self {
        let router = instance(&platform, &[]);
        let client = platform.client(router.clone());
        let (admin, reviewer) = (self.admin.clone(), self.reviewer.clone());
        Self { platform, router, client, project: self.project, admin, reviewer }
    }

    /// Returns the path of the project's events, with more of the query string appended.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/events?project_id={}{rest}", self.project)
    }

    /// Opens the project's stream as the reviewer.
    pub(crate) async fn stream(&self) -> EventStream {
        self.stream_after("").await
    }

    /// Opens the project's stream as the reviewer, after the event with this id.
    pub(crate) async fn stream_after(&self, id: &str) -> EventStream {
        let rest = if id.is_empty() { String::new() } else { format!("&last_event_id={id}") };
        self.open(&self.path(&rest), &[("authorization", format!("Bearer {}", self.reviewer.token))]).await
    }

    /// Opens a stream with the given path and headers.
    pub(crate) async fn open(&self, path: &str, headers: &[(&str, String)]) -> EventStream {
        let request =
            headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, value));
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let (parts, body) = response.into_parts();
        assert_eq!(parts.headers[header::CONTENT_TYPE], "text/event-stream");
        EventStream { headers: parts.headers, body, text: String::new() }
    }

    /// Creates a ticket as the reviewer.
    pub(crate) async fn ticket(&self) -> String {
        let body = json!({"project_id": self.project});
        let created = self.client.as_user(&self.reviewer).post("/events/tickets", body).await;
        created.assert_status(201).body["ticket"].as_str().expect("a ticket").to_owned()
    }

    /// Creates a document as the project admin, which causes one event.
    pub(crate) async fn draft(&self) -> ItemId {
        self.platform.draft(self.project, &self.admin, "application/pdf", 5).await.item_id
    }

    /// Records an item's next transition.
    pub(crate) async fn advance(&self, db: &mut PgConnection, item_id: ItemId, to: ItemStatus) {
        let failure = Failure::new(FailureCode::Encrypted, "Send it without.");
        let failure = (to == ItemStatus::Failed).then_some(&failure);
        let details = json!({"attempt": 1, "code": failure.map(|failure| &failure.code)});
        let at = self.platform.clock.now();
        let change = Transition { item_id, version: 1, to, failure, actor: None, at, details };
        assert_eq!(transition(db, &change).await, Some(2));
    }

    /// Records `count` events of unknown items in one statement.
    pub(crate) async fn many(&self, count: i32) {
        let inserted = sqlx::query(
            "insert into item_transitions (item_id, project_id, kind, to_status, version, at)
             select gen_random_uuid(), $1, 'voice', 'draft', 1, $2 from generate_series(1, $3)",
        )
        .bind(self.project)
        .bind(self.platform.clock.now())
        .bind(count)
        .execute(&self.platform.db)
        .await;
        inserted.expect("transitions");
    }
}

fn instance(platform: &Platform, variables: &[(&str, &str)]) -> Router {
    platform.router_of::<events::Events>(&[&[("EVENTS_HEARTBEAT", "1")], variables].concat())
}

/// A stream that is read block by block.
pub(crate) struct EventStream {
    pub(crate) headers: HeaderMap,
    body: Body,
    text: String,
}

/// The lines between two empty lines: an event or a comment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Block {
    pub(crate) comment: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) retry: Option<u64>,
    pub(crate) data: Value,
}

impl Block {
    fn read(text: &str) -> Self {
        let mut block = Self::default();
        for line in text.lines() {
            match line.split_once(": ").expect("a field") {
                ("", comment) => block.comment = Some(comment.to_owned()),
                ("id", id) => block.id = Some(id.to_owned()),
                ("event", event) => block.event = Some(event.to_owned()),
                ("retry", retry) => block.retry = retry.parse().ok(),
                ("data", data) => block.data = serde_json::from_str(data).expect("JSON"),
                (field, _) => panic!("{field}"),
            }
        }
        block.check();
        block
    }

    /// Validates an event against its schema in the OpenAPI document. Comments have none.
    fn check(&self) {
        if let Some(event) = &self.event {
            let mut sent = json!({"event": event, "data": self.data.to_string()});
            if let Some(id) = &self.id {
                sent["id"] = id.as_str().into();
            }
            let valid = CONTRACT.validate("/components/schemas/StreamEvent", &sent);
            assert_eq!(valid, Ok(()), "{sent:#}");
        }
    }

    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().expect("an id")
    }

    pub(crate) fn item(&self) -> ItemId {
        serde_json::from_value(self.data["item_id"].clone()).expect("an item")
    }

    /// Returns the position in the event's id, for comparisons.
    pub(crate) fn position(&self) -> (i64, i64) {
        let (xid, id) = self.id().split_once('-').expect("two numbers");
        (xid.parse().expect("a number"), id.parse().expect("a number"))
    }
}

impl EventStream {
    /// Returns the next block, or `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Block> {
        let read = async {
            loop {
                if let Some((block, rest)) = self.text.split_once("\n\n") {
                    let block = Block::read(block);
                    self.text = rest.to_owned();
                    return Some(block);
                }
                let frame = self.body.frame().await?.expect("a piece");
                let data = frame.into_data().expect("data");
                self.text.push_str(std::str::from_utf8(&data).expect("text"));
            }
        };
        tokio::time::timeout(TIMEOUT, read).await.expect("something in time")
    }

    /// Returns the next event and skips comments, or `None` at the end of the stream.
    pub(crate) async fn next_event(&mut self) -> Option<Block> {
        loop {
            let block = self.next().await?;
            if block.event.is_some() {
                return Some(block);
            }
        }
    }

    /// Returns the next `count` events.
    pub(crate) async fn events(&mut self, count: usize) -> Vec<Block> {
        let mut events = Vec::new();
        while events.len() < count {
            events.push(self.next_event().await.expect("another event"));
        }
        events
    }

    /// Returns the next event of this item. Skips others, since a stream may start with slightly older events.
    pub(crate) async fn next_of(&mut self, item: ItemId) -> Block {
        loop {
            let event = self.next_event().await.expect("an event");
            if event.item() == item {
                return event;
            }
        }
    }

    /// Returns the events until the stream ends, and its last block.
    pub(crate) async fn rest(&mut self) -> (Vec<Block>, Option<Block>) {
        let (mut events, mut last) = (Vec::new(), None);
        while let Some(block) = self.next().await {
            if block.event.is_some() {
                events.push(block.clone());
            }
            last = Some(block);
        }
        (events, last)
    }
}

/// Asserts that these are the events of these items, in order and each once.
#[track_caller]
pub(crate) fn assert_items(events: &[Block], items: &[ItemId]) {
    let received: Vec<ItemId> = events.iter().map(Block::item).collect();
    assert_eq!(received, items);
    assert_ascending(events);
}

/// Asserts that the ids of the events increase.
#[track_caller]
pub(crate) fn assert_ascending(events: &[Block]) {
    let positions: Vec<_> = events.iter().map(Block::position).collect();
    assert!(positions.is_sorted_by(|one, next| one < next), "{positions:?}");
}
