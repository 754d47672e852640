//! The migration job: migrates the database at `DATABASE_URL` before a rollout. Its commands make an account a super
//! admin and recompute the statistics.

use std::{process::ExitCode, time::Duration};

use migrations::Promotion;
use shared::{
    base::{
        clock::Clock,
        config::{Env, Settings as _},
        database::{self, DatabaseSettings, Failure},
    },
    identity::mail_token::{MailTokenSettings, MailTokens},
};
use sqlx::{PgPool, postgres::PgPoolOptions};

const USAGE: &str =
    "usage: migrations [--wait SECONDS] [grant-super-admin ADDRESS | recompute-statistics [--check]]";
/// The longest time of one attempt to connect.
const ATTEMPT: Duration = Duration::from_secs(30);

type Outcome = Result<String, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments).await {
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

async fn run(arguments: &[&str]) -> Outcome {
    let (wait, command) = match arguments {
        ["--wait", seconds, command @ ..] => {
            (Duration::from_secs(seconds.parse().map_err(|_| USAGE)?), command)
        }
        command => (database::REACH_TIMEOUT, command),
    };
    match command {
        [] => migrate(wait).await,
        ["grant-super-admin", email] => grant_super_admin(email, wait).await,
        ["recompute-statistics"] => recompute_statistics(true, wait).await,
        ["recompute-statistics", "--check"] => recompute_statistics(false, wait).await,
        _ => Err(USAGE.into()),
    }
}

/// Prints the server and the time limit, then connects to the database.
async fn connect(wait: Duration) -> Result<PgPool, Box<dyn std::error::Error + Send + Sync>> {
    let settings = DatabaseSettings::from_env(&Env::from_process())?;
    let options = database::options(&settings)?;
    let server = format!("{}:{}", options.get_host(), options.get_port());
    let seconds = wait.as_secs();
    eprintln!("migrations: connecting to the database at {server}, for up to {seconds} seconds");
    let pool = PgPoolOptions::new().acquire_timeout(wait.min(ATTEMPT)).connect_lazy_with(options);
    match database::acquire_first(&pool, wait).await {
        Ok(_) => Ok(pool),
        Err(error) if Failure::of(&error) == Failure::Unavailable => {
            let cause = format!("the database at {server} did not answer within {seconds} seconds ({error})");
            Err(format!("{cause}: start it (locally with `make run`), or correct DATABASE_URL").into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn migrate(wait: Duration) -> Outcome {
    migrations::migrate(&connect(wait).await?).await?;
    Ok("the database is up to date".to_owned())
}

async fn grant_super_admin(email: &str, wait: Duration) -> Outcome {
    let tokens = MailTokens::new(&MailTokenSettings::from_env(&Env::from_process())?)?;
    let pool = connect(wait).await?;
    let granted = migrations::grant_super_admin(&pool, email, &tokens, &Clock::default()).await;
    match granted.map_err(|problem| problem.cause())? {
        Promotion::Done => Ok(format!("{email} is a super admin now")),
        Promotion::NothingToDo => Ok(format!("{email} is a super admin already")),
        Promotion::Mailed => {
            Ok(format!("a link was mailed to {email}: opening it makes the account a super admin"))
        }
        Promotion::Suspended => Err(format!("the account of {email} is suspended").into()),
    }
}

async fn recompute_statistics(repair: bool, wait: Duration) -> Outcome {
    let differences = migrations::recompute(&connect(wait).await?, repair).await?;
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
