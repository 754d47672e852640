//! `email`: renders and sends one mail per event.
//!
//! To add a mail, add a variant of [`EmailRequested`](shared::cloud::events::EmailRequested), a query in `queries.rs`
//! that finds the address and the values, and a folder `templates/<event>/` with `subject.txt`, `body.txt` and
//! `body.html` that use them (`render.rs` has the filters and functions). A test fails until the mail has example
//! values.

mod device;
mod handle;
mod queries;
mod render;
mod smtp;

use axum::{extract::FromRef, routing::post};
use shared::{
    base::{clock::Clock, config::Error},
    cloud::{
        names::{Subscription, Topic},
        oidc::{OidcVerifier, PushSettings},
    },
    function::{Base, Function},
    http::{
        health::{Health, Requirement},
        routes::Routes,
    },
    identity::mail_token::{MailTokenSettings, MailTokens},
};
use sqlx::PgPool;

use crate::{
    render::{MailSettings, Renderer},
    smtp::{Smtp, SmtpSettings},
};

shared::settings! {
    /// The settings of `email`.
    pub struct EmailSettings {
    }
    with {
        /// Verification of push requests from Pub/Sub.
        pub push: PushSettings,
        /// The keys that the tokens of mailed links are derived from.
        pub mail_token: MailTokenSettings,
        /// The sender address and the web application that links lead to.
        pub mail: MailSettings,
        /// The SMTP server that sends the mails.
        pub smtp: SmtpSettings,
    }
}

/// The shared state of the handler.
#[derive(Clone, FromRef)]
pub struct AppState {
    db: PgPool,
    verifier: OidcVerifier,
    renderer: Renderer,
    smtp: Smtp,
    clock: Clock,
}

const EMAIL_REQUESTED: &str = "/events/email-requested";

/// The function `email`.
pub struct Email;

impl Function for Email {
    const NAME: &'static str = "email";

    type Settings = EmailSettings;
    type State = AppState;

    fn subscriptions() -> Vec<Subscription> {
        vec![Subscription::to(Topic::EmailRequested, EMAIL_REQUESTED)]
    }

    fn routes() -> Routes<AppState> {
        Routes::new().route(EMAIL_REQUESTED, post(handle::email_requested))
    }

    fn state(settings: EmailSettings, base: Base) -> Result<AppState, Error> {
        Ok(AppState {
            verifier: OidcVerifier::new(&settings.push),
            renderer: Renderer::new(&settings.mail, MailTokens::new(&settings.mail_token)?)?,
            smtp: Smtp::new(&settings.smtp)?,
            db: base.db,
            clock: base.clock,
        })
    }

    fn health(state: &AppState, health: Health) -> Health {
        let smtp = state.smtp.clone();
        health.check("smtp", Requirement::Optional, move || {
            let smtp = smtp.clone();
            async move { smtp.works().await }
        })
    }
}
