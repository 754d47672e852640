//! Helpers for these tests.

use serde_json::{Value, json};
use shared::{
    base::ids::{ItemId, ProjectId},
    identity::guard::ProjectRole,
    testing::{Client, Platform, TestResponse, TestUser},
};
use sqlx::PgPool;

/// A client of `review`, and a project with an admin, a contributor and two reviewers.
pub(crate) struct Review {
    pub(crate) platform: Platform,
    pub(crate) client: Client,
    pub(crate) project: ProjectId,
    pub(crate) admin: TestUser,
    pub(crate) contributor: TestUser,
    pub(crate) reviewer: TestUser,
    pub(crate) colleague: TestUser,
}

impl Review {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, &[]).await
    }

    /// Starts with some variables overridden.
    pub(crate) async fn start_with(db: PgPool, variables: &[(&str, &str)]) -> Self {
        let platform = Platform::start(db).await;
        let variables = [&[("DATABASE_ACQUIRE_TIMEOUT", "30")], variables].concat();
        let client = platform.client_of::<review::Review>(&variables);
        let admin = platform.user("admin@example.org").await;
        let project = platform.project(&admin).await;
        let contributor = platform.user("contributor@example.org").await;
        platform.member(project, &contributor, ProjectRole::Contributor).await;
        let reviewer = platform.user("reviewer@example.org").await;
        platform.member(project, &reviewer, ProjectRole::Reviewer).await;
        let colleague = platform.user("colleague@example.org").await;
        platform.member(project, &colleague, ProjectRole::Reviewer).await;
        Self { platform, client, project, admin, contributor, reviewer, colleague }
    }

    /// Creates a document of the contributor that awaits a decision.
    pub(crate) async fn pending(&self) -> ItemId {
        self.pending_of(&self.contributor, 0.9).await
    }

    pub(crate) async fn pending_of(&self, uploader: &TestUser, confidence: f32) -> ItemId {
        let item = self.platform.draft(self.project, uploader, "application/pdf", 5).await.item_id;
        let moved = sqlx::query(
            "with moved as (
                 update items
                 set status = 'pending_review', version = 3, generation = 7, attempt = 1, text_attempt = 1, confidence = $2
                 where id = $1
             ), recorded as (
                 insert into item_transitions (item_id, project_id, kind, from_status, to_status, version, at)
                 select id, project_id, kind, 'processing', 'pending_review', 3, now() from items where id = $1
             )
             insert into item_parts (item_id, attempt, number, text, confidence, layout)
             values ($1, 1, 1, 'as it was read', $2, '[]')",
        )
        .bind(item)
        .bind(confidence)
        .execute(&self.platform.db)
        .await;
        moved.expect("an item that awaits a decision");
        item
    }

    pub(crate) async fn next(&self, user: &TestUser, query: &str) -> TestResponse {
        let path = format!("/review/next?project_id={}{query}", self.project);
        self.client.as_user(user).post(&path, Value::Null).await
    }

    pub(crate) async fn decide(&self, user: &TestUser, item: ItemId, body: Value) -> TestResponse {
        self.client.as_user(user).patch(&format!("/review/{item}"), body).await
    }

    pub(crate) async fn approve(&self, user: &TestUser, item: ItemId) -> TestResponse {
        self.decide(user, item, json!({"status": "approved"})).await
    }

    pub(crate) async fn claim(&self, user: &TestUser, item: ItemId) -> TestResponse {
        self.client.as_user(user).post(&format!("/review/{item}/claim"), Value::Null).await
    }
}
