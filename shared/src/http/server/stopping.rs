//! How answers that would go on for ever learn that the server stops.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use tokio::sync::watch;

use crate::http::openapi::{Described, Describes};

/// Whether the server stops: an answer without an end of its own ends then, so that it holds nothing up.
#[derive(Debug, Clone)]
pub struct Stopping(Option<watch::Receiver<bool>>);

impl Stopping {
    pub(super) fn new(stopped: watch::Receiver<bool>) -> Self {
        Self(Some(stopped))
    }

    /// Resolves when the server stops.
    pub async fn wait(self) {
        match self.0 {
            // An error means that the server is gone already.
            Some(mut stopped) => drop(stopped.wait_for(|stopped| *stopped).await),
            None => std::future::pending().await,
        }
    }
}

impl Describes for Stopping {
    fn describe(_: &mut Described<'_>) {}
}

/// A router that is called by something else than a server (a test, a Lambda) is never told.
impl<S: Send + Sync> FromRequestParts<S> for Stopping {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or(Self(None)))
    }
}
