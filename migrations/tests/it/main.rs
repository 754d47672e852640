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

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_account_becomes_a_super_admin_once(db: PgPool) {
    let platform = Platform::start(db.clone()).await;
    let ada = platform.user("ada@example.org").await;
    platform.user("bob@example.org").await;
    assert_eq!(
        grant_super_admin(&db, " Ada@example.org ", &platform.clock).await.ok(),
        Some(Promotion::Done)
    );
    assert_eq!(role(&db, "ada@example.org").await, "super_admin");
    assert_eq!(role(&db, "bob@example.org").await, "user");
    let again = grant_super_admin(&db, "ada@example.org", &platform.clock).await;
    assert_eq!(again.ok(), Some(Promotion::NothingToDo));
    let audited = platform.audited(ada.id.0).await;
    assert_eq!(audited, [("user.role_changed".to_owned(), "success".to_owned())]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_account_that_cannot_sign_in_does_not_become_a_super_admin(db: PgPool) {
    let platform = Platform::start(db.clone()).await;
    platform.unverified_user("new@example.org").await;
    let gone = platform.user("gone@example.org").await;
    platform.change("update users set deleted_at = now() where id = $1", gone.id.0).await;
    let suspended = platform.user("suspended@example.org").await;
    platform.change("update users set suspended_at = now() where id = $1", suspended.id.0).await;
    for (email, expected) in [
        ("new@example.org", Promotion::NotReady),
        ("suspended@example.org", Promotion::NotReady),
        ("gone@example.org", Promotion::NoAccount),
        ("nobody@example.org", Promotion::NoAccount),
    ] {
        assert_eq!(grant_super_admin(&db, email, &platform.clock).await.ok(), Some(expected), "{email}");
    }
    let admins: i64 = sqlx::query_scalar("select count(*) from users where global_role = 'super_admin'")
        .fetch_one(&db)
        .await
        .expect("a count");
    assert_eq!(admins, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_command_prints_its_result_and_fails_without_an_account(db: PgPool) {
    let platform = Platform::start(db.clone()).await;
    platform.user("ada@example.org").await;
    let url = db.connect_options().to_url_lossy().to_string();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migrations"));
        let output = command.args(arguments).env("DATABASE_URL", &url).output().expect("the command");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).expect("text"))
    };
    let (done, said) = run(&["grant-super-admin", "ada@example.org"]);
    assert!(done && said.contains("ada@example.org is a super admin now"), "{said}");
    let (done, said) = run(&["grant-super-admin", "nobody@example.org"]);
    assert!(!done && said.contains("sign up with it first"), "{said}");
    let (done, said) = run(&["grant"]);
    assert!(!done && said.contains("usage:"), "{said}");
    let (done, said) = run(&[]);
    assert!(done && said.contains("up to date"), "{said}");
}
