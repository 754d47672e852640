//! Password hashing with Argon2id on dedicated threads.
//!
//! The number of threads limits the memory. Each thread reuses one buffer, because fresh pages from the system take a
//! tenth of the time of a hash. Each thread takes its next task from the queue itself, because a core would be idle
//! while another thread wakes up.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHash, Version,
    password_hash::phc::{Output, ParamsString, Salt},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{sync::oneshot, time::timeout};

use crate::{
    base::text::{EmailAddress, NewPassword},
    http::problem::Problem,
};

crate::settings! {
    /// Settings for password hashing.
    pub struct PasswordSettings {
        /// Number of hashes computed at once. Each takes 19 MiB and one core for about 15 ms.
        pub concurrency: usize = "PASSWORD_HASH_CONCURRENCY" or "2",
    }
}

/// The memory of a hash in KiB, from OWASP's first choice for Argon2id (Password Storage Cheat Sheet).
pub const MEMORY_KIB: u32 = 19_456;
/// The number of passes over the memory, from the same source as [`MEMORY_KIB`].
pub const PASSES: u32 = 2;
/// The number of parallel lanes, from the same source as [`MEMORY_KIB`].
pub const LANES: u32 = 1;
/// The longest queue for each thread. Requests beyond it fail immediately with a 503.
const WAITING: usize = 100;
/// The longest wait for a result, after which the request fails with a 503.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(5);

/// A hash that no password matches, with the same cost. Passwords for unknown addresses are checked against it.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A task that uses a thread's buffer.
type Work = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

/// Hashes and verifies passwords. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    threads: usize,
    /// The queue of the threads, which start with the first task.
    queue: Arc<OnceLock<SyncSender<Work>>>,
}

impl Passwords {
    /// Creates a hasher whose number of threads is the configured number of concurrent hashes.
    #[must_use]
    pub fn new(settings: &PasswordSettings) -> Self {
        Self { threads: settings.concurrency.max(1), queue: Arc::default() }
    }

    /// Hashes a password and returns the hash in PHC string format.
    ///
    /// # Errors
    /// 503 when the queue is full or the wait too long.
    pub async fn hash(&self, password: &SecretString) -> Result<String, Problem> {
        let password = password.clone();
        self.run_on_pool(move |memory| hash(&password, memory)).await
    }

    /// Hashes a new password, unless it is easy to guess or made of the account's address. The check is as costly as
    /// the hash, so it comes after the rate limits and runs on the same threads.
    ///
    /// # Errors
    /// 422 for `field` when the password is easy to guess, 503 when the queue is full or the wait too long.
    pub async fn hash_new(
        &self,
        field: &'static str,
        password: &NewPassword,
        address: Option<&EmailAddress>,
    ) -> Result<String, Problem> {
        let (password, address) = (password.clone(), address.cloned());
        self.run_on_pool(move |memory| match password.weakness(address.as_ref()) {
            Some(weakness) => Err(Problem::invalid_field(field, weakness)),
            None => hash(password.secret(), memory),
        })
        .await
    }

    /// Returns true if the password matches the hash. Without a hash the check takes just as long.
    ///
    /// # Errors
    /// 503 when the queue is full or the wait too long.
    pub async fn verify(&self, password: &SecretString, hash: Option<String>) -> Result<bool, Problem> {
        let password = password.clone();
        self.run_on_pool(move |memory| {
            let known = hash.is_some();
            let hash = PasswordHash::new(hash.as_deref().unwrap_or(DUMMY_HASH)).map_err(internal)?;
            let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(internal)?;
            let version = hash.version.map_or(Ok(Version::V0x13), Version::try_from).map_err(internal)?;
            let params = Params::try_from(&hash).map_err(internal)?;
            let salt = hash.salt.ok_or_else(|| Problem::internal("a password hash has no salt"))?;
            let computed = compute(algorithm, version, &params, &password, &salt, memory)?;
            // `Output` compares in constant time.
            Ok(known && hash.hash == Some(computed))
        })
        .await
    }

    async fn run_on_pool<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |memory| {
            // The caller may have timed out or disconnected.
            if !reply.is_closed() {
                let _ = reply.send(work(memory));
            }
        });
        let queue = self.queue.get_or_init(|| start(self.threads));
        queue.try_send(work).map_err(|error| match error {
            TrySendError::Full(_) => Problem::unavailable("the queue for password hashing is full"),
            TrySendError::Disconnected(_) => Problem::internal("no thread is running to hash passwords"),
        })?;
        timeout(QUEUE_TIMEOUT, answer)
            .await
            .map_err(|_| Problem::unavailable("password hashing timed out"))?
            .map_err(Problem::internal)?
    }
}

/// Starts the threads. They end when the sender is dropped.
fn start(threads: usize) -> SyncSender<Work> {
    let (sender, receiver) = sync_channel(threads * WAITING);
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..threads {
        let receiver = Arc::clone(&receiver);
        let started = thread::Builder::new().name("passwords".to_owned()).spawn(move || run(&receiver));
        if let Err(error) = started {
            tracing::error!(%error, "a password hashing thread could not be started");
        }
    }
    sender
}

fn run(queue: &Mutex<Receiver<Work>>) {
    let mut memory = Vec::new();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        if catch_unwind(AssertUnwindSafe(|| work(&mut memory))).is_err() {
            tracing::error!("password hashing panicked");
        }
    }
}

