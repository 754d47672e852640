//! PostgreSQL on this machine: a persistent or temporary cluster, whose server ends with this process.

mod cluster;
mod programs;
mod server;

use std::{env, fs, path::PathBuf, str::FromStr as _, time::Duration};

use sqlx::{ConnectOptions as _, Connection as _, postgres::PgConnectOptions};

pub use self::server::Server;
use self::{cluster::Cluster, programs::Programs, server::Process};
use crate::{
    data_dir::DataDir,
    error::{Error, Result},
    ports::Ports,
    secrets,
};

/// The superuser of the clusters.
const SUPERUSER: &str = "postgres";
/// The name of the platform's database.
const DATABASE: &str = "alta";

/// The time limit of a start, including recovery after a kill.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// The server's message when its port is taken.
const PORT_TAKEN: &str = "could not create any TCP/IP sockets";

/// The number of start attempts, since another process may take the chosen port before it is used.
const ATTEMPTS: usize = 3;

/// Starts the cluster in the data folder. If there is none, creates it.
///
/// # Errors
/// When PostgreSQL is missing or does not start.
pub async fn start(data: &DataDir, ports: &Ports<'_>) -> Result<Server> {
    let folder = cluster::place(data.path()).await?;
    let programs = Programs::find(cluster::version(&folder).as_deref()).await?;
    let password = data.load_or_store("postgres.password", secrets::random_name)?;
    let cluster = Cluster { programs: &programs, folder };
    cluster.create_if_new(&password).await?;
    cluster.finish_last_run().await?;

    // Commits are durable, so that a kill or a power cut loses none.
    let settings = [("max_connections", "100")];
    let log = data.join("postgres.log");
    let server = retry(async || {
        let port = ports.reserve("postgres")?;
        let process = Process::start(&cluster, port, &settings, &log, None).await?;
        let mut server = Server::new(process, port, &password);
        server.wait_until_ready(START_TIMEOUT).await?;
        Ok(server)
    })
    .await?;
    create_database(&server.url("postgres"), DATABASE).await?;
    Ok(server.with_database(DATABASE))
}

/// Starts a new cluster that trades durability for speed. It is deleted when this process ends.
///
/// # Errors
/// When PostgreSQL is missing or does not start.
pub async fn start_temporary() -> Result<Server> {
    let programs = Programs::find(None).await?;
    let settings = [
        ("max_connections", "300"),
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
    ];
    retry(async || {
        let password = secrets::random_name()?;
        let folder = temporary_folder().await?;
        let cluster = Cluster { programs: &programs, folder: folder.join("cluster") };
        cluster.create_if_new(&password).await?;
        let port = free_port()?;
        let process = Process::start(&cluster, port, &settings, &folder.join("log"), Some(&folder)).await?;
        let mut server = Server::new(process, port, &password);
        server.wait_until_ready(START_TIMEOUT).await?;
        Ok(server)
    })
    .await
}

async fn retry(attempt: impl AsyncFn() -> Result<Server>) -> Result<Server> {
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if error.to_string().contains(PORT_TAKEN) => {}
            ended => return ended,
        }
    }
    attempt().await
}

async fn create_database(url: &str, name: &str) -> Result<()> {
    let failed = |error: sqlx::Error| Error::because(format!("cannot create the database {name}"), &error);
    let options = PgConnectOptions::from_str(url).map_err(failed)?.disable_statement_logging();
    let mut connection = sqlx::PgConnection::connect_with(&options).await.map_err(failed)?;
    let known: Option<i32> = sqlx::query_scalar("select 1 from pg_database where datname = $1")
        .bind(name)
        .fetch_optional(&mut connection)
        .await
        .map_err(failed)?;
    if known.is_none() {
        let statement = format!("create database \"{name}\"");
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.map_err(failed)?;
    }
    connection.close().await.map_err(failed)
}

/// Creates a folder that the server's user owns and can reach.
async fn temporary_folder() -> Result<PathBuf> {
    let name = format!("alta-data-postgres-{}", secrets::random_name()?);
    let wanted = env::temp_dir();
    let parent = if cluster::is_reachable(&wanted).await? { wanted } else { PathBuf::from("/tmp") };
    let folder = parent.join(name);
    fs::create_dir(&folder).map_err(Error::file("create", &folder))?;
    cluster::chown_to_postgres(&folder).await?;
    Ok(folder)
}

fn free_port() -> Result<u16> {
    std::net::TcpListener::bind(crate::ports::loopback(0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Error::because("no port of 127.0.0.1 is free", &error))
}
