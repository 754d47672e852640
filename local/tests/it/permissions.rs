//! The permission table, cell by cell: every route of every function, for every kind of caller. The test fails for a
//! route that is not in the table, and for a row without a route.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use functions::{FUNCTIONS, url_map};
use http::Method;
use serde_json::{Value, json};
use shared::{
    base::{
        config::Env,
        ids::{DeadLetterId, ExportId, InvitationId, PasskeyId, ProjectId, SessionId},
    },
    identity::guard::ProjectRole,
    testing::{self, Client, Platform, TestResponse, TestUser},
};
use sqlx::PgPool;

/// All kinds of callers, in the order of the table's columns.
const CALLERS: [&str; 9] = [
    "anonymous",
    "unverified",
    "outsider",
    "contributor",
    "reviewer",
    "admin",
    "super admin",
    "suspended",
    "removed member",
];

/// Public: no caller is refused.
const PUBLIC: [u16; 9] = [0; 9];
/// Any caller with a session, verified or not.
const ANY_SESSION: [u16; 9] = [401, 0, 0, 0, 0, 0, 0, 401, 0];
/// Any caller with a verified address.
const VERIFIED: [u16; 9] = [401, 403, 0, 0, 0, 0, 0, 401, 0];
const MEMBERS: [u16; 9] = [401, 403, 404, 0, 0, 0, 0, 401, 404];
const ADMINS: [u16; 9] = [401, 403, 404, 403, 403, 0, 0, 401, 404];
const CONTRIBUTORS: [u16; 9] = [401, 403, 404, 0, 403, 0, 0, 401, 404];
/// An item of the admin. A contributor may change only their own items, see [`CONTRIBUTORS`].
const OTHERS_ITEM: [u16; 9] = [401, 403, 404, 403, 403, 0, 0, 401, 404];
const REVIEWERS: [u16; 9] = [401, 403, 404, 403, 0, 0, 0, 401, 404];
const SUPER_ADMINS: [u16; 9] = [401, 403, 403, 403, 403, 403, 0, 401, 403];

