//! The listener, with a limit on concurrent connections.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::{
    conversation::{self, Shared},
    error::Error,
};

/// A listening server. Its connections are closed on drop.
pub(crate) struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(listen: SocketAddr, shared: Arc<Shared>) -> Result<Self, Error> {
        let failed = |source| Error::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { address, task: tokio::spawn(serve(listener, shared)) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the server. Afterwards the port is free.
    pub(crate) async fn stop(mut self) {
        self.task.abort();
        // The task was aborted, so its result carries no information.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Probably out of file descriptors. Wait a moment.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        if connections.len() >= shared.limits.connections {
            connections.spawn(async move { reject(stream).await });
            continue;
        }
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            if let Err(error) = conversation::serve(stream, peer.ip(), &shared).await {
                tracing::debug!(%peer, %error, "a connection ended with an error");
            }
        });
    }
}

async fn reject(mut stream: TcpStream) {
    // The client notices the closed connection anyway.
    let _ = stream.write_all(b"421 Too many connections, try again later\r\n").await;
}
