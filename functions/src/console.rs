//! The console: the web application to which the links in mails lead. `.ci/console-build` builds its folder.
//!
//! Each path of `web/console/paths.json` serves the same page, and all other files are below `/assets/`. Their paths
//! contain a hash of their content or a version, so browsers never request them twice.
//!
//! If another host serves the console, it must send the same headers (`web/console/headers.json`). If the API has
//! another origin than that host, the `Content-Security-Policy` must also name the API's origin in `connect-src`. The
//! host's origin must be in the functions' `CORS_ORIGINS` and in the buckets' CORS settings.

use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, Uri, header},
    response::Response,
    routing::get,
};
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

use crate::Result;

/// The origin of Cloud Storage for browsers.
pub const STORAGE: &str = "https://storage.googleapis.com";

/// The page's path in a bucket. The load balancer requests it for each path of the console.
pub(crate) const PAGE: &str = "/index.html";

/// The route of all files beside the page.
pub(crate) const ASSETS: &str = "/assets/*";

const HTML: &str = "text/html; charset=utf-8";

/// The caching policy of a file whose path contains a hash of its content.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// The page that explains how to build the console, served if it was not built.
const MISSING: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <meta name=\"color-scheme\" content=\"light dark\">\n<title>Alta Data</title>\n<main>\n\
    <h1>The console is not built</h1>\n\
    <p>Building it needs Node 20.19 or newer with npm, or Python 3 with venv and pip, and access to their package \
    registries. The terminal of <code>make run</code> shows what failed. Install what is missing, and run \
    <code>make run</code> again.</p>\n\
    <p>The API works: see its <a href=\"/docs/\">reference</a>.</p>\n</main>\n";

static PATHS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../web/console/paths.json")).expect("a list of paths")
});

static HEADERS: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../web/console/headers.json")).expect("headers and their values")
});

/// The paths at which the page is served.
#[must_use]
pub fn paths() -> &'static [&'static str] {
    &PATHS
}

/// The security headers of all files. Pages may connect to their own origin and to the storage at this URL.
pub(crate) fn headers(storage: &str) -> Vec<(HeaderName, String)> {
    let storage = origin(storage).unwrap_or_default();
    let replaced = |value: &str| value.replace(" {storage}", &format!(" {storage}")).replace(" ;", ";");
    HEADERS.iter().map(|(&name, &value)| (HeaderName::from_static(name), replaced(value))).collect()
}

/// Serves the console from its built folder, with a policy that allows the storage at this URL. Without a folder,
/// serves a page that explains how to build it.
///
/// # Errors
/// When the folder is not a built console, or the storage's URL is not allowed in a header.
pub fn router(folder: Option<&Path>, storage: &str) -> Result<Router> {
    let (status, page) = match folder {
        Some(folder) => (StatusCode::OK, read_page(folder)?),
        None => (StatusCode::SERVICE_UNAVAILABLE, MISSING.to_owned()),
    };
    let answer = (status, [(header::CONTENT_TYPE, HTML), (header::CACHE_CONTROL, "no-cache")], page);
    let pages = paths().iter().fold(Router::new(), |router, path| {
        let answer = answer.clone();
        router.route(path, get(move || async move { answer }))
    });
    let files = match folder {
        Some(folder) => pages.merge(assets(&folder.join("assets"))),
        None => pages,
    };
    headers(storage).into_iter().try_fold(files, |router, (name, value)| -> Result<Router> {
        Ok(router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::try_from(value)?)))
    })
}

fn read_page(folder: &Path) -> Result<String> {
    let path = folder.join("index.html");
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn assets(folder: &Path) -> Router {
    // A response without the file must not stay in a cache.
    let age = |response: &Response| response.status().is_success().then(|| HeaderValue::from_static(FOREVER));
    Router::new()
        .nest_service("/assets", ServeDir::new(folder).append_index_html_on_directories(false))
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, age))
}

/// The paths of all files beside the page.
pub(crate) fn asset_paths(folder: &Path) -> Result<Vec<String>> {
    let (mut paths, mut folders) = (Vec::new(), vec!["assets".to_owned()]);
    while let Some(inner) = folders.pop() {
        let at = folder.join(&inner);
        for entry in fs::read_dir(&at).map_err(|error| format!("{}: {error}", at.display()))? {
            let entry = entry?;
            let path = format!("{inner}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                paths.push(format!("/{path}"));
            }
        }
    }
    Ok(paths)
}

/// The origin of a URL. `None` if it contains characters that could end the directive in the policy.
fn origin(endpoint: &str) -> Option<String> {
    let uri: Uri = endpoint.parse().ok()?;
    let origin = format!("{}://{}", uri.scheme_str()?, uri.authority()?);
    (!origin.contains([';', ',', ' ', '\'', '@'])).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::{headers, origin};

    fn policy(storage: &str) -> String {
        let mut headers = headers(storage).into_iter();
        headers.find(|(name, _)| name == "content-security-policy").expect("a policy").1
    }

    #[test]
    fn a_policy_contains_only_the_origin_of_the_storage() {
        let storage = "http://127.0.0.1:9199/storage/v1?x=y";
        assert_eq!(origin(storage).expect("an origin"), "http://127.0.0.1:9199");
        assert!(
            policy(storage).contains("; connect-src 'self' http://127.0.0.1:9199; "),
            "{}",
            policy(storage)
        );
        for other in ["", "nowhere", "http://a;script-src", "http://a, b", "http://u@a"] {
            assert_eq!(origin(other), None, "{other}");
            assert!(policy(other).contains("; connect-src 'self'; "), "{}", policy(other));
        }
    }
}
