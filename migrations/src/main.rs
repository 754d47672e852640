//! The migration job: brings the database at `DATABASE_URL` up to date before a roll-out.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("migrate: DATABASE_URL is not set");
        return ExitCode::FAILURE;
    };
    let result = async {
        let pool = sqlx::PgPool::connect(&url).await?;
        migrations::migrate(&pool).await?;
        Ok::<_, sqlx::Error>(())
    };
    match result.await {
        Ok(()) => {
            println!("migrate: the database is up to date");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("migrate: {error}");
            ExitCode::FAILURE
        }
    }
}
