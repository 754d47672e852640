//! Sends one mail for each event. A mail is sent twice only if the function crashes between sending and recording it. A
//! mail that the mail server permanently refuses is not sent again.

use axum::extract::State;
use shared::{
    base::{context, text::EmailAddress},
    cloud::{
        events::EmailRequested,
        names::Topic,
        push::{Delivery, Message, Push},
    },
    http::problem::Problem,
};

use crate::{
    AppState,
    queries::{self, SentMail},
};

/// The SMTP reply code for an address that is not valid (RFC 5321, 4.2.2).
const MAILBOX_NOT_ALLOWED: u16 = 553;

/// Handles an event of the topic `email-requested`.
pub(crate) async fn email_requested(State(app): State<AppState>, Push(message): Push) -> Delivery {
    message.handle(&app.db, &app.clock, process(&app, &message)).await
}

async fn process(app: &AppState, message: &Message) -> Result<Delivery, Problem> {
    let event: EmailRequested = message.event()?;
    let Some(event_id) = message.event_id() else {
        return Ok(Delivery::Discard("the message has no event id"));
    };
    context::describe("event_id", event_id);
    if queries::was_sent(&app.db, event_id).await? {
        return Ok(Delivery::Done);
    }
    let Some(mail) = queries::find_mail(&app.db, &event, app.clock.now()).await? else {
        return Ok(Delivery::Discard("the mail no longer has a valid recipient"));
    };
    let smtp_refusal_code = match EmailAddress::parse(&mail.to) {
        Some(to) => {
            let rendered = app.renderer.render(event_id, event.kind(), &to, &mail.values)?;
            match app.smtp.send(rendered).await {
                Ok(smtp_refusal_code) => smtp_refusal_code,
                Err(problem) => {
                    return message.postpone(&app.db, Topic::EmailRequested, problem, app.clock.now()).await;
                }
            }
        }
        None => Some(MAILBOX_NOT_ALLOWED),
    };
    let delivery = SentMail { event_id, kind: event.kind(), to: &mail.to, smtp_refusal_code };
    queries::record_sent(&app.db, &delivery, app.clock.now()).await?;
    match smtp_refusal_code {
        Some(code) => tracing::warn!(mail = event.kind(), code, "a mail was refused permanently"),
        None => tracing::info!(mail = event.kind(), "a mail was sent"),
    }
    Ok(Delivery::Done)
}
