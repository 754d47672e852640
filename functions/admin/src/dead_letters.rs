//! Dead letters: replays and deletes one, or all that match a filter.

use std::collections::BTreeMap;

use axum::extract::FromRef;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::{
        clock::Clock,
        ids::{DeadLetterId, UserId},
    },
    cloud::{
        names::Topic,
        outbox::{Outbox, Outgoing},
        push::ADDED_TO_DEAD_LETTERS,
    },
    http::problem::{Code, OrNotFound as _, Problem, Result},
};

use crate::{
    AppState,
    model::{DeadLetterFilter, DeadLettersDone},
    queries::{self, ReplayableMessage},
};

/// The maximum number of dead letters that one call replays or deletes.
const BATCH_SIZE: i64 = 1000;

/// Replays and deletes dead letters, with their audit rows.
#[derive(Clone)]
pub(crate) struct DeadLetters {
    outbox: Outbox,
    clock: Clock,
}

impl FromRef<AppState> for DeadLetters {
    fn from_ref(app: &AppState) -> Self {
        Self { outbox: app.outbox.clone(), clock: app.clock.clone() }
    }
}

impl DeadLetters {
    /// Publishes the message of a dead letter again and deletes the dead letter.
    pub(crate) async fn replay(&self, user: UserId, id: DeadLetterId) -> Result<()> {
        let mut tx = self.outbox.begin().await?;
        let letter = queries::delete_dead_letter(&mut tx, id).await?.or_not_found()?;
        let message = original(&letter).ok_or_else(|| Problem::new(Code::NotReplayable))?;
        tx.send_all(vec![message]).await?;
        audit::record(&mut tx, entry(user, Action::DeadLetterReplayed, &letter), self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes a dead letter.
    pub(crate) async fn delete(&self, user: UserId, id: DeadLetterId) -> Result<()> {
        let mut tx = self.outbox.begin().await?;
        let letter = queries::delete_dead_letter(&mut tx, id).await?.or_not_found()?;
        audit::record(&mut tx, entry(user, Action::DeadLetterDeleted, &letter), self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Replays the dead letters that match a filter, oldest first.
    pub(crate) async fn replay_all(
        &self,
        user: UserId,
        filter: &DeadLetterFilter,
    ) -> Result<DeadLettersDone> {
        let mut tx = self.outbox.begin().await?;
        let (letters, remaining) = queries::delete_dead_letters(&mut tx, filter, true, BATCH_SIZE).await?;
        let messages: Option<Vec<Outgoing>> = letters.iter().map(original).collect();
        tx.send_all(messages.ok_or_else(|| Problem::new(Code::NotReplayable))?).await?;
        let entries = letters.iter().map(|letter| entry(user, Action::DeadLetterReplayed, letter));
        audit::record_all(&mut tx, entries, self.clock.now()).await?;
        tx.commit().await?;
        Ok(DeadLettersDone { done: letters.len(), remaining })
    }

    /// Deletes the dead letters that match a filter, oldest first.
    pub(crate) async fn delete_all(
        &self,
        user: UserId,
        filter: &DeadLetterFilter,
    ) -> Result<DeadLettersDone> {
        let mut tx = self.outbox.begin().await?;
        let (letters, remaining) = queries::delete_dead_letters(&mut tx, filter, false, BATCH_SIZE).await?;
        let entries = letters.iter().map(|letter| entry(user, Action::DeadLetterDeleted, letter));
        audit::record_all(&mut tx, entries, self.clock.now()).await?;
        tx.commit().await?;
        Ok(DeadLettersDone { done: letters.len(), remaining })
    }
}

fn entry(user: UserId, action: Action, letter: &ReplayableMessage) -> Entry {
    Entry::success(Some(user), action, letter.id.0).with(json!({"subscription": letter.subscription}))
}

/// Returns the original message, or `None` if it is not an event of the platform.
fn original(letter: &ReplayableMessage) -> Option<Outgoing> {
    let topic = Topic::of_subscription(&letter.subscription)?;
    let attributes = letter.attributes.as_object()?.iter();
    let attributes: BTreeMap<String, String> = attributes
        .filter(|(name, _)| !name.starts_with(ADDED_TO_DEAD_LETTERS))
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    let payload = serde_json::from_slice(&STANDARD.decode(&letter.data).ok()?).ok()?;
    Some(Outgoing::new(topic, attributes, payload))
}
