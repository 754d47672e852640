//! The functions, by name, mounted in this process.

use shared::{
    base::config::{Env, Error},
    http::server::Service,
};
use utoipa::openapi::OpenApi;

use crate::api_docs;

/// Every function.
pub const FUNCTIONS: [&str; 13] = [
    "auth",
    "users",
    "projects",
    "data",
    "events",
    "review",
    "analytics",
    "admin",
    "ocr",
    "transcription",
    "export",
    "email",
    "maintenance",
];

/// A function, ready to be served.
pub(crate) async fn service(function: &str, env: &Env) -> Result<Service, Error> {
    match function {
        "auth" => auth::service(env).await,
        "users" => users::service(env).await,
        "projects" => projects::service(env).await,
        "data" => data::service(env).await,
        "events" => events::service(env).await,
        "review" => review::service(env).await,
        "analytics" => analytics::service(env).await,
        "admin" => admin::service(env).await,
        "ocr" => ocr::service(env).await,
        "transcription" => transcription::service(env).await,
        "export" => export::service(env).await,
        "email" => email::service(env).await,
        "maintenance" => maintenance::service(env).await,
        _ => Err(Error::of(function, "there is no such function")),
    }
}

/// The OpenAPI document of everything that is reached from outside.
#[must_use]
pub fn openapi() -> OpenApi {
    api_docs::merged([
        auth::openapi(),
        users::openapi(),
        projects::openapi(),
        data::openapi(),
        events::openapi(),
        review::openapi(),
        analytics::openapi(),
        admin::openapi(),
    ])
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;
    use crate::url_map::{DEFAULT_FUNCTION, URL_MAP, function_for};

    #[test]
    fn every_documented_path_is_routed_to_the_function_that_documents_it() {
        for (function, document) in [
            ("auth", auth::openapi()),
            ("users", users::openapi()),
            ("projects", projects::openapi()),
            ("data", data::openapi()),
            ("events", events::openapi()),
            ("review", review::openapi()),
            ("analytics", analytics::openapi()),
            ("admin", admin::openapi()),
        ] {
            assert!(!document.paths.paths.is_empty(), "{function}");
            for path in document.paths.paths.keys() {
                assert_eq!(function_for(path), function, "{path}");
            }
        }
    }

    #[test]
    fn the_url_map_names_functions_that_exist() {
        for function in URL_MAP.iter().map(|(_, function)| function).chain([&DEFAULT_FUNCTION]) {
            assert!(FUNCTIONS.contains(function), "{function}");
        }
    }
}
