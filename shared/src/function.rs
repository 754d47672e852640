//! The [`Function`] trait, and the code that is the same for all functions.
//!
//! Each function's crate exports one type that implements [`Function`] and calls [`main`] with that type. The local
//! cloud and the tests serve the same router through [`service`].

use std::{env, process::ExitCode, time::Duration};

use axum::extract::DefaultBodyLimit;
use futures::future::BoxFuture;
use serde_json::Value;
use sqlx::PgPool;

use crate::{
    audit::Refusals,
    base::{
        clock::Clock,
        config::{Env, Error, Settings, Variable},
        database::{self, DatabaseSettings},
    },
    cloud::{
        names::{Schedule, Subscription},
        outbox::{Outbox, PubSubSettings},
    },
    http::{
        health::Health,
        openapi,
        problem::{ProblemBody, QuotaProblem},
        routes::Routes,
        server::{self, HostSettings, HttpSettings, Service},
    },
    identity::{
        access_token::{AccessTokenSettings, Verifier},
        admins::LastAdminProblem,
        principal::Authority,
    },
};

/// A function of the platform: one crate, one binary, one Cloud Run service.
pub trait Function: 'static {
    /// The name of the crate, the binary, the container image and the Cloud Run service.
    const NAME: &'static str;
    /// The paths in the load balancer's URL map. A trailing `*` matches any suffix. `/*` matches the paths that no
    /// other function declares.
    const PATHS: &'static [&'static str] = &[];
    /// The tasks that Cloud Scheduler calls.
    const SCHEDULES: &'static [Schedule] = &[];
    /// The request timeout, if it must differ from the `REQUEST_TIMEOUT` variable.
    const REQUEST_TIMEOUT: Option<Duration> = None;
    /// The maximum size of a request body, in bytes, on routes without a [`DefaultBodyLimit`] of their own.
    const MAX_BODY: usize = 64 << 10;
    /// The database role that the function connects as.
    const DATABASE_ROLE: &'static str = "alta_functions";
    /// The reason the function cannot run on AWS Lambda. `None` if it can.
    const LAMBDA_REFUSAL: Option<&'static str> = None;
    /// The binary's commands. Without a command, the binary serves requests.
    const COMMANDS: &'static [Command] = &[];

    /// The settings that are specific to this function.
    type Settings: Settings;
    /// The state that handlers share.
    type State: Clone + Send + Sync + 'static;

    /// Returns the function's Pub/Sub push subscriptions.
    #[must_use]
    fn subscriptions() -> Vec<Subscription> {
        Vec::new()
    }

    /// Returns the routes. Routes that clients call are part of the OpenAPI document.
    fn routes() -> Routes<Self::State>;

    /// Builds the state from the settings.
    ///
    /// # Errors
    /// If a variable has an invalid value.
    fn state(settings: Self::Settings, base: Base) -> Result<Self::State, Error>;

    /// Adds health checks for dependencies other than the database.
    #[must_use]
    fn health(_state: &Self::State, health: Health) -> Health {
        health
    }
}

/// A command that operators run with a function's binary.
#[derive(Clone, Copy)]
pub struct Command {
    /// The command-line argument that selects the command.
    pub name: &'static str,
    /// Runs the command with the process's environment.
    pub run: fn(Env) -> BoxFuture<'static, ExitCode>,
}

/// The database and the clock that a function's state is built on.
pub struct Base {
    /// The database pool, which connects on first use.
    pub db: PgPool,
    /// The clock, which tests can move.
    pub clock: Clock,
    /// The recorder of denied requests.
    refusals: Refusals,
}

impl Base {
    /// Returns the authority that authorizes requests.
    ///
    /// # Errors
    /// If the key set cannot be parsed.
    pub fn authority(&self, settings: &AccessTokenSettings) -> Result<Authority, Error> {
        let tokens = Verifier::new(settings, self.clock.clone())?;
        Ok(Authority::new(self.db.clone(), tokens, self.refusals.clone(), self.clock.clone()))
    }

    /// Returns the outbox that publishes events.
    ///
    /// # Errors
    /// If the credentials cannot be parsed.
    pub fn outbox(&self, settings: &PubSubSettings) -> Result<Outbox, Error> {
        Outbox::new(self.db.clone(), self.clock.clone(), settings)
    }
}

crate::settings! {
    /// The settings that every function has.
    struct CommonSettings {
    }
    with {
        /// The environment that the process runs in.
        host: HostSettings,
        /// The HTTP server.
        http: HttpSettings,
        /// The database connection.
        database: DatabaseSettings,
    }
}

/// Returns the environment variables that a function reads, in the order of declaration.
#[must_use]
pub fn variables<F: Function>() -> Vec<Variable> {
    CommonSettings::variables().into_iter().chain(F::Settings::variables()).collect()
}

/// The schemas of problem codes, which no route refers to.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(ProblemBody, QuotaProblem, LastAdminProblem)))]
struct Problems;

/// Returns a function's part of the OpenAPI document.
#[must_use]
pub fn openapi<F: Function>() -> Value {
    let problems = <Problems as utoipa::OpenApi>::openapi();
    openapi::document(&problems.merge_from(F::routes().into_openapi()))
}

/// Builds a function from its environment. Must be called within a Tokio runtime. Tests pass a clock that they can set.
///
/// # Errors
/// Names every variable that is missing or invalid.
pub fn service<F: Function>(env: &Env, clock: Clock) -> Result<Service, Error> {
    let mut error = Error::default();
    let common = CommonSettings::read(env, &mut error);
    let own = F::Settings::read(env, &mut error);
    let (mut common, own) = error.into_result(common.zip(own))?;
    if let (Some(why), Some(_)) = (F::LAMBDA_REFUSAL, &common.host.lambda_runtime_api) {
        return Err(Error::of("AWS_LAMBDA_RUNTIME_API", why));
    }
    if let Some(timeout) = F::REQUEST_TIMEOUT {
        common.http.request_timeout = timeout;
    }
    let db = database::connect(&common.database, Some(common.http.request_timeout))?;
    let health = Health::default().database(&db);
    let refusals = Refusals::new(db.clone(), clock.clone());
    let state = F::state(own, Base { db, clock, refusals: refusals.clone() })?;
    let health = F::health(&state, health);
    let routes = F::routes().into_router(state).layer(DefaultBodyLimit::max(F::MAX_BODY));
    Ok(Service::new(routes, health, &common.http)?.finally(async move { refusals.flush().await }))
}

/// Runs a function's process: serves requests, or runs the command given as argument.
#[must_use]
pub fn main<F: Function>() -> ExitCode {
    // An instance has one vCPU. A second thread would only cost wake-ups, and long computations have threads of their own.
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run::<F>()),
        Err(error) => {
            eprintln!("{}: {error}", F::NAME);
            ExitCode::FAILURE
        }
    }
}

async fn run<F: Function>() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let Some(argument) = arguments.next() else {
        return server::run(F::NAME, |env| service::<F>(env, Clock::default())).await;
    };
    match F::COMMANDS.iter().find(|command| command.name == argument) {
        Some(command) if arguments.next().is_none() => (command.run)(Env::from_process()).await,
        _ => {
            let commands: String = F::COMMANDS.iter().map(|command| format!(" [{}]", command.name)).collect();
            eprintln!("usage: {}{commands}", F::NAME);
            ExitCode::FAILURE
        }
    }
}
