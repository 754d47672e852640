//! The time from the start of each function's process to its first 200 on `/health/live`, and its idle memory.
//! Nothing else runs: no database, no Pub/Sub.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    Result,
    process::{Process, environment, free_port},
};

/// The number of starts of each function. The median is printed.
const STARTS: usize = 21;
/// The target for the median start.
const START_TARGET: Duration = Duration::from_millis(10);
const MEMORY_TARGET_KIB: u64 = 15 * 1024;

/// Measures every function. The functions' binaries must be in the same folder as this benchmark's.
pub(crate) async fn run() -> Result<()> {
    let folder = std::env::current_exe()?.parent().ok_or("no folder")?.to_owned();
    println!(
        "{:<14} {:>10} {:>10} {:>10} {:>10} {:>13} {:>8}",
        "function", "median ms", "best ms", "worst ms", "CPU ms", "idle RSS MiB", "targets"
    );
    for function in functions::names() {
        let binary = folder.join(function);
        if !binary.exists() {
            return Err(format!("{} is missing: cargo build --release --workspace", binary.display()).into());
        }
        let Figures { mut times, mut cpu, memory } = measure(&binary).await?;
        times.sort();
        cpu.sort();
        let median = times[times.len() / 2];
        let kept = median < START_TARGET && memory < MEMORY_TARGET_KIB;
        let ms = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
        println!(
            "{function:<14} {:>10} {:>10} {:>10} {:>10} {:>13} {:>8}",
            ms(median),
            ms(times[0]),
            ms(times[times.len() - 1]),
            ms(cpu[cpu.len() / 2]),
            format!("{}.{}", memory / 1024, memory % 1024 * 10 / 1024),
            if kept { "kept" } else { "missed" },
        );
    }
    Ok(())
}

/// The measurements of one function.
#[derive(Default)]
pub(crate) struct Figures {
    /// From process start to the answer.
    pub(crate) times: Vec<Duration>,
    /// CPU time of the start, which is comparable on a busy machine.
    cpu: Vec<Duration>,
    /// Peak resident memory, in KiB.
    pub(crate) memory: u64,
}

pub(crate) async fn measure(binary: &Path) -> Result<Figures> {
    let environment = environment()?;
    let mut figures = Figures::default();
    for _ in 0..STARTS {
        let port = free_port().await?;
        let start = Instant::now();
        let mut process = Process::start(binary, port, &environment)?;
        process.answers(port, start).await?;
        figures.times.push(start.elapsed());
        figures.cpu.push(process.cpu()?);
        figures.memory = figures.memory.max(process.resident_kib()?);
    }
    Ok(figures)
}
