//! Compares the CPU time of the worst requests to each anonymous route of `auth` with that of an ordinary request.

use futures::future;
use serde_json::json;

use crate::{
    Result,
    running_auth::{PASSWORD, RunningAuth},
};

/// The number of rounds of the whole table. The best one counts, because other load on the machine only adds to a
/// figure.
const ROUNDS: usize = 3;
/// The number of requests of each kind in a round, all at once.
const REQUESTS: usize = 40;
/// The largest accepted cost of a request, as a multiple of an ordinary one.
const LIMIT: f64 = 3.0;
/// A size just below the limits for bodies and URLs.
const BODY: usize = 16_300;
const URL: usize = 8_100;

/// A route with an ordinary request.
struct Route {
    method: &'static str,
    path: &'static str,
    ordinary: String,
}

fn routes(refresh_token: &str) -> Vec<Route> {
    let post = |path, body: serde_json::Value| Route { method: "POST", path, ordinary: body.to_string() };
    let known = "admission1@example.org";
    vec![
        post("/auth/register", json!({"email": "new@example.org", "password": "another good password"})),
        Route { method: "GET", path: "/auth/verify-email", ordinary: format!("token={}", "A".repeat(43)) },
        post("/auth/verify-email/resend", json!({"email": known})),
        post("/auth/login", json!({"email": known, "password": "not the password"})),
        post("/auth/refresh", json!({"refresh_token": refresh_token})),
        post("/auth/password/forgot", json!({"email": known})),
        post("/auth/password/reset", json!({"token": "A".repeat(43), "password": "another good password"})),
        post("/auth/passkeys/login/start", json!(null)),
    ]
}

/// Returns a text of about `size` bytes: `unit` repeated between `open` and `close`. `#` in `unit` is its number.
fn fill(open: &str, unit: &str, close: &str, size: usize) -> String {
    let units = (0..size / unit.len()).map(|number| unit.replace('#', &number.to_string()));
    format!("{open}{}{close}", units.collect::<String>())
}

/// The worst bodies, by name.
fn bodies() -> Vec<(&'static str, String)> {
    let half = BODY / 2;
    let long_key = "k".repeat(half);
    let ada = r#""email":"ada@example.org","password":"#;
    let credential = r#"{"ceremony_id":"x","credential":{"response":{"#;
    vec![
        ("U+0000 under a long key", fill(&format!(r#"{{"{long_key}":["#), r#""\u0000","#, "0]}", half)),
        ("unknown fields", fill("{", r##""#":1,"##, r#""z":1}"#, BODY * 2 / 3)),
        ("a few unknown fields", fill("{", r##""#":1,"##, r#""z":1}"#, 600)),
        ("arrays", fill(&format!(r#"{{{ada}["#), "[0],", "0]}", BODY)),
        ("a credential of arrays", fill(credential, r##""#":[0],"##, r#""z":1}},"a":1,"b":2}"#, BODY / 2)),
        ("an address of many parts", {
            let close = format!(r#"@example.org","password":"{}"}}"#, "abc".repeat(half / 3));
            fill(r#"{"email":""#, "abc.", &close, half)
        }),
        ("a password that grows under NFKC", fill(&format!(r#"{{{ada}""#), "\u{FDFA}", r#""}"#, BODY)),
        ("a name of combining characters", {
            let open = format!(r#"{{{ada}"kX9-vw2q+Lm4","display_name":""#);
            fill(&open, "e\u{301}\u{323}", r#""}"#, BODY)
        }),
        ("substituted letters", format!(r#"{{{ada}"{}"}}"#, "4@({[<691!|7$5+3".repeat(2))),
        ("substituted letters and a token", {
            format!(r#"{{"token":"A","password":"{}"}}"#, "4@({[<6940382%ab".repeat(2))
        }),
        ("brackets", fill("", "[", "", BODY)),
    ]
}

/// The worst queries, by name.
fn queries() -> Vec<(&'static str, String)> {
    vec![
        ("unknown parameters", fill("", "#=%00&", "", URL)),
        ("a few unknown parameters", fill("", "#=1&", "", 600)),
        ("a long token", fill("token=", "%01", "", URL)),
    ]
}

/// Measures every route. Fails when a request costs more than [`LIMIT`] times an ordinary one.
pub(crate) async fn run() -> Result<()> {
    let auth = RunningAuth::start(2).await?;
    auth.accounts("admission", 1).await?;
    let body = json!({"email": "admission1@example.org", "password": PASSWORD});
    println!("{:<34} {:>12} {:>9} {:>7}   worst request", "route", "ordinary ms", "worst ms", "ratio");
    let mut over = Vec::new();
    for number in 0..routes("").len() {
        let mut best: Vec<(&str, f64)> = Vec::new();
        for round in 0..ROUNDS {
            // A refresh token can be used again for ten seconds only.
            let tokens: serde_json::Value = auth.post("/auth/login", &body).await?;
            let token = tokens["refresh_token"].as_str().ok_or("no refresh token")?;
            let Route { method, path, ordinary } = routes(token).swap_remove(number);
            let worst = if method == "GET" { queries() } else { bodies() };
            let kinds = std::iter::once(("ordinary", ordinary)).chain(worst);
            for (index, (kind, sent)) in kinds.enumerate() {
                let cost = cost(&auth, method, path, &sent).await?;
                match best.get_mut(index) {
                    Some((_, known)) if round > 0 => *known = known.min(cost),
                    _ => best.push((kind, cost)),
                }
            }
        }
        let (ordinary, (kind, worst)) = (
            best[0].1,
            best[1..].iter().copied().max_by(|one, two| one.1.total_cmp(&two.1)).ok_or("nothing measured")?,
        );
        let Route { method, path, .. } = routes("").swap_remove(number);
        let (name, ratio) = (format!("{method} {path}"), worst / ordinary);
        println!("{name:<34} {ordinary:>12.2} {worst:>9.2} {ratio:>7.2}   {kind}");
        if ratio > LIMIT {
            over.push(name);
        }
    }
    if over.is_empty() {
        Ok(())
    } else {
        Err(format!("too costly before admission: {}", over.join(", ")).into())
    }
}

/// Returns the CPU time of a request, in milliseconds.
async fn cost(auth: &RunningAuth, method: &str, path: &str, sent: &str) -> Result<f64> {
    let (path, body) = if method == "GET" { (format!("{path}?{sent}"), "") } else { (path.to_owned(), sent) };
    let before = auth.process.cpu()?;
    let requests = (0..REQUESTS).map(|_| async {
        // A refused body is not read, so its connection cannot be used again.
        let status = auth.connect().await?.send(method, &path, body).await?;
        if status < 500 { Result::Ok(()) } else { Err(format!("{path} was answered with {status}").into()) }
    });
    future::try_join_all(requests).await?;
    let spent = auth.process.cpu()?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1000.0 / f64::from(u32::try_from(REQUESTS)?))
}
