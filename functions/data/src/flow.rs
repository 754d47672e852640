//! What the routes of documents and of voice samples do alike.

use std::collections::HashMap;

use axum::extract::{FromRequest, Request};
use garde::Validate;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::{
    audit::{self, Action, Entry},
    base::ids::{ItemId, ProjectId, UserId},
    cloud::{
        names::Topic,
        storage::{Download, Upload},
    },
    http::{
        extract,
        idempotency::{IdempotencyKey, Reservation},
        pagination::PageQuery,
        precondition::IfMatch,
        problem::{Code, Problem, Result},
    },
    identity::guard::{Access, InProject, Rule},
    items::{
        ItemKind, ItemStatus,
        locators::{ByItem, FoundItem, Kind},
        processing,
    },
};

use crate::{
    AppState,
    model::{ItemRow, RESUMABLE_FROM_BYTES},
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
    /// Announces items; those that a repeated request announced before are found again, unless they are gone.
    pub(crate) async fn announce(
        &self,
        kind: ItemKind,
        project: ProjectId,
        user: UserId,
        key: &IdempotencyKey,
        new: Vec<NewItem>,
    ) -> Result<Vec<Option<ItemRow>>> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut ids = Vec::with_capacity(new.len());
        let mut first = Vec::with_capacity(new.len());
        for (number, item) in new.into_iter().enumerate() {
            match key.part(number).reserve(&mut tx, user, item.id.0, now).await? {
                Reservation::Repeat(created) => ids.push(ItemId(created)),
                Reservation::First => {
                    ids.push(item.id);
                    first.push(item);
                }
            }
        }
        if !first.is_empty() {
            queries::insert_items(&mut tx, kind, project, user, &first, now).await?;
        }
        let rows = queries::get_items(&mut *tx, &ids).await?;
        tx.commit().await?;
        let mut rows: HashMap<ItemId, ItemRow> = rows.into_iter().map(|row| (row.item.id, row)).collect();
        Ok(ids.iter().map(|id| rows.remove(id)).collect())
    }

    /// Announces one item.
    pub(crate) async fn announce_one(
        &self,
        kind: ItemKind,
        project: ProjectId,
        user: UserId,
        key: &IdempotencyKey,
        new: NewItem,
    ) -> Result<(ItemRow, Upload)> {
        let rows = self.announce(kind, project, user, key, vec![new]).await?;
        let row = rows.into_iter().next().flatten().ok_or_else(|| Problem::new(Code::NotFound))?;
        let upload = self.upload(&row).await?;
        Ok((row, upload))
    }

    /// Announces those of many items that can be read as `T`, the others being refused each by itself.
    pub(crate) async fn announce_each<T>(
        &self,
        kind: ItemKind,
        project: ProjectId,
        user: UserId,
        key: &IdempotencyKey,
        items: Vec<Value>,
    ) -> Result<Vec<Result<(ItemRow, Upload)>>>
    where
        T: InProject + DeserializeOwned + Validate<Context = ()> + Into<NewItem>,
    {
        let (mut new, mut refused) = (Vec::new(), Vec::new());
        for item in items {
            match read_in_project::<T>(item, project) {
                Ok(item) => {
                    new.push(item.into());
                    refused.push(None);
                }
                Err(problem) => refused.push(Some(problem)),
            }
        }
        let rows = self.announce(kind, project, user, key, new).await?;
        let mut announced = Vec::with_capacity(rows.len());
        for some in rows.chunks(SIGNED_AT_ONCE) {
            let uploads = some.iter().map(async |row| match row {
                Some(row) => self.upload(row).await.map(Some),
                None => Ok(None),
            });
            announced.extend(futures::future::try_join_all(uploads).await?);
        }
        let mut announced = rows.into_iter().zip(announced).map(|(row, upload)| row.zip(upload));
        let answer = |problem: Option<Problem>| match problem {
            Some(problem) => Err(problem),
            None => announced.next().flatten().ok_or_else(|| Problem::new(Code::NotFound)),
        };
        Ok(refused.into_iter().map(answer).collect())
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
    pub(crate) async fn renew_upload<R: Rule, K: Kind>(
        &self,
        access: &Access<R, ByItem<K>>,
        next: &NextUpload<'_>,
    ) -> Result<(ItemRow, Upload)> {
        let (id, now) = (access.found.id, self.clock.now());
        let mut tx = self.db.begin().await?;
        let before = queries::lock_item(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
        let waits = match before.item.status {
            ItemStatus::Draft => before.generation.is_none(),
            status => matches!(status, ItemStatus::Failed | ItemStatus::Rejected),
        };
        if !waits {
            return Err(Problem::new(Code::InvalidState).detail("Its bytes have arrived."));
        }
        let action = K::KIND.either(Action::DocumentUpdated, Action::VoiceUpdated);
        let values = json!({"before": before.description(), "after": next.describe(&before)});
        let entry = Entry::success(Some(access.principal.user_id), action, id.0)
            .in_project(access.project_id)
            .with(values);
        queries::begin_next_upload(&mut tx, id, next, RESUMABLE_FROM_BYTES, entry.row()?, now).await?;
        let row = queries::get_item(&mut *tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
        tx.commit().await?;
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
        let action = K::KIND.either(Action::DocumentDownloaded, Action::VoiceDownloaded);
        let entry = Entry::success(Some(access.principal.user_id), action, row.item.id.0);
        {
            // No connection is kept while signing, which may be a call to IAM.
            let mut db = self.db.acquire().await?;
            audit::record(&mut db, entry.in_project(access.project_id), now).await?;
        }
        self.signer.download(&row.object, generation, &row.item.original_filename, now).await
    }

    /// Deletes it, if it is what its author saw.
    pub(crate) async fn delete<R: Rule, K: Kind>(
        &self,
        access: &Access<R, ByItem<K>>,
        seen: &IfMatch,
    ) -> Result<()> {
        let (id, user) = (access.found.id, access.principal.user_id);
        let mut tx = self.db.begin().await?;
        let before = queries::lock_item(&mut tx, id).await?.ok_or_else(|| Problem::new(Code::NotFound))?;
        seen.check(before.item.version)?;
        queries::delete_item(&mut tx, id, K::KIND, access.project_id, user, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Has a failed item read once more, and announces its bytes for that.
    pub(crate) async fn reprocess<R: Rule, K: Kind>(&self, access: &Access<R, ByItem<K>>) -> Result<ItemRow> {
        let (id, user, now) = (access.found.id, access.principal.user_id, self.clock.now());
        let mut tx = self.outbox.begin().await?;
        let restarted = processing::restart(&mut tx, id, user.0, now).await?.ok_or_else(|| {
            Problem::new(Code::InvalidState).detail("Only what failed with its bytes there is read again.")
        })?;
        let action = K::KIND.either(Action::DocumentReprocessed, Action::VoiceReprocessed);
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

/// Signatures that are made at a time, since each may be a call to IAM.
const SIGNED_AT_ONCE: usize = 10;

/// One of many items, read as if it had come alone.
fn read_in_project<T: InProject + DeserializeOwned + Validate<Context = ()>>(
    mut item: Value,
    project: ProjectId,
) -> Result<T> {
    if let Some(fields) = item.as_object_mut() {
        fields.entry("project_id").or_insert_with(|| json!(project));
    }
    let read: T = extract::json_from_slice(item.to_string().as_bytes())?;
    if read.project_id() == project { Ok(read) } else { Err(Problem::new(Code::NotFound)) }
}

/// A JSON body that may be left out.
pub(crate) struct MayBe<T>(pub(crate) T);

impl<S, T> FromRequest<S> for MayBe<T>
where
    S: Send + Sync,
    T: Default + DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let is_json = extract::is_json(request.headers());
        let bytes = extract::body(request, state).await?;
        if bytes.is_empty() || *bytes == *b"null" {
            return Ok(Self(T::default()));
        }
        if !is_json {
            let detail = "Send a body of type application/json, or none.";
            return Err(Problem::new(Code::UnsupportedMediaType).detail(detail));
        }
        extract::json_from_slice(&bytes).map(Self)
    }
}

/// The number that a page begins after, where what is listed has numbers: cursors hold ids.
pub(crate) fn number_after<N: TryFrom<u128> + Default>(page: &PageQuery) -> Result<N> {
    let Some(after) = page.after() else { return Ok(N::default()) };
    N::try_from(after.as_u128()).map_err(|_| Problem::invalid_field("cursor", "is not a cursor of this list"))
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
