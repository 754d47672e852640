//! A process with its descendants: CPU time, memory, and stopping it for a while (proc(5)).

use std::{collections::HashMap, fs, process::Command, time::Duration};

use crate::Result;

/// A process and all its descendants, by the id of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tree(pub(crate) u32);

impl Tree {
    /// CPU time of all threads that still run, from the scheduler's counts. It decreases when a thread ends.
    pub(crate) fn cpu(self) -> Result<Duration> {
        self.processes()?.into_iter().map(cpu).sum()
    }

    /// CPU time of the threads with a name.
    pub(crate) fn cpu_of(self, thread: &str) -> Result<Duration> {
        self.processes()?.into_iter().map(|process| cpu_of_threads(process, |name| name == thread)).sum()
    }

    /// Memory in KiB, where pages that processes share count once.
    pub(crate) fn memory_kib(self) -> Result<u64> {
        let mut kib = 0;
        for process in self.processes()? {
            let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
            let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).ok_or("no PSS")?;
            kib += pss.trim().trim_end_matches(" kB").parse::<u64>()?;
        }
        Ok(kib)
    }

    /// Sends a signal, such as `STOP`, to each process.
    pub(crate) fn signal(self, signal: &str) -> Result<()> {
        let processes = self.processes()?.into_iter().map(|process| process.to_string());
        let status = Command::new("kill").arg(format!("-{signal}")).args(processes).status()?;
        if status.success() { Ok(()) } else { Err(format!("kill -{signal} failed").into()) }
    }

    fn processes(self) -> Result<Vec<u32>> {
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        for entry in fs::read_dir("/proc")? {
            let Ok(process) = entry?.file_name().to_string_lossy().parse::<u32>() else { continue };
            // A process may end at any time.
            let Ok(stat) = fs::read_to_string(format!("/proc/{process}/stat")) else { continue };
            // The name in parentheses may hold spaces; the state and the parent follow it.
            let parent = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1));
            children.entry(parent.ok_or("no parent")?.parse()?).or_default().push(process);
        }
        let mut found = vec![self.0];
        let mut at = 0;
        while let Some(process) = found.get(at) {
            found.extend(children.remove(process).unwrap_or_default());
            at += 1;
        }
        Ok(found)
    }
}

/// CPU time of one process over all its threads, from the scheduler's counts (`schedstat`).
pub(crate) fn cpu(process: u32) -> Result<Duration> {
    cpu_of_threads(process, |_| true)
}

fn cpu_of_threads(process: u32, is_counted: impl Fn(&str) -> bool) -> Result<Duration> {
    let mut nanoseconds = 0;
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let task = task?.path();
        if is_counted(fs::read_to_string(task.join("comm"))?.trim_end()) {
            let counts = fs::read_to_string(task.join("schedstat"))?;
            nanoseconds += counts.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
    }
    Ok(Duration::from_nanos(nanoseconds))
}
