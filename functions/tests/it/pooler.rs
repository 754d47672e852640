//! The whole HTTP flow behind a real PgBouncer in transaction mode, on two instances of each function.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::{
    base::ids::ProjectId,
    cloud::events::EmailRequested,
    function::Function,
    identity::{guard::ProjectRole, mail_token::Purpose},
    testing::{Client, Platform, Pooler},
};
use sqlx::PgPool;

/// Two instances of a function, which take turns.
struct Pair([Client; 2]);

impl Pair {
    fn start<F: Function>(platform: &Platform, pooler: &Pooler) -> Self {
        let url = pooler.url();
        let variables = [("DATABASE_URL", url.as_str()), ("DATABASE_STATEMENT_CACHE", "0")];
        Self([(); 2].map(|()| platform.push_client_of::<F>(&variables)))
    }

    fn of(&self, turn: usize, token: &str) -> Client {
        self.0[turn % 2].with("authorization", &format!("Bearer {token}"))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text instead of {value}"))
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_platform_works_behind_a_pooler_in_transaction_mode(db: PgPool) {
    let platform = Platform::start(db).await;
    let pooler = Pooler::start(&platform.db, 3).await;
    let auth = Pair::start::<auth::Auth>(&platform, &pooler);
    let token = sign_up(&platform, &auth).await;
    let rest = Rest {
        users: Pair::start::<users::Users>(&platform, &pooler),
        projects: Pair::start::<projects::Projects>(&platform, &pooler),
        data: Pair::start::<data::Data>(&platform, &pooler),
        events: Pair::start::<events::Events>(&platform, &pooler),
        review: Pair::start::<review::Review>(&platform, &pooler),
        analytics: Pair::start::<analytics::Analytics>(&platform, &pooler),
        admin: Pair::start::<admin::Admin>(&platform, &pooler),
    };
    let mut tokens = vec![token];
    for number in 0..5 {
        tokens.push(platform.user(&format!("user{number}@example.org")).await.token);
    }
    // More clients than server connections: statements of different clients meet on one connection.
    let flows = tokens.iter().enumerate().map(|(turn, token)| rest.flow(turn, token));
    join_all(flows).await;
    assert_eq!(platform.events::<EmailRequested>().await.len(), tokens.len());

    let root = platform.super_admin("root@example.org").await;
    for turn in 0..2 {
        let client = rest.admin.of(turn, &root.token);
        client.get("/admin/users?q=user").await.assert_status(200);
        client.get("/admin/audit-logs").await.assert_status(200);
        client.get("/admin/dead-letters").await.assert_status(200);
    }
    let maintenance = Pair::start::<maintenance::Maintenance>(&platform, &pooler);
    let tasks = maintenance::Maintenance::SCHEDULES.iter().enumerate();
    for (answer, path) in join_all(tasks.map(async |(turn, task)| {
        let path = task.path();
        (maintenance.0[turn % 2].post(&path, json!({})).await, path)
    }))
    .await
    {
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
    }
}

/// Registers, verifies and signs in, on alternating instances. Returns the access token.
async fn sign_up(platform: &Platform, auth: &Pair) -> String {
    let account = json!({"email": "ada@example.org", "password": "correct horse battery"});
    auth.0[0].post("/auth/register", account.clone()).await.assert_status(202);
    let events = platform.events::<EmailRequested>().await;
    let [EmailRequested::Verification { verification_id }] = events[..] else { panic!("{events:?}") };
    let token = platform.mailed_token(Purpose::Verification, verification_id.0);
    auth.0[1].get(&format!("/auth/verify-email?token={token}")).await.assert_status(200);
    let session = auth.0[0].post("/auth/login", account).await;
    let refresh = json!({"refresh_token": session.assert_status(200).body["refresh_token"]});
    let session = auth.0[1].post("/auth/refresh", refresh).await;
    platform.events::<EmailRequested>().await;
    text(&session.assert_status(200).body["access_token"]).to_owned()
}

struct Rest {
    users: Pair,
    projects: Pair,
    data: Pair,
    events: Pair,
    review: Pair,
    analytics: Pair,
    admin: Pair,
}

impl Rest {
    async fn flow(&self, turn: usize, token: &str) {
        let created = self.projects.of(turn, token).post("/projects", json!({"name": "Letters"})).await;
        let id: ProjectId =
            serde_json::from_value(created.assert_status(201).body["id"].clone()).expect("an id");
        self.projects.of(turn + 1, token).get("/projects").await.assert_status(200);
        let invitation = json!({"email": format!("guest{turn}@example.org"), "role": ProjectRole::Reviewer});
        let invite = format!("/projects/{id}/invite");
        self.projects.of(turn, token).post(&invite, invitation).await.assert_status(201);
        for number in 0..5 {
            self.document(turn + number, token, id).await;
        }
        for path in [
            "/documents?project_id=",
            "/voice?q=letter&project_id=",
            "/items?project_id=",
            "/exports?project_id=",
        ] {
            self.data.of(turn, token).get(&format!("{path}{id}")).await.assert_status(200);
        }
        self.events
            .of(turn, token)
            .post("/events/tickets", json!({"project_id": id}))
            .await
            .assert_status(201);
        self.review.of(turn, token).get(&format!("/review?project_id={id}")).await.assert_status(200);
        let next = format!("/review/next?project_id={id}");
        self.review.of(turn + 1, token).post(&next, json!({})).await.assert_status(204);
        let summary = format!("/analytics/summary?timeframe=7d&project_id={id}");
        self.analytics.of(turn, token).get(&summary).await.assert_status(200);
        self.users.of(turn, token).get("/users/me").await.assert_status(200);
        self.users.of(turn + 1, token).get("/users/me/export").await.assert_status(200);
        self.projects.of(turn, token).delete(&format!("/projects/{id}")).await.assert_status(204);
    }

    async fn document(&self, turn: usize, token: &str, project: ProjectId) {
        let new = json!({
            "project_id": project, "filename": "letter.pdf", "content_type": "application/pdf", "size_bytes": 5,
        });
        let created = self.data.of(turn, token).post("/documents", new).await;
        let id = text(&created.assert_status(201).body["document"]["id"]).to_owned();
        let path = format!("/documents/{id}");
        let client = self.data.of(turn + 1, token);
        client.patch(&path, json!({"domain": "post"})).await.assert_status(200);
        client.get(&format!("/documents?project_id={project}&q=letter&domain=post")).await.assert_status(200);
        client.post(&format!("{path}/upload-url"), json!({})).await.assert_status(200);
        self.data.of(turn, token).delete(&path).await.assert_status(204);
    }
}
