//! Deletes the objects of rows before the rows themselves are purged.

use futures::{StreamExt as _, stream};
use shared::{
    cloud::storage::Objects,
    http::problem::{Problem, Result},
};
use uuid::Uuid;

/// Deletes every generation of the objects in the rows' folders. Returns the ids of the rows that have no object left,
/// and the last error.
pub(crate) async fn delete_folders(
    objects: &Objects,
    bucket: &str,
    folders: Vec<(Uuid, String)>,
    concurrency: usize,
) -> (Vec<Uuid>, Option<Problem>) {
    let mut outcomes = stream::iter(folders)
        .map(|(id, folder)| async move { (id, delete_folder(objects, bucket, &folder).await) })
        .buffer_unordered(concurrency);
    let (mut deleted, mut fault) = (Vec::new(), None);
    while let Some((id, outcome)) = outcomes.next().await {
        match outcome {
            Ok(()) => deleted.push(id),
            Err(problem) => {
                tracing::error!(bucket, %id, cause = problem.cause(), "deleting a folder's objects failed");
                fault = Some(problem);
            }
        }
    }
    (deleted, fault)
}

async fn delete_folder(objects: &Objects, bucket: &str, folder: &str) -> Result<()> {
    let mut page = None;
    loop {
        let listed = objects.page(bucket, folder, page.as_deref(), true).await?;
        for object in &listed.items {
            objects.delete(bucket, &object.name, object.generation).await?;
        }
        page = listed.next;
        if page.is_none() {
            return Ok(());
        }
    }
}
