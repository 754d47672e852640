//! The HTTP server of every function, on Cloud Run and AWS Lambda: request context, limits, headers, health checks.

mod drain;
mod layers;
mod repeat;
mod stopping;

use std::{future::ready, net::SocketAddr, process::ExitCode, time::Duration};

use axum::{Extension, Router, middleware, serve::ListenerExt as _};
use futures::future::BoxFuture;
use tokio::{net::TcpListener, sync::watch, time::timeout};

pub use stopping::Stopping;

use crate::{
    base::{
        config::{Env, Error, Settings as _},
        telemetry::{self, TelemetrySettings},
    },
    http::{health::Health, idempotency},
};

/// The time for requests in progress to finish. Cloud Run kills an instance 10 seconds after SIGTERM.
const DRAIN: Duration = Duration::from_secs(8);
/// The time for the remaining work after that ([`Service::finally`]).
const FINISH: Duration = Duration::from_millis(1500);

crate::settings! {
    /// The HTTP server: cross-origin access, proxies and the request timeout.
    pub struct HttpSettings {
        /// Origins whose pages may call the function from a browser (CORS), separated by commas.
        pub cors_origins: Vec<String> = "CORS_ORIGINS" or "",
        /// The number of trusted proxies that append to `X-Forwarded-For`: 2 behind Google's load balancer.
        pub trusted_proxy_hops: usize = "TRUSTED_PROXY_HOPS" or "2",
        /// The request timeout, in seconds.
        pub request_timeout: Duration = "REQUEST_TIMEOUT" or "30",
    }
}

crate::settings! {
    /// The environment that the process runs in: Cloud Run or AWS Lambda.
    pub struct HostSettings {
        /// The port to listen on. Cloud Run sets it.
        pub port: u16 = "PORT" or "8080",
        /// The address of the AWS Lambda Runtime API, which replaces the port. AWS Lambda sets it.
        pub lambda_runtime_api: Option<String> = "AWS_LAMBDA_RUNTIME_API",
    }
    with {
        /// The filter of log lines and the fields that describe their source.
        pub telemetry: TelemetrySettings,
    }
}

/// A function that is ready to serve requests.
pub struct Service {
    router: Router,
    finish: BoxFuture<'static, ()>,
}

impl Service {
    /// Adds the health routes and the server's layers to a function's routes.
    ///
    /// # Errors
    /// If a CORS origin is invalid.
    pub fn new(routes: Router, health: Health, settings: &HttpSettings) -> Result<Self, Error> {
        let router = routes
            .merge(health.routes())
            .fallback(layers::not_found)
            .method_not_allowed_fallback(layers::method_not_allowed)
            .layer(middleware::map_request(idempotency::hash_request));
        Ok(Self { router: layers::apply(router, settings)?, finish: Box::pin(ready(())) })
    }

    /// Sets the work to finish after the last request.
    #[must_use]
    pub fn finally(self, finish: impl Future<Output = ()> + Send + 'static) -> Self {
        Self { finish: Box::pin(finish), ..self }
    }

    /// Serves like [`serve`], then finishes the remaining work.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let served = serve(listener, self.router, stop).await;
        if timeout(FINISH, self.finish).await.is_err() {
            tracing::warn!("shutdown timed out before background work finished");
        }
        served
    }

    /// Returns the router, which must be served with connect info ([`SocketAddr`]).
    pub fn router(self) -> Router {
        self.router
    }
}

/// Runs a function until it receives a stop signal.
pub async fn run(function: &'static str, build: impl FnOnce(&Env) -> Result<Service, Error>) -> ExitCode {
    match start(function, build).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{function}: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn start(
    function: &'static str,
    build: impl FnOnce(&Env) -> Result<Service, Error>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let env = Env::from_process();
    let host = HostSettings::from_env(&env)?;
    telemetry::start(function, &host.telemetry)?;
    let service = build(&env)?;
    if host.lambda_runtime_api.is_some() {
        let Service { router, finish } = service;
        // AWS Lambda sends the stop signal only to functions with an extension, which this call registers.
        lambda_runtime::spawn_graceful_shutdown_handler(|| finish).await;
        return lambda_http::run(router).await;
    }
    let listener = TcpListener::bind(SocketAddr::from(([0, 0, 0, 0], host.port)))
        .await
        .map_err(|error| format!("cannot listen on port {} (PORT): {error}", host.port))?;
    Ok(service.serve(listener, stop_signal()).await?)
}

/// Serves until `stop` resolves, then gives requests in progress a few seconds to finish. Responses that would never
/// end, such as event streams, are notified through [`Stopping`].
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stopping, mut stopped) = watch::channel(false);
    let router = router.layer(Extension(Stopping::new(stopped.clone())));
    let signal = async move {
        stop.await;
        stopping.send_replace(true);
    };
    // Event streams write small messages that must not be delayed.
    let listener = listener.tap_io(|connection| {
        // Fails only for a closed connection, which the server detects when it reads.
        let _ = connection.set_nodelay(true);
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(signal);
    let server = tokio::spawn(server.into_future());
    let abort = server.abort_handle();
    let drained = async move {
        // An error means that the server ended without a stop signal.
        if stopped.wait_for(|stopped| *stopped).await.is_ok() {
            tokio::time::sleep(DRAIN).await;
            abort.abort();
        }
    };
    tokio::spawn(drained);
    match server.await {
        Ok(result) => result,
        Err(error) if error.is_cancelled() => Ok(()),
        Err(error) => Err(std::io::Error::other(error)),
    }
}

/// Resolves on SIGTERM (Cloud Run) or SIGINT (Ctrl-C).
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        _ => std::future::pending().await,
    }
}
