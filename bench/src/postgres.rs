//! A durable database server that can be made to crash.
//!
//! The server of `local with-postgres` trades durability for speed and removes its files when it ends. This module only
//! asks it for the folder of PostgreSQL's programs, and runs them as the same user.

use std::{
    fs::File,
    os::unix::{
        fs::{MetadataExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

use crate::{Result, process::free_port};

/// The time limit for the first answer, including recovery.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The server. It stops when this is dropped.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    owner: Option<(u32, u32)>,
    port: u16,
    process: Option<Child>,
}

impl Postgres {
    /// Creates a cluster with the programs of the server at `DATABASE_URL`, and starts it.
    pub(crate) async fn start() -> Result<Self> {
        let url = std::env::var("DATABASE_URL").map_err(|_| "bench needs `local with-postgres`")?;
        let mut db = PgConnection::connect(&url).await?;
        let programs: String = sqlx::query_scalar("select setting from pg_config where name = 'BINDIR'")
            .fetch_one(&mut db)
            .await?;
        let theirs: String = sqlx::query_scalar("show data_directory").fetch_one(&mut db).await?;
        db.close().await?;
        let folder = tempfile::Builder::new().prefix("bench-postgres-").tempdir_in("/tmp")?;
        let (ours, theirs) = (std::fs::metadata(folder.path())?.uid(), std::fs::metadata(theirs)?);
        let owner = (theirs.uid() != ours).then(|| (theirs.uid(), theirs.gid()));
        if let Some((user, group)) = owner {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let port = free_port().await?;
        let mut server = Self { programs: programs.into(), folder, owner, port, process: None };
        let mut initdb = server.command("initdb");
        initdb.args(["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"]);
        initdb.args(["--username=postgres", "--pgdata"]).arg(server.cluster());
        if !initdb.stdout(Stdio::null()).status()?.success() {
            return Err("initdb failed".into());
        }
        server.restart().await?;
        Ok(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops the server as a crash would, without a checkpoint (`pg_ctl stop --mode=immediate`).
    pub(crate) fn crash(&mut self) -> Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        Command::new("kill").arg("-QUIT").arg(process.id().to_string()).status()?;
        process.wait()?;
        Ok(())
    }

    /// Starts the server and waits until it has recovered and answers.
    pub(crate) async fn restart(&mut self) -> Result<()> {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log"))?;
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.cluster()).args(["-p", &self.port.to_string()]);
        for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300"] {
            command.args(["-c", setting]);
        }
        let errors = log.try_clone()?;
        self.process = Some(command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn()?);
        let start = Instant::now();
        loop {
            match PgConnection::connect(&self.url()).await {
                Ok(connection) => return Ok(connection.close().await?),
                Err(error) if start.elapsed() > TIME_LIMIT => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn cluster(&self) -> PathBuf {
        self.folder.path().join("cluster")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        // The server's user may not have access to the current folder.
        command.current_dir(Path::new("/"));
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.crash();
    }
}
