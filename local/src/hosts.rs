//! Protection against DNS rebinding. A website can point its own domain at 127.0.0.1, and browsers then let its pages
//! read what the local cloud answers. The requests of such pages name that domain as their host, so only local hosts
//! are served.

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header, uri::Authority},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};

/// The ports accepted in a `Host` header: the server's own, and the gateway's, because the gateway forwards the header
/// unchanged.
pub(crate) type Ports = [u16; 2];

/// Makes a router refuse requests for hosts other than this machine.
pub(crate) fn local_only(ports: Ports, router: Router) -> Router {
    router.layer(middleware::from_fn_with_state(ports, check))
}

async fn check(State(ports): State<Ports>, request: Request, next: Next) -> Response {
    // HTTP/2 names the host in the URI.
    let authority = request.uri().authority().cloned();
    let headers = request.headers().get_all(header::HOST).iter();
    let named = headers.map(|host| host.to_str().ok()?.parse().ok());
    let hosts: Vec<Option<Authority>> = authority.map(Some).into_iter().chain(named).collect();
    let is_local = |host: &Option<Authority>| host.as_ref().is_some_and(|host| is_local(host, ports));
    if !hosts.is_empty() && hosts.iter().all(is_local) {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, "Only localhost and 127.0.0.1 are served.").into_response()
}

fn is_local(host: &Authority, ports: Ports) -> bool {
    let is_loopback = host.host().eq_ignore_ascii_case("localhost") || host.host() == "127.0.0.1";
    // Google's client for Cloud Storage leaves the port out.
    is_loopback && host.port().is_none_or(|port| ports.contains(&port.as_u16()))
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn only_this_machine_with_a_known_port_is_local() {
        let local = |host: &str| is_local(&host.parse().expect("an authority"), [8080, 9000]);
        for host in ["localhost:8080", "127.0.0.1:9000", "LOCALHOST:8080", "127.0.0.1", "localhost"] {
            assert!(local(host), "{host}");
        }
        for host in [
            "evil.example:8080",
            "evil.example",
            "localhost.evil.example:8080",
            "127.0.0.1.evil.example:8080",
            "localhost@evil.example:8080",
            "localhost:8081",
            "0.0.0.0:8080",
            "[::1]:8080",
        ] {
            assert!(!local(host), "{host}");
        }
    }
}
