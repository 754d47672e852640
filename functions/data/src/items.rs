//! Items: lists, texts, changes and download links.

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::{
    audit::{self, Entry},
    base::{
        clock::Clock,
        ids::{ItemId, UserId},
        text::nfc,
    },
    cloud::{
        names::Topic,
        outbox::{Outbox, Outgoing},
        storage::{Download, UrlSigner},
    },
    http::{
        pagination::{List, Page, Unfiltered},
        precondition::IfMatch,
        problem::{Code, OrNotFound as _, Problem, Result},
    },
    identity::{
        guard::{ItemEditor, ProjectAdmin, ProjectMember},
        quota::UserQuota,
    },
    items::{
        Verb,
        locators::{ByItem, Kind, TargetItem},
        processing,
    },
};
use sqlx::PgPool;

use crate::{
    model::{Change, Cost, DocumentPage, Filter, ItemRow, KindField, Listed, LockedItem, Place, Word},
    queries,
    quota::UploadQuota,
};

/// The number of results that count as one search.
const RESULTS: u32 = 50;

/// Reads, changes and deletes items.
#[derive(Clone)]
pub(crate) struct Items {
    pub(crate) db: PgPool,
    pub(crate) outbox: Outbox,
    pub(crate) signer: UrlSigner,
    pub(crate) uploads_bucket: String,
    pub(crate) quota: UploadQuota,
    pub(crate) searches: UserQuota,
    pub(crate) clock: Clock,
}

impl Items {
    /// Lists a page of items: the newest first or, in a search, the best matches first.
    pub(crate) async fn list<T: From<ItemRow>>(&self, list: &List<Filter, Place>) -> Result<Page<Listed<T>>> {
        let Some(words) = &list.filters.words else {
            let after = list.after.map(|(_, id)| id);
            let rows = queries::list_items(&self.db, &list.filters, after, list.rows()).await?;
            let Page { items, next_cursor } = list.page(rows, |row| (0.0, row.item.id.0));
            let listed = items.into_iter().map(|row| Listed { item: row.into(), snippet: None });
            return Ok(Page { items: listed.collect(), next_cursor });
        };
        self.searches.charge(list.filters.caller, list.size().div_ceil(RESULTS)).await?;
        let found = queries::search_items(&self.db, &list.filters, words, list.after, list.rows()).await?;
        let Page { items, next_cursor } = list.page(found, |found| (found.rank, found.id.0));
        let ids: Vec<ItemId> = items.iter().map(|found| found.id).collect();
        let rows = queries::get_items(&self.db, &ids).await?;
        let mut rows: HashMap<ItemId, ItemRow> = rows.into_iter().map(|row| (row.item.id, row)).collect();
        let listed = items.into_iter().filter_map(|found| {
            let item = rows.remove(&found.id)?.into();
            Some(Listed { item, snippet: Some(found.snippet) })
        });
        Ok(Page { items: listed.collect(), next_cursor })
    }

    /// Gets an item that the guard has authorized the caller to see.
    pub(crate) async fn get(&self, found: TargetItem) -> Result<ItemRow> {
        queries::get_item(&self.db, found.id).await?.or_not_found()
    }

    /// Gets an item, the text from the engine, and the text as corrected by a reviewer.
    pub(crate) async fn get_with_text(
        &self,
        found: TargetItem,
    ) -> Result<(ItemRow, Option<String>, Option<String>)> {
        let mut row = self.get(found).await?;
        let text = queries::item_text(&self.db, found.id).await?;
        let corrected_text = row.corrected_text.take();
        Ok((row, text, corrected_text))
    }

    /// Lists the pages of a document.
    pub(crate) async fn pages(
        &self,
        found: TargetItem,
        list: &List<Unfiltered, i32>,
    ) -> Result<Page<DocumentPage>> {
        let after = list.after.unwrap_or_default();
        let pages = queries::list_pages(&self.db, found.id, after, list.rows()).await?;
        Ok(list.page(pages, |page| page.page_number))
    }

    /// Lists the words of a voice sample.
    pub(crate) async fn words(&self, found: TargetItem, list: &List<Unfiltered, i64>) -> Result<Page<Word>> {
        let after = list.after.unwrap_or_default();
        let words = queries::list_words(&self.db, found.id, after, list.rows()).await?;
        Ok(list.page(words, |word| word.place))
    }

