//! Helpers shared by the tests of `projects`.

use shared::{
    base::{config::Env, ids::ProjectId},
    testing::{Client, Platform},
};
use sqlx::PgPool;
use tokio::process::{Child, Command};

pub(crate) struct Projects {
    pub(crate) platform: Platform,
    pub(crate) client: Client,
}

impl Projects {
    pub(crate) async fn start(db: PgPool) -> Self {
        Self::start_with(db, &[]).await
    }

    /// Starts the function with additional environment variables.
    pub(crate) async fn start_with(db: PgPool, variables: &[(&str, &str)]) -> Self {
        let platform = Platform::start(db).await;
        let client = platform.client_of::<projects::Projects>(variables);
        Self { platform, client }
    }

    pub(crate) async fn delete(&self, project: ProjectId) {
        self.platform.change("update projects set deleted_at = now() where id = $1", project.0).await;
    }
}

/// Starts the function as a separate process that is killed when the test ends.
pub(crate) fn spawn(env: &Env, variables: &[(&str, String)]) -> Child {
    let known = [
        "DATABASE_URL",
        "ACCESS_TOKEN_ISSUER",
        "ACCESS_TOKEN_JWKS",
        "TRUSTED_PROXY_HOPS",
        "PUBSUB_PROJECT",
        "MAIL_TOKEN_KEYS",
        "CURSOR_KEYS",
    ];
    Command::new(env!("CARGO_BIN_EXE_projects"))
        .env_clear()
        .envs(known.map(|name| (name, env.get(name).expect("a variable"))))
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("a process")
}
