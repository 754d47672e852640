//! The faults: killed processes and database crashes.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use sqlx::PgPool;
use tokio::{task::JoinHandle, time::sleep};

use crate::{Result, cloud::Cloud, instance::Instance, postgres::Postgres};

/// The time between two kills, in milliseconds.
const KILL_INTERVAL: std::ops::Range<u64> = 50..300;
/// The time until a killed process starts again, in milliseconds.
const RESTART_DELAY: std::ops::Range<u64> = 20..200;
/// The time until the crashed database starts again.
const DATABASE_DOWNTIME: Duration = Duration::from_secs(3);
/// The shares of uploads that have arrived when the database crashes.
const CRASHES: [(usize, usize); 2] = [(1, 3), (2, 3)];
/// The interval at which waiting items are made due.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// The faults that were injected.
pub(super) struct InjectedFaults {
    pub(super) kills: Kills,
    pub(super) crashes: usize,
    /// Held so that the processes keep running.
    _instances: Vec<Instance>,
    _server: Postgres,
}

/// The number of kills of each function.
type Kills = BTreeMap<&'static str, u64>;

/// Injects faults until [`FaultInjector::end`] is called.
pub(super) struct FaultInjector {
    stop: Arc<AtomicBool>,
    killer: JoinHandle<Result<(Vec<Instance>, Kills)>>,
    crasher: JoinHandle<Result<Postgres>>,
}

impl FaultInjector {
    pub(super) fn start(
        cloud: Arc<Cloud>,
        instances: Vec<Instance>,
        server: Postgres,
        arrived: Arc<AtomicUsize>,
        wanted: usize,
        db: &PgPool,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let killer = tokio::spawn(kill(cloud, instances, Arc::clone(&stop)));
        let crasher = tokio::spawn(crash(server, arrived, wanted));
        tokio::spawn(advance_retries(db.clone()));
        Self { stop, killer, crasher }
    }

    /// Stops after all planned database crashes. Every process runs when this returns.
    pub(super) async fn end(self) -> Result<InjectedFaults> {
        let server = self.crasher.await??;
        self.stop.store(true, Ordering::Relaxed);
        let (instances, kills) = self.killer.await??;
        Ok(InjectedFaults { kills, crashes: CRASHES.len(), _instances: instances, _server: server })
    }
}

async fn kill(
    cloud: Arc<Cloud>,
    mut instances: Vec<Instance>,
    stop: Arc<AtomicBool>,
) -> Result<(Vec<Instance>, BTreeMap<&'static str, u64>)> {
    let mut kills = BTreeMap::new();
    while !stop.load(Ordering::Relaxed) {
        sleep(Duration::from_millis(fastrand::u64(KILL_INTERVAL))).await;
        let chosen = fastrand::usize(..instances.len());
        instances[chosen].kill();
        *kills.entry(instances[chosen].function).or_default() += 1;
        sleep(Duration::from_millis(fastrand::u64(RESTART_DELAY))).await;
        instances[chosen].restart(&cloud).await?;
    }
    Ok((instances, kills))
}

async fn crash(mut server: Postgres, arrived: Arc<AtomicUsize>, wanted: usize) -> Result<Postgres> {
    for (part, whole) in CRASHES {
        while arrived.load(Ordering::Relaxed) < wanted * part / whole {
            sleep(Duration::from_millis(20)).await;
        }
        server.crash()?;
        sleep(DATABASE_DOWNTIME).await;
        server.restart().await?;
    }
    Ok(server)
}

/// Makes all items due whose next attempt is in the future. Otherwise, they would wait for minutes.
async fn advance_retries(db: PgPool) {
    loop {
        sleep(RETRY_INTERVAL).await;
        let due = "update items set next_attempt_at = now() where status = 'processing' and next_attempt_at > now()";
        // The database may be down.
        let _ = sqlx::query(due).execute(&db).await;
    }
}