/// Method, path and the statuses that refuse. A 0 means that the caller passes the guard, so that the answer is none of
/// 401, 403 and 404.
const TABLE: &[(&str, &str, [u16; 9])] = &[
    ("GET", "/.well-known/jwks.json", PUBLIC),
    ("GET", "/health", PUBLIC),
    ("GET", "/health/live", PUBLIC),
    ("POST", "/auth/register", PUBLIC),
    ("GET", "/auth/verify-email", PUBLIC),
    ("POST", "/auth/verify-email/resend", PUBLIC),
    ("POST", "/auth/login", PUBLIC),
    ("POST", "/auth/refresh", PUBLIC),
    ("POST", "/auth/password/forgot", PUBLIC),
    ("POST", "/auth/password/reset", PUBLIC),
    ("POST", "/auth/passkeys/login/start", PUBLIC),
    ("POST", "/auth/logout", ANY_SESSION),
    ("POST", "/auth/reauthenticate", ANY_SESSION),
    ("GET", "/auth/me", ANY_SESSION),
    ("POST", "/auth/passkeys/register/start", VERIFIED),
    ("POST", "/auth/passkeys/register/finish", VERIFIED),
    ("GET", "/users/me", VERIFIED),
    ("PATCH", "/users/me", VERIFIED),
    ("DELETE", "/users/me", VERIFIED),
    ("POST", "/users/me/password", VERIFIED),
    ("GET", "/users/me/sessions", VERIFIED),
    ("DELETE", "/users/me/sessions", VERIFIED),
    ("DELETE", "/users/me/sessions/{session_id}", VERIFIED),
    ("GET", "/users/me/passkeys", VERIFIED),
    ("PATCH", "/users/me/passkeys/{passkey_id}", VERIFIED),
    ("DELETE", "/users/me/passkeys/{passkey_id}", VERIFIED),
    ("POST", "/users/me/passkeys/{passkey_id}/confirm", VERIFIED),
    ("GET", "/users/me/export", VERIFIED),
    ("GET", "/projects", VERIFIED),
    ("POST", "/projects", VERIFIED),
    ("GET", "/projects/{project_id}", MEMBERS),
    ("PUT", "/projects/{project_id}", ADMINS),
    ("DELETE", "/projects/{project_id}", ADMINS),
    ("GET", "/projects/{project_id}/members", MEMBERS),
    ("PATCH", "/projects/{project_id}/members/{user_id}", ADMINS),
    ("DELETE", "/projects/{project_id}/members/{user_id}", ADMINS),
    ("POST", "/projects/{project_id}/invite", ADMINS),
    ("GET", "/projects/{project_id}/invitations", ADMINS),
    ("DELETE", "/projects/{project_id}/invitations/{invitation_id}", ADMINS),
    ("POST", "/projects/{project_id}/invitations/{invitation_id}/resend", ADMINS),
    ("GET", "/projects/{project_id}/audit-logs", ADMINS),
    ("GET", "/invitations/{token}", PUBLIC),
    ("POST", "/invitations/{token}/accept", VERIFIED),
    ("GET", "/items", MEMBERS),
    ("GET", "/documents", MEMBERS),
    ("POST", "/documents", CONTRIBUTORS),
    ("GET", "/documents/{document_id}", MEMBERS),
    ("POST", "/documents/batch", CONTRIBUTORS),
    ("PATCH", "/documents/{document_id}", OTHERS_ITEM),
    ("DELETE", "/documents/{document_id}", OTHERS_ITEM),
    ("POST", "/documents/{document_id}/upload-url", OTHERS_ITEM),
    ("POST", "/documents/{document_id}/reprocess", ADMINS),
    ("GET", "/documents/{document_id}/download", MEMBERS),
    ("GET", "/documents/{document_id}/pages", MEMBERS),
    ("GET", "/voice", MEMBERS),
    ("GET", "/voice/languages", VERIFIED),
    ("POST", "/voice", CONTRIBUTORS),
    ("POST", "/voice/batch", CONTRIBUTORS),
    ("GET", "/voice/{voice_sample_id}", MEMBERS),
    ("PATCH", "/voice/{voice_sample_id}", OTHERS_ITEM),
    ("DELETE", "/voice/{voice_sample_id}", OTHERS_ITEM),
    ("POST", "/voice/{voice_sample_id}/upload-url", OTHERS_ITEM),
    ("POST", "/voice/{voice_sample_id}/reprocess", ADMINS),
    ("GET", "/voice/{voice_sample_id}/download", MEMBERS),
    ("GET", "/voice/{voice_sample_id}/words", MEMBERS),
    ("GET", "/events", MEMBERS),
    ("POST", "/events/tickets", MEMBERS),
    ("GET", "/review", REVIEWERS),
    ("POST", "/review/next", REVIEWERS),
    ("POST", "/review/bulk", REVIEWERS),
    ("PATCH", "/review/{item_id}", REVIEWERS),
    ("POST", "/review/{item_id}/claim", REVIEWERS),
    ("DELETE", "/review/{item_id}/claim", REVIEWERS),
    ("GET", "/review/{item_id}/history", REVIEWERS),
    ("POST", "/review/{item_id}/reopen", ADMINS),
    ("GET", "/exports", ADMINS),
    ("POST", "/exports", ADMINS),
    ("GET", "/exports/{export_id}", ADMINS),
    ("GET", "/analytics/summary", ADMINS),
    ("GET", "/admin/users", SUPER_ADMINS),
    ("GET", "/admin/users/{user_id}", SUPER_ADMINS),
    ("PATCH", "/admin/users/{user_id}", SUPER_ADMINS),
    ("GET", "/admin/audit-logs", SUPER_ADMINS),
    ("GET", "/admin/dead-letters", SUPER_ADMINS),
    ("DELETE", "/admin/dead-letters", SUPER_ADMINS),
    ("POST", "/admin/dead-letters/replay", SUPER_ADMINS),
    ("POST", "/admin/dead-letters/{dead_letter_id}/replay", SUPER_ADMINS),
    ("DELETE", "/admin/dead-letters/{dead_letter_id}", SUPER_ADMINS),
];

