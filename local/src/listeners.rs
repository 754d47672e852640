//! The listening sockets of all parts, opened before anything runs.

use std::{io, net::SocketAddr};

use functions::{Descriptor, FUNCTIONS};
use shared::base::config::Env;
use tokio::net::TcpListener;

use crate::{
    error::{Error, Result},
    ports::{Ports, loopback},
};

/// The variable that names the gateway's port.
pub const PORT_VARIABLE: &str = "ALTA_PORT";

/// The listeners of all parts, `None` for a part that was replaced.
pub(crate) struct Listeners {
    pub(crate) functions: Vec<(&'static Descriptor, TcpListener)>,
    pub(crate) issuer: TcpListener,
    pub(crate) pubsub: Option<TcpListener>,
    pub(crate) storage: Option<TcpListener>,
    pub(crate) documentai: Option<TcpListener>,
    pub(crate) speech: Option<TcpListener>,
}

impl Listeners {
    pub(crate) fn open(process: &Env, ports: &Ports<'_>) -> Result<Self> {
        let unless_set = |part, variable| match process.get(variable) {
            None => ports.listen(part).map(Some),
            Some(_) => Ok(None),
        };
        Ok(Self {
            functions: FUNCTIONS
                .iter()
                .map(|function| Ok((function, ports.listen(function.name)?)))
                .collect::<Result<_>>()?,
            issuer: ports.listen("issuer")?,
            pubsub: unless_set("pubsub", "PUBSUB_ENDPOINT")?,
            storage: unless_set("storage", "STORAGE_ENDPOINT")?,
            documentai: unless_set("documentai", "DOCUMENTAI_ENDPOINT")?,
            speech: unless_set("speech", "SPEECH_ENDPOINT")?,
        })
    }
}

/// Opens the gateway's listener.
pub(crate) async fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind(loopback(port)).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Error::new(format!(
            "port {port} of this machine is taken: stop what listens there, or name another port in {PORT_VARIABLE}"
        )),
        _ => Error::because(format!("cannot listen on port {port} ({PORT_VARIABLE})"), &error),
    })
}

pub(crate) fn url(listener: &TcpListener) -> Result<String> {
    Ok(format!("http://{}", address(listener)?))
}

pub(crate) fn address(listener: &TcpListener) -> Result<SocketAddr> {
    listener.local_addr().map_err(|error| Error::because("cannot read the address of a listener", &error))
}
