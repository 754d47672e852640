//! Tests of invitations: create, list, resend, revoke, get and accept.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::{
    base::ids::ProjectId,
    cloud::events::EmailRequested,
    identity::{guard::ProjectRole, mail_token::Purpose},
    testing::{Client, TestUser},
};
use sqlx::PgPool;
use time::Duration;

use crate::support::Projects;

struct Invited {
    projects: Projects,
    project: ProjectId,
    ada: TestUser,
    /// Client signed in as Ada, the project admin.
    client: Client,
}

impl Invited {
    async fn start(db: PgPool) -> Self {
        Self::start_with(db, &[]).await
    }

    async fn start_with(db: PgPool, variables: &[(&str, &str)]) -> Self {
        let projects = Projects::start_with(db, variables).await;
        let ada = projects.platform.user("ada@example.org").await;
        let project = projects.platform.project(&ada).await;
        let client = projects.client.as_user(&ada);
        Self { projects, project, ada, client }
    }

    fn path(&self, rest: &str) -> String {
        format!("/projects/{}/{rest}", self.project)
    }

    /// Invites an address and returns the invitation and the token of its mail.
    async fn invite(&self, email: &str, role: &str) -> (Value, String) {
        let invited = self.client.post(&self.path("invite"), json!({"email": email, "role": role})).await;
        invited.assert_status(201);
        (invited.body.clone(), self.mailed_token().await)
    }

    async fn mailed_token(&self) -> String {
        let events = self.projects.platform.events::<EmailRequested>().await;
        let [EmailRequested::Invitation { invitation_id }] = events[..] else {
            panic!("expected one invitation, got {events:?}")
        };
        self.projects.platform.mailed_token(Purpose::Invitation, invitation_id.0)
    }

    async fn user(&self, email: &str) -> Client {
        self.projects.client.as_user(&self.projects.platform.user(email).await)
    }

    async fn memberships(&self) -> i64 {
        let count = sqlx::query_scalar("select count(*) from project_members where project_id = $1");
        count.bind(self.project).fetch_one(&self.projects.platform.db).await.expect("a count")
    }
}

