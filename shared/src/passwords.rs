//! Passwords: Argon2id off the async threads, so many at a time that memory stays bounded, in buffers that
//! are used again: pages that are fresh from the system cost a tenth of a hash.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHash, Version,
    password_hash::phc::{Output, ParamsString, Salt},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use crate::problem::Problem;

crate::settings! {
    /// Hashing passwords.
    pub struct PasswordSettings {
        /// Hashes computed at once; each takes 19 MiB and one core for some 15 ms.
        pub concurrency: usize = "PASSWORD_HASH_CONCURRENCY" or "2",
    }
}

/// OWASP's first choice for Argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
pub const MEMORY_KIB: u32 = 19_456;
/// See [`MEMORY_KIB`].
pub const PASSES: u32 = 2;
/// See [`MEMORY_KIB`].
pub const LANES: u32 = 1;
/// How many wait for each turn at most; more are turned away at once with a 503.
const WAITING: usize = 100;
/// How long one waits for a turn; then it is a 503 too.
const PATIENCE: Duration = Duration::from_secs(5);

/// A hash that no password has, of the same cost: what unknown addresses are checked against.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// One for each turn and for each that waits for one.
    places: Arc<Semaphore>,
    /// The buffers that no turn is using.
    buffers: Arc<Mutex<Vec<Vec<Block>>>>,
}

impl Passwords {
    /// So many turns at once as the settings say.
    #[must_use]
    pub fn new(settings: &PasswordSettings) -> Self {
        let turns = settings.concurrency.max(1);
        Self {
            turns: Arc::new(Semaphore::new(turns)),
            places: Arc::new(Semaphore::new(turns * (1 + WAITING))),
            buffers: Arc::default(),
        }
    }

    /// The hash in PHC form.
    ///
    /// # Errors
    /// 503 when too many wait for their turn.
    pub async fn hash(&self, password: &SecretString) -> Result<String, Problem> {
        let password = password.clone();
        self.in_turn(move |memory| {
            let (params, salt) = (params()?, Salt::generate());
            let hash = compute(Algorithm::Argon2id, Version::V0x13, &params, &password, &salt, memory)?;
            let hash = PasswordHash {
                algorithm: Algorithm::Argon2id.ident(),
                version: Some(Version::V0x13.into()),
                params: ParamsString::try_from(&params).map_err(internal)?,
                salt: Some(salt),
                hash: Some(hash),
            };
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether this is the password; takes the same time when there is no hash to compare with.
    ///
    /// # Errors
    /// 503 when too many wait for their turn.
    pub async fn verify(&self, password: &SecretString, hash: Option<String>) -> Result<bool, Problem> {
        let password = password.clone();
        self.in_turn(move |memory| {
            let known = hash.is_some();
            let hash = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).map_err(internal)?;
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

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Problem::unavailable("too many passwords wait to be hashed"))?;
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| Problem::unavailable("too many passwords to hash at once"))?
            .map_err(Problem::internal)?;
        let buffers = Arc::clone(&self.buffers);
        // The permits go along: a caller who gives up does not free memory that is still in use.
        spawn_blocking(move || {
            let free = || buffers.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory = free().pop().unwrap_or_default();
            let result = work(&mut memory);
            free().push(memory);
            drop((turn, place));
            result
        })
        .await
        .map_err(Problem::internal)?
    }
}

/// Whether a hash was made with other parameters than those of today.
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
    async fn a_password_is_known_by_its_hash_and_nobody_has_the_one_for_nobody() {
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
    async fn a_hash_is_what_the_library_itself_makes_of_the_password() {
        use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
        let passwords = passwords(1);
        let ours = passwords.hash(&"correct horse battery".into()).await.expect("a hash");
        let library = Argon2::default();
        library.verify_password(b"correct horse battery", ours.as_str()).expect("the library agrees");
        let theirs = library.hash_password(b"correct horse battery").expect("a hash").to_string();
        for round in 0..2 {
            let known = passwords.verify(&"correct horse battery".into(), Some(theirs.clone())).await;
            assert!(known.expect("an answer"), "a buffer that was used before changes nothing: {round}");
        }
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_known_and_outdated() {
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
    async fn a_burst_is_turned_away_beyond_the_queue_and_holds_one_buffer_a_turn() {
        let passwords = passwords(2);
        let busy = passwords.turns.acquire_many(2).await.expect("both turns");
        let waiting: Vec<_> = (0..2 * (1 + WAITING))
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move {
                    let touch = |memory: &mut Vec<Block>| {
                        memory.resize(1, Block::default());
                        Ok(())
                    };
                    passwords.in_turn(touch).await
                })
            })
            .collect();
        while passwords.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = passwords.hash(&"correct horse battery".into()).await;
        assert_eq!(refused.err().map(|problem| problem.code().as_str()), Some("unavailable"));
        drop(busy);
        for turn in waiting {
            turn.await.expect("an end").expect("a turn");
        }
        assert!((1..=2).contains(&passwords.buffers.lock().expect("the buffers").len()));
        passwords.hash(&"correct horse battery".into()).await.expect("the queue is free again");
    }
}
