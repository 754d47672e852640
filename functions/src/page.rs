//! The reference page: a small web front end, to which the links in mails lead.
//!
//! Another host of such pages must send the same headers. Its `Content-Security-Policy` names two more origins: the
//! API's in `connect-src`, unless it is the same, and Cloud Storage's (`https://storage.googleapis.com`) in
//! `connect-src` for uploads, and in `img-src` and `media-src` for files that a page shows. `media-src blob:` plays a
//! recording before it is sent, and `frame-src blob:` shows a PDF in the browser's viewer. In the cloud, the functions
//! serve no pages: the web host sets the header (the load balancer of the bucket, the CDN or the front end's server),
//! and its origin must be in the functions' `CORS_ORIGINS` and in the buckets' CORS settings.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Uri, header},
    routing::get,
};
use tower_http::set_header::SetResponseHeaderLayer;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, media type and content of every file.
const FILES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("../../web/page/index.html")),
    ("/register", HTML, include_str!("../../web/page/register.html")),
    ("/invitation", HTML, include_str!("../../web/page/invitation.html")),
    ("/verify-email", HTML, include_str!("../../web/page/verify-email.html")),
    ("/sign-in", HTML, include_str!("../../web/page/sign-in.html")),
    ("/forgot-password", HTML, include_str!("../../web/page/forgot-password.html")),
    ("/reset-password", HTML, include_str!("../../web/page/reset-password.html")),
    ("/account", HTML, include_str!("../../web/page/account.html")),
    ("/your-projects", HTML, include_str!("../../web/page/your-projects.html")),
    ("/project", HTML, include_str!("../../web/page/project.html")),
    ("/item", HTML, include_str!("../../web/page/item.html")),
    ("/queue", HTML, include_str!("../../web/page/queue.html")),
    ("/statistics", HTML, include_str!("../../web/page/statistics.html")),
    ("/page/page.css", CSS, include_str!("../../web/page/page.css")),
    ("/page/queue.css", CSS, include_str!("../../web/page/queue.css")),
    ("/page/statistics.css", CSS, include_str!("../../web/page/statistics.css")),
    ("/page/form.js", JS, include_str!("../../web/page/form.js")),
    ("/page/session.js", JS, include_str!("../../web/page/session.js")),
    ("/page/ceremony.js", JS, include_str!("../../web/page/ceremony.js")),
    ("/page/owner.js", JS, include_str!("../../web/page/owner.js")),
    ("/page/reauthenticate.js", JS, include_str!("../../web/page/reauthenticate.js")),
    ("/page/ask.js", JS, include_str!("../../web/page/ask.js")),
    ("/page/list.js", JS, include_str!("../../web/page/list.js")),
    ("/page/element.js", JS, include_str!("../../web/page/element.js")),
    ("/page/device.js", JS, include_str!("../../web/page/device.js")),
    ("/page/register.js", JS, include_str!("../../web/page/register.js")),
    ("/page/invitation.js", JS, include_str!("../../web/page/invitation.js")),
    ("/page/kept-invitation.js", JS, include_str!("../../web/page/kept-invitation.js")),
    ("/page/verify-email.js", JS, include_str!("../../web/page/verify-email.js")),
    ("/page/sign-in.js", JS, include_str!("../../web/page/sign-in.js")),
    ("/page/forgot-password.js", JS, include_str!("../../web/page/forgot-password.js")),
    ("/page/reset-password.js", JS, include_str!("../../web/page/reset-password.js")),
    ("/page/account.js", JS, include_str!("../../web/page/account.js")),
    ("/page/profile.js", JS, include_str!("../../web/page/profile.js")),
    ("/page/passkeys.js", JS, include_str!("../../web/page/passkeys.js")),
    ("/page/sessions.js", JS, include_str!("../../web/page/sessions.js")),
    ("/page/change-password.js", JS, include_str!("../../web/page/change-password.js")),
    ("/page/own-data.js", JS, include_str!("../../web/page/own-data.js")),
    ("/page/your-projects.js", JS, include_str!("../../web/page/your-projects.js")),
    ("/page/project.js", JS, include_str!("../../web/page/project.js")),
    ("/page/items.js", JS, include_str!("../../web/page/items.js")),
    ("/page/item-paths.js", JS, include_str!("../../web/page/item-paths.js")),
    ("/page/wording.js", JS, include_str!("../../web/page/wording.js")),
    ("/page/media-types.js", JS, include_str!("../../web/page/media-types.js")),
    ("/page/live.js", JS, include_str!("../../web/page/live.js")),
    ("/page/upload.js", JS, include_str!("../../web/page/upload.js")),
    ("/page/uploads.js", JS, include_str!("../../web/page/uploads.js")),
    ("/page/kept-uploads.js", JS, include_str!("../../web/page/kept-uploads.js")),
    ("/page/project-uploads.js", JS, include_str!("../../web/page/project-uploads.js")),
    ("/page/next-upload.js", JS, include_str!("../../web/page/next-upload.js")),
    ("/page/recorder.js", JS, include_str!("../../web/page/recorder.js")),
    ("/page/item.js", JS, include_str!("../../web/page/item.js")),
    ("/page/label.js", JS, include_str!("../../web/page/label.js")),
    ("/page/pages.js", JS, include_str!("../../web/page/pages.js")),
    ("/page/paper.js", JS, include_str!("../../web/page/paper.js")),
    ("/page/difference.js", JS, include_str!("../../web/page/difference.js")),
    ("/page/history.js", JS, include_str!("../../web/page/history.js")),
    ("/page/queue.js", JS, include_str!("../../web/page/queue.js")),
    ("/page/claim.js", JS, include_str!("../../web/page/claim.js")),
    ("/page/decision.js", JS, include_str!("../../web/page/decision.js")),
    ("/page/round.js", JS, include_str!("../../web/page/round.js")),
    ("/page/writing.js", JS, include_str!("../../web/page/writing.js")),
    ("/page/drafts.js", JS, include_str!("../../web/page/drafts.js")),
    ("/page/shortcuts.js", JS, include_str!("../../web/page/shortcuts.js")),
    ("/page/document-view.js", JS, include_str!("../../web/page/document-view.js")),
    ("/page/spoken-words.js", JS, include_str!("../../web/page/spoken-words.js")),
    ("/page/roving.js", JS, include_str!("../../web/page/roving.js")),
    ("/page/statistics.js", JS, include_str!("../../web/page/statistics.js")),
    ("/page/figures.js", JS, include_str!("../../web/page/figures.js")),
    ("/page/trend.js", JS, include_str!("../../web/page/trend.js")),
    ("/page/return.js", JS, include_str!("../../web/page/return.js")),
    ("/page/exports.js", JS, include_str!("../../web/page/exports.js")),
    ("/page/icon.svg", SVG, include_str!("../../web/page/icon.svg")),
];

