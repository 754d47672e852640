//! Starts all parts, connects them as Terraform does in the cloud, and stops them in order.

use std::{collections::HashMap, net::SocketAddr, path::Path};

use axum::Router;
use functions::{FUNCTIONS, api_docs, console};
use local_identity::Identity;
use local_pubsub::PubSub;
use local_speech::Speech;
use shared::base::{clock::Clock, config::Env};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    data_dir::DataDir,
    environment::{self, Parts},
    error::{Error, Result},
    gateway,
    listeners::{Listeners, PORT_VARIABLE, address, listen, url},
    ports::Ports,
    postgres, requests, scheduler,
    secrets::Secrets,
    servers::Servers,
    stand_ins, subscriptions,
};

/// The file that holds the database's URL, with its password, while the platform runs.
const DATABASE_URL_FILE: &str = "database.url";

/// The variable that names the folder of the built console.
const CONSOLE_VARIABLE: &str = "ALTA_CONSOLE";

/// The running platform.
pub struct Platform {
    origin: String,
    addresses: Vec<(&'static str, String)>,
    servers: Servers,
    schedules: JoinSet<Result<()>>,
    pubsub: Option<PubSub>,
    speech: Option<Speech>,
    database: Option<postgres::Server>,
    data: DataDir,
}

/// The gateway's port: 8080, or the value of `ALTA_PORT`.
///
/// # Errors
/// When the value of the variable is not a port.
pub fn port() -> Result<u16> {
    match Env::from_process().get(PORT_VARIABLE) {
        None => Ok(8080),
        Some(text) => text.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
            Error::new(format!(
                "the environment variable {PORT_VARIABLE} is invalid: expected a port, found {text:?}"
            ))
        }),
    }
}

impl Platform {
    /// Starts everything. The gateway answers when this returns.
    ///
    /// # Errors
    /// When a part is missing, misconfigured, or cannot start. Parts that were started by then are stopped.
    pub async fn start(data_dir: &Path, port: u16) -> Result<Self> {
        let process = Env::from_process();
        let data = DataDir::open(data_dir)?;
        let gateway = listen(port).await?;
        let mut platform = Self {
            origin: format!("http://localhost:{port}"),
            addresses: Vec::new(),
            servers: Servers::new(port),
            schedules: JoinSet::new(),
            pubsub: None,
            speech: None,
            database: None,
            data,
        };
        let own = platform.start_parts(&process, port).await?;
        platform.servers.serve("the gateway", gateway, own);
        Ok(platform)
    }

