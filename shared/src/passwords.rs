//! Passwords: Argon2id off the async threads, so many at a time that memory stays bounded.

use std::{sync::Arc, time::Duration};

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version};
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
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How long a sign-in waits for its turn; a burst longer than this is turned away with a 503.
const QUEUE: Duration = Duration::from_secs(5);

/// A hash that no password has, of the same cost: what unknown addresses are checked against.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Passwords {
    /// So many turns at once as the settings say.
    #[must_use]
    pub fn new(settings: &PasswordSettings) -> Self {
        Self { turns: Arc::new(Semaphore::new(settings.concurrency.max(1))) }
    }

    /// The hash in PHC form.
    ///
    /// # Errors
    /// 503 when too many wait for their turn.
    pub async fn hash(&self, password: &SecretString) -> Result<String, Problem> {
        let password = password.clone();
        self.in_turn(move || {
            let hash = argon2()?.hash_password(password.expose_secret().as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|error| Problem::internal(error.to_string()))
        })
        .await
    }

    /// Whether this is the password; takes the same time when there is no hash to compare with.
    ///
    /// # Errors
    /// 503 when too many wait for their turn.
    pub async fn verify(&self, password: &SecretString, hash: Option<String>) -> Result<bool, Problem> {
        let password = password.clone();
        self.in_turn(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let hash = PasswordHash::new(&hash).map_err(|error| Problem::internal(error.to_string()))?;
            let matches = argon2()?.verify_password(password.expose_secret().as_bytes(), &hash).is_ok();
            Ok(known && matches)
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = timeout(QUEUE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| Problem::unavailable("too many passwords to hash at once"))?
            .map_err(Problem::internal)?;
        // The permit goes along: a caller who gives up does not free memory that is still in use.
        spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        })
        .await
        .map_err(Problem::internal)?
    }
}

fn argon2() -> Result<Argon2<'static>, Problem> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::{PasswordSettings, Passwords};

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_nobody_has_the_one_for_nobody() {
        let passwords = Passwords::new(&PasswordSettings { concurrency: 1 });
        let hash = passwords.hash(&"correct horse battery".into()).await.expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(
            passwords.verify(&"correct horse battery".into(), Some(hash.clone())).await.expect("an answer")
        );
        assert!(!passwords.verify(&"another".into(), Some(hash)).await.expect("an answer"));
        assert!(!passwords.verify(&"".into(), None).await.expect("an answer"));
    }
}
