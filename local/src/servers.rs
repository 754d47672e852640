//! The servers of this process, started one by one and stopped together.

use axum::Router;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{
    error::{Error, Result},
    hosts,
};

/// Servers that run until [`Servers::stop`].
pub(crate) struct Servers {
    gateway_port: u16,
    stop: watch::Sender<bool>,
    tasks: JoinSet<Result<()>>,
}

impl Servers {
    pub(crate) fn new(gateway_port: u16) -> Self {
        Self { gateway_port, stop: watch::Sender::new(false), tasks: JoinSet::new() }
    }

    /// Serves a router to local hosts, with connect info.
    pub(crate) fn serve(&mut self, name: &'static str, listener: TcpListener, router: Router) {
        let port = listener.local_addr().map_or(self.gateway_port, |address| address.port());
        let router = hosts::local_only([port, self.gateway_port], router);
        let mut stop = self.stop.subscribe();
        let stopped = async move {
            // A dropped sender stops the server too.
            let _ = stop.wait_for(|stop| *stop).await;
        };
        self.tasks.spawn(async move {
            let served = shared::http::server::serve(listener, router, stopped).await;
            served.map_err(|error| Error::because(format!("the server of {name} failed"), &error))
        });
    }

    /// Resolves when a server fails.
    pub(crate) async fn broken(&mut self) -> Error {
        match self.tasks.join_next().await {
            Some(Ok(Err(error))) => error,
            Some(Err(error)) => Error::because("a server failed", &error),
            Some(Ok(Ok(()))) => Error::new("a server stopped by itself"),
            None => std::future::pending().await,
        }
    }

    /// Stops all servers. Requests in progress get a few seconds.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}
