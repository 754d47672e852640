//! A second PostgreSQL cluster, such as one where the dump of a test's database is restored.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::Stdio,
};

use sqlx::{AssertSqlSafe, ConnectOptions as _, PgPool, postgres::PgConnectOptions};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
};

use super::eventually;

/// A new cluster. Its server stops when the value is dropped.
pub struct OtherCluster {
    /// A database of the new cluster.
    pub db: PgPool,
    server: Child,
    folder: TempDir,
}

impl OtherCluster {
    /// Creates a cluster with the programs of the test's server, and restores a dump of the database.
    ///
    /// # Panics
    /// When one of PostgreSQL's programs is missing or fails.
    pub async fn restore(db: &PgPool) -> Self {
        // A new cluster begins with small transaction ids. The ids in the dump are larger.
        let transactions =
            "do $$ begin for n in 1..1000 loop perform pg_current_xact_id(); commit; end loop; end $$";
        sqlx::raw_sql(transactions).execute(db).await.expect("transactions");
        let programs = Programs::of(db).await;
        let mut cluster = Self::start(db, &programs, None).await;
        for statement in [
            "create role alta_functions nologin",
            "create role alta_maintenance nologin",
            "create database restored",
        ] {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&cluster.db).await.expect("a new database");
        }
        let dump = cluster.folder.path().join("dump.sql");
        let restored = PgConnectOptions::clone(&cluster.db.connect_options()).database("restored");
        programs
            .run(programs.command("pg_dump").arg("--file").arg(&dump).arg(url(&db.connect_options())))
            .await;
        let restore = ["--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file"];
        programs.run(programs.command("psql").args(restore).arg(&dump).arg(url(&restored))).await;
        cluster.db = PgPool::connect_lazy_with(restored);
        cluster
    }

    /// Creates an empty cluster whose server identifies itself with a certificate and its key (PEM).
    ///
    /// # Panics
    /// When one of PostgreSQL's programs is missing or fails.
    pub async fn with_certificate(db: &PgPool, certificate: &str, key: &str) -> Self {
        Self::start(db, &Programs::of(db).await, Some((certificate, key))).await
    }

    /// Returns the URL, for `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        url(&self.db.connect_options())
    }

    async fn start(db: &PgPool, programs: &Programs, identity: Option<(&str, &str)>) -> Self {
        let folder = tempfile::Builder::new().prefix("other-cluster-").tempdir_in("/tmp").expect("a folder");
        chown(folder.path(), Some(programs.user), Some(programs.group))
            .expect("a folder of the server's user");
        let options = db.connect_options();
        let initdb = ["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--username"];
        let cluster = folder.path().join("cluster");
        programs
            .run(programs.command("initdb").args(initdb).arg(options.get_username()).arg("-D").arg(&cluster))
            .await;

        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let mut server = programs.command("postgres");
        server.arg("-D").arg(&cluster).args(["-p", &port.to_string(), "-F", "-k", ""]);
        if let Some((certificate, key)) = identity {
            for (setting, pem) in [("ssl_cert_file", certificate), ("ssl_key_file", key)] {
                let file = folder.path().join(setting);
                fs::write(&file, pem).expect("a file");
                // The server refuses a key that others can read.
                fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a private file");
                chown(&file, Some(programs.user), Some(programs.group)).expect("a file of the server's user");
                server.arg("-c").arg(format!("{setting}={}", file.display()));
            }
            server.args(["-c", "ssl=on"]);
        }
        let server = server.args(["-h", "127.0.0.1"]).stderr(Stdio::null()).spawn().expect("a server");
        let other = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(port)
            .username(options.get_username())
            .database("postgres");
        let db = PgPool::connect_lazy_with(other);
        eventually("the other cluster", async || db.acquire().await.ok()).await;
        Self { db, server, folder }
    }
}

/// Returns the URL of a database without the parameters that only sqlx understands.
fn url(options: &PgConnectOptions) -> String {
    let mut url = options.to_url_lossy();
    url.set_query(None);
    url.to_string()
}

impl Drop for OtherCluster {
    fn drop(&mut self) {
        // An immediate shutdown: SIGKILL would leave the server's other processes behind.
        if let Some(id) = self.server.id() {
            let _ = std::process::Command::new("kill").arg("-QUIT").arg(id.to_string()).status();
        }
    }
}

/// PostgreSQL's programs, which run as the user of the test's server.
struct Programs {
    folder: PathBuf,
    user: u32,
    group: u32,
}

impl Programs {
    async fn of(db: &PgPool) -> Self {
        let text = async |query: &'static str| -> String {
            sqlx::query_scalar(query).fetch_one(db).await.expect("a setting")
        };
        let data = fs::metadata(text("show data_directory").await).expect("a server on this machine");
        let folder = text("select setting from pg_config where name = 'BINDIR'").await.into();
        Self { folder, user: data.uid(), group: data.gid() }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.folder.join(program));
        // The server's user may not have access to the current folder.
        command.current_dir(Path::new("/")).stdin(Stdio::null()).stdout(Stdio::null());
        if fs::metadata("/proc/self").map_or(true, |own| own.uid() != self.user) {
            command.uid(self.user).gid(self.group);
        }
        command
    }

    async fn run(&self, command: &mut Command) {
        let output = command.output().await.expect("a program of PostgreSQL");
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
