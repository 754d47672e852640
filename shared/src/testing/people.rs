//! Users with sessions, and projects with members.

use secrecy::ExposeSecret as _;

use super::Platform;
use crate::{
    base::{
        config::Settings as _,
        ids::{MembershipId, ProjectId, SessionId, UserId},
    },
    identity::{
        access_token::{AccessTokenSettings, Signer, SigningSettings, Verifier},
        account::GlobalRole,
        guard::ProjectRole,
    },
};

/// A user with a live session.
#[derive(Debug, Clone)]
pub struct TestUser {
    /// The id of the user.
    pub id: UserId,
    /// The id of the user's session.
    pub session: SessionId,
    /// An access token for the session.
    pub token: String,
}

impl Platform {
    /// Creates a verified user with a live session.
    ///
    /// # Panics
    /// When the database reports an error.
    pub async fn user(&self, email: &str) -> TestUser {
        let user = TestUser { id: UserId::new(), session: SessionId::new(), token: String::new() };
        let now = self.clock.now();
        let inserted = sqlx::query(
            "with account as (
                 insert into users (id, email, email_verified_at, created_at) values ($1, $2, $4, $4) returning id
             )
             insert into sessions (id, user_id, created_at, authenticated_at, last_used_at, expires_at)
             select $3, id, $4, $4, $4, $4 + interval '30 days' from account",
        )
        .bind(user.id)
        .bind(email)
        .bind(user.session)
        .bind(now)
        .execute(&self.db)
        .await;
        inserted.expect("a user");
        let token = self.token(&user, GlobalRole::User);
        TestUser { token, ..user }
    }

    /// Creates another live session of a user.
    ///
    /// # Panics
    /// When the database reports an error.
    pub async fn another_session(&self, of: &TestUser) -> TestUser {
        let user = TestUser { session: SessionId::new(), ..of.clone() };
        let inserted = sqlx::query(
            "insert into sessions (id, user_id, password_id, created_at, authenticated_at, last_used_at, expires_at)
             select $1, id, password_id, $3, $3, $3, $3 + interval '30 days' from users where id = $2",
        )
        .bind(user.session)
        .bind(user.id)
        .bind(self.clock.now())
        .execute(&self.db)
        .await;
        inserted.expect("a session");
        let token = self.token(&user, GlobalRole::User);
        TestUser { token, ..user }
    }

    /// Creates a user with an unverified address.
    ///
    /// # Panics
    /// When the database reports an error.
    pub async fn unverified_user(&self, email: &str) -> TestUser {
        let user = self.user(email).await;
        self.change("update users set email_verified_at = null where id = $1", user.id.0).await;
        user
    }

    /// Creates a super admin.
    ///
    /// # Panics
    /// When the database reports an error.
    pub async fn super_admin(&self, email: &str) -> TestUser {
        let user = self.user(email).await;
        let update = sqlx::query("update users set global_role = 'super_admin' where id = $1").bind(user.id);
        update.execute(&self.db).await.expect("a role");
        user
    }

    /// Creates a project with `admin` as its project admin.
    ///
    /// # Panics
    /// When the database reports an error.
    pub async fn project(&self, admin: &TestUser) -> ProjectId {
        let id = ProjectId::new();
        let inserted = sqlx::query(
            "insert into projects (id, name, created_by_id, created_at, updated_at) values ($1, 'Letters', $2, $3, $3)",
        )
        .bind(id)
        .bind(admin.id)
        .bind(self.clock.now())
        .execute(&self.db)
        .await;
        inserted.expect("a project");
        self.member(id, admin, ProjectRole::Admin).await;
        id
    }

    /// Adds a user to a project as a member with this role.
    ///
    /// # Panics
    /// When the database reports an error.
    pub async fn member(&self, project: ProjectId, user: &TestUser, role: ProjectRole) {
        let inserted = sqlx::query(
            "insert into project_members (id, project_id, user_id, role, created_at) values ($1, $2, $3, $4, $5)",
        )
        .bind(MembershipId::new())
        .bind(project)
        .bind(user.id)
        .bind(role)
        .bind(self.clock.now())
        .execute(&self.db)
        .await;
        inserted.expect("a membership");
    }

    fn token(&self, user: &TestUser, role: GlobalRole) -> String {
        let env = self.env();
        let settings = AccessTokenSettings::from_env(&env).expect("settings");
        let signing = SigningSettings::from_env(&env).expect("a key");
        let verifier = Verifier::new(&settings, self.clock.clone()).expect("keys");
        let signer = Signer::new(&signing, &settings, &verifier).expect("a signer");
        let token = signer.sign(user.id, role.as_str(), user.session, self.clock.now()).expect("a token");
        token.expose_secret().to_owned()
    }
}
