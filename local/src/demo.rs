//! `local demo`: runs the steps of a browser, from sign-up to recognized text, and prints the results.

mod account;
mod api;
mod report;
mod samples;
mod upload;

use std::time::Duration;

use tokio::sync::oneshot;

use self::{
    account::Account,
    api::Api,
    samples::{SAMPLES, Sample},
    upload::Outcome,
};
use crate::{
    console,
    data_dir::DataDir,
    error::{Error, Result},
    listeners::PORT_VARIABLE,
    platform::{self, Platform},
};

/// Uses the running platform, or starts one until the demo ends.
///
/// # Errors
/// When the platform cannot be used, or a result is not as expected.
pub async fn demo() -> Result<()> {
    let port = platform::port()?;
    let origin = format!("http://127.0.0.1:{port}");
    match api::probe(&origin).await {
        api::Presence::Running => show(&origin).await,
        api::Presence::Other => Err(Error::new(format!(
            "another program uses port {port} of this machine: stop it, or set another port in {PORT_VARIABLE}"
        ))),
        api::Presence::Absent => {
            console::start(Some(console::ERRORS_ONLY))?;
            println!("Nothing runs on port {port}: starting the platform for this demo ...");
            let platform = Platform::start(&DataDir::default_path(), port).await?;
            let (stop, stopped) = oneshot::channel::<()>();
            let platform = tokio::spawn(platform.run_until(async move {
                let _ = stopped.await;
            }));
            let shown = tokio::select! {
                shown = show(&origin) => shown,
                () = shared::http::server::stop_signal() => Err(Error::new("interrupted")),
            };
            drop(stop);
            let ended = platform.await.map_err(|error| Error::because("the platform failed", &error))?;
            shown.and(ended)
        }
    }
}

async fn show(origin: &str) -> Result<()> {
    let mut api = Api::new(origin)?;
    let account = Account::open(&mut api).await?;
    println!("Signed up, verified and signed in as {}, and created a project.\n", account.email);

    let mut outcomes: Vec<(&Sample, Outcome)> = Vec::new();
    println!("{}", report::HEADER);
    for sample in &SAMPLES {
        let outcome = upload::upload(&api, &account, sample).await?;
        println!("{}", report::line(sample, &outcome));
        outcomes.push((sample, outcome));
    }
    for (sample, outcome) in &outcomes {
        report::check(sample, outcome)?;
    }
    if let Some((sample, Outcome { text: Some(text), .. })) = outcomes.first() {
        println!("\nThe text of {}:\n\n{}", sample.name, text.trim());
    }
    Ok(())
}

/// The time limit for every step except processing.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The time limit for processing a book, on a slow machine that processes other files too.
const PROCESSING_TIMEOUT: Duration = Duration::from_secs(900);
/// The pause between two polls.
const PAUSE: Duration = Duration::from_millis(250);
