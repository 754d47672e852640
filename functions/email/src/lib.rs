//! `email`: renders and sends one mail for each event.
//!
//! To add a mail, add a variant of [`EmailRequested`](shared::cloud::events::EmailRequested), a query in
//! `queries.rs` that finds the address and the values, and a folder `templates/<event>/` with `subject.txt`,
//! `body.txt` and `body.html` that use them (`render.rs` has the filters and functions).

mod device;
mod handle;
mod queries;
mod render;
mod smtp;

use axum::{Router, extract::FromRef, routing::post};
use shared::{
    base::{
        clock::Clock,
        config::{Env, Error, Settings as _},
        database::{self, DatabaseSettings},
    },
    cloud::oidc::{OidcVerifier, PushSettings},
    http::{
        health::Health,
        server::{HttpSettings, Service},
    },
    identity::mail_token::{MailTokenSettings, MailTokens},
};
use sqlx::PgPool;

use crate::{
    render::{MailSettings, Renderer},
    smtp::{Smtp, SmtpSettings},
};

shared::settings! {
    /// What `email` is configured with.
    pub struct EmailSettings {
    }
    with {
        /// The HTTP server.
        pub http: HttpSettings,
        /// The database.
        pub database: DatabaseSettings,
        /// Checking who pushes.
        pub push: PushSettings,
        /// Deriving the tokens of mailed links.
        pub mail_token: MailTokenSettings,
        /// What mails say.
        pub mail: MailSettings,
        /// Where mails go.
        pub smtp: SmtpSettings,
    }
}

/// What the handler works with.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    db: PgPool,
    verifier: OidcVerifier,
    renderer: Renderer,
    smtp: Smtp,
    clock: Clock,
}

/// The function, ready to be served.
///
/// # Errors
/// Names every variable that is missing or wrong.
pub async fn service(env: &Env) -> Result<Service, Error> {
    service_at(env, Clock::default()).await
}

/// The function with a clock that can be moved.
///
/// # Errors
/// Names every variable that is missing or wrong.
#[allow(clippy::unused_async, reason = "every function is built the same way")]
pub async fn service_at(env: &Env, clock: Clock) -> Result<Service, Error> {
    let settings = EmailSettings::from_env(env)?;
    let db = database::connect(&settings.database)?;
    let smtp = Smtp::new(&settings.smtp)?;
    let state = AppState {
        db: db.clone(),
        verifier: OidcVerifier::new(&settings.push),
        renderer: Renderer::new(&settings.mail, MailTokens::new(&settings.mail_token)?)?,
        smtp: smtp.clone(),
        clock,
    };
    let routes =
        Router::new().route("/events/email-requested", post(handle::email_requested)).with_state(state);
    let health =
        Health::default().database(&db).check("smtp", shared::http::health::Need::Required, move || {
            let smtp = smtp.clone();
            async move { smtp.works().await }
        });
    Service::new(routes, health, &settings.http)
}