    /// Updates the field of the item's kind that members may change.
    pub(crate) async fn update<K: Kind>(
        &self,
        access: &ItemEditor<ByItem<K>>,
        if_match: &IfMatch,
        field: KindField,
    ) -> Result<ItemRow> {
        let mut tx = self.db.begin().await?;
        let before = queries::lock_item(&mut tx, access.target.id).await?;
        let before = before.or_not_found()?;
        if_match.check(before.version)?;
        let user = access.principal.user_id;
        match field {
            KindField::Domain(field) => {
                let after = field.apply(before.domain.clone(), |domain| nfc(&domain));
                let values = json!({"after": {"domain": after}});
                let change = self.change(&before, user, Verb::Updated, values)?;
                queries::set_domain(&mut tx, &change, before.domain.as_deref(), after.as_deref()).await?;
            }
            KindField::Language(field) => {
                let after = field.apply(before.requested_language.clone(), |language| language);
                let values = json!({"after": {"language": after}});
                let change = self.change(&before, user, Verb::Updated, values)?;
                queries::set_language(&mut tx, &change, after.as_deref()).await?;
            }
        }
        let row = queries::get_item(&mut *tx, before.id).await?.or_not_found()?;
        tx.commit().await?;
        Ok(row)
    }

    /// Deletes an item, unless it changed after the version in `If-Match`.
    pub(crate) async fn delete<K: Kind>(
        &self,
        access: &ItemEditor<ByItem<K>>,
        if_match: &IfMatch,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let before = queries::lock_item(&mut tx, access.target.id).await?;
        let before = before.or_not_found()?;
        if_match.check(before.version)?;
        let change = self.change(&before, access.principal.user_id, Verb::Deleted, Value::Null)?;
        queries::delete_item(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Returns a link to the file of the latest upload, and records it in the audit log.
    pub(crate) async fn download<K: Kind>(&self, access: &ProjectMember<ByItem<K>>) -> Result<Download> {
        let row = self.get(access.target).await?;
        let generation = row.generation.filter(|_| row.type_checked).ok_or_else(|| {
            Problem::new(Code::InvalidState).detail(
                "This file cannot be downloaded: it is not uploaded and checked yet, or its type is not accepted.",
            )
        })?;
        let now = self.clock.now();
        let action = K::KIND.action(Verb::Downloaded);
        let entry = Entry::success(Some(access.principal.user_id), action, row.item.id.0);
        {
            // Release the connection before signing, which may call IAM.
            let mut db = self.db.acquire().await?;
            audit::record(&mut db, entry.in_project(access.project_id), now).await?;
        }
        let media_type = &row.item.content_type;
        let filename = K::KIND.served_name(&row.item.original_filename, media_type);
        self.signer.download(&row.object, generation, &filename, media_type, now).await
    }

    /// Reprocesses a failed item: publishes the finalize message of its file again.
    pub(crate) async fn reprocess<K: Kind>(&self, access: &ProjectAdmin<ByItem<K>>) -> Result<ItemRow> {
        let mut tx = self.outbox.begin().await?;
        let failed = processing::find_restartable(&mut tx, access.target.id).await?.ok_or_else(|| {
            Problem::new(Code::InvalidState)
                .detail("Only a failed item with an uploaded file can be reprocessed.")
        })?;
        let (attributes, data) = processing::finalize_message(
            &self.uploads_bucket,
            &failed.object,
            failed.generation,
            failed.md5.as_deref(),
        );
        let message = Outgoing::new(Topic::Uploads, attributes, data);
        let (user, now) = (access.principal.user_id, self.clock.now());
        self.quota.charge(&mut tx, user, Cost { items: 1, ..Cost::default() }, now).await?;
        processing::restart(&mut tx, &failed, user, &message, now).await?;
        tx.publish(message);
        tx.commit().await?;
        self.get(access.target).await
    }

    /// Builds the change of a locked item, with its audit entry and the values that the user wrote.
    fn change(
        &self,
        before: &LockedItem,
        user: UserId,
        verb: Verb,
        values: Value,
    ) -> Result<Change, sqlx::Error> {
        let entry = Entry::success(Some(user), before.kind.action(verb), before.id.0);
        Ok(Change {
            id: before.id,
            status: before.status,
            version: before.version,
            user,
            entry: entry.in_project(before.project_id).with_personal(values).row()?,
            now: self.clock.now(),
        })
    }
}
