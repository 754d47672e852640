//! The schema's history and privileges, and the operators' commands.

mod grants;
mod history;
mod released;

use std::process::Command;

use migrations::{Promotion, grant_super_admin};
use shared::testing::Platform;
use sqlx::{ConnectOptions as _, PgPool};

async fn role(db: &PgPool, email: &str) -> String {
    let role = sqlx::query_scalar("select global_role from users where email = $1").bind(email);
    role.fetch_one(db).await.expect("a user")
}

async fn grant(platform: &Platform, db: &PgPool, email: &str) -> Option<Promotion> {
    grant_super_admin(db, email, &platform.mail_tokens(), &platform.clock).await.ok()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_account_becomes_a_super_admin_once(db: PgPool) {
    let platform = Platform::start(db.clone()).await;
    let ada = platform.user("ada@example.org").await;
    platform.user("bob@example.org").await;
    assert_eq!(grant(&platform, &db, " Ada@example.org ").await, Some(Promotion::Done));
    assert_eq!(role(&db, "ada@example.org").await, "super_admin");
    assert_eq!(role(&db, "bob@example.org").await, "user");
    assert_eq!(grant(&platform, &db, "ada@example.org").await, Some(Promotion::NothingToDo));
    let audited = platform.audited(ada.id.0).await;
    assert_eq!(audited, [("user.role_changed".to_owned(), "success".to_owned())]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_address_without_a_verified_account_gets_a_link_and_no_role_yet(db: PgPool) {
    let platform = Platform::start(db.clone()).await;
    platform.unverified_user("new@example.org").await;
    let deleted = platform.user("gone@example.org").await;
    platform.change("update users set deleted_at = now() where id = $1", deleted.id.0).await;
    for email in ["new@example.org", "gone@example.org", "first@example.org"] {
        assert_eq!(grant(&platform, &db, email).await, Some(Promotion::Mailed), "{email}");
    }
    let mails: i64 =
        sqlx::query_scalar("select count(*) from outbox where payload ->> 'mail' = 'super_admin'")
            .fetch_one(&db)
            .await
            .expect("a count");
    assert_eq!((mails, super_admins(&db).await), (3, 0));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_suspended_account_and_an_invalid_address_are_refused(db: PgPool) {
    let platform = Platform::start(db.clone()).await;
    let suspended = platform.user("suspended@example.org").await;
    platform.change("update users set suspended_at = now() where id = $1", suspended.id.0).await;
    assert_eq!(grant(&platform, &db, "suspended@example.org").await, Some(Promotion::Suspended));
    assert_eq!(grant(&platform, &db, "a..b@example.org").await, None);
    assert_eq!(super_admins(&db).await, 0);
}

async fn super_admins(db: &PgPool) -> i64 {
    let admins = sqlx::query_scalar("select count(*) from users where global_role = 'super_admin'");
    admins.fetch_one(db).await.expect("a count")
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_command_prints_its_result_and_fails_for_an_invalid_address(db: PgPool) {
    let platform = Platform::start(db.clone()).await;
    platform.user("ada@example.org").await;
    let url = db.connect_options().to_url_lossy().to_string();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migrations"));
        command.args(arguments).env("DATABASE_URL", &url);
        command.env("MAIL_TOKEN_KEYS", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        let output = command.output().expect("the command");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).expect("text"))
    };
    let (done, output) = run(&["grant-super-admin", "ada@example.org"]);
    assert!(done && output.contains("ada@example.org is a super admin now"), "{output}");
    let (done, output) = run(&["grant-super-admin", "first@example.org"]);
    assert!(done && output.contains("a link was mailed to first@example.org"), "{output}");
    let (done, output) = run(&["grant-super-admin", "nobody"]);
    assert!(!done && output.contains("not a valid address"), "{output}");
    let (done, output) = run(&["grant"]);
    assert!(!done && output.contains("usage:"), "{output}");
    let (done, output) = run(&[]);
    assert!(done && output.contains("up to date"), "{output}");
}

#[test]
fn the_command_says_what_it_waits_for_and_ends_soon_without_a_database() {
    let start = std::time::Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_migrations"));
    command.args(["--wait", "2", "grant-super-admin", "ada@example.org"]);
    command.env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing");
    command.env("MAIL_TOKEN_KEYS", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let output = command.output().expect("the command");
    let said = String::from_utf8(output.stderr).expect("text");
    let lines: Vec<&str> = said.lines().collect();
    assert!(!output.status.success());
    assert_eq!(lines[0], "migrations: connecting to the database at 127.0.0.1:1, for up to 2 seconds");
    assert!(lines[1].contains("did not answer within 2 seconds") && lines[1].contains("make run"), "{said}");
    assert!(start.elapsed() < std::time::Duration::from_secs(30), "{:?}", start.elapsed());
}
