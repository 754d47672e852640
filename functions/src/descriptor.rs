//! A function without its types.

use std::time::Duration;

use shared::{
    base::{
        clock::Clock,
        config::{Env, Error, Variable},
    },
    cloud::names::{Schedule, Subscription},
    function::{self, Function},
    http::server::Service,
};
use utoipa::openapi::OpenApi;

/// What a [`Function`] declares, and how it is built.
pub struct Descriptor {
    /// The name.
    pub name: &'static str,
    /// The paths in the URL map.
    pub paths: &'static [&'static str],
    /// The tasks that Cloud Scheduler calls.
    pub schedules: &'static [Schedule],
    /// How long a request may take, where `REQUEST_TIMEOUT` does not say it.
    pub request_timeout: Option<Duration>,
    /// The database role that the function connects as.
    pub database_role: &'static str,
    subscriptions: fn() -> Vec<Subscription>,
    variables: fn() -> Vec<Variable>,
    openapi: fn() -> OpenApi,
    service: fn(&Env, Clock) -> Result<Service, Error>,
}

impl Descriptor {
    /// The descriptor of a function.
    pub(crate) const fn of<F: Function>() -> Self {
        Self {
            name: F::NAME,
            paths: F::PATHS,
            schedules: F::SCHEDULES,
            request_timeout: F::REQUEST_TIMEOUT,
            database_role: F::DATABASE_ROLE,
            subscriptions: F::subscriptions,
            variables: function::variables::<F>,
            openapi: function::openapi::<F>,
            service: function::service::<F>,
        }
    }

    /// The push subscriptions.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription> {
        (self.subscriptions)()
    }

    /// The variables that the function reads, in the order of declaration.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        (self.variables)()
    }

    /// Whether the function reads a variable.
    #[must_use]
    pub fn reads(&self, variable: &str) -> bool {
        self.variables().iter().any(|known| known.name == variable)
    }

    /// The function's part of the OpenAPI document.
    #[must_use]
    pub fn openapi(&self) -> OpenApi {
        (self.openapi)()
    }

    /// Builds the function from its environment. To be called within a Tokio runtime.
    ///
    /// # Errors
    /// Names every variable that is missing or wrong.
    pub fn service(&self, env: &Env, clock: Clock) -> Result<Service, Error> {
        (self.service)(env, clock)
    }
}
