//! Starts every part, wires them together as Terraform does in the cloud, and stops them in order.

use std::{collections::HashMap, net::SocketAddr, path::Path, time::Duration};

use local_identity::Identity;
use local_pubsub::PubSub;
use shared::config::Env;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{
    api_docs,
    data_dir::DataDir,
    environment::{self, Parts},
    error::{Error, Result},
    functions::{self, FUNCTIONS},
    gateway, page,
    ports::{Ports, loopback},
    postgres, scheduler,
    secrets::Secrets,
    stand_ins,
};

/// The variable that names the gateway's port.
pub const PORT_VARIABLE: &str = "ALTA_PORT";

/// How long requests under way get when the platform stops; the servers themselves give up before.
const STOP_TIMEOUT: Duration = Duration::from_secs(9);

/// The running platform.
pub struct Platform {
    data: DataDir,
    origin: String,
    addresses: Vec<(&'static str, String)>,
    stop: watch::Sender<bool>,
    servers: JoinSet<Result<()>>,
    /// Work that may be cut off anywhere.
    background: JoinSet<Result<()>>,
    pubsub: Option<PubSub>,
    database: Option<postgres::Server>,
}

/// The gateway's port: 8080 unless `ALTA_PORT` names another.
///
/// # Errors
/// When the variable holds no port.
pub fn port() -> Result<u16> {
    match Env::from_process().get(PORT_VARIABLE) {
        None => Ok(8080),
        Some(text) => text.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
            Error::new(format!("the environment variable {PORT_VARIABLE} is wrong: expected a port, found {text:?}"))
        }),
    }
}

impl Platform {
    /// Starts everything; the gateway answers when this returns.
    ///
    /// # Errors
    /// Says what is missing, taken or wrong. What was started until then is stopped.
    pub async fn start(data_dir: &Path, port: u16) -> Result<Self> {
        let process = Env::from_process();
        let gateway = listen(port).await?;
        let data = DataDir::open(data_dir)?;
        let mut platform = Self {
            data,
            origin: format!("http://localhost:{port}"),
            addresses: Vec::new(),
            stop: watch::Sender::new(false),
            servers: JoinSet::new(),
            background: JoinSet::new(),
            pubsub: None,
            database: None,
        };
        let database_url = platform.start_database(&process).await?;

        let ports = Ports::load(&platform.data)?;
        // All of them listen before any of them talks, so that no early call finds nobody.
        let mut listeners = HashMap::new();
        for function in FUNCTIONS {
            listeners.insert(function, ports.listen(function)?);
        }
        let addresses: HashMap<&'static str, SocketAddr> =
            listeners.iter().map(|(function, listener)| Ok((*function, address(listener)?))).collect::<Result<_>>()?;

        let cors_origins = environment::cors_origins(&process, &platform.origin, port);
        let parts = Parts {
            origin: platform.origin.clone(),
            database_url,
            secrets: Secrets::load_or_create(&platform.data)?,
            identity,
            issuer,
        };
        todo!()
    }
}
