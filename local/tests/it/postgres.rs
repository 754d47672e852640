//! The database server runs exactly as long as its parent process.

use std::{path::Path, process::Stdio, str::FromStr as _};

use local::{
    data_dir::DataDir,
    ports::Ports,
    postgres::{self, Server},
};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpStream,
    process::Command,
};

use crate::support::{eventually, folder};

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection")
}

async fn start(data: &DataDir) -> Server {
    let ports = Ports::load(data).expect("ports");
    postgres::start(data, &ports).await.expect("a server")
}

#[tokio::test]
async fn a_killed_parent_leaves_no_server_and_no_folder() {
    // `cat` ends with this test, whatever happens to the process in between.
    let mut parent = Command::new(env!("CARGO_BIN_EXE_local"))
        .args(["with-postgres", "sh", "-c", "echo \"$DATABASE_URL\"; cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the runner");
    let mut lines = BufReader::new(parent.stdout.take().expect("its output")).lines();
    let url = lines.next_line().await.expect("readable").expect("the database's URL");
    let mut connection = connect(&url).await;
    let data: String =
        sqlx::query_scalar("show data_directory").fetch_one(&mut connection).await.expect("the folder");
    let port = PgConnectOptions::from_str(&url).expect("a URL").get_port();

    parent.kill().await.expect("killed");

    eventually("the server is gone", || async { TcpStream::connect(("127.0.0.1", port)).await.is_err() })
        .await;
    let folder = Path::new(&data).parent().expect("the temporary folder").to_owned();
    eventually("its folder is gone", || async { !folder.exists() }).await;
}

#[tokio::test]
async fn the_commands_exit_code_is_passed_on() {
    let status = Command::new(env!("CARGO_BIN_EXE_local"))
        .args(["with-postgres", "--", "sh", "-c", "exit 7"])
        .status()
        .await
        .expect("the runner");
    assert_eq!(status.code(), Some(7));
}

#[tokio::test]
async fn data_survives_a_stop_and_a_kill() {
    let folder = folder();
    let data = DataDir::open(folder.path()).expect("the folder");
    let server = start(&data).await;
    let mut connection = connect(&server.database_url()).await;
    sqlx::raw_sql("create table kept (n int); insert into kept values (1)")
        .execute(&mut connection)
        .await
        .expect("made");
    server.stop().await.expect("stopped");

    let server = start(&data).await;
    let mut connection = connect(&server.database_url()).await;
    sqlx::raw_sql("insert into kept values (2)").execute(&mut connection).await.expect("added");
    // As after a kill, the next server starts without waiting for this one to stop.
    drop(server);

    let server = start(&data).await;
    let mut connection = connect(&server.database_url()).await;
    let kept: i64 =
        sqlx::query_scalar("select sum(n) from kept").fetch_one(&mut connection).await.expect("there");
    assert_eq!(kept, 3);
    server.stop().await.expect("stopped");
}

#[tokio::test]
async fn leftover_files_of_a_dead_server_do_not_prevent_a_start() {
    let folder = folder();
    let data = DataDir::open(folder.path()).expect("the folder");
    start(&data).await.stop().await.expect("stopped");
    // After a reboot, the process id in the file may belong to any process, such as this one.
    let left_behind = data.join("postgres/postmaster.pid");
    std::fs::write(&left_behind, format!("{}\n", std::process::id())).expect("written");
    start(&data).await.stop().await.expect("stopped");
}

#[tokio::test]
async fn an_interrupted_creation_starts_again() {
    let folder = folder();
    let data = DataDir::open(folder.path()).expect("the folder");
    std::fs::create_dir(data.join("postgres.partial")).expect("a folder");
    std::fs::write(data.join("postgres.partial/half"), "made").expect("a file");
    start(&data).await.stop().await.expect("stopped");
    assert!(!data.join("postgres.partial").exists());
}
