//! Compares the sign-ins per second with the Argon2 hashes per second of a bare loop. Both use the same parameters and
//! cores, in turn.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use futures::{StreamExt as _, future, stream};
use serde_json::json;
use shared::identity::passwords::{LANES, MEMORY_KIB, PASSES, PasswordSettings, Passwords};

use crate::{
    Result,
    running_auth::{PASSWORD, RunningAuth},
};

/// The duration of each part of a round.
const PART: Duration = Duration::from_secs(2);
const ROUNDS: usize = 10;
/// The number of accounts, and of concurrent requests.
const ACCOUNTS: usize = 64;
const CONCURRENCY: usize = 32;
/// The share of the bare loop's speed that sign-ins must reach.
const TARGET: f64 = 0.9;

/// Measures both. Fails when signing in is slower than the target, or fails.
pub(crate) async fn run() -> Result<()> {
    let cores = thread::available_parallelism()?.get();
    let auth = RunningAuth::start(cores).await?;
    auth.accounts("login", i32::try_from(ACCOUNTS)?).await?;
    sign_in(&auth, Duration::from_secs(1)).await?;
    println!(
        "{:>6} {:>14} {:>16} {:>12} {:>8} {:>12}",
        "round", "bare hashes/s", "queued hashes/s", "sign-ins/s", "ratio", "RSS MiB"
    );
    let mut ratios = Vec::new();
    let mut resident = 0;
    for round in 1..=ROUNDS {
        let bare = bare_loop(cores)?;
        let queued = queued(cores).await?;
        let sign_ins = sign_in(&auth, PART).await?;
        resident = resident.max(auth.process.resident_kib()?);
        println!(
            "{round:>6} {bare:>14.1} {queued:>16.1} {sign_ins:>12.1} {:>8.3} {:>12}",
            sign_ins / bare,
            resident / 1024
        );
        ratios.push(sign_ins / bare);
    }
    let (mean, error) = mean_and_error(&ratios);
    println!(
        "sign-ins reach {:.1} ± {:.1} % of the bare loop's speed on {cores} cores (mean and standard error)",
        mean * 100.0,
        error * 100.0
    );
    // Other load on the machine costs a round a few percent: fail only for more than two standard errors.
    if mean + 2.0 * error < TARGET {
        return Err(format!("less than {:.0} %", TARGET * 100.0).into());
    }
    Ok(())
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.iter().map(|_| 1.0).sum::<f64>();
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, (variance / count).sqrt())
}

/// Hashes per second on all cores, with reused memory.
pub(crate) fn bare_loop(cores: usize) -> Result<f64> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| error.to_string())?;
    let hashes = AtomicU64::new(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
                let mut memory = vec![Block::default(); params.block_count()];
                let mut output = [0; 32];
                while start.elapsed() < PART {
                    let hashed = argon2.hash_password_into_with_memory(
                        PASSWORD.as_bytes(),
                        b"a salt of 16 byt",
                        &mut output,
                        &mut memory,
                    );
                    hashes.fetch_add(u64::from(hashed.is_ok()), Ordering::Relaxed);
                }
            });
        }
    });
    Ok(per_second(hashes.into_inner(), start.elapsed()))
}

/// Hashes per second through the queue of the sign-ins, without HTTP.
async fn queued(cores: usize) -> Result<f64> {
    let passwords = Passwords::new(&PasswordSettings { concurrency: cores });
    let hash = passwords.hash(&PASSWORD.into()).await.map_err(|problem| problem.cause())?;
    let start = Instant::now();
    let checks = stream::iter(0..).take_while(|_| std::future::ready(start.elapsed() < PART)).map(|_| {
        let (passwords, hash) = (passwords.clone(), hash.clone());
        async move { passwords.verify(&PASSWORD.into(), Some(hash)).await.unwrap_or(false) }
    });
    let checked: Vec<bool> = checks.buffer_unordered(CONCURRENCY).collect().await;
    if checked.contains(&false) {
        return Err("a password did not match its hash".into());
    }
    Ok(per_second(checked.len() as u64, start.elapsed()))
}

/// Sign-ins per second.
async fn sign_in(auth: &RunningAuth, time: Duration) -> Result<f64> {
    let start = Instant::now();
    let clients = (0..CONCURRENCY).map(|client| async move {
        let mut connection = auth.connect().await?;
        let mut count = 0;
        while start.elapsed() < time {
            let email = format!("login{}@example.org", (client + count * CONCURRENCY) % ACCOUNTS + 1);
            let body = json!({"email": email, "password": PASSWORD}).to_string();
            let status = connection.send("POST", "/auth/login", &body).await?;
            if status != 200 {
                return Err(format!("a sign-in was answered with {status}").into());
            }
            count += 1;
        }
        Result::Ok(count)
    });
    let counts = future::try_join_all(clients).await?;
    Ok(per_second(counts.iter().sum::<usize>() as u64, start.elapsed()))
}

fn per_second(count: u64, elapsed: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / elapsed.as_secs_f64()
}
