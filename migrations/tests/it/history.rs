//! The databases that the migration job accepts, and the privileges that it needs.

use std::{
    process::{Command, Output},
    time::Duration,
};

use migrations::{Error, MIGRATOR, migrate};
use sqlx::{ConnectOptions as _, Executor as _, PgPool, postgres::PgConnectOptions};

/// The versions of the migrations in the database.
async fn applied(db: &PgPool) -> Vec<i64> {
    sqlx::query_scalar("select version from _sqlx_migrations order by version")
        .fetch_all(db)
        .await
        .expect("versions")
}

fn run_job(url: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_migrations")).env("DATABASE_URL", url).output().expect("the job")
}

/// Empties a database that the server copied from a migrated template.
async fn empty(db: &PgPool) {
    db.execute("drop schema public cascade; create schema public authorization pg_database_owner")
        .await
        .expect("an empty database");
}

#[sqlx::test(migrations = false)]
async fn an_empty_database_is_migrated_and_a_second_run_changes_nothing(db: PgPool) {
    empty(&db).await;
    migrate(&db).await.expect("the first run");
    let first = applied(&db).await;
    assert_eq!(first, MIGRATOR.iter().map(|migration| migration.version).collect::<Vec<_>>());
    migrate(&db).await.expect("the second run");
    assert_eq!(applied(&db).await, first);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_database_of_another_history_is_refused_and_left_unchanged(db: PgPool) {
    let changes = [
        ("update _sqlx_migrations set checksum = 'other' where version = 1", 1),
        ("update _sqlx_migrations set version = 1000 where version = 1", 1000),
    ];
    let url = db.connect_options().to_url_lossy().to_string();
    for (change, version) in changes {
        db.execute(change).await.expect("another history");
        let before = applied(&db).await;
        let refused = migrate(&db).await;
        assert!(matches!(refused, Err(Error::OtherHistory(found)) if found == version), "{refused:?}");
        let output = run_job(&url);
        let message = String::from_utf8(output.stderr).expect("text");
        assert!(!output.status.success(), "{message}");
        // The first line names the database.
        let (_, reason) = message.split_once('\n').expect("two lines");
        assert_eq!(
            reason,
            format!(
                "migrations: the database was created by other migrations than these (version {version} differs) and \
                 cannot be converted: use an empty database, or the build that created this one\n"
            )
        );
        assert_eq!(applied(&db).await, before);
    }
}

/// The network of a new instance may need a minute to connect.
#[sqlx::test(migrations = false)]
async fn the_job_waits_for_a_database_that_it_cannot_reach_yet(db: PgPool) {
    let server = db.connect_options();
    let target = (server.get_host().to_owned(), server.get_port());
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let url = PgConnectOptions::clone(&server).host("127.0.0.1").port(port).to_url_lossy().to_string();
    let job = tokio::task::spawn_blocking(move || run_job(&url));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!job.is_finished(), "the job ended");

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("the port");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = tokio::net::TcpStream::connect(&target).await.expect("the server");
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        }
    });
    let output = job.await.expect("the job");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(applied(&db).await.len(), MIGRATOR.iter().count());
}

/// In Cloud SQL, the login of the migration job owns its database and nothing else.
#[sqlx::test(migrations = false)]
async fn an_owner_that_cannot_create_roles_migrates_where_the_roles_exist(db: PgPool) {
    empty(&db).await;
    for role in ["alta_functions", "alta_maintenance"] {
        let create = format!(
            "do $$ begin create role {role} nologin; exception when duplicate_object or unique_violation then null; end $$"
        );
        db.execute(sqlx::AssertSqlSafe(create)).await.expect("a role");
    }
    let options: PgConnectOptions = (*db.connect_options()).clone();
    let database = options.get_database().expect("a database").to_owned();
    // Logins belong to the server, so each test uses a different name.
    let login = format!("owner_{database}").replace('-', "_");
    let login = &login[login.len().saturating_sub(60)..];
    let setup = format!(
        r#"create role "{login}" login password 'owner' nosuperuser nocreatedb nocreaterole;
           alter database "{database}" owner to "{login}""#
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(setup)).execute(&db).await.expect("an owner");

    let url = options.username(login).password("owner").to_url_lossy().to_string();
    let output = run_job(&url);
    let cleanup = format!(
        r#"reassign owned by "{login}" to current_user; drop owned by "{login}"; drop role "{login}""#
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(cleanup)).execute(&db).await.expect("no owner");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(applied(&db).await.len(), MIGRATOR.iter().count());
}