/// A project with all kinds of callers, and every function.
struct Callers {
    platform: Platform,
    client: Client,
    project: ProjectId,
    /// The bodies of the table's requests, if they need one.
    bodies: BTreeMap<&'static str, Value>,
    parameters: Vec<(&'static str, String)>,
    users: BTreeMap<&'static str, TestUser>,
}

/// The bodies of requests that name their project in the body, or need a valid body.
fn bodies(project: ProjectId) -> BTreeMap<&'static str, Value> {
    let new =
        |kind: &str| json!({"project_id": project, "filename": "a", "content_type": kind, "size_bytes": 7});
    let batch = json!({"project_id": project, "items": [{}]});
    BTreeMap::from([
        ("POST /documents", new("application/pdf")),
        ("POST /documents/batch", batch.clone()),
        ("POST /voice", new("audio/flac")),
        ("POST /voice/batch", batch),
        ("POST /exports", json!({"project_id": project, "format": "csv"})),
        ("POST /events/tickets", json!({"project_id": project})),
        ("POST /review/bulk", json!({"project_id": project, "decisions": [{}]})),
    ])
}

/// Creates an export that this user requested.
async fn export(platform: &Platform, project: ProjectId, requested_by: &TestUser) -> ExportId {
    let id = ExportId::new();
    let inserted = sqlx::query(
        "insert into exports (id, project_id, requested_by_id, format, created_at, kept_until)
         values ($1, $2, $3, 'csv', now(), now() + interval '7 days')",
    )
    .bind(id)
    .bind(project)
    .bind(requested_by.id)
    .execute(&platform.db)
    .await;
    inserted.expect("an export");
    id
}

/// The functions with paths, behind the URL map.
pub(crate) fn functions(env: &Env, platform: &Platform) -> Router {
    let served = FUNCTIONS.iter().filter(|function| !function.paths.is_empty());
    let routers: BTreeMap<&str, Router> = served
        .map(|function| {
            testing::describe(function.name, || function.openapi());
            let service = function.service(env, platform.clock.clone());
            (function.name, service.expect("a function").router())
        })
        .collect();
    Router::new().fallback(move |request: axum::extract::Request| {
        let function = url_map::function_for(request.uri().path()).expect("a function");
        let router = routers[function.name].clone();
        async move { tower::ServiceExt::oneshot(router, request).await }
    })
}

impl Callers {
    async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let client = platform.client(functions(&platform.env(), &platform));
        let admin = platform.user("admin@example.org").await;
        let project = platform.project(&admin).await;
        let mut users = BTreeMap::from([("admin", admin.clone())]);
        for (name, role) in [
            ("contributor", Some(ProjectRole::Contributor)),
            ("reviewer", Some(ProjectRole::Reviewer)),
            ("suspended", Some(ProjectRole::Admin)),
            ("outsider", None),
            ("removed member", None),
        ] {
            let user = platform.user(&format!("{}@example.org", name.replace(' ', "-"))).await;
            if let Some(role) = role {
                platform.member(project, &user, role).await;
            }
            users.insert(name, user);
        }
        let unverified = platform.unverified_user("unverified@example.org").await;
        platform.member(project, &unverified, ProjectRole::Reviewer).await;
        users.insert("unverified", unverified);
        users.insert("super admin", platform.super_admin("root@example.org").await);
        platform.change("update users set suspended_at = now() where id = $1", users["suspended"].id.0).await;
        let removed = &users["removed member"];
        platform.member(project, removed, ProjectRole::Admin).await;
        let path = format!("/projects/{project}/members/{}", removed.id);
        client.as_user(&admin).delete(&path).await.assert_status(204);

        let item = platform.draft(project, &admin, "application/pdf", 7).await.item_id;
        let sample = platform.draft(project, &admin, "audio/flac", 7).await.item_id;
        let parameters = vec![
            ("project_id", project.to_string()),
            ("document_id", item.to_string()),
            ("voice_sample_id", sample.to_string()),
            ("item_id", item.to_string()),
            ("export_id", export(&platform, project, &admin).await.to_string()),
            // The last admin: callers who may remove members get a conflict.
            ("user_id", admin.id.to_string()),
            ("invitation_id", InvitationId::new().to_string()),
            ("session_id", SessionId::new().to_string()),
            ("passkey_id", PasskeyId::new().to_string()),
            ("dead_letter_id", DeadLetterId::new().to_string()),
            ("token", "made-up".to_owned()),
        ];
        let bodies = bodies(project);
        Self { platform, client, project, bodies, parameters, users }
    }

    /// The answer of a route to a caller.
    async fn request(&self, caller: &str, method: &str, path: &str) -> (u16, Value) {
        let client = match self.users.get(caller) {
            Some(user) => self.client.as_user(user),
            None => self.client.clone(),
        };
        let parameters = &self.parameters;
        let mut address = parameters
            .iter()
            .fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        if matches!(
            (method, path),
            (
                "GET",
                "/items"
                    | "/documents"
                    | "/voice"
                    | "/exports"
                    | "/events"
                    | "/review"
                    | "/analytics/summary"
            ) | ("POST", "/review/next")
        ) {
            address = format!("{address}?project_id={}", self.project);
        }
        // Past the guard, requests fail validation, so that nothing changes.
        let body = self.bodies.get(format!("{method} {path}").as_str()).cloned().unwrap_or(json!({"-": 1}));
        let method: Method = method.parse().expect("a method");
        let stale = client.with("if-match", "\"999\"");
        let kind = (method != Method::GET && method != Method::DELETE).then_some("application/json");
        let bytes = kind.map(|_| body.to_string().into_bytes()).unwrap_or_default();
        let answer = stale.send(method, &address, kind, bytes).await;
        (answer.status.as_u16(), answer.body)
    }
}

