//! The handler of `POST /admin/dead-letters/{dead_letter_id}/replay`.

use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    audit::{self, Action, Entry},
    base::ids::DeadLetterId,
    cloud::{
        names::Topic,
        push::{ADDED_TO_DEAD_LETTERS, subscription_id},
    },
    http::{
        extract::{Json, Path},
        problem::{Code, OrNotFound as _, Problem, ProblemBody, Result},
    },
    identity::principal::SuperAdmin,
    items::processing::REPLAYED,
};
use utoipa::ToSchema;

use crate::{
    AppState,
    queries::{self, Letter},
};

/// The result of a replay.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replayed {
    /// The outcome of the request: always `replayed`.
    status: &'static str,
}

/// Replay a dead letter
///
/// Publishes the message again with its original event id, so that steps that succeeded are not repeated. An upload
/// that failed because of the dead letter is processed again. If delivery fails again, a new dead letter is stored.
#[utoipa::path(post, path = "/admin/dead-letters/{dead_letter_id}/replay", tag = "admin",
    params(("dead_letter_id" = DeadLetterId, Path)),
    responses((status = ACCEPTED, body = Replayed), (status = NOT_FOUND, body = ProblemBody),
        (status = CONFLICT, body = ProblemBody)))]
pub(crate) async fn replay_dead_letter(
    State(app): State<AppState>,
    SuperAdmin(principal): SuperAdmin,
    Path(id): Path<DeadLetterId>,
) -> Result<(StatusCode, Json<Replayed>)> {
    let now = app.clock.now();
    let mut tx = app.outbox.begin().await?;
    let letter = queries::take_dead_letter(&mut tx, id).await?.or_not_found()?;
    let message = read(&letter).ok_or_else(|| Problem::new(Code::NotReplayable))?;
    tx.send(message.topic, message.attributes, message.payload).await?;
    let entry = Entry::success(Some(principal.user_id), Action::DeadLetterReplayed, id.0);
    audit::record(&mut tx, entry.with(json!({"subscription": letter.subscription})), now).await?;
    tx.commit().await?;

    Ok((StatusCode::ACCEPTED, Json(Replayed { status: "replayed" })))
}

struct Message {
    topic: Topic,
    attributes: BTreeMap<String, String>,
    payload: Value,
}

/// Returns the original message, marked as replayed, or `None` if it is not an event of the platform.
fn read(letter: &Letter) -> Option<Message> {
    let topic = Topic::of_subscription(subscription_id(&letter.subscription))?;
    let attributes = letter.attributes.as_object()?.iter();
    let attributes = attributes.filter(|(name, _)| !name.starts_with(ADDED_TO_DEAD_LETTERS));
    Some(Message {
        topic,
        attributes: attributes
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .chain([(REPLAYED.to_owned(), "true".to_owned())])
            .collect(),
        payload: serde_json::from_slice(&STANDARD.decode(&letter.data).ok()?).ok()?,
    })
}