    /// Starts all parts behind the gateway, and returns the gateway's router.
    async fn start_parts(&mut self, process: &Env, port: u16) -> Result<Router> {
        let ports = Ports::load(&self.data)?;
        let database_url = match process.get("DATABASE_URL") {
            Some(url) => url.to_owned(),
            None => {
                let server = postgres::start(&self.data, &ports).await?;
                self.database.insert(server).database_url()
            }
        };
        // For other programs, such as the migration job's commands.
        self.data.write(DATABASE_URL_FILE, &database_url)?;
        migrate(&database_url, self.database.is_some().then(|| self.data.path())).await?;

        // All parts listen before any of them sends a request, so that no early request is refused.
        let listeners = Listeners::open(process, &ports)?;
        let issuer = url(&listeners.issuer)?;
        let identity = Identity::load_or_create(&self.data.join("service-account.pkcs8"), &issuer)
            .map_err(|error| Error::because("the service account", &error))?;
        let cors_origins = environment::cors_origins(process, &self.origin, port);
        let smtp = match process.get("SMTP_HOST") {
            None => Some(stand_ins::smtp(&self.data, &ports).await?),
            Some(_) => None,
        };
        // As in the cloud, no function connects with the role that migrates. The migrations create the other roles.
        let mut database_urls = HashMap::new();
        if let Some(server) = &self.database {
            for role in FUNCTIONS.iter().map(|function| function.database_role) {
                if !database_urls.contains_key(role) {
                    database_urls.insert(role, server.database_url_as(role).await?);
                }
            }
        }
        let parts = Parts {
            origin: self.origin.clone(),
            database_urls,
            issuer,
            secrets: Secrets::load_or_create(&self.data)?,
            pubsub: listeners.pubsub.as_ref().map(address).transpose()?,
            storage: listeners.storage.as_ref().map(address).transpose()?,
            documentai: listeners.documentai.as_ref().map(address).transpose()?,
            speech: listeners.speech.as_ref().map(address).transpose()?,
            smtp,
            identity,
        };
        self.record_addresses(&parts, process);

        let mut addresses = HashMap::new();
        for (function, listener) in listeners.functions {
            addresses.insert(function.name, address(&listener)?);
            let env = parts.environment(process, function, &cors_origins);
            let service = function.service(&env, Clock::default());
            let service =
                service.map_err(|error| Error::because(format!("the function {}", function.name), &error))?;
            self.servers.serve(function.name, listener, service.router());
        }
        let cloud = [listeners.pubsub, listeners.storage, listeners.documentai, listeners.speech];
        self.servers.serve(
            "the issuer of tokens",
            listeners.issuer,
            local_pubsub::oidc_router(parts.identity.clone()),
        );
        self.start_cloud(cloud, &parts.identity, &addresses, &cors_origins).await?;
        scheduler::start(&mut self.schedules, &parts.identity, &addresses);

        let documents = api_docs::router().map_err(|error| Error::because("the OpenAPI document", &error))?;
        let local_storage = parts.storage.map(|address| format!("http://{address}"));
        let storage = process.get("STORAGE_ENDPOINT").map(str::to_owned).or(local_storage);
        let built = process.get(CONSOLE_VARIABLE).filter(|folder| !folder.is_empty()).map(Path::new);
        let console = console::router(built, &storage.unwrap_or_default())
            .map_err(|error| Error::new(format!("the console ({CONSOLE_VARIABLE}): {error}")))?;
        let mut own = console.merge(documents);
        if let Some((inbox, _)) = parts.smtp {
            own = own.merge(inbox.router());
        }
        Ok(gateway::router(addresses, own))
    }

    /// Starts the stand-ins for Google Cloud.
    async fn start_cloud(
        &mut self,
        [pubsub, storage, documentai, speech]: [Option<TcpListener>; 4],
        identity: &Identity,
        functions: &HashMap<&'static str, SocketAddr>,
        cors_origins: &str,
    ) -> Result<()> {
        if let Some(listener) = pubsub {
            let pubsub = stand_ins::pubsub(&self.data, identity).await?;
            subscriptions::declare(&pubsub, identity, functions).await?;
            self.servers.serve("Pub/Sub", listener, pubsub.router());
            self.pubsub = Some(pubsub);
        }
        let storage = match (storage, &self.pubsub) {
            (None, _) => None,
            (Some(listener), Some(pubsub)) => {
                let notifier = stand_ins::notifier(pubsub.clone());
                let storage =
                    stand_ins::storage(&self.data, identity, url(&listener)?, cors_origins, notifier).await?;
                self.servers.serve("Cloud Storage", listener, requests::shown("storage", storage.router()));
                Some(storage)
            }
            (Some(_), None) => {
                return Err(Error::new(
                    "PUBSUB_ENDPOINT replaces Pub/Sub: set STORAGE_ENDPOINT too, since only its own Cloud Storage \
                     sends it the notifications of uploads",
                ));
            }
        };
        let objects_for = |reader: &str, variable: &str| {
            storage.clone().ok_or_else(|| {
                Error::new(format!(
                    "STORAGE_ENDPOINT replaces Cloud Storage: set {variable} too, since the {reader} here reads only \
                     the objects here"
                ))
            })
        };
        if let Some(listener) = documentai {
            let storage = objects_for("Document AI", "DOCUMENTAI_ENDPOINT")?;
            let documentai = stand_ins::documentai(&self.data, identity, storage)?;
            self.servers.serve("Document AI", listener, documentai.router());
        }
        if let Some(listener) = speech {
            let storage = objects_for("Speech-to-Text", "SPEECH_ENDPOINT")?;
            let speech = stand_ins::speech(&self.data, identity, storage)?;
            self.servers.serve("Speech-to-Text", listener, speech.router());
            self.speech = Some(speech);
        }
        Ok(())
    }