impl Callers {
    /// The cells whose expectation fails.
    async fn wrong_cells(
        &self,
        rows: impl Iterator<Item = (&'static str, &'static str, [u16; 9])>,
    ) -> Vec<String> {
        // A made-up id leads to a 404 for callers who pass the guard.
        let unnamed = ["{invitation_id}", "{passkey_id}", "{dead_letter_id}", "{token}", "{session_id}"];
        let mut invalid = Vec::new();
        for (method, path, cells) in rows {
            for (caller, expected) in CALLERS.iter().zip(cells) {
                let (status, body) = self.request(caller, method, path).await;
                let holds = match expected {
                    0 if unnamed.iter().any(|name| path.contains(name)) => ![401, 403].contains(&status),
                    0 => ![401, 403, 404].contains(&status),
                    expected => status == expected,
                };
                if !holds || status >= 500 {
                    invalid.push(format!(
                        "{method} {path} for {caller}: {status} instead of {expected}: {body}"
                    ));
                }
            }
        }
        invalid
    }
}

/// Every route in the functions' OpenAPI documents.
fn documented() -> BTreeSet<(String, String)> {
    let document = functions::openapi();
    let paths = document["paths"].as_object().expect("paths").iter();
    paths
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().expect("operations").keys();
            methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_table_holds_exactly_the_documented_routes() {
    let table: BTreeSet<(String, String)> =
        TABLE.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    let documented = documented();
    assert_eq!(
        documented.difference(&table).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "without a row"
    );
    assert_eq!(
        table.difference(&documented).collect::<Vec<_>>(),
        Vec::<&(String, String)>::new(),
        "without a route"
    );
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_cell_of_the_permission_table_holds(db: PgPool) {
    let callers = Callers::start(db).await;
    // Routes that end a session or an account come last.
    let ends = |path: &str, method: &str| {
        matches!(
            (method, path),
            ("POST", "/auth/logout")
                | (
                    "DELETE",
                    "/users/me"
                        | "/users/me/sessions"
                        | "/projects/{project_id}"
                        | "/projects/{project_id}/members/{user_id}"
                )
        )
    };
    let mut rows: Vec<_> = TABLE.iter().collect();
    rows.sort_by_key(|(method, path, _)| (ends(path, method), *path == "/auth/logout"));
    let invalid = callers.wrong_cells(rows.into_iter().copied()).await;
    assert!(invalid.is_empty(), "{}", invalid.join("\n"));
    callers.platform.events::<shared::cloud::events::EmailRequested>().await;
    callers.platform.events::<shared::cloud::events::ExportRequested>().await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_contributor_may_change_own_items_but_not_those_of_others(db: PgPool) {
    let mut callers = Callers::start(db).await;
    let contributor = callers.users["contributor"].clone();
    for (name, content_type) in [("document_id", "application/pdf"), ("voice_sample_id", "audio/flac")] {
        let own = callers.platform.draft(callers.project, &contributor, content_type, 7).await.item_id;
        let parameter = callers.parameters.iter_mut().find(|(of, _)| *of == name).expect("a parameter");
        parameter.1 = own.to_string();
    }
    let of_items = |path: &str| path.contains("{document_id}") || path.contains("{voice_sample_id}");
    let rows = TABLE.iter().copied().filter(|(_, path, _)| of_items(path));
    let rows = rows.map(|(method, path, cells)| {
        (method, path, if changes_an_item(method, path) { CONTRIBUTORS } else { cells })
    });
    let invalid = callers.wrong_cells(rows).await;
    assert!(invalid.is_empty(), "{}", invalid.join("\n"));
}

/// Returns true for routes that change an item. Only admins may reprocess, regardless of the uploader.
fn changes_an_item(method: &str, path: &str) -> bool {
    method != "GET" && !path.ends_with("/reprocess")
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn ids_of_another_project_are_404_in_every_position(db: PgPool) {
    let callers = Callers::start(db).await;
    let platform = &callers.platform;
    let eve = platform.user("eve@example.org").await;
    let own = platform.project(&eve).await;
    let client = callers.client.as_user(&eve);
    let foreign = callers.project;
    let parameter = |name: &str| {
        callers
            .parameters
            .iter()
            .find(|(of, _)| *of == name)
            .map(|(_, value)| value.clone())
            .expect("a parameter")
    };
    let (document, user) = (parameter("document_id"), parameter("user_id"));
    let sample = parameter("voice_sample_id");
    let export = parameter("export_id");
    let new = json!({"project_id": foreign, "filename": "a.pdf", "content_type": "application/pdf", "size_bytes": 7});
    let of_items = of_another_projects_items(&client, &document, &sample).await;
    let answers = [
        client.get(&format!("/projects/{foreign}")).await,
        client.delete(&format!("/projects/{foreign}")).await,
        client.get(&format!("/projects/{foreign}/members")).await,
        client.patch(&format!("/projects/{foreign}/members/{user}"), json!({"role": "admin"})).await,
        // A member of another project under the caller's own project.
        client.patch(&format!("/projects/{own}/members/{user}"), json!({"role": "admin"})).await,
        client.delete(&format!("/projects/{own}/members/{user}")).await,
        client
            .post(&format!("/projects/{foreign}/invite"), json!({"email": "x@example.org", "role": "admin"}))
            .await,
        client.get(&format!("/projects/{foreign}/audit-logs")).await,
        client.get(&format!("/items?project_id={foreign}")).await,
        client.get(&format!("/documents?project_id={foreign}")).await,
        client.post("/documents", new).await,
        client.get(&format!("/voice?project_id={foreign}")).await,
        client.post("/documents/batch", json!({"project_id": foreign, "items": [{}]})).await,
        client.post("/voice/batch", json!({"project_id": foreign, "items": [{}]})).await,
        client.get(&format!("/events?project_id={foreign}")).await,
        client.get(&format!("/review?project_id={foreign}")).await,
        client.post(&format!("/review/next?project_id={foreign}"), Value::Null).await,
        client.patch(&format!("/review/{document}"), json!({"status": "approved"})).await,
        client.get(&format!("/review/{document}/history")).await,
        client.get(&format!("/exports?project_id={foreign}")).await,
        client.post("/exports", json!({"project_id": foreign, "format": "csv"})).await,
        client.get(&format!("/exports/{export}")).await,
        client.post("/events/tickets", json!({"project_id": foreign})).await,
        client.delete(&format!("/users/me/sessions/{}", callers.users["admin"].session)).await,
    ];
    for (number, answer) in answers.iter().chain(&of_items).enumerate() {
        assert_eq!(answer.status, 404, "{number}: {}", answer.body);
        answer.assert_problem(404, "not_found");
    }
    assert_eq!(client.get(&format!("/projects/{own}")).await.status, 200);
}

/// The answers of the item routes to an outsider, including ids of the other kind.
async fn of_another_projects_items(client: &Client, document: &str, sample: &str) -> Vec<TestResponse> {
    let mut answers = Vec::new();
    for item in [document, sample] {
        for path in [format!("/documents/{item}"), format!("/voice/{item}")] {
            answers.push(client.get(&path).await);
            answers.push(client.patch(&path, json!({})).await);
            answers.push(client.delete(&path).await);
            for rest in ["upload-url", "reprocess"] {
                answers.push(client.post(&format!("{path}/{rest}"), Value::Null).await);
            }
            answers.push(client.get(&format!("{path}/download")).await);
        }
        answers.push(client.get(&format!("/documents/{item}/pages")).await);
        answers.push(client.get(&format!("/voice/{item}/words")).await);
    }
    answers
}
