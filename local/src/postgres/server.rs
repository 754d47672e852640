//! A running PostgreSQL server that ends with this process, however the process ends.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    str::FromStr as _,
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, postgres::PgConnectOptions};
use tokio::{
    process::{Child, ChildStdin},
    time::{Instant, sleep, timeout},
};

use super::{
    SUPERUSER,
    cluster::{self, Cluster, tail},
};
use crate::error::{Error, Result};

/// A shell script that keeps the server running while its standard input is open. The kernel closes the input when this
/// process ends, even by a kill. Then the script stops the server and removes the folder in its first argument, unless
/// that is empty. It repeats the stop signal each second, since the server ignores signals while it starts. Ctrl-C in
/// the terminal does not reach it, so that the platform can stop in order.
const WATCHDOG: &str = r#"
trap '' INT HUP TERM
remove=$1; shift
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
{ cat <&3 >/dev/null; while kill -INT "$server" 2>/dev/null; do sleep 1; done; } &
wait "$server"
code=$?
if [ -n "$remove" ]; then rm -rf -- "$remove"; fi
exit "$code"
"#;

/// The time limit of a fast shutdown, which writes a checkpoint.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

/// The script that keeps the server running.
pub(super) struct Process {
    watchdog: Child,
    watchdog_stdin: ChildStdin,
    log: PathBuf,
}

impl Process {
    pub(super) async fn start(
        cluster: &Cluster<'_>,
        port: u16,
        settings: &[(&str, &str)],
        log: &Path,
        remove: Option<&Path>,
    ) -> Result<Self> {
        let output = File::create(log).map_err(Error::file("write", log))?;
        let errors = output.try_clone().map_err(Error::file("write", log))?;
        let mut command = cluster::command("/bin/sh").await?;
        command.args(["-c", WATCHDOG, "sh"]).arg(remove.unwrap_or(Path::new("")));
        command.arg(cluster.programs.program("postgres")).arg("-D").arg(&cluster.folder);
        let port = port.to_string();
        let ours = [("listen_addresses", "127.0.0.1"), ("port", &port), ("unix_socket_directories", "")];
        for (name, value) in ours.iter().chain(settings) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        command.stdin(Stdio::piped()).stdout(output).stderr(errors).process_group(0);
        let failed = |error: &dyn std::error::Error| Error::because("cannot start PostgreSQL", error);
        let mut watchdog = command.spawn().map_err(|error| failed(&error))?;
        let watchdog_stdin =
            watchdog.stdin.take().ok_or_else(|| Error::new("cannot start PostgreSQL: no input"))?;
        Ok(Self { watchdog, watchdog_stdin, log: log.to_owned() })
    }

    fn log_tail(&self) -> String {
        fs::read(&self.log).map(|log| tail(&log)).unwrap_or_default()
    }
}

/// A running PostgreSQL server, stopped when this is dropped.
pub struct Server {
    process: Process,
    port: u16,
    password: String,
    database: String,
}

impl Server {
    pub(super) fn new(process: Process, port: u16, password: &str) -> Self {
        Self { process, port, password: password.to_owned(), database: SUPERUSER.to_owned() }
    }

    pub(super) fn with_database(self, name: &str) -> Self {
        Self { database: name.to_owned(), ..self }
    }

    /// The URL of the server's main database, as its superuser.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.url(&self.database)
    }

    /// The server's address for people, without the password: user, host, port and database.
    #[must_use]
    pub fn address(&self) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{}", self.port, self.database)
    }

    /// The URL of the server's main database, as one of the roles that the migrations created.
    ///
    /// # Errors
    /// When the role cannot be given a login.
    pub async fn database_url_as(&self, role: &str) -> Result<String> {
        let failed = |error: sqlx::Error| Error::because(format!("cannot let {role} sign in"), &error);
        let options = PgConnectOptions::from_str(&self.database_url()).map_err(failed)?;
        let options = options.disable_statement_logging();
        let mut connection = sqlx::PgConnection::connect_with(&options).await.map_err(failed)?;
        let statement = format!("alter role \"{role}\" login password '{}'", self.password);
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        Ok(self.url_as(role, &self.database))
    }

    pub(crate) fn url(&self, database: &str) -> String {
        self.url_as(SUPERUSER, database)
    }

    fn url_as(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    pub(super) async fn wait_until_ready(&mut self, limit: Duration) -> Result<()> {
        let failed = |error: sqlx::Error| Error::because("PostgreSQL does not answer", &error);
        let options =
            PgConnectOptions::from_str(&self.url(SUPERUSER)).map_err(failed)?.disable_statement_logging();
        let deadline = Instant::now() + limit;
        loop {
            match sqlx::PgConnection::connect_with(&options).await {
                Ok(connection) => return connection.close().await.map_err(failed),
                Err(error) if Instant::now() > deadline || !is_starting(&error) => return Err(failed(error)),
                Err(_) => {}
            }
            if let Ok(Some(_)) = self.process.watchdog.try_wait() {
                return Err(Error::new(format!(
                    "PostgreSQL ended at its start: {}",
                    self.process.log_tail()
                )));
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Resolves with the last lines of the server's output when it ends by itself.
    pub async fn ended(&mut self) -> Error {
        // `Child::wait` closes a piped input, but this child's input was taken out and stays open.
        let _ = self.process.watchdog.wait().await;
        Error::new(format!("PostgreSQL ended: {}", self.process.log_tail()))
    }

    /// Stops the server in order.
    ///
    /// # Errors
    /// When it does not stop in time. The script continues to stop it.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.process.watchdog_stdin);
        match timeout(STOP_TIMEOUT, self.process.watchdog.wait()).await {
            Ok(_) => Ok(()),
            Err(_) => {
                Err(Error::new("PostgreSQL has not stopped yet. It continues to stop in the background"))
            }
        }
    }
}

/// Returns true while the server is not reachable or reports that it is starting up.
fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        // `cannot_connect_now` (PostgreSQL, appendix A).
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code == "57P03"),
        _ => true,
    }
}
