//! Recording an audited action.

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

/// The outcome of an audited action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = AuditStatus)]
pub enum Outcome {
    /// The action was performed.
    Success,
    /// The action was attempted and failed.
    Failure,
    /// The action was not allowed.
    Denied,
}

/// A row to record. The client's address and user agent come from the current request.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The user who acted; `None` for an unknown user or for the platform itself.
    pub actor: Option<UserId>,
    /// The action that was performed or attempted.
    pub action: Action,
    /// The id of the resource acted on.
    pub resource: Option<Uuid>,
    /// The project that the resource belongs to.
    pub project: Option<ProjectId>,
    /// The result of the action.
    pub outcome: Outcome,
    /// Further facts about the action. They remain when a person is erased, so they must not contain secrets or
    /// personal data.
    pub metadata: Value,
    /// Values that the actor wrote, such as a new name. They are erased with the actor, so they must not contain values
    /// that another person wrote. The values before a change are in the previous entry.
    pub personal: Option<Value>,
}

impl Entry {
    /// Creates an entry for an action that `actor` performed on a resource.
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

    /// Sets the project that the resource belongs to.
    #[must_use]
    pub fn in_project(self, project: ProjectId) -> Self {
        Self { project: Some(project), ..self }
    }

    /// Sets the metadata, which must hold no personal data.
    #[must_use]
    pub fn with(self, metadata: Value) -> Self {
        Self { metadata, ..self }
    }

    /// Sets the values that are erased with the person.
    #[must_use]
    pub fn with_personal(self, personal: Value) -> Self {
        Self { personal: Some(personal), ..self }
    }

    /// Returns the JSON that the database function `audit_record` takes, for statements that write the row themselves.
    ///
    /// # Errors
    /// When the system provides no random bytes.
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

    /// Returns the person to whom the personal values belong: the actor, or the affected user if there is no actor.
    fn person(&self) -> Option<Uuid> {
        let about = || self.resource.filter(|_| self.action.resource_type() == "user");
        self.actor.map(|actor| actor.0).or_else(about)
    }
}

/// Writes rows in the transaction of the changes that they record.
///
/// # Errors
/// When the database cannot write the rows.
pub async fn record_all(
    db: &mut PgConnection,
    entries: impl IntoIterator<Item = Entry>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    let rows: Vec<Value> = entries.into_iter().map(Entry::row).collect::<Result<_, _>>()?;
    sqlx::query!(
        "select audit_record(entry, $2) from jsonb_array_elements($1) as entry",
        Value::from(rows),
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes a row in the transaction of the change that it records.
///
/// # Errors
/// When the database cannot write the row.
pub async fn record(db: &mut PgConnection, entry: Entry, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!("select audit_record($1, $2)", entry.row()?, now).execute(db).await?;
    Ok(())
}
