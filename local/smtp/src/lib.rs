//! A mail server that delivers no mail. It stores the mails that it receives and shows them at `/local/inbox`.
//!
//! It requires STARTTLS and a login like a real server, so that the sender's configuration is tested too.

mod certificate;
mod conversation;
mod error;
mod message;
mod page;
mod routes;
mod server;
mod settings;
mod store;

use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError},
    time::Duration,
};

use axum::Router;
use tokio::sync::Mutex;

pub use error::Error;
pub use message::Message;
pub use settings::{Credentials, Limits, Settings};

use crate::{
    certificate::Certificate,
    conversation::{Refusals, Shared},
    server::Server,
    store::Store,
};

/// The mail server and its received mails. Cheap to clone. The server stops when the last clone is dropped.
#[derive(Clone)]
pub struct Inbox(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    address: SocketAddr,
    certificate: Certificate,
    server: Mutex<Option<Server>>,
}

impl Inbox {
    /// Loads the mails of earlier runs and starts the server.
    ///
    /// # Errors
    /// When the folder cannot be used, the address is taken, or the certificate cannot be generated.
    pub async fn open(settings: Settings) -> Result<Self, Error> {
        let certificate = Certificate::generate()?;
        let store = Store::open(settings.data_dir.clone()).await?;
        let shared = Arc::new(Shared {
            refusals: Refusals::default(),
            store,
            acceptor: certificate.acceptor(),
            credentials: settings.credentials,
            limits: settings.limits,
        });
        let server = Server::start(settings.listen, Arc::clone(&shared)).await?;
        let address = server.address();
        Ok(Self(Arc::new(Inner { shared, address, certificate, server: Mutex::new(Some(server)) })))
    }

    /// Returns the server's address, which remains the same after a restart.
    #[must_use]
    pub fn smtp_addr(&self) -> SocketAddr {
        self.0.address
    }

    /// Returns the server's certificate authority in PEM. Each run has a new one.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        self.0.certificate.ca_pem()
    }

    /// Returns the mails to an address, or all mails, newest last.
    #[must_use]
    pub fn messages(&self, to: Option<&str>) -> Vec<Message> {
        self.0.shared.store.messages(to)
    }

    /// Waits for a mail to this address that matches the predicate. Returns `None` after the timeout.
    pub async fn wait_for(
        &self,
        to: &str,
        predicate: impl Fn(&Message) -> bool,
        timeout: Duration,
    ) -> Option<Message> {
        let mut changes = self.0.shared.store.changes();
        let found = async {
            loop {
                changes.borrow_and_update();
                if let Some(found) =
                    self.messages(Some(to)).into_iter().rev().find(|message| predicate(message))
                {
                    return Some(found);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(timeout, found).await.ok().flatten()
    }

    /// Answers this recipient with an SMTP reply code, 4xx or 5xx, instead of accepting it. `None` accepts it again.
    pub fn refuse(&self, recipient: &str, code: Option<u16>) {
        let mut refusals = self.0.shared.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        match code {
            Some(code) => refusals.insert(recipient.to_owned(), code),
            None => refusals.remove(recipient),
        };
    }

    /// Stops the server: it closes connections and refuses new ones until it is started again.
    pub async fn stop(&self) {
        if let Some(server) = self.0.server.lock().await.take() {
            server.stop().await;
        }
    }

    /// Starts the server again on the same port.
    ///
    /// # Errors
    /// When another program uses the port by now.
    pub async fn start(&self) -> Result<(), Error> {
        let mut server = self.0.server.lock().await;
        if server.is_none() {
            *server = Some(Server::start(self.0.address, Arc::clone(&self.0.shared)).await?);
        }
        Ok(())
    }

    /// Returns a router for `/local/inbox`, which serves pages to people and JSON to programs.
    pub fn router(&self) -> Router {
        routes::router(self.clone())
    }

    fn store(&self) -> &Store {
        &self.0.shared.store
    }
}
