//! The worst requests that anyone can send to any route without signing in: each gets a short answer soon.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use axum::{Router, http::Method};
use functions::{FUNCTIONS, url_map};
use shared::{
    cloud::events::EmailRequested,
    testing::{self, Client, Platform},
};
use sqlx::PgPool;

/// The maximum size of a response in addition to twice the size of its request, in bytes.
const MARGIN: usize = 4 << 10;
/// Sizes below and above the limits for bodies.
const SIZES: [usize; 3] = [600, 16_000, 40_000];

/// Returns a text of about `size` bytes: `unit` repeated between `open` and `close`. `#` in `unit` is its number.
fn fill(open: &str, unit: &str, close: &str, size: usize) -> String {
    let units = (0..size / unit.len()).map(|number| unit.replace('#', &number.to_string()));
    format!("{open}{}{close}", units.collect::<String>())
}

fn json_bodies(size: usize) -> Vec<String> {
    let (half, nul) = (size / 2, "\\u0000");
    let long_key = "k".repeat(half);
    let ada = r#""email":"ada@example.org","password":"#;
    vec![
        fill(&format!(r#"{{"{long_key}":["#), &format!("\"{nul}\","), "0]}", half),
        fill(&format!(r#"{{"{long_key}":"#), "[", &"]".repeat(100), 100),
        fill("{", r##""#":1,"##, r#""z":1}"#, size),
        fill("{", &format!(r##""#":"{nul}","##), r#""z":1}"#, size),
        fill("{", r##""#":[{"a":"\u0000"}],"##, r#""z":1}"#, size),
        fill(r#"{""#, "k", r#"":1}"#, size),
        fill(r#"{""#, r"\u0001", r#"":1}"#, size),
        fill(r#"{""#, "`", r#"":1,"email":2}"#, size),
        fill(
            r#"{"email":""#,
            "abc.",
            &format!(r#"@example.org","password":"{}"}}"#, "abc".repeat(half / 3)),
            half,
        ),
        fill(
            r#"{"email":""#,
            "ABC+",
            &format!(r#"@example.org","password":"{}"}}"#, "kX9-vw2q".repeat(12)),
            half,
        ),
        fill(&format!(r#"{{{ada}""#), "\u{FDFA}", r#""}"#, size),
        fill(&format!(r#"{{{ada}"kX9-vw2q+Lm4","display_name":""#), "e\u{301}\u{323}", r#""}"#, size),
        fill(&format!(r#"{{{ada}""#), "4@({[<691!|7$5+3", r#""}"#, 90),
        fill(r#"{"token":"A","password":""#, "4@({[<691!|7$5+3", r#""}"#, 90),
        fill(&format!(r#"{{{ada}["#), "[0],", "0]}", size),
        fill(r#"{"email":["#, &format!("\"{nul}\","), "0]}", size),
        fill(r#"{"email":7,"password":""#, r"\u0001", r#""}"#, size),
        fill(r#"{"ceremony_id":""#, r"\u0001", r#"","credential":{}}"#, half),
        fill(r#"{"ceremony_id":"x","credential":{"id":["#, &format!("\"{nul}\","), "0]}}", size),
        fill(
            r#"{"ceremony_id":"x","credential":{"response":{"#,
            r##""#":[0],"##,
            r#""z":1}},"a":1,"b":2,"c":3}"#,
            size,
        ),
        fill(r#"{"refresh_token":""#, "A", r#""}"#, size),
        fill(r#"{"token":""#, "A", r#"","password":"kX9-vw2q+Lm4"}"#, size),
        fill("{", r#""email":"a","#, r#""email":1}"#, size),
        fill("", "[", "", size),
        fill("", r#"{"a":"#, "", size),
        fill("\"", nul, "\"", size),
        fill("", " ", "", size),
    ]
}

fn forms(size: usize) -> Vec<String> {
    vec![
        fill("", "#=%00&", "", size),
        fill("username=", "%00", "&x=1", size),
        fill("username=", "%01", "&username=2", size),
        fill("", "%01", "=1", size),
        fill("", "username=a&", "password=b", size),
        fill("", "&", "", size),
        fill("username=a&password=", "%EF%B7%BA", "", size),
    ]
}

fn router(platform: &Platform) -> Router {
    let served = FUNCTIONS.iter().filter(|function| !function.paths.is_empty());
    let routers: BTreeMap<&str, Router> = served
        .map(|function| {
            testing::describe(function.name, || function.openapi());
            let service = function.service(&platform.env(), platform.clock.clone());
            (function.name, service.expect("a function").router())
        })
        .collect();
    Router::new().fallback(move |request: axum::extract::Request| {
        let function = url_map::function_for(request.uri().path()).expect("a function");
        let router = routers[function.name].clone();
        async move { tower::ServiceExt::oneshot(router, request).await }
    })
}

/// Sends a request and checks that its response is neither large nor late.
async fn check(client: &Client, method: &Method, path: &str, kind: &str, body: &str) {
    let start = Instant::now();
    let answer = client.send(method.clone(), path, Some(kind), body.as_bytes().to_vec()).await;
    let took = start.elapsed();
    let text = |text: &str| text.chars().take(60).collect::<String>();
    let request = format!("{method} {} {} ({} bytes)", text(path), text(body), body.len());
    assert!(!answer.status.is_server_error(), "{request}: {} {}", answer.status, answer.body);
    let sent = path.len() + body.len();
    assert!(answer.size <= 2 * sent + MARGIN, "{request}: {} bytes of {}", answer.size, answer.status);
    assert!(took < Duration::from_secs(5), "{request}: {took:?}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn no_anonymous_request_gets_a_large_or_late_response(db: PgPool) {
    let platform = Platform::start(db).await;
    let client = platform.client(router(&platform));
    let document = functions::openapi();
    let (mut with_body, mut public) = (0, 0);
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let named = &path.replace(['{', '}'], "");
            let anonymous = operation["security"].as_array().is_some_and(Vec::is_empty);
            public += usize::from(anonymous);
            // Every other route refuses a request without a token before it reads its body.
            let sizes = if anonymous { &SIZES[..] } else { &SIZES[..1] };
            for &size in sizes {
                for body in json_bodies(size) {
                    check(&client, &method, named, "application/json", &body).await;
                    with_body += 1;
                }
                for form in forms(size) {
                    check(&client, &method, &format!("{named}?{form}"), "application/json", "").await;
                    check(&client, &method, named, "application/x-www-form-urlencoded", &form).await;
                }
                let long = named.replace("token", &"%00".repeat(size / 3));
                check(&client, &method, &long, "application/json", "{}").await;
            }
        }
    }
    // Some registrations are valid.
    platform.events::<EmailRequested>().await;
    assert!(public >= 10 && with_body > 1000, "{public} public routes, {with_body} bodies");
}
