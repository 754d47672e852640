//! The reference page: where the links in mails lead, and a front door to the platform.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    routing::get,
};
use tower_http::set_header::SetResponseHeaderLayer;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, media type and content of every file.
const FILES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("../page/index.html")),
    ("/register", HTML, include_str!("../page/register.html")),
    ("/invitation", HTML, include_str!("../page/invitation.html")),
    ("/verify-email", HTML, include_str!("../page/verify-email.html")),
    ("/sign-in", HTML, include_str!("../page/sign-in.html")),
    ("/forgot-password", HTML, include_str!("../page/forgot-password.html")),
    ("/reset-password", HTML, include_str!("../page/reset-password.html")),
    ("/account", HTML, include_str!("../page/account.html")),
    ("/page/page.css", CSS, include_str!("../page/page.css")),
    ("/page/form.js", JS, include_str!("../page/form.js")),
    ("/page/session.js", JS, include_str!("../page/session.js")),
    ("/page/ceremony.js", JS, include_str!("../page/ceremony.js")),
    ("/page/owner.js", JS, include_str!("../page/owner.js")),
    ("/page/reauthenticate.js", JS, include_str!("../page/reauthenticate.js")),
    ("/page/ask.js", JS, include_str!("../page/ask.js")),
    ("/page/list.js", JS, include_str!("../page/list.js")),
    ("/page/element.js", JS, include_str!("../page/element.js")),
    ("/page/device.js", JS, include_str!("../page/device.js")),
    ("/page/register.js", JS, include_str!("../page/register.js")),
    ("/page/invitation.js", JS, include_str!("../page/invitation.js")),
    ("/page/kept-invitation.js", JS, include_str!("../page/kept-invitation.js")),
    ("/page/verify-email.js", JS, include_str!("../page/verify-email.js")),
    ("/page/sign-in.js", JS, include_str!("../page/sign-in.js")),
    ("/page/forgot-password.js", JS, include_str!("../page/forgot-password.js")),
    ("/page/reset-password.js", JS, include_str!("../page/reset-password.js")),
    ("/page/account.js", JS, include_str!("../page/account.js")),
    ("/page/profile.js", JS, include_str!("../page/profile.js")),
    ("/page/passkeys.js", JS, include_str!("../page/passkeys.js")),
    ("/page/sessions.js", JS, include_str!("../page/sessions.js")),
    ("/page/change-password.js", JS, include_str!("../page/change-password.js")),
    ("/page/own-data.js", JS, include_str!("../page/own-data.js")),
    ("/page/icon.svg", SVG, include_str!("../page/icon.svg")),
];

/// Only our own files run; nobody frames the page; no address with a token in it leaves.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-cache"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Serves the page's files.
pub fn router() -> Router {
    let files = FILES.iter().fold(Router::new(), |router, &(path, kind, content)| {
        router.route(path, get(move || async move { ([(header::CONTENT_TYPE, kind)], content) }))
    });
    HEADERS.iter().fold(files, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(name.clone(), HeaderValue::from_static(value)))
    })
}
