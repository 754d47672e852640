//! What every function is served with: context, limits, headers, health; on Cloud Run and on Lambda.

mod layers;
mod stopping;

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use axum::{Extension, Router, extract::DefaultBodyLimit, middleware, serve::ListenerExt as _};
use tokio::{net::TcpListener, sync::watch};

pub use stopping::Stopping;

use crate::{
    base::{
        config::{Env, Error, Settings as _},
        telemetry::{self, TelemetrySettings},
    },
    http::{health::Health, idempotency},
};

/// Cloud Run kills an instance 10 seconds after SIGTERM; requests under way get this much of it.
const DRAIN: Duration = Duration::from_secs(8);

crate::settings! {
    /// The HTTP server.
    pub struct HttpSettings {
        /// Origins whose pages may call the function from a browser, separated by commas.
        pub cors_origins: Vec<String> = "CORS_ORIGINS" or "",
        /// Proxies in front that are trusted to have written the client's address, counted from here; 2 behind Google's load balancer.
        pub trusted_proxy_hops: usize = "TRUSTED_PROXY_HOPS" or "2",
        /// The largest body that is read, in bytes.
        pub max_body_bytes: usize = "MAX_BODY_BYTES" or "1048576",
        /// How long a request may take, in seconds.
        pub request_timeout: Duration = "REQUEST_TIMEOUT" or "30",
    }
}

crate::settings! {
    /// The host that the process runs on.
    pub struct HostSettings {
        /// The port to listen on; Cloud Run sets it.
        pub port: u16 = "PORT" or "8080",
        /// Set by AWS Lambda: requests come from its Runtime API instead of a port.
        pub lambda_runtime_api: Option<String> = "AWS_LAMBDA_RUNTIME_API",
    }
    with {
        /// Logging.
        pub telemetry: TelemetrySettings,
    }
}

/// A function, ready to be served.
pub struct Service {
    router: Router,
}

impl Service {
    /// Adds what every function has around its routes.
    ///
    /// # Errors
    /// When a CORS origin is no origin.
    pub fn new(routes: Router, health: Health, settings: &HttpSettings) -> Result<Self, Error> {
        let router = routes
            .merge(health.routes())
            .fallback(layers::not_found)
            .method_not_allowed_fallback(layers::method_not_allowed)
            .layer(middleware::from_fn_with_state(settings.max_body_bytes, idempotency::hash_request))
            .layer(DefaultBodyLimit::max(settings.max_body_bytes));
        Ok(Self { router: layers::apply(router, settings)? })
    }

    /// The router; to be served with connect info ([`SocketAddr`]).
    pub fn router(self) -> Router {
        self.router
    }
}

/// Runs a function until it is told to stop.
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
    let router = build(&env)?.router();
    if host.lambda_runtime_api.is_some() {
        return lambda_http::run(router).await;
    }
    let listener = TcpListener::bind(SocketAddr::from(([0, 0, 0, 0], host.port)))
        .await
        .map_err(|error| format!("cannot listen on port {} (PORT): {error}", host.port))?;
    serve(listener, router, stop_signal()).await?;
    Ok(())
}

/// Serves until `stop` resolves, then lets the requests under way finish for a few seconds. Answers that would not
/// end by themselves learn of it through [`Stopping`].
///
/// # Errors
/// When the listener breaks.
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
    // What an event stream writes is small and wanted at once.
    let listener = listener.tap_io(|connection| {
        // A connection that is gone by now is noticed where it is read.
        let _ = connection.set_nodelay(true);
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(signal);
    let server = tokio::spawn(server.into_future());
    let abort = server.abort_handle();
    let drained = async move {
        // An error means that the server ended before it was told to.
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
