//! Checks that response times do not reveal which addresses have an account: sign-up, sign-in and password reset with
//! known and unknown addresses in turn.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    Result,
    running_auth::{PASSWORD, RunningAuth},
    statistics::{mann_whitney, median_ms},
};

/// The number of requests of each kind.
const REQUESTS: i32 = 200;
/// The number of warm-up requests, which open connections and prepare plans.
const WARM_UP: i32 = 20;
/// The largest accepted relative difference of the medians.
const TOLERANCE: f64 = 0.05;
/// The probability below which the samples count as different.
const SIGNIFICANCE: f64 = 0.01;

type Body = fn(&str) -> Value;

const ROUTES: [(&str, &str, Body); 3] = [
    ("register", "/auth/register", |email| json!({"email": email, "password": "another good password"})),
    ("login", "/auth/login", |email| json!({"email": email, "password": "not the password"})),
    ("password/forgot", "/auth/password/forgot", |email| json!({"email": email})),
];

/// Measures every route. Fails when one reveals accounts.
pub(crate) async fn run() -> Result<()> {
    let auth = RunningAuth::start(2).await?;
    let mut connection = auth.connect().await?;
    println!(
        "{:<16} {:>9} {:>16} {:>18} {:>12} {:>10}   ({REQUESTS} requests each, in turn)",
        "POST /auth/...", "status", "known median ms", "unknown median ms", "difference", "p (U test)"
    );
    let mut telling = Vec::new();
    for (name, path, body) in ROUTES {
        let account = name.replace('/', "-");
        auth.accounts(&format!("{account}-known"), REQUESTS + WARM_UP).await?;
        let mut samples: [Vec<Duration>; 2] = Default::default();
        let mut statuses = Vec::new();
        for number in 1..=REQUESTS + WARM_UP {
            // Alternate the order of the two as well.
            let mut kinds = [(0, "known"), (1, "unknown")];
            if number % 2 == 0 {
                kinds.reverse();
            }
            for (kind, known) in kinds {
                let body = body(&format!("{account}-{known}{number}@example.org")).to_string();
                let start = Instant::now();
                statuses.push(connection.send("POST", path, &body).await?);
                if number > WARM_UP {
                    samples[kind].push(start.elapsed());
                }
            }
        }
        statuses.dedup();
        let [known, unknown] = samples;
        let (of_known, of_unknown) = (median_ms(&known), median_ms(&unknown));
        let (difference, p) = (of_unknown / of_known - 1.0, mann_whitney(&known, &unknown));
        println!(
            "{name:<16} {:>9} {of_known:>16.2} {of_unknown:>18.2} {:>11.1}% {p:>10.3}",
            format!("{statuses:?}"),
            difference * 100.0
        );
        if difference.abs() > TOLERANCE || p < SIGNIFICANCE || statuses.len() != 1 {
            telling.push(name);
        }
    }
    // Prove that the test can detect a difference: the right password does more work.
    let right = json!({"email": "login-known1@example.org", "password": PASSWORD}).to_string();
    let status = connection.send("POST", "/auth/login", &right).await?;
    if status != 200 {
        return Err(format!("the known accounts cannot sign in: {status}").into());
    }
    if telling.is_empty() {
        Ok(())
    } else {
        Err(format!("these routes reveal accounts: {}", telling.join(", ")).into())
    }
}
