//! The erasure of a person removes everything that the person wrote. The test writes a word into every text that is a
//! person's, purges the person, and searches the database, the buckets and all published messages.
//!
//! A project's content stays until the project or the item is purged: names and descriptions of projects, domains, files,
//! their texts and corrections.

use std::{fs, path::Path};

use functions::FUNCTIONS;
use serde_json::{Value, json};
use shared::{
    base::ids::{ExportId, ItemId, ProjectId},
    identity::guard::ProjectRole,
    items::{Failure, FailureCode, ItemStatus, exports},
    testing::{Client, EXPORTS_BUCKET, Platform, TestUser, Transition, transition},
};
use sqlx::PgPool;
use time::Duration;

use crate::{
    leaks::{messages, rows},
    permissions::functions,
};

/// The word. Tables and search indexes may hold it in lower case.
const WORD: &str = "zugvogel7319";

struct People {
    platform: Platform,
    client: Client,
    ada: TestUser,
    bob: TestUser,
    project: ProjectId,
}

impl People {
    async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let client = platform.client(functions(&platform.env(), &platform));
        let ada = platform.user(&format!("{WORD}@example.org")).await;
        let bob = platform.user("bob@example.org").await;
        let project = platform.project(&bob).await;
        platform.member(project, &ada, ProjectRole::Admin).await;
        Self { platform, client, ada, bob, project }
    }

    /// Writes the word as Ada, in every request that takes a text, and returns the path of her document.
    async fn write(&self) -> String {
        let ada = self.client.as_user(&self.ada).with("user-agent", &format!("{WORD} browser"));
        let bob = self.client.as_user(&self.bob);
        ada.patch("/users/me", json!({"display_name": WORD})).await.assert_status(200);
        let login = json!({"email": format!("{WORD}@example.org"), "password": "a wrong guess 5512"});
        self.client.with("user-agent", WORD).post("/auth/login", login).await.assert_status(401);
        ada.get("/admin/users").await.assert_status(403);

        let path = format!("/projects/{}", self.project);
        ada.put(&path, json!({"name": WORD, "description": WORD})).await.assert_status(200);
        bob.put(&path, json!({"name": "Letters"})).await.assert_status(200);
        let invited = bob.post("/projects", json!({"name": "Diaries"})).await;
        let invite =
            format!("/projects/{}/invite", invited.assert_status(201).body["id"].as_str().expect("an id"));
        let body = json!({"email": format!("{WORD}@example.org"), "role": "reviewer"});
        bob.post(&invite, body).await.assert_status(201);

        let new = json!({
            "project_id": self.project, "filename": format!("{WORD}.pdf"), "content_type": "application/pdf",
            "size_bytes": 7,
        });
        let created = ada.with("idempotency-key", WORD).post("/documents", new).await;
        let id = created.assert_status(201).body["document"]["id"].as_str().expect("an id").to_owned();
        let next = json!({"filename": format!("{WORD}-2.pdf")});
        ada.post(&format!("/documents/{id}/upload-url"), next).await.assert_status(200);
        let failed = self.item(&self.ada, ItemStatus::Failed).await;
        let next = json!({"filename": format!("{WORD}-3.pdf")});
        ada.post(&format!("/documents/{failed}/upload-url"), next).await.assert_status(200);
        self.reject(&ada).await;
        format!("/documents/{id}")
    }

    /// Creates a document of a user in a status.
    async fn item(&self, uploader: &TestUser, to: ItemStatus) -> ItemId {
        let item_id = self.platform.draft(self.project, uploader, "application/pdf", 7).await.item_id;
        let failure = Failure::new(FailureCode::Unreadable, "Upload another file.");
        let failure = (to == ItemStatus::Failed).then_some(&failure);
        let at = self.platform.clock.now();
        let change = Transition { item_id, version: 1, to, failure, actor: None, at, details: json!({}) };
        let mut db = self.platform.db.acquire().await.expect("a connection");
        assert_eq!(transition(&mut db, &change).await, Some(2));
        item_id
    }

    /// Rejects a document of Bob, with the word as feedback.
    async fn reject(&self, ada: &Client) {
        let path = format!("/review/{}", self.item(&self.bob, ItemStatus::PendingReview).await);
        ada.patch(&path, json!({"status": "rejected", "feedback": WORD})).await.assert_status(200);
        let history = self.client.as_user(&self.bob).get(&format!("{path}/history")).await;
        assert_eq!(history.assert_status(200).body["items"][0]["feedback"], WORD);
    }

    /// Creates an export of Bob that contains the word.
    async fn export(&self) {
        let id = ExportId::new();
        self.platform
            .insert(
                "exports",
                json!({
                    "id": id, "project_id": self.project, "requested_by_id": self.bob.id, "format": "csv",
                    "status": "ready", "step": 1, "done": 1, "attempt": 1, "attempts_since_progress": 0,
                    "generation": 1, "created_at": "now", "kept_until": "2126-01-01T00:00:00Z",
                }),
            )
            .await;
        let name = exports::object_name(self.project, id, 1);
        let attributes = local_storage::Attributes::default();
        let created =
            self.platform.storage.create_object(EXPORTS_BUCKET, &name, attributes, WORD.into()).await;
        created.expect("an object");
    }

    async fn purge(&self) -> Value {
        let maintenance =
            FUNCTIONS.iter().find(|function| function.name == "maintenance").expect("a function");
        let env = self.platform.env_as(maintenance.database_role);
        let service = maintenance.service(&env, self.platform.clock.clone()).expect("a service");
        let client = self.platform.client(service.router());
        let client = client.with("authorization", &self.platform.push_authorization());
        client.post("/tasks/purge", Value::Null).await.assert_status(200).body.clone()
    }

    /// Returns the rows, files and messages that contain the word.
    async fn places(&self) -> [Vec<String>; 3] {
        let texts = [
            rows(&self.platform.db).await,
            files(&self.platform.data_dir().join("storage")),
            messages(&self.platform).await,
        ];
        texts.map(|text| {
            let lines = text.lines().filter(|line| line.to_lowercase().contains(WORD));
            lines.map(str::to_owned).collect()
        })
    }
}

/// Returns the names and contents of all files in a folder.
fn files(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        text.push_str(&format!("{}\n", path.display()));
        if path.is_dir() {
            text.push_str(&files(&path));
        } else {
            text.push_str(&String::from_utf8_lossy(&fs::read(&path).expect("a file")));
        }
    }
    text
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn nothing_that_an_erased_person_wrote_is_left(db: PgPool) {
    let people = People::start(db).await;
    let document = people.write().await;
    people.export().await;
    people.client.as_user(&people.ada).delete("/users/me").await.assert_status(204);
    let [rows, files, messages] = people.places().await;
    assert!(rows.len() >= 10 && files.len() == 1 && messages.is_empty(), "{rows:#?} {files:?} {messages:?}");

    people.platform.clock.advance(Duration::days(31));
    assert_eq!(people.purge().await["accounts"], 1);
    assert_eq!(people.places().await, [const { Vec::<String>::new() }; 3]);

    let bob = people.platform.another_session(&people.bob).await;
    let left = people.client.as_user(&bob).get(&document).await;
    assert_eq!(left.assert_status(200).body["original_filename"], "erased");
}
