//! A [`Function`] with its types erased, so that different functions fit into one list.

use std::time::Duration;

use serde_json::Value;
use shared::{
    base::{
        clock::Clock,
        config::{Env, Error, Variable},
    },
    cloud::names::{Schedule, Subscription},
    function::{self, Function},
    http::server::Service,
};

/// The declarations of a [`Function`], and the code that builds it.
pub struct Descriptor {
    /// The name of the function, its crate and its service.
    pub name: &'static str,
    /// The paths in the URL map.
    pub paths: &'static [&'static str],
    /// The tasks that Cloud Scheduler calls.
    pub schedules: &'static [Schedule],
    /// The limit for a request, if `REQUEST_TIMEOUT` does not apply.
    pub request_timeout: Option<Duration>,
    /// The database role that the function connects as.
    pub database_role: &'static str,
    subscriptions: fn() -> Vec<Subscription>,
    variables: fn() -> Vec<Variable>,
    openapi: fn() -> Value,
    service: fn(&Env, Clock) -> Result<Service, Error>,
}

impl Descriptor {
    /// Creates the descriptor of a function.
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

    /// The push subscriptions of the function.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription> {
        (self.subscriptions)()
    }

    /// The variables that the function reads, in the order of declaration.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        (self.variables)()
    }

    /// Returns true when the function reads a variable.
    #[must_use]
    pub fn reads(&self, variable: &str) -> bool {
        self.variables().iter().any(|known| known.name == variable)
    }

    /// The function's part of the OpenAPI document.
    #[must_use]
    pub fn openapi(&self) -> Value {
        (self.openapi)()
    }

    /// Builds the function from its environment. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When variables are missing or invalid. The error names all of them.
    pub fn service(&self, env: &Env, clock: Clock) -> Result<Service, Error> {
        (self.service)(env, clock)
    }
}
