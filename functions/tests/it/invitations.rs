//! Invitations end when their inviter loses the right to invite, in whichever function that happens.

use serde_json::{Value, json};
use shared::{
    base::ids::ProjectId,
    cloud::events::EmailRequested,
    identity::{guard::ProjectRole, mail_token::Purpose},
    testing::{Client, Platform, TestUser},
};
use sqlx::PgPool;

struct Fixture {
    platform: Platform,
    projects: Client,
    project: ProjectId,
    root: TestUser,
    owner: TestUser,
    guest: TestUser,
}

/// An invitation that was mailed to the guest.
struct Mailed {
    id: String,
    token: String,
}

impl Fixture {
    async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let projects = platform.client_of::<projects::Projects>(&[]);
        let root = platform.super_admin("root@example.org").await;
        let owner = platform.user("owner@example.org").await;
        let guest = platform.user("guest@example.org").await;
        let project = platform.project(&owner).await;
        Self { platform, projects, project, root, owner, guest }
    }

    fn path(&self, rest: &str) -> String {
        format!("/projects/{}/{rest}", self.project)
    }

    async fn invite(&self, inviter: &TestUser) -> Mailed {
        let body = json!({"email": "guest@example.org", "role": "admin"});
        let invited = self.projects.as_user(inviter).post(&self.path("invite"), body).await;
        let id = invited.assert_status(201).body["id"].as_str().expect("an id").to_owned();
        self.platform.events::<EmailRequested>().await;
        let token = self.platform.mailed_token(Purpose::Invitation, id.parse().expect("an id"));
        Mailed { id, token }
    }

    /// Asserts that nobody can use an invitation any longer, and that the list says so.
    async fn assert_unusable(&self, mailed: &Mailed, how: &str) {
        let link = format!("/invitations/{}", mailed.token);
        let guest = self.projects.as_user(&self.guest);
        let owner = self.projects.as_user(&self.owner);
        let resend = self.path(&format!("invitations/{}/resend", mailed.id));
        for answer in [
            self.projects.get(&link).await,
            guest.post(&format!("{link}/accept"), Value::Null).await,
            owner.post(&resend, Value::Null).await,
        ] {
            assert_eq!((how, answer.status.as_u16()), (how, 404));
            answer.assert_problem(404, "not_found");
        }
        let listed = owner.get(&self.path("invitations?limit=1")).await;
        assert_eq!(listed.assert_status(200).body["items"][0]["status"], "revoked", "{how}");
    }

    /// Makes the user an admin of the project again.
    async fn readmit(&self, user: &TestUser) {
        let removed = sqlx::query("delete from project_members where project_id = $1 and user_id = $2");
        removed.bind(self.project).bind(user.id).execute(&self.platform.db).await.expect("no membership");
        self.platform.member(self.project, user, ProjectRole::Admin).await;
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_invitation_ends_permanently_when_its_inviter_may_no_longer_invite(db: PgPool) {
    let fixture = Fixture::start(db).await;
    let users = fixture.platform.client_of::<users::Users>(&[]);
    let admin = fixture.platform.client_of::<admin::Admin>(&[]).as_user(&fixture.root);
    for how in ["demoted", "removed", "left", "suspended", "deleted"] {
        let inviter = fixture.platform.user(&format!("{how}@example.org")).await;
        fixture.platform.member(fixture.project, &inviter, ProjectRole::Admin).await;
        let mailed = fixture.invite(&inviter).await;
        let link = format!("/invitations/{}", mailed.token);
        fixture.projects.get(&link).await.assert_status(200);
        let (owner, own) = (fixture.projects.as_user(&fixture.owner), fixture.projects.as_user(&inviter));
        let (member, account) =
            (fixture.path(&format!("members/{}", inviter.id)), format!("/admin/users/{}", inviter.id));
        let answer = match how {
            "demoted" => owner.patch(&member, json!({"role": "reviewer"})).await,
            "removed" => owner.delete(&member).await,
            "left" => own.delete(&member).await,
            "suspended" => admin.patch(&account, json!({"suspended": true})).await,
            _ => users.as_user(&inviter).delete("/users/me").await,
        };
        assert!(answer.status.is_success(), "{how}: {}", answer.body);
        fixture.assert_unusable(&mailed, how).await;
        if how == "suspended" {
            admin.patch(&account, json!({"suspended": false})).await.assert_status(200);
        }
        fixture.readmit(&inviter).await;
        fixture.assert_unusable(&mailed, how).await;

        // The address can be invited again, and only that invitation is good.
        let again = fixture.invite(&fixture.owner).await;
        fixture.projects.get(&link).await.assert_problem(404, "not_found");
        fixture.projects.get(&format!("/invitations/{}", again.token)).await.assert_status(200);
        owner.delete(&fixture.path(&format!("invitations/{}", again.id))).await.assert_status(204);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_former_super_admin_keeps_the_invitations_to_their_own_projects_only(db: PgPool) {
    let fixture = Fixture::start(db).await;
    let admin = fixture.platform.client_of::<admin::Admin>(&[]).as_user(&fixture.root);
    let inviter = fixture.platform.super_admin("inviter@example.org").await;
    let demote = format!("/admin/users/{}", inviter.id);
    let mailed = fixture.invite(&inviter).await;
    fixture.projects.get(&format!("/invitations/{}", mailed.token)).await.assert_status(200);
    admin.patch(&demote, json!({"global_role": "user"})).await.assert_status(200);
    fixture.assert_unusable(&mailed, "not a member").await;

    admin.patch(&demote, json!({"global_role": "super_admin"})).await.assert_status(200);
    fixture.readmit(&inviter).await;
    let mailed = fixture.invite(&inviter).await;
    admin.patch(&demote, json!({"global_role": "user"})).await.assert_status(200);
    let accept = format!("/invitations/{}/accept", mailed.token);
    fixture.projects.as_user(&fixture.guest).post(&accept, Value::Null).await.assert_status(201);
}
