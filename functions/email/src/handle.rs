//! One event, one mail: sent at least once, and again only if a crash hid that it was.

use axum::extract::State;
use shared::{
    base::ids::UserId,
    cloud::{
        events::EmailRequested,
        push::{Delivery, Message, Push},
    },
    http::problem::Problem,
    identity::mail_token::Purpose,
};
use tracing::Span;

use crate::{AppState, device, queries, render::Mail};

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
    let Some((to, mail)) = compose(app, &event).await? else {
        return Ok(Delivery::Discard("there is nobody to send this mail to any more"));
    };
    let mail = app.renderer.render(event_id, &to, &mail)?;
    app.smtp.send(mail).await?;
    queries::record_sent(&app.db, event_id, event.kind(), app.clock.now()).await?;
    tracing::info!(mail = event.kind(), "a mail was sent");
    Ok(Delivery::Done)
}

/// The address and what to tell it; nothing when it no longer concerns anybody.
async fn compose(app: &AppState, event: &EmailRequested) -> Result<Option<(String, Mail)>, Problem> {
    match event {
        EmailRequested::Verification { verification_id } => {
            let Some(row) = queries::find_verification(&app.db, *verification_id).await? else {
                return Ok(None);
            };
            let token = app
                .tokens
                .token(&row.key_id, Purpose::Verification, verification_id.0)
                .ok_or_else(|| Problem::internal("the key of a verification link is gone"))?;
            Ok(Some((row.email, Mail::Verification { token, expires_at: row.expires_at })))
        }
        EmailRequested::PasswordReset { reset_id } => {
            let Some(row) = queries::find_password_reset(&app.db, *reset_id).await? else { return Ok(None) };
            let token = app
                .tokens
                .token(&row.key_id, Purpose::PasswordReset, reset_id.0)
                .ok_or_else(|| Problem::internal("the key of a reset link is gone"))?;
            Ok(Some((row.email, Mail::PasswordReset { token, expires_at: row.expires_at })))
        }
        EmailRequested::Invitation { invitation_id } => {
            let Some(row) = queries::find_invitation(&app.db, *invitation_id).await? else { return Ok(None) };
            let token = app
                .tokens
                .token(&row.key_id, Purpose::Invitation, invitation_id.0)
                .ok_or_else(|| Problem::internal("the key of an invitation is gone"))?;
            let from = row.project.zip(row.invited_by);
            Ok(Some((row.email, Mail::Invitation { token, expires_at: row.expires_at, from })))
        }
        EmailRequested::PasskeyAdded { passkey_id } => {
            let row = queries::find_passkey(&app.db, *passkey_id).await?;
            Ok(row.map(|row| (row.email, Mail::PasskeyAdded { name: row.name, at: row.created_at })))
        }
        EmailRequested::NewSignIn { session_id } => {
            let row = queries::find_sign_in(&app.db, *session_id).await?;
            Ok(row.map(|row| {
                let device = device::describe(row.user_agent.as_deref());
                (row.email, Mail::NewSignIn { device, address: row.ip_address, at: row.created_at })
            }))
        }
        EmailRequested::ItemRejected { item_id, version } => {
            let row = queries::find_rejection(&app.db, *item_id, *version).await?;
            Ok(row.map(|row| {
                let kind = row.kind.either("document", "voice");
                let (item, feedback) = ((kind, *item_id), row.feedback.unwrap_or_default());
                (
                    row.email,
                    Mail::ItemRejected { item, filename: row.filename, project: row.project, feedback },
                )
            }))
        }
        EmailRequested::ExportReady { export_id } => {
            let row = queries::find_export(&app.db, *export_id, app.clock.now()).await?;
            Ok(row.map(|row| {
                let project = (row.project_id, row.project);
                (row.email, Mail::ExportReady { id: *export_id, project, kept_until: row.kept_until })
            }))
        }
        EmailRequested::AccountExists { user_id } => to_account(app, *user_id, Mail::AccountExists).await,
        EmailRequested::PasswordChanged { user_id } => to_account(app, *user_id, Mail::PasswordChanged).await,
    }
}

async fn to_account(app: &AppState, user: UserId, mail: Mail) -> Result<Option<(String, Mail)>, Problem> {
    let email = queries::find_address(&app.db, user).await?;
    Ok(email.map(|email| (email, mail)))
}
