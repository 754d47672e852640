//! Notifies responses without an end, such as event streams, that the server stops.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use tokio::sync::watch;

use crate::http::openapi::{Described, Describes};

/// A signal that the server stops. Responses without an end must end then, so that they do not delay the shutdown.
#[derive(Debug, Clone)]
pub struct Stopping(Option<watch::Receiver<bool>>);

impl Stopping {
    pub(super) fn new(stopped: watch::Receiver<bool>) -> Self {
        Self(Some(stopped))
    }

    /// Waits until the server stops.
    pub async fn wait(self) {
        match self.0 {
            // An error means that the server has already stopped.
            Some(mut stopped) => drop(stopped.wait_for(|stopped| *stopped).await),
            None => std::future::pending().await,
        }
    }
}

impl Describes for Stopping {
    fn describe(_: &mut Described<'_>) {}
}

/// Without a server, as in tests and on AWS Lambda, the signal never comes.
impl<S: Send + Sync> FromRequestParts<S> for Stopping {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or(Self(None)))
    }
}
