//! Uploads: the creation of items and of the signed URLs for their files.

use std::collections::HashMap;

use garde::Validate;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::{
    audit::Entry,
    base::{
        clock::Clock,
        ids::{ItemId, ProjectId, UserId},
    },
    cloud::storage::{Upload, UrlSigner},
    http::{
        extract,
        idempotency::{IdempotencyKey, Reservation},
        problem::{Code, OrNotFound as _, Problem, Result},
    },
    identity::guard::{ByBody, InProject, ItemEditor, ProjectContributor},
    items::{
        ItemStatus, ObjectName, Verb,
        locators::{ByItem, Kind},
    },
};
use sqlx::PgPool;

use crate::{
    model::{Batch, Cost, ItemRow, NewItem, NextUpload},
    queries,
    quota::UploadQuota,
};

/// The number of concurrent signatures. Each may be a call to IAM.
const SIGNING_CONCURRENCY: usize = 10;

/// Creates items and signs their upload URLs.
#[derive(Clone)]
pub(crate) struct Uploads {
    pub(crate) db: PgPool,
    pub(crate) signer: UrlSigner,
    pub(crate) quota: UploadQuota,
    pub(crate) clock: Clock,
}

impl Uploads {
    /// Creates an item and signs its upload URL.
    pub(crate) async fn create<T: Into<NewItem> + InProject + DeserializeOwned + Validate<Context = ()>>(
        &self,
        access: ProjectContributor<ByBody<T>>,
        key: &IdempotencyKey,
    ) -> Result<(ItemRow, Upload)> {
        let (project, user) = (access.project_id, access.principal.user_id);
        let rows = self.insert(project, user, key, vec![access.target.into()]).await?;
        let row = rows.into_iter().next().flatten().or_not_found()?;
        let upload = self.sign(&row).await?;
        Ok((row, upload))
    }

    /// Creates the valid items of a batch. Each invalid item gets its own problem.
    pub(crate) async fn create_each<B: Batch + DeserializeOwned + Validate<Context = ()>>(
        &self,
        access: ProjectContributor<ByBody<B>>,
        key: &IdempotencyKey,
    ) -> Result<Vec<Result<(ItemRow, Upload)>>> {
        let (project, user) = (access.project_id, access.principal.user_id);
        let (mut new, mut refused) = (Vec::new(), Vec::new());
        for item in access.target.into_items() {
            match read_in_project::<B::New>(item, project) {
                Ok(item) => {
                    new.push(item.into());
                    refused.push(None);
                }
                Err(problem) => refused.push(Some(problem)),
            }
        }
        let rows = self.insert(project, user, key, new).await?;
        let mut created = self.sign_each(rows).await?.into_iter();
        let outcome = |problem: Option<Problem>| match problem {
            Some(problem) => Err(problem),
            None => created.next().flatten().or_not_found(),
        };
        Ok(refused.into_iter().map(outcome).collect())
    }

    /// Renews the upload URL of a draft, or begins the next upload of a failed or rejected item, with the changes in
    /// `next`. A repeated request does not begin another upload.
    pub(crate) async fn renew<K: Kind>(
        &self,
        access: &ItemEditor<ByItem<K>>,
        next: NextUpload,
    ) -> Result<(ItemRow, Upload)> {
        let (id, now) = (access.target.id, self.clock.now());
        let mut tx = self.db.begin().await?;
        let before = queries::lock_item(&mut tx, id).await?.or_not_found()?;
        if !before.accepts_upload() {
            return Err(
                Problem::new(Code::InvalidState).detail("The file of this item has already been uploaded.")
            );
        }
        let user = access.principal.user_id;
        let renamed =
            next.filename.clone().filter(|name| *name != before.incomplete_upload.original_filename);
        let upload = next.apply(&before.incomplete_upload);
        self.quota.charge(&mut tx, user, before.cost(&upload), now).await?;
        let values = json!({"before": before.incomplete_upload.description(), "after": upload.description()});
        let entry = (renamed.is_some() || values["before"] != values["after"]).then(|| {
            Entry::success(Some(user), K::KIND.action(Verb::Updated), id.0)
                .in_project(access.project_id)
                .with(values)
                .with_personal(json!({"after": {"original_filename": renamed}}))
                .row()
        });
        let entry = entry.transpose()?;
        match before.status {
            ItemStatus::Draft => queries::describe_draft(&mut tx, id, &upload, entry, now).await?,
            _ => queries::start_next_upload(&mut tx, id, &upload, entry, now).await?,
        }
        let row = queries::get_item(&mut *tx, id).await?.or_not_found()?;
        tx.commit().await?;
        let object = ObjectName { upload_no: upload.upload_no, ..row.object };
        let signed = self.signer.upload(&object, upload.expected(), now).await?;
        Ok((row, signed))
    }

    /// Inserts items. A repeated request gets the items that the first request created, except deleted items.
    async fn insert(
        &self,
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
            let bytes = first.iter().map(|item| item.size_bytes).sum();
            let cost = Cost { drafts: first.len(), items: first.len(), bytes };
            self.quota.charge(&mut tx, user, cost, now).await?;
            queries::insert_items(&mut tx, project, user, &first, now).await?;
        }
        let rows = queries::get_items(&mut *tx, &ids).await?;
        tx.commit().await?;
        let mut rows: HashMap<ItemId, ItemRow> = rows.into_iter().map(|row| (row.item.id, row)).collect();
        Ok(ids.iter().map(|id| rows.remove(id)).collect())
    }

    /// Signs an upload URL. Runs after the commit, because it may call IAM. If it fails, the client can renew the URL.
    async fn sign(&self, row: &ItemRow) -> Result<Upload> {
        self.signer.upload(&row.object, row.expected(), self.clock.now()).await
    }

    async fn sign_each(&self, rows: Vec<Option<ItemRow>>) -> Result<Vec<Option<(ItemRow, Upload)>>> {
        let mut uploads = Vec::with_capacity(rows.len());
        for some in rows.chunks(SIGNING_CONCURRENCY) {
            let signed = some.iter().map(async |row| match row {
                Some(row) => self.sign(row).await.map(Some),
                None => Ok(None),
            });
            uploads.extend(futures::future::try_join_all(signed).await?);
        }
        Ok(rows.into_iter().zip(uploads).map(|(row, upload)| row.zip(upload)).collect())
    }
}

/// Parses and validates one item of a batch request by the rules of a single-item request. An item of another project
/// is a 404.
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
