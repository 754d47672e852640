//! What the routes of documents and of voice samples do alike.

use serde::Deserialize;
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    guard::{Access, ByItem, FoundItem, Kind, Rule},
    idempotency::{Claim, IdempotencyKey},
    ids::{ItemId, ProjectId, UserId},
    items::{ItemKind, ItemStatus},
    names::Topic,
    problem::{Code, Problem, Result},
    processing,
    storage::{Download, Upload},
};

use crate::{
    AppState,
    model::ItemRow,
    queries::{self, NewItem, NextUpload},
};

/// Whose uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadedBy {
    /// The caller's.
    Me,
}

impl AppState {
    /// Announces items; those that a repeated request announced before are found again.
    pub(crate) async fn announce(
        &self,
        kind: ItemKind,
        project: ProjectId,
        user: UserId,
        key: &IdempotencyKey,
        mut new: Vec<NewItem>,
    ) -> Result<Vec<ItemRow>> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut ids = Vec::with_capacity(new.len());
        let mut first = Vec::with_capacity(new.len());
        for (number, item) in new.drain(..).enumerate() {
            match key.part(number).claim(&mut tx, user, item.id.0, now).await? {
                Claim::Repeat(created) => ids.push(ItemId(created)),
                Claim::First => {
                    ids.push(item.id);
                    first.push(item);
                }
            }
        }
        if !first.is_empty() {
            queries::insert_items(&mut tx, kind, project, user, &first, now).await?;
        }
        let mut rows = queries::get_items(&mut *tx, &ids).await?;
        tx.commit().await?;
        rows.sort_by_key(|row| ids.iter().position(|id| *id == row.item.id));
        Ok(rows)
    }

    /// After the commit: signing may be a call to IAM. A client that gets no URL asks for another one.
    pub(crate) async fn upload(&self, row: &ItemRow) -> Result<Upload> {
        self.signer.upload(&row.object, row.expected(), self.clock.now()).await
    }

    /// The item that the guard let the caller see.
    pub(crate) async fn item(&self, found: FoundItem) -> Result<ItemRow> {
        queries::get_item(&self.db, found.id).await?.ok_or_else(|| Problem::new(Code::NotFound))
    }

    /// Has an item wait for bytes, of another description if `next` says so.
    pub(crate) async fn renew_upload(
        &self,
        found: FoundItem,
        next: &NextUpload<'_>,
    ) -> Result<(ItemRow, Upload)> {
        queries::begin_next_upload(&self.db, found.id, next, crate::model::RESUMABLE_FROM_BYTES).await?;
        let row = self.item(found).await?;
        let waits = matches!(row.item.status, ItemStatus::Draft | ItemStatus::Failed | ItemStatus::Rejected);
        if !waits || row.generation.is_some() {
            return Err(Problem::new(Code::InvalidState).detail("Its bytes have arrived."));
        }
        let upload = self.upload(&row).await?;
        Ok((row, upload))
    }

    /// A link to the file that was uploaded last, and a row in the audit log.
    pub(crate) async fn download<R: Rule, K: Kind>(&self, access: &Access<R, ByItem<K>>) -> Result<Download> {
        let row = self.item(access.found).await?;
        let generation = row.generation.ok_or_else(|| {
            Problem::new(Code::InvalidState).detail("There is no file yet: its bytes have not arrived.")
        })?;
        let now = self.clock.now();
        let action = match K::KIND {
            ItemKind::Document => Action::DocumentDownloaded,
            ItemKind::Voice => Action::VoiceDownloaded,
        };
        let entry = Entry::success(Some(access.principal.user_id), action, row.item.id.0);
        let mut db = self.db.acquire().await?;
        audit::record(&mut db, entry.in_project(access.project_id), now).await?;
        self.signer.download(&row.object, generation, &row.item.original_filename, now).await
    }

    /// Deletes it.
    pub(crate) async fn delete<R: Rule, K: Kind>(&self, access: &Access<R, ByItem<K>>) -> Result<()> {
        let (id, user) = (access.found.id, access.principal.user_id);
        Ok(queries::delete_item(&self.db, id, K::KIND, access.project_id, user, self.clock.now()).await?)
    }

    /// Has a failed item read once more, and announces its bytes for that.
    pub(crate) async fn reprocess<R: Rule, K: Kind>(&self, access: &Access<R, ByItem<K>>) -> Result<ItemRow> {
        let (id, user, now) = (access.found.id, access.principal.user_id, self.clock.now());
        let mut tx = self.outbox.begin().await?;
        let restarted = processing::restart(&mut tx, id, user.0, now).await?.ok_or_else(|| {
            Problem::new(Code::InvalidState).detail("Only what failed with its bytes there is read again.")
        })?;
        let action = match K::KIND {
            ItemKind::Document => Action::DocumentReprocessed,
            ItemKind::Voice => Action::VoiceReprocessed,
        };
        let entry = Entry::success(Some(user), action, id.0).in_project(access.project_id);
        audit::record(&mut tx, entry.with(json!({"version": restarted.version})), now).await?;
        let (attributes, data) = processing::finalize_message(
            &self.uploads_bucket,
            &restarted.object,
            restarted.generation,
            restarted.md5.as_deref(),
        );
        tx.send(Topic::Uploads, attributes, data).await?;
        tx.commit().await?;
        self.item(access.found).await
    }
}

/// What a file may be called: no path, no control character.
pub(crate) fn is_filename(name: &str, (): &()) -> garde::Result {
    if name.chars().any(|character| character.is_control() || matches!(character, '/' | '\\')) {
        return Err(garde::Error::new("holds a path or a control character"));
    }
    Ok(())
}

/// Base64 of four bytes.
pub(crate) fn is_crc32c(text: &str, (): &()) -> garde::Result {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    match STANDARD.decode(text) {
        Ok(bytes) if bytes.len() == 4 => Ok(()),
        _ => Err(garde::Error::new("expected base64 of four bytes")),
    }
}

/// A language tag (BCP 47), as far as its form goes.
pub(crate) fn is_language(text: &str, (): &()) -> garde::Result {
    let mut parts = text.split('-');
    let primary = parts.next().is_some_and(|part| {
        (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    let rest = parts
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if primary && rest && text.len() <= 35 {
        return Ok(());
    }
    Err(garde::Error::new("is no language tag, such as en-US"))
}
