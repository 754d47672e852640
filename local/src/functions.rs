//! The functions, by name, mounted in this process.

use shared::{
    config::{Env, Error},
    server::Service,
};
use utoipa::openapi::OpenApi;

use crate::api_docs;

/// Every function.
pub(crate) const FUNCTIONS: [&str; 6] = ["auth", "projects", "data", "ocr", "email", "maintenance"];

/// A function, ready to be served.
pub(crate) async fn service(function: &str, env: &Env) -> Result<Service, Error> {
    match function {
        "auth" => auth::service(env).await,
        "projects" => projects::service(env).await,
        "data" => data::service(env).await,
        "ocr" => ocr::service(env).await,
        "email" => email::service(env).await,
        "maintenance" => maintenance::service(env).await,
        _ => Err(Error::of(function, "there is no such function")),
    }
}

/// The OpenAPI document of everything that is reached from outside.
#[must_use]
pub fn openapi() -> OpenApi {
    api_docs::merged([auth::openapi(), projects::openapi(), data::openapi()])
}