fn accept(token: &str) -> String {
    format!("/invitations/{token}/accept")
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_invited_address_joins_with_the_offered_role(db: PgPool) {
    let here = Invited::start(db).await;
    let (invitation, token) = here.invite(" Bob@Example.org", "reviewer").await;
    assert_eq!((&invitation["email"], &invitation["status"]), (&json!("bob@example.org"), &json!("open")));
    assert_eq!(invitation["invited_by_id"], json!(here.ada.id));

    let preview = here.projects.client.get(&format!("/invitations/{token}")).await;
    assert_eq!(preview.assert_status(200).body["project_name"], "Letters");
    assert_eq!(
        (&preview.body["role"], &preview.body["invited_by"]),
        (&json!("reviewer"), &json!("ada@example.org"))
    );

    let bob = here.user("bob@example.org").await;
    let joined = bob.post(&accept(&token), Value::Null).await;
    assert_eq!(
        (&joined.assert_status(201).body["project_id"], &joined.body["role"]),
        (&json!(here.project), &json!("reviewer"))
    );
    let joined = bob.get(&format!("/projects/{}", here.project)).await;
    assert_eq!(joined.assert_status(200).body["role"], "reviewer");
    for path in [accept(&token), accept(&token)] {
        bob.post(&path, Value::Null).await.assert_problem(409, "invitation_used");
    }
    here.projects.client.get(&format!("/invitations/{token}")).await.assert_problem(409, "invitation_used");
    let listed = here.client.get(&here.path("invitations")).await;
    assert_eq!(listed.body["items"][0]["status"], "accepted");
    let actions: Vec<String> = sqlx::query_scalar(
        "select action || ' ' || status from audit_logs where project_id = $1 order by id",
    )
    .bind(here.project)
    .fetch_all(&here.projects.platform.db)
    .await
    .expect("rows");
    assert_eq!(actions, ["invitation.created success", "invitation.accepted success"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_the_invited_address_can_accept(db: PgPool) {
    let here = Invited::start(db).await;
    let (invitation, token) = here.invite("bob@example.org", "admin").await;
    here.projects.client.post(&accept(&token), Value::Null).await.assert_problem(401, "unauthenticated");
    let eve = here.user("eve@example.org").await;
    eve.post(&accept(&token), Value::Null).await.assert_problem(403, "wrong_account");
    let id = invitation["id"].as_str().expect("an id").parse().expect("an id");
    let audited = here.projects.platform.audited(id).await;
    assert_eq!(audited[1], ("invitation.accepted".to_owned(), "denied".to_owned()));
    let unverified = here.projects.platform.unverified_user("bob@example.org").await;
    let client = here.projects.client.as_user(&unverified);
    client.post(&accept(&token), Value::Null).await.assert_problem(403, "email_not_verified");
    assert_eq!(here.memberships().await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn unknown_expired_and_revoked_links_are_reported(db: PgPool) {
    let here = Invited::start(db).await;
    let (invitation, token) = here.invite("bob@example.org", "reviewer").await;
    let bob = here.user("bob@example.org").await;
    let both = async |token: &str, status: u16, code: &str| {
        bob.get(&format!("/invitations/{token}")).await.assert_problem(status, code);
        bob.post(&accept(token), Value::Null).await.assert_problem(status, code);
    };
    both("made-up", 404, "not_found").await;
    here.projects
        .platform
        .change(
            "update project_invitations set expires_at = now() - interval '1 second' where id = $1",
            invitation["id"].as_str().expect("an id").parse().expect("an id"),
        )
        .await;
    both(&token, 410, "invitation_expired").await;
    let listed = here.client.get(&here.path("invitations")).await;
    assert_eq!(listed.body["items"][0]["status"], "expired");

    // A new invitation replaces an expired one and has a new link.
    let (second, other) = here.invite("bob@example.org", "contributor").await;
    assert_ne!(token, other);
    let path = here.path(&format!("invitations/{}", second["id"].as_str().expect("an id")));
    here.client.delete(&path).await.assert_status(204);
    both(&other, 404, "not_found").await;
    here.client.delete(&path).await.assert_problem(404, "not_found");
    here.client.post(&format!("{path}/resend"), Value::Null).await.assert_problem(404, "not_found");

    let (_, last) = here.invite("bob@example.org", "contributor").await;
    here.projects.delete(here.project).await;
    both(&last, 404, "not_found").await;
}

/// A request can create an invitation while another request suspends its inviter, who then has it open.
#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_open_invitation_whose_inviter_may_not_invite_is_like_a_revoked_one(db: PgPool) {
    let here = Invited::start(db).await;
    let platform = &here.projects.platform;
    let inviter = platform.user("inviter@example.org").await;
    platform.member(here.project, &inviter, ProjectRole::Admin).await;
    let body = json!({"email": "bob@example.org", "role": "reviewer"});
    let invited = here.projects.client.as_user(&inviter).post(&here.path("invite"), body).await;
    let id = invited.assert_status(201).body["id"].as_str().expect("an id").to_owned();
    let token = here.mailed_token().await;
    platform.change("update users set suspended_at = now() where id = $1", inviter.id.0).await;
    let bob = here.user("bob@example.org").await;
    bob.get(&format!("/invitations/{token}")).await.assert_problem(404, "not_found");
    bob.post(&accept(&token), Value::Null).await.assert_problem(404, "not_found");
    let resend = here.path(&format!("invitations/{id}/resend"));
    here.client.post(&resend, Value::Null).await.assert_problem(404, "not_found");

    let (_, again) = here.invite("bob@example.org", "reviewer").await;
    bob.post(&accept(&again), Value::Null).await.assert_status(201);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_resend_extends_the_invitation_and_keeps_its_link(db: PgPool) {
    let here = Invited::start(db).await;
    let (invitation, token) = here.invite("bob@example.org", "reviewer").await;
    let path = here.path(&format!("invitations/{}/resend", invitation["id"].as_str().expect("an id")));
    here.projects.platform.clock.advance(Duration::minutes(10));
    let resent = here.client.post(&path, Value::Null).await;
    assert_ne!(resent.assert_status(200).body["expires_at"], invitation["expires_at"]);
    assert_eq!(here.mailed_token().await, token);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn members_and_addresses_with_an_open_invitation_cannot_be_invited(db: PgPool) {
    let here = Invited::start(db).await;
    here.invite("bob@example.org", "reviewer").await;
    for (email, code) in [("BOB@example.org", "already_invited"), ("ada@example.org", "already_member")] {
        let body = json!({"email": email, "role": "reviewer"});
        here.client.post(&here.path("invite"), body).await.assert_problem(409, code);
    }
    for (body, fields) in [
        (json!({}), vec!["email", "role"]),
        (json!({"email": "x", "role": "owner", "y": 1}), vec!["email", "role", "y"]),
        (json!({"email": "a..b@x.example", "role": "reviewer"}), vec!["email"]),
    ] {
        let faulty = here.client.post(&here.path("invite"), body).await;
        assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), fields);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn accepting_as_a_member_keeps_the_current_role(db: PgPool) {
    let here = Invited::start(db).await;
    let (_, token) = here.invite("bob@example.org", "admin").await;
    let bob = here.projects.platform.user("bob@example.org").await;
    here.projects.platform.member(here.project, &bob, ProjectRole::Reviewer).await;
    let client = here.projects.client.as_user(&bob);
    client.post(&accept(&token), Value::Null).await.assert_problem(409, "already_member");
    let joined = client.get(&format!("/projects/{}", here.project)).await;
    assert_eq!(joined.body["role"], "reviewer");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn fifty_parallel_accepts_create_one_membership(db: PgPool) {
    let here = Invited::start(db).await;
    let (_, token) = here.invite("bob@example.org", "contributor").await;
    let bob = here.user("bob@example.org").await;
    let answers = join_all((0..50).map(|_| async { bob.post(&accept(&token), Value::Null).await })).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.assert_problem(409, "invitation_used");
    }
    assert_eq!(here.memberships().await, 2);

    // With a key, a repeat returns the lost response.
    let (_, token) = here.invite("carl@example.org", "contributor").await;
    let carl = here.user("carl@example.org").await.with("idempotency-key", "k");
    let answers = join_all((0..10).map(|_| async { carl.post(&accept(&token), Value::Null).await })).await;
    for answer in &answers {
        assert_eq!(answer.assert_status(201).body, answers[0].body);
    }
    assert_eq!(here.memberships().await, 3);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_mails_of_one_sender_are_capped_over_all_projects(db: PgPool) {
    let here = Invited::start_with(db, &[("SENDER_MAILS_PER_HOUR", "3")]).await;
    let platform = &here.projects.platform;
    let bob = platform.user("bob@example.org").await;
    platform.member(here.project, &bob, ProjectRole::Admin).await;
    let another = platform.project(&here.ada).await;
    let invite = async |client: &Client, project: ProjectId, number: i32| {
        let body = json!({"email": format!("user{number}@example.org"), "role": "reviewer"});
        client.post(&format!("/projects/{project}/invite"), body).await
    };
    for (number, project) in [(0, here.project), (1, another), (2, here.project)] {
        invite(&here.client, project, number).await.assert_status(201);
    }
    platform.clock.advance(Duration::minutes(10));
    let refused = invite(&here.client, another, 3).await;
    refused.assert_problem(429, "quota_exceeded");
    assert_eq!(refused.body["limit"], "sender_mails_per_hour");
    let wait: i64 =
        refused.headers["retry-after"].to_str().ok().and_then(|text| text.parse().ok()).expect("seconds");
    assert!((2900..=3000).contains(&wait), "{wait}");
    invite(&here.projects.client.as_user(&bob), here.project, 3).await.assert_status(201);
    platform.clock.advance(Duration::minutes(51));
    let ada = platform.another_session(&here.ada).await;
    invite(&here.projects.client.as_user(&ada), another, 4).await.assert_status(201);
    assert_eq!(platform.events::<EmailRequested>().await.len(), 5);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_mails_to_one_address_are_capped_over_all_projects_and_senders(db: PgPool) {
    let here = Invited::start_with(db, &[("RECIPIENT_MAILS_PER_DAY", "3")]).await;
    let (invitation, _) = here.invite("bob@example.org", "reviewer").await;
    let resend = here.path(&format!("invitations/{}/resend", invitation["id"].as_str().expect("an id")));
    let resent = here.client.post(&resend, Value::Null).await;
    resent.assert_status(200);
    let platform = &here.projects.platform;
    for (sender, status) in [("eve@example.org", 201), ("carl@example.org", 429)] {
        let sender = platform.user(sender).await;
        let project = platform.project(&sender).await;
        let body = json!({"email": "bob@example.org", "role": "reviewer"});
        let client = here.projects.client.as_user(&sender);
        client.post(&format!("/projects/{project}/invite"), body).await.assert_status(status);
    }
    platform.clock.advance(Duration::hours(2));
    let client = here.projects.client.as_user(&platform.another_session(&here.ada).await);
    let refused = client.post(&resend, Value::Null).await;
    refused.assert_problem(429, "quota_exceeded");
    assert_eq!(refused.body["limit"], "recipient_mails_per_day");
    let listed = client.get(&here.path("invitations")).await;
    let expires_at = &listed.body["items"][0]["expires_at"];
    assert_eq!(expires_at, &resent.body["expires_at"], "a refused resend changes nothing");
    assert_eq!(platform.events::<EmailRequested>().await.len(), 2);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_admins_can_manage_invitations(db: PgPool) {
    let here = Invited::start(db).await;
    let (invitation, _) = here.invite("bob@example.org", "reviewer").await;
    let one = here.path(&format!("invitations/{}", invitation["id"].as_str().expect("an id")));
    let eve = here.projects.platform.user("eve@example.org").await;
    let others = here.projects.platform.project(&eve).await;
    for (role, status, code) in [
        (Some(ProjectRole::Contributor), 403, "forbidden"),
        (Some(ProjectRole::Reviewer), 403, "forbidden"),
        (None, 404, "not_found"),
    ] {
        let user = here.projects.platform.user(&format!("{role:?}@example.org")).await;
        if let Some(role) = role {
            here.projects.platform.member(here.project, &user, role).await;
        }
        let client = here.projects.client.as_user(&user);
        let body = json!({"email": "x@example.org", "role": "admin"});
        client.post(&here.path("invite"), body).await.assert_problem(status, code);
        client.get(&here.path("invitations")).await.assert_problem(status, code);
        client.delete(&one).await.assert_problem(status, code);
        client.post(&format!("{one}/resend"), Value::Null).await.assert_problem(status, code);
    }
    // An admin cannot reach the invitation through the path of another project.
    let elsewhere = one.replace(&here.project.to_string(), &others.to_string());
    let client = here.projects.client.as_user(&eve);
    client.delete(&elsewhere).await.assert_problem(404, "not_found");
    client.post(&format!("{elsewhere}/resend"), Value::Null).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn reading_invitations_is_rate_limited_and_reported_by_path_pattern(db: PgPool) {
    let here = Invited::start_with(db, &[("RATE_LIMIT_ADDRESS_PER_MINUTE", "1")]).await;
    here.projects.client.get("/invitations/one").await.assert_problem(404, "not_found");
    here.projects.client.get("/invitations/another").await.assert_problem(429, "too_many_requests");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_sender_has_a_limited_number_of_open_invitations_over_all_projects(db: PgPool) {
    let invited = Invited::start_with(db, &[("OPEN_INVITATIONS_PER_USER", "3")]).await;
    let other = invited.projects.platform.project(&invited.ada).await;
    let paths = [invited.path("invite"), format!("/projects/{other}/invite")];
    let body = |number: usize| json!({"email": format!("user{number}@example.org"), "role": "reviewer"});
    let requests = (0..8).map(|number| invited.client.post(&paths[number % 2], body(number)));
    let answers = join_all(requests).await;
    let (created, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((created.len(), refused.len()), (3, 5));
    for answer in refused {
        answer.assert_problem(429, "quota_exceeded");
        assert_eq!(answer.body["limit"], "open_invitations_per_user");
    }
    let (project, id) = (created[0].body["project_id"].as_str(), created[0].body["id"].as_str());
    let invitation = format!("/projects/{}/invitations/{}", project.expect("one"), id.expect("one"));
    invited.client.delete(&invitation).await.assert_status(204);
    invited.client.post(&paths[0], body(8)).await.assert_status(201);
    invited.client.post(&paths[0], body(9)).await.assert_problem(429, "quota_exceeded");
    // Expired invitations do not count.
    invited.projects.platform.clock.advance(Duration::days(8));
    let later = invited.projects.platform.another_session(&invited.ada).await;
    invited.client.as_user(&later).post(&paths[0], body(9)).await.assert_status(201);
    assert_eq!(invited.projects.platform.events::<EmailRequested>().await.len(), 5);
}
