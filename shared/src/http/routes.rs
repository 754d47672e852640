//! The routes of a function. Their documentation is built only for the OpenAPI document: it would take a third of a
//! function's start, and two mebibytes of its memory.

use axum::{Router, extract::DefaultBodyLimit, handler::Handler, routing::MethodRouter};
use utoipa::openapi::{HttpMethod, OpenApi};
use utoipa_axum::{
    PathItemExt as _,
    router::{OpenApiRouter, UtoipaMethodRouter},
};

#[doc(hidden)]
pub use {pastey::paste, utoipa_axum};

/// The routes of a function, with the state `S`.
pub struct Routes<S> {
    router: Router<S>,
    documented: Vec<fn() -> UtoipaMethodRouter<S>>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self { router: Router::new(), documented: Vec::new() }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Creates an empty router.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a route that clients call, built by [`routes!`](crate::routes).
    #[must_use]
    pub fn routes(mut self, route: Route<S>) -> Self {
        self.documented.push(route.document);
        self.route(&route.path, route.handlers)
    }

    /// Adds a route that is not part of the OpenAPI document.
    #[must_use]
    pub fn route(self, path: &str, handlers: MethodRouter<S>) -> Self {
        Self { router: self.router.route(path, handlers), ..self }
    }

    /// Returns the router.
    pub fn into_router(self, state: S) -> Router {
        self.router.with_state(state)
    }

    /// Returns the documentation of the routes.
    #[must_use]
    pub fn into_openapi(self) -> OpenApi {
        let documented = self.documented.into_iter().map(|document| document());
        documented.fold(OpenApiRouter::new(), OpenApiRouter::routes).into_openapi()
    }
}

/// The handlers on one path, and the function that builds their documentation.
pub struct Route<S> {
    path: String,
    handlers: MethodRouter<S>,
    document: fn() -> UtoipaMethodRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> Route<S> {
    #[doc(hidden)]
    #[must_use]
    pub fn new(document: fn() -> UtoipaMethodRouter<S>) -> Self {
        Self { path: String::new(), handlers: MethodRouter::new(), document }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn on<P: utoipa::Path, H: Handler<T, S>, T: 'static>(self, handler: H) -> Self {
        let path = P::path();
        assert!(self.path.is_empty() || self.path == path, "{} and {path} are different routes", self.path);
        let methods = P::methods().into_iter();
        let add = |handlers: MethodRouter<S>, method: HttpMethod| {
            handlers.on(method.to_method_filter(), handler.clone())
        };
        Self { handlers: methods.fold(self.handlers, add), path, ..self }
    }

    /// Sets the maximum size of a request body, in bytes.
    #[must_use]
    pub fn max_body(self, bytes: usize) -> Self {
        Self { handlers: self.handlers.layer(DefaultBodyLimit::max(bytes)), ..self }
    }
}

/// Builds the route of the handlers on one path, documented by their `#[utoipa::path]` and their arguments. The calling
/// crate must depend on `utoipa` and `axum`.
#[macro_export]
macro_rules! routes {
    ($($($name:ident)::+),+ $(,)?) => {
        $crate::http::routes::Route::new(|| {
            let (schemas, mut paths, handlers) = $crate::http::routes::utoipa_axum::routes!($($($name)::+),+);
            $($crate::http::openapi::describe(&mut paths, stringify!($($name)::+), $($name)::+);)+
            (schemas, paths, handlers)
        })
        $(.on::<$crate::path_of!([] $($name)::+), _, _>($($name)::+))+
    };
}

/// The type that `#[utoipa::path]` generates beside a handler.
#[doc(hidden)]
#[macro_export]
macro_rules! path_of {
    ([$($module:ident)*] $handler:ident) => {
        $crate::http::routes::paste! { $($module::)* [<__path_ $handler>] }
    };
    ([$($module:ident)*] $next:ident :: $($rest:tt)+) => {
        $crate::path_of!([$($module)* $next] $($rest)+)
    };
}
