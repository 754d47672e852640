//! The migration job: migrates the database at `DATABASE_URL` before a roll-out. Its commands make an account a super
//! admin and recompute the statistics.

use std::process::ExitCode;

use migrations::Promotion;
use shared::base::{
    clock::Clock,
    config::{Env, Settings as _},
    database::{self, DatabaseSettings},
};
use sqlx::PgPool;

const USAGE: &str = "usage: migrations [grant-super-admin ADDRESS | recompute-statistics [--check]]";

type Outcome = Result<String, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [] => migrate().await,
        ["grant-super-admin", email] => grant_super_admin(email).await,
        ["recompute-statistics"] => recompute_statistics(true).await,
        ["recompute-statistics", "--check"] => recompute_statistics(false).await,
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(done) => {
            println!("migrations: {done}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("migrations: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn connect() -> Result<PgPool, Box<dyn std::error::Error + Send + Sync>> {
    let settings = DatabaseSettings::from_env(&Env::from_process())?;
    Ok(PgPool::connect_with(database::options(&settings)?).await?)
}

async fn migrate() -> Outcome {
    migrations::migrate(&connect().await?).await?;
    Ok("the database is up to date".to_owned())
}

async fn grant_super_admin(email: &str) -> Outcome {
    match migrations::grant_super_admin(&connect().await?, email, &Clock::default()).await? {
        Promotion::Done => Ok(format!("{email} is a super admin now")),
        Promotion::NothingToDo => Ok(format!("{email} is a super admin already")),
        Promotion::NoAccount => {
            Err(format!("no account has the address {email}: sign up with it first").into())
        }
        Promotion::NotReady => {
            Err(format!("the account of {email} is suspended or not verified: open the mailed link first")
                .into())
        }
    }
}

async fn recompute_statistics(repair: bool) -> Outcome {
    let differences = migrations::recompute(&connect().await?, repair).await?;
    for difference in &differences {
        println!("{}: {} buckets differ", difference.table, difference.buckets);
        for (folded, recomputed) in &difference.examples {
            let shown = |bucket: &Option<String>| bucket.clone().unwrap_or_else(|| "nothing".to_owned());
            println!("  {} instead of {}", shown(folded), shown(recomputed));
        }
    }
    match (differences.is_empty(), repair) {
        (true, _) => Ok("the statistics match the transitions".to_owned()),
        (false, true) => Ok("the statistics were repaired and match the transitions".to_owned()),
        (false, false) => Err("the statistics do not match the transitions".into()),
    }
}