/// The origin of Cloud Storage for browsers.
pub const STORAGE: &str = "https://storage.googleapis.com";

/// Prevents that URLs with tokens leak as referrers, and that browsers guess media types.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-cache"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Allows only files of the same origin, without framing. Pages may connect to their own origin and to storage.
fn policy(storage: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' {storage}; \
         media-src blob: {storage}; frame-src blob:; connect-src 'self' {storage}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// The paths of all files.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(path, ..)| *path)
}

/// The headers of all files, except for caching.
pub(crate) fn headers(storage: &str) -> Vec<(HeaderName, String)> {
    let fixed = HEADERS.into_iter().filter(|(name, _)| name != header::CACHE_CONTROL);
    let policy = (header::CONTENT_SECURITY_POLICY, policy(&origin(storage).unwrap_or_default()));
    fixed.map(|(name, value)| (name, value.to_owned())).chain([policy]).collect()
}

/// Serves the page's files, with a policy that allows the storage at this URL.
pub fn router(storage: &str) -> Router {
    let files = FILES.iter().fold(Router::new(), |router, &(path, kind, content)| {
        router.route(path, get(move || async move { ([(header::CONTENT_TYPE, kind)], content) }))
    });
    let fixed = HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value)));
    let policy = HeaderValue::try_from(policy(&origin(storage).unwrap_or_default())).ok();
    let policy = policy.map(|policy| (header::CONTENT_SECURITY_POLICY, policy));
    fixed.into_iter().chain(policy).fold(files, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name, value))
    })
}

/// The origin of a URL, without characters that could end the directive that contains it.
fn origin(endpoint: &str) -> Option<String> {
    let uri: Uri = endpoint.parse().ok()?;
    let origin = format!("{}://{}", uri.scheme_str()?, uri.authority()?);
    (!origin.contains([';', ',', ' ', '\'', '@'])).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::{origin, policy};

    #[test]
    fn a_policy_contains_only_the_origin_of_the_storage() {
        let storage = origin("http://127.0.0.1:9199/storage/v1?x=y").expect("an origin");
        assert_eq!(storage, "http://127.0.0.1:9199");
        assert!(policy(&storage).contains("; connect-src 'self' http://127.0.0.1:9199; "));
        for other in ["", "nowhere", "http://a;script-src", "http://a, b", "http://u@a"] {
            assert_eq!(origin(other), None, "{other}");
        }
    }
}
