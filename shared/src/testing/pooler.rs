//! A PgBouncer in transaction mode, started for one test.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Stdio};

use sqlx::{AssertSqlSafe, PgPool};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

use super::eventually;
use crate::base::ids::EventId;

/// A `pgbouncer` process on a free port, whose transactions share few server connections. It ends with the test.
pub struct Pooler {
    port: u16,
    login: String,
    _process: Child,
    _data: TempDir,
}

impl Pooler {
    /// Starts a pooler for the test's database, with a login that has the permissions of all functions.
    ///
    /// # Panics
    /// When the program is missing or does not respond.
    pub async fn start(db: &PgPool, server_connections: u32) -> Self {
        let login = format!("alta_pooler_{}", EventId::new().to_string().replace('-', ""));
        let role =
            format!("create role {login} login password '{login}' in role alta_functions, alta_maintenance");
        sqlx::raw_sql(AssertSqlSafe(role)).execute(db).await.expect("a login");
        let data = tempfile::tempdir().expect("a temporary folder");
        fs::set_permissions(data.path(), fs::Permissions::from_mode(0o755)).expect("its mode");
        loop {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            let port = listener.local_addr().expect("an address").port();
            drop(listener);
            let settings = settings(db, &login, port, server_connections).await;
            // Another test may have taken the port in the meantime, in which case the loop tries the next one.
            if let Some(process) = launch(port, &data, &settings).await {
                return Self { port, login, _process: process, _data: data };
            }
        }
    }

    /// Returns the URL, for `DATABASE_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://{}@127.0.0.1:{}/alta?sslmode=disable", self.login, self.port)
    }
}

async fn settings(db: &PgPool, login: &str, port: u16, server_connections: u32) -> String {
    let server = db.connect_options();
    let (host, server_port) = (server.get_host(), server.get_port());
    let database = server.get_database().expect("a database");
    format!(
        "[databases]
alta = host={host} port={server_port} dbname={database} user={login} password={login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {server_connections}
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
{}
",
        no_named_statements().await
    )
}

/// Returns the setting that rejects named statements, as Google's pooler does. Versions before 1.21 always reject them
/// and do not know the setting.
async fn no_named_statements() -> &'static str {
    let output = pgbouncer().arg("--version").output().await.expect("env");
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().nth(1).unwrap_or_default();
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let version: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version >= (1, 21) { "max_prepared_statements = 0" } else { "" }
}

/// The command that runs PgBouncer. Debian's folder for servers is not on everyone's path.
fn pgbouncer() -> Command {
    let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("/usr/bin/env");
    command.arg(format!("PATH={path}")).arg("pgbouncer");
    command
}

/// Starts the program. Returns `None` if it exits at once because the port is taken.
async fn launch(port: u16, data: &TempDir, settings: &str) -> Option<Child> {
    let file = data.path().join("pgbouncer.ini");
    fs::write(&file, settings).expect("its settings");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("their mode");
    // The program refuses to run as root.
    let id = Command::new("id").arg("-u").output().await.expect("the user's id");
    let user: &[&str] = if id.stdout.trim_ascii() == b"0" { &["-u", "nobody"] } else { &[] };
    let mut process = pgbouncer()
        .arg("-q")
        .args(user)
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("env");
    eventually("PgBouncer to listen, which `local/packages test` installs", async || {
        if let Some(status) = process.try_wait().expect("a process") {
            assert_ne!(status.code(), Some(127), "pgbouncer is missing: `local/packages test` installs it");
            return Some(None);
        }
        TcpStream::connect(("127.0.0.1", port)).await.is_ok().then_some(Some(()))
    })
    .await
    .map(|()| process)
}