    fn record_addresses(&mut self, parts: &Parts, process: &Env) {
        let replaced = |variable: &str| format!("{} ({variable})", process.get(variable).unwrap_or_default());
        let part = |address: Option<SocketAddr>, variable| match address {
            Some(address) => format!("http://{address}"),
            None => replaced(variable),
        };
        let database = match &self.database {
            Some(server) => {
                format!("{}, password in {}", server.address(), self.data.join(DATABASE_URL_FILE).display())
            }
            None => "the server in DATABASE_URL".to_owned(),
        };
        let mails = match &parts.smtp {
            Some((inbox, _)) => format!("{} (STARTTLS), shown in the inbox", inbox.smtp_addr()),
            None => replaced("SMTP_HOST"),
        };
        self.addresses = vec![
            ("console, API", self.origin.clone()),
            ("API reference", format!("{}/docs/", self.origin)),
            ("inbox", format!("{}/local/inbox", self.origin)),
            ("Cloud Storage", part(parts.storage, "STORAGE_ENDPOINT")),
            ("Pub/Sub", part(parts.pubsub, "PUBSUB_ENDPOINT")),
            ("Document AI", part(parts.documentai, "DOCUMENTAI_ENDPOINT")),
            ("Speech-to-Text", part(parts.speech, "SPEECH_ENDPOINT")),
            ("mail server", mails),
            ("database", database),
            ("data", self.data.path().display().to_string()),
        ];
    }

    /// The origin of the gateway.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The name and address of each part, for the terminal.
    #[must_use]
    pub fn addresses(&self) -> &[(&'static str, String)] {
        &self.addresses
    }

    /// Runs until `stop` resolves or a part fails, then stops everything.
    ///
    /// # Errors
    /// When a part fails, or does not stop.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) -> Result<()> {
        let database = async {
            match &mut self.database {
                Some(server) => server.ended().await,
                None => std::future::pending().await,
            }
        };
        let outcome = tokio::select! {
            () = stop => Ok(()),
            error = self.servers.broken() => Err(error),
            error = database => Err(error),
        };
        let stopped = self.stop().await;
        outcome.and(stopped)
    }

    async fn stop(self) -> Result<()> {
        drop(self.schedules);
        if let Some(speech) = self.speech {
            speech.stop();
        }
        if let Some(pubsub) = self.pubsub {
            pubsub.shutdown().await;
        }
        self.servers.stop().await;
        match self.database {
            Some(server) => server.stop().await,
            None => Ok(()),
        }
    }
}

/// Migrates the database. `data` is the data folder, if the database is in it.
async fn migrate(database_url: &str, data: Option<&Path>) -> Result<()> {
    let pool = sqlx::PgPool::connect(database_url)
        .await
        .map_err(|error| Error::because("the database does not answer (DATABASE_URL)", &error))?;
    let migrated = migrations::migrate(&pool).await;
    pool.close().await;
    match (migrated, data) {
        (Err(error @ migrations::Error::OtherHistory(_)), Some(data)) => Err(Error::new(format!(
            "{error}. To start with an empty database, move the data folder aside:\n  mv {0} {0}.old",
            data.display()
        ))),
        (migrated, _) => {
            migrated.map_err(|error| Error::because("the database could not be migrated", &error))
        }
    }
}
