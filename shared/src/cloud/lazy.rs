//! Clients that are built on first use, because loading a client's certificate authorities takes longer than the rest
//! of a function's startup.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::OnceCell;

use crate::{base::config::Error, http::problem::Problem};

type Build<T> = dyn Fn() -> BoxFuture<'static, Result<T, Error>> + Send + Sync;

/// A client that is built once, on first use. Cheap to clone.
pub struct Lazy<T> {
    client: Arc<OnceCell<T>>,
    build: Arc<Build<T>>,
}

impl<T> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self { client: Arc::clone(&self.client), build: Arc::clone(&self.build) }
    }
}

impl<T> Lazy<T> {
    /// Stores the function that builds the client.
    pub fn new<F>(build: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        Self { client: Arc::default(), build: Arc::new(move || Box::pin(build())) }
    }

    /// Returns the client. Concurrent callers wait for the same build.
    ///
    /// # Errors
    /// 503 if the client cannot be built. The next call tries again.
    pub async fn get(&self) -> Result<&T, Problem> {
        self.client.get_or_try_init(|| (self.build)()).await.map_err(Problem::unavailable)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::Lazy;
    use crate::base::config::Error;

    #[tokio::test]
    async fn a_client_is_built_once_and_again_only_after_a_failure() {
        let builds = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&builds);
        let lazy = Lazy::new(move || {
            let build = counted.fetch_add(1, Ordering::SeqCst);
            async move { if build == 0 { Err(Error::of("ENDPOINT", "not there yet")) } else { Ok(build) } }
        });
        assert_eq!(lazy.get().await.err().map(|problem| problem.code().as_str()), Some("unavailable"));
        assert_eq!(lazy.get().await.ok(), Some(&1));
        assert_eq!(lazy.clone().get().await.ok(), Some(&1));
        assert_eq!(builds.load(Ordering::SeqCst), 2);
    }
}
