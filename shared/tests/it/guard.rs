use axum::{Router, extract::FromRef, http::StatusCode, routing::get};
use garde::Validate;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{
    audit::Refusals,
    base::{config::Settings as _, ids::ProjectId},
    http::{
        health::Health,
        server::{HttpSettings, Service},
    },
    identity::{
        access_token::{AccessTokenSettings, Verifier},
        guard::{
            Access, Admins, ByBody, ByPath, ByQuery, Contributors, Editors, InProject, Locator, Members,
            ProjectRole, Reviewers, Rule,
        },
        principal::{AnySession, Authority, Principal},
    },
    items::locators::{ByItem, Document},
    testing::{Client, Platform, TestUser},
};
use sqlx::PgPool;

#[derive(Clone, FromRef)]
struct AppState {
    authority: Authority,
}

#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct OfProject {
    #[garde(skip)]
    project_id: ProjectId,
    #[garde(length(min = 1))]
    name: Option<String>,
}

impl InProject for OfProject {
    fn project_id(&self) -> ProjectId {
        self.project_id
    }
}

async fn admit<R: Rule, L: Locator>(access: Access<R, L>) -> String {
    let role = access.role.map(|role| serde_json::to_value(role).expect("a role"));
    json!({"role": role, "project": access.project_id, "user": access.principal.user_id}).to_string()
}

fn routes<R: Rule>(rule: &str) -> Router<AppState> {
    Router::new()
        .route(&format!("/{rule}/projects/{{project_id}}"), get(admit::<R, ByPath>))
        .route(&format!("/{rule}/query"), get(admit::<R, ByQuery<OfProject>>))
        .route(&format!("/{rule}/body"), axum::routing::post(admit::<R, ByBody<OfProject>>))
        .route(&format!("/{rule}/documents/{{id}}"), get(admit::<R, ByItem<Document>>))
}

struct Guarded {
    platform: Platform,
    client: Client,
    project: ProjectId,
    /// An outsider, a contributor, a reviewer, a project admin and a super admin: fewest permissions first.
    people: [TestUser; 5],
}