/// Returns true if a hash was computed with parameters that differ from the current ones.
#[must_use]
pub fn is_outdated(hash: &str) -> bool {
    let today = |hash: &PasswordHash| {
        hash.algorithm == Algorithm::Argon2id.ident()
            && hash.version == Some(Version::V0x13.into())
            && Params::try_from(hash).is_ok_and(|params| {
                (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES)
            })
    };
    !PasswordHash::new(hash).is_ok_and(|hash| today(&hash))
}

fn params() -> Result<Params, Problem> {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(Params::DEFAULT_OUTPUT_LEN)).map_err(internal)
}

fn hash(password: &SecretString, memory: &mut Vec<Block>) -> Result<String, Problem> {
    let (params, salt) = (params()?, Salt::generate());
    let hash = compute(Algorithm::Argon2id, Version::V0x13, &params, password, &salt, memory)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(internal)?,
        salt: Some(salt),
        hash: Some(hash),
    };
    Ok(hash.to_string())
}

fn compute(
    algorithm: Algorithm,
    version: Version,
    params: &Params,
    password: &SecretString,
    salt: &Salt,
    memory: &mut Vec<Block>,
) -> Result<Output, Problem> {
    memory.resize(params.block_count(), Block::default());
    let mut output = [0; Output::MAX_LENGTH];
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let output = output.get_mut(..length).ok_or_else(|| Problem::internal("a password hash is too long"))?;
    Argon2::new(algorithm, version, params.clone())
        .hash_password_into_with_memory(password.expose_secret().as_bytes(), salt, output, memory)
        .map_err(internal)?;
    Output::new(output).map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> Problem {
    Problem::internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use argon2::Block;

    use super::{PasswordSettings, Passwords, WAITING, is_outdated};

    fn passwords(concurrency: usize) -> Passwords {
        Passwords::new(&PasswordSettings { concurrency })
    }

    #[tokio::test]
    async fn a_password_matches_its_hash_and_none_matches_a_missing_hash() {
        let passwords = passwords(1);
        let hash = passwords.hash(&"correct horse battery".into()).await.expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(
            passwords.verify(&"correct horse battery".into(), Some(hash.clone())).await.expect("an answer")
        );
        assert!(!passwords.verify(&"another".into(), Some(hash)).await.expect("an answer"));
        assert!(!passwords.verify(&"".into(), None).await.expect("an answer"));
    }

    #[tokio::test]
    async fn hashes_are_compatible_with_those_of_the_argon2_library() {
        use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
        let passwords = passwords(1);
        let ours = passwords.hash(&"correct horse battery".into()).await.expect("a hash");
        let library = Argon2::default();
        library.verify_password(b"correct horse battery", ours.as_str()).expect("the library agrees");
        let theirs = library.hash_password(b"correct horse battery").expect("a hash").to_string();
        for round in 0..2 {
            let known = passwords.verify(&"correct horse battery".into(), Some(theirs.clone())).await;
            assert!(known.expect("an answer"), "a reused buffer does not change the result: {round}");
        }
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_still_verifies_and_is_outdated() {
        use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
        let params = Params::new(1024, 1, 1, None).expect("parameters");
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let old = old.hash_password(b"correct horse battery").expect("a hash").to_string();
        let passwords = passwords(1);
        let new = passwords.hash(&"correct horse battery".into()).await.expect("a hash");
        assert!(is_outdated(&old) && is_outdated("no hash") && !is_outdated(&new));
        for hash in [old, new] {
            assert!(passwords.verify(&"correct horse battery".into(), Some(hash)).await.expect("an answer"));
        }
    }

    #[tokio::test]
    async fn requests_beyond_the_queue_are_refused_and_canceled_ones_are_skipped() {
        let passwords = passwords(2);
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Arc::new(std::sync::Mutex::new(held));
        let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel();
        let hold = || {
            let (held, begun, passwords) = (held.clone(), begun.clone(), passwords.clone());
            tokio::spawn(async move {
                let wait = move |_: &mut Vec<Block>| {
                    begun.send(()).map_err(crate::http::problem::Problem::internal)?;
                    held.lock()
                        .expect("an unpoisoned lock")
                        .recv()
                        .map_err(crate::http::problem::Problem::internal)
                };
                passwords.run_on_pool(wait).await
            })
        };
        let busy = [hold(), hold()];
        for _ in 0..2 {
            begins.recv().await.expect("a task that has begun");
        }
        let waiting: Vec<_> = (0..2 * WAITING).map(|_| hold()).collect();
        // The runtime polls about sixty tasks before it resumes this one.
        for _ in 0..waiting.len() {
            tokio::task::yield_now().await;
        }
        let refused = passwords.hash(&"correct horse battery".into()).await;
        assert_eq!(refused.err().map(|problem| problem.code().as_str()), Some("unavailable"));
        for abandoned in &waiting {
            abandoned.abort();
        }
        for abandoned in waiting {
            assert!(abandoned.await.is_err());
        }
        release.send(()).and_then(|()| release.send(())).expect("both tasks are waiting");
        for done in busy {
            done.await.expect("a finished task").expect("success");
        }
        passwords.hash(&"correct horse battery".into()).await.expect("a free queue");
        assert!(begins.try_recv().is_err(), "a canceled task was run");
    }
}
