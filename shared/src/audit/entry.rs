//! Recording an action.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::action::Action;
use crate::base::{
    context,
    ids::{AuditId, ProjectId, UserId},
};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = AuditStatus)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was tried in vain.
    Failure,
    /// It was not allowed.
    Denied,
}

/// One row; the client's address and user agent are taken from the request being served.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who; `None` when nobody is known, or the platform itself did it.
    pub actor: Option<UserId>,
    /// What.
    pub action: Action,
    /// To which thing.
    pub resource: Option<Uuid>,
    /// In which project.
    pub project: Option<ProjectId>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whatever else a reader should know; no secrets, and nothing personal: it stays when a person is erased.
    pub metadata: Value,
    /// Personal values, such as names before and after a change; erased with the person.
    pub personal: Option<Value>,
}

impl Entry {
    /// Something that `actor` did.
    #[must_use]
    pub fn success(actor: Option<UserId>, action: Action, resource: Uuid) -> Self {
        Self {
            actor,
            action,
            resource: Some(resource),
            project: None,
            outcome: Outcome::Success,
            metadata: Value::Object(Default::default()),
            personal: None,
        }
    }

    /// In a project.
    #[must_use]
    pub fn in_project(self, project: ProjectId) -> Self {
        Self { project: Some(project), ..self }
    }

    /// With more to know.
    #[must_use]
    pub fn with(self, metadata: Value) -> Self {
        Self { metadata, ..self }
    }

    /// With more to know that is personal.
    #[must_use]
    pub fn with_personal(self, personal: Value) -> Self {
        Self { personal: Some(personal), ..self }
    }

    /// What the database's `audit_record` takes, for a statement that writes the row itself.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn row(self) -> Result<Value, sqlx::Error> {
        let context = context::current();
        let context = context.as_deref();
        let mut salt = [0; 16];
        aws_lc_rs::rand::fill(&mut salt).map_err(|_| sqlx::Error::Protocol("no randomness".into()))?;
        Ok(json!({
            "id": AuditId::new(),
            "actor_user_id": self.actor,
            "action": self.action.as_str(),
            "resource_type": self.action.resource_type(),
            "resource_id": self.resource,
            "project_id": self.project,
            "status": self.outcome,
            "personal": {
                "user_id": self.person(),
                "salt": STANDARD.encode(salt),
                "ip_address": context.and_then(|context| context.client_address),
                "user_agent": context.and_then(|context| context.user_agent.as_deref()),
                "details": self.personal,
            },
            "metadata": self.metadata,
        }))
    }

    /// Whose the personal part is: the actor's, or else that of the user it is about.
    fn person(&self) -> Option<Uuid> {
        let about = || self.resource.filter(|_| self.action.resource_type() == "user");
        self.actor.map(|actor| actor.0).or_else(about)
    }
}

/// Writes a row; it commits with the change that it records.
///
/// # Errors
/// When the row cannot be written.
pub async fn record(db: &mut PgConnection, entry: Entry, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!("select audit_record($1, $2)", entry.row()?, now).execute(db).await?;
    Ok(())
}