impl Guarded {
    async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let tokens = AccessTokenSettings::from_env(&platform.env()).expect("settings");
        let tokens = Verifier::new(&tokens, platform.clock.clone()).expect("keys");
        let refusals = Refusals::new(platform.db.clone(), platform.clock.clone());
        let authority = Authority::new(platform.db.clone(), tokens, refusals, platform.clock.clone());
        let router = Router::new()
            .merge(routes::<Members>("members"))
            .merge(routes::<Admins>("admins"))
            .merge(routes::<Contributors>("contributors"))
            .merge(routes::<Reviewers>("reviewers"))
            .merge(routes::<Editors>("editors"))
            .route("/principal", get(|_: Principal| async { StatusCode::OK }))
            .route("/session", get(|_: AnySession| async { StatusCode::OK }))
            .with_state(AppState { authority });
        let http = HttpSettings::from_env(&platform.env()).expect("settings");
        let client =
            platform.client(Service::new(router, Health::default(), &http).expect("a service").router());
        let admin = platform.user("admin@example.org").await;
        let project = platform.project(&admin).await;
        let outsider = platform.user("outsider@example.org").await;
        platform.project(&outsider).await;
        let contributor = platform.user("contributor@example.org").await;
        platform.member(project, &contributor, ProjectRole::Contributor).await;
        let reviewer = platform.user("reviewer@example.org").await;
        platform.member(project, &reviewer, ProjectRole::Reviewer).await;
        let root = platform.super_admin("root@example.org").await;
        Self { platform, client, project, people: [outsider, contributor, reviewer, admin, root] }
    }

    /// Returns the status for each of the three ways to name the project: path, query and body.
    async fn statuses(&self, client: &Client, rule: &str) -> [u16; 3] {
        let project = self.project;
        let answers = [
            client.get(&format!("/{rule}/projects/{project}")).await,
            client.get(&format!("/{rule}/query?project_id={project}")).await,
            client.post(&format!("/{rule}/body"), json!({"project_id": project})).await,
        ];
        for answer in &answers {
            let code = match answer.status.as_u16() {
                401 => "unauthenticated",
                403 => "forbidden",
                404 => "not_found",
                _ => continue,
            };
            answer.assert_problem(answer.status.as_u16(), code);
        }
        answers.map(|answer| answer.status.as_u16())
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_rule_admits_the_same_roles_for_a_project_in_path_query_or_body(db: PgPool) {
    let guarded = Guarded::start(db).await;
    // The columns are outsider, contributor, reviewer, project admin and super admin.
    let table = [
        ("members", [404, 200, 200, 200, 200]),
        ("admins", [404, 403, 403, 200, 200]),
        ("contributors", [404, 200, 403, 200, 200]),
        ("reviewers", [404, 403, 200, 200, 200]),
        ("editors", [404, 403, 403, 200, 200]),
    ];
    for (rule, expected) in table {
        assert_eq!(guarded.statuses(&guarded.client, rule).await, [401; 3], "{rule}");
        for (user, status) in guarded.people.iter().zip(expected) {
            let client = guarded.client.as_user(user);
            assert_eq!(guarded.statuses(&client, rule).await, [status; 3], "{rule}: {user:?}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_item_admits_the_members_of_its_project_and_recognizes_its_uploader(db: PgPool) {
    let guarded = Guarded::start(db).await;
    let [outsider, contributor, reviewer, admin, root] = &guarded.people;
    let others = guarded.platform.draft(guarded.project, admin, "application/pdf", 5).await.item_id;
    let own = guarded.platform.draft(guarded.project, contributor, "application/pdf", 5).await.item_id;
    let status = async |user: Option<&TestUser>, rule: &str, item| {
        let client = user.map_or(guarded.client.clone(), |user| guarded.client.as_user(user));
        client.get(&format!("/{rule}/documents/{item}")).await.status.as_u16()
    };
    for (user, expected) in [
        (None, [401; 3]),
        (Some(outsider), [404; 3]),
        (Some(contributor), [200, 403, 200]),
        (Some(reviewer), [200, 403, 403]),
        (Some(admin), [200; 3]),
        (Some(root), [200; 3]),
    ] {
        let found = [
            status(user, "members", others).await,
            status(user, "editors", others).await,
            status(user, "editors", own).await,
        ];
        assert_eq!(found, expected, "{user:?}");
    }
    guarded.platform.change("update items set deleted_at = now() where id = $1", own.0).await;
    assert_eq!(status(Some(contributor), "editors", own).await, 404);
    assert_eq!(status(Some(root), "members", own).await, 404);
    guarded.platform.change("update items set kind = 'voice' where id = $1", others.0).await;
    assert_eq!(status(Some(admin), "members", others).await, 404);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_changed_role_applies_to_the_next_request(db: PgPool) {
    let guarded = Guarded::start(db).await;
    let [_, contributor, _, admin, root] = &guarded.people;
    let client = guarded.client.as_user(contributor);
    let path = format!("/reviewers/projects/{}", guarded.project);
    client.get(&path).await.assert_problem(403, "forbidden");
    let change = "update project_members set role = 'reviewer' where user_id = $1";
    guarded.platform.change(change, contributor.id.0).await;
    assert_eq!(client.get(&path).await.assert_status(200).body["role"], "reviewer");
    guarded.platform.change("delete from project_members where user_id = $1", contributor.id.0).await;
    client.get(&path).await.assert_problem(404, "not_found");
    guarded.platform.change("update users set global_role = 'user' where id = $1", root.id.0).await;
    guarded.client.as_user(root).get(&path).await.assert_problem(404, "not_found");
    guarded.platform.change("update projects set deleted_at = now() where id = $1", guarded.project.0).await;
    guarded.client.as_user(admin).get(&path).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn ended_sessions_are_refused_and_unverified_users_are_restricted(db: PgPool) {
    let guarded = Guarded::start(db).await;
    let path = format!("/members/projects/{}", guarded.project);
    let join = async |email: &str| {
        let user = guarded.platform.user(email).await;
        guarded.platform.member(guarded.project, &user, ProjectRole::Admin).await;
        user
    };
    let statements = [
        "update sessions set revoked_at = now() where user_id = $1",
        "update sessions set expires_at = now() where user_id = $1",
        "update users set suspended_at = now() where id = $1",
        "update users set deleted_at = now() where id = $1",
        "delete from sessions where user_id = $1",
    ];
    for (number, statement) in statements.into_iter().enumerate() {
        let user = join(&format!("user{number}@example.org")).await;
        let client = guarded.client.as_user(&user);
        client.get(&path).await.assert_status(200);
        guarded.platform.change(statement, user.id.0).await;
        for path in [&path, "/principal", "/session"] {
            client.get(path).await.assert_problem(401, "unauthenticated");
        }
    }
    let unverified = join("unverified@example.org").await;
    guarded.platform.change("update users set email_verified_at = null where id = $1", unverified.id.0).await;
    let client = guarded.client.as_user(&unverified);
    client.get("/session").await.assert_status(200);
    for path in [&path, "/principal"] {
        client.get(path).await.assert_problem(403, "email_not_verified");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_caller_is_authenticated_before_the_request_is_validated(db: PgPool) {
    let guarded = Guarded::start(db).await;
    let nonsense: Value = json!({"name": ""});
    guarded.client.post("/members/body", nonsense.clone()).await.assert_problem(401, "unauthenticated");
    guarded.client.get("/members/query?name=").await.assert_problem(401, "unauthenticated");
    guarded.client.get("/members/projects/letters").await.assert_problem(401, "unauthenticated");
    let client = guarded.client.as_user(&guarded.people[1]);
    let body = client.post("/members/body", nonsense).await;
    assert_eq!(body.assert_problem(422, "invalid_fields").invalid_fields(), ["name", "project_id"]);
    client.get("/members/projects/letters").await.assert_problem(400, "malformed");
    client.get("/members/documents/letter").await.assert_problem(400, "malformed");
}
