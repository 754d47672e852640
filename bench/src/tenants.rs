//! Users with sessions, their projects, and drafts, as the functions would create them.

use secrecy::ExposeSecret as _;
use shared::{
    base::{
        clock::Clock,
        config::Settings as _,
        ids::{ItemId, MembershipId, ProjectId, SessionId, UserId},
    },
    identity::{
        access_token::{AccessTokenSettings, Signer, SigningSettings, Verifier},
        guard::ProjectRole,
    },
    items::{ItemKind, ObjectName},
};
use sqlx::{PgConnection, PgPool};

use crate::{Result, cloud::Cloud};

/// Creates users, projects and drafts directly in the database.
pub(crate) struct Tenants {
    pub(crate) db: PgPool,
    clock: Clock,
    signer: Signer,
}

/// A user with a live session.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) session: SessionId,
}

impl Tenants {
    pub(crate) fn new(db: &PgPool, cloud: &Cloud) -> Result<Self> {
        let (env, clock) = (cloud.env(), Clock::default());
        let settings = AccessTokenSettings::from_env(&env)?;
        let verifier = Verifier::new(&settings, clock.clone())?;
        let signer = Signer::new(&SigningSettings::from_env(&env)?, &settings, &verifier)?;
        Ok(Self { db: db.clone(), clock, signer })
    }

    /// An access token, valid for 15 minutes.
    pub(crate) fn token(&self, user: &User) -> Result<String> {
        let signed = self.signer.sign(user.id, "user", user.session, self.clock.now())?;
        Ok(signed.expose_secret().to_owned())
    }

    pub(crate) fn now(&self) -> time::OffsetDateTime {
        self.clock.now()
    }

    pub(crate) async fn user(&self, name: &str) -> Result<User> {
        let user = User { id: UserId::new(), session: SessionId::new() };
        sqlx::query(
            "with account as (
                 insert into users (id, email, email_verified_at, created_at) values ($1, $2, $4, $4) returning id
             )
             insert into sessions (id, user_id, created_at, authenticated_at, last_used_at, expires_at)
             select $3, id, $4, $4, $4, $4 + interval '30 days' from account",
        )
        .bind(user.id)
        .bind(format!("{name}@example.org"))
        .bind(user.session)
        .bind(self.clock.now())
        .execute(&self.db)
        .await?;
        Ok(user)
    }

    pub(crate) async fn super_admin(&self, name: &str) -> Result<User> {
        let user = self.user(name).await?;
        let change = sqlx::query("update users set global_role = 'super_admin' where id = $1").bind(user.id);
        change.execute(&self.db).await?;
        Ok(user)
    }

    pub(crate) async fn project(&self, name: &str, admin: &User) -> Result<ProjectId> {
        let project = ProjectId::new();
        sqlx::query(
            "insert into projects (id, name, created_by_id, created_at, updated_at) values ($1, $2, $3, $4, $4)",
        )
        .bind(project)
        .bind(name)
        .bind(admin.id)
        .bind(self.clock.now())
        .execute(&self.db)
        .await?;
        self.member(project, admin, ProjectRole::Admin).await?;
        Ok(project)
    }

    pub(crate) async fn member(&self, project: ProjectId, user: &User, role: ProjectRole) -> Result<()> {
        sqlx::query(
            "insert into project_members (id, project_id, user_id, role, created_at) values ($1, $2, $3, $4, $5)",
        )
        .bind(MembershipId::new())
        .bind(project)
        .bind(user.id)
        .bind(role)
        .bind(self.clock.now())
        .execute(&self.db)
        .await?;
        Ok(())
    }

    /// Creates a draft PDF document. Returns the name of the object of its first upload.
    pub(crate) async fn draft(&self, project: ProjectId, user: &User, bytes: &[u8]) -> Result<ObjectName> {
        self.draft_of(ItemKind::Document, "application/pdf", bytes.len(), project, user).await
    }

    /// Creates a draft of any kind. Returns the name of the object of its first upload.
    pub(crate) async fn draft_of(
        &self,
        kind: ItemKind,
        content_type: &str,
        size: usize,
        project: ProjectId,
        user: &User,
    ) -> Result<ObjectName> {
        let (item, now) = (ItemId::new(), self.clock.now());
        let mut tx = self.db.begin().await?;
        sqlx::query(
            "with item as (
                 insert into items
                     (id, project_id, uploaded_by_id, kind, original_filename, content_type, size_bytes, created_at)
                 values ($1, $2, $3, $6, 'letter', $7, $4, $5)
                 returning id
             ), voice as (
                 insert into voice_samples (item_id) select id from item where $6 = 'voice'
             )
             insert into documents (item_id, project_id) select id, $2 from item where $6 = 'document'",
        )
        .bind(item)
        .bind(project)
        .bind(user.id)
        .bind(i64::try_from(size)?)
        .bind(now)
        .bind(kind)
        .bind(content_type)
        .execute(&mut *tx)
        .await?;
        self.record_creation(&mut tx, kind, item, project, user).await?;
        tx.commit().await?;
        Ok(ObjectName { kind, project_id: project, item_id: item, upload_no: 1 })
    }

    /// Records the first transition of an item.
    pub(crate) async fn record_creation(
        &self,
        db: &mut PgConnection,
        kind: ItemKind,
        item: ItemId,
        project: ProjectId,
        user: &User,
    ) -> Result<()> {
        sqlx::query(
            "insert into item_transitions (item_id, project_id, kind, to_status, version, actor_user_id, at)
             values ($1, $2, $5, 'draft', 1, $3, $4)",
        )
        .bind(item)
        .bind(project)
        .bind(user.id)
        .bind(self.now())
        .bind(kind)
        .execute(db)
        .await?;
        Ok(())
    }
}

/// Migrates the database at `DATABASE_URL` and connects to it.
pub(crate) async fn database() -> Result<(PgPool, String)> {
    let url = std::env::var("DATABASE_URL").map_err(|_| "bench needs `local with-postgres`")?;
    let db = PgPool::connect(&url).await?;
    migrations::migrate(&db).await?;
    Ok((db, url))
}
