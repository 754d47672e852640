//! Sends one mail for each event. A mail is sent twice only if the function crashes between sending and recording it.

use axum::extract::State;
use shared::{
    cloud::{
        events::EmailRequested,
        names::Topic,
        push::{Delivery, Message, Push},
    },
    http::problem::Problem,
};
use tracing::Span;

use crate::{AppState, queries};

/// Handles an event of the topic `email-requested`.
pub(crate) async fn email_requested(State(app): State<AppState>, Push(message): Push) -> Delivery {
    message.handle(&app.db, &app.clock, process(&app, &message)).await
}

async fn process(app: &AppState, message: &Message) -> Result<Delivery, Problem> {
    let event: EmailRequested = message.event()?;
    let Some(event_id) = message.event_id() else {
        return Ok(Delivery::Discard("the message has no event id"));
    };
    Span::current().record("event_id", event_id.to_string());
    if queries::was_sent(&app.db, event_id).await? {
        return Ok(Delivery::Done);
    }
    let Some(mail) = queries::find_mail(&app.db, &event, app.clock.now()).await? else {
        return Ok(Delivery::Discard("the mail no longer has a valid recipient"));
    };
    if let Err(problem) = app.smtp.send(app.renderer.render(event_id, event.kind(), &mail)?).await {
        return message.postpone(&app.db, Topic::EmailRequested, problem, app.clock.now()).await;
    }
    queries::record_sent(&app.db, event_id, event.kind(), app.clock.now()).await?;
    tracing::info!(mail = event.kind(), "a mail was sent");
    Ok(Delivery::Done)
}
