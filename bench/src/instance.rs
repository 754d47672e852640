//! A function's process that can be killed and restarted.

use std::{path::PathBuf, time::Instant};

use crate::{
    Result,
    cloud::Cloud,
    process::{Process, free_port},
};

/// The number of start attempts, since another process may take the chosen port before it is used.
const ATTEMPTS: usize = 5;

/// One process of a function.
pub(crate) struct Instance {
    pub(crate) function: &'static str,
    number: usize,
    port: u16,
    process: Option<Process>,
}

impl Instance {
    /// Starts the function's binary, and registers the process with the relay.
    pub(crate) async fn start(cloud: &Cloud, function: &'static str, number: usize) -> Result<Self> {
        let mut instance = Self { function, number, port: 0, process: None };
        instance.restart(cloud).await?;
        Ok(instance)
    }

    /// Kills the process with SIGKILL, whatever it is doing.
    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// Starts the process again.
    pub(crate) async fn restart(&mut self, cloud: &Cloud) -> Result<()> {
        let binary = binary(self.function)?;
        let environment = cloud.environment(self.function)?;
        let mut failed = None;
        for _ in 0..ATTEMPTS {
            self.port = free_port().await?;
            let mut process = Process::start(&binary, self.port, &environment)?;
            match process.answers(self.port, Instant::now()).await {
                Ok(()) => {
                    cloud.relay.set(self.function, self.number, self.port);
                    self.process = Some(process);
                    return Ok(());
                }
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(|| "the process was not started".into()))
    }

    /// The process, while it runs.
    pub(crate) fn process(&self) -> Result<&Process> {
        self.process.as_ref().ok_or_else(|| format!("{} was killed", self.function).into())
    }

    /// The URL of a path on this process, without the relay.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

/// The path of a function's binary, in the same folder as this benchmark's.
pub(crate) fn binary(function: &str) -> Result<PathBuf> {
    let binary = std::env::current_exe()?.parent().ok_or("no folder")?.join(function);
    if binary.exists() { Ok(binary) } else { Err(format!("{} is missing", binary.display()).into()) }
}
