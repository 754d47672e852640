use serde_json::json;
use shared::{
    base::config::Env,
    testing::{eventually, start_error},
};
use sqlx::PgPool;

use crate::support::{Auth, PASSWORD};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn health_reports_the_database(db: PgPool) {
    let auth = Auth::start(db).await;
    let health = auth.client.get("/health").await;
    health.assert_status(200);
    assert_eq!(health.body["status"], "ok");
    assert_eq!(health.body["dependencies"][0]["name"], "database");
    assert!(health.body["dependencies"][0]["latency_ms"].is_u64());
    auth.client.get("/health/live").await.assert_status(200);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn requests_fail_with_503_until_the_database_is_back(db: PgPool) {
    let auth = Auth::start(db).await;
    let url: url::Url = auth.platform.env().get("DATABASE_URL").expect("a URL").parse().expect("a URL");
    let real = format!("{}:{}", url.host_str().unwrap_or("127.0.0.1"), url.port().unwrap_or(5432));
    // The listener drops connections, as if the database were down, and later forwards them to the real one.
    let door = Proxy::open(real).await;
    let mut through_the_door = url.clone();
    through_the_door.set_host(Some("127.0.0.1")).expect("a host");
    through_the_door.set_port(Some(door.port)).expect("a port");
    let variables = [("DATABASE_URL", through_the_door.as_str()), ("DATABASE_ACQUIRE_TIMEOUT", "1")];
    let client = auth.platform.client_of::<auth::Auth>(&variables);

    let login = json!({"email": "ada@example.org", "password": PASSWORD});
    let down = client.post("/auth/login", login.clone()).await;
    down.assert_problem(503, "unavailable");
    assert!(down.headers.contains_key("retry-after"));
    let health = client.get("/health").await;
    health.assert_status(503);
    assert_eq!(health.body["status"], "unavailable");
    client.get("/health/live").await.assert_status(200);

    door.let_through();
    eventually("a new report", async || (client.get("/health").await.status == 200).then_some(())).await;
    client.post("/auth/login", login).await.assert_problem(401, "invalid_credentials");
}

struct Proxy {
    port: u16,
    open: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Proxy {
    async fn open(real: String) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let open = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let is_open = std::sync::Arc::clone(&open);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                if is_open.load(std::sync::atomic::Ordering::SeqCst) {
                    let real = real.clone();
                    tokio::spawn(async move {
                        let mut far = tokio::net::TcpStream::connect(real).await.expect("the database");
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    });
                }
            }
        });
        Self { port, open }
    }

    fn let_through(&self) {
        self.open.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

#[tokio::test]
async fn startup_fails_and_names_a_missing_variable() {
    let error = start_error::<auth::Auth>(&Env::default());
    for name in ["DATABASE_URL", "ACCESS_TOKEN_JWKS", "MAIL_TOKEN_KEYS", "PUBSUB_PROJECT"] {
        assert!(error.contains(&format!("the environment variable {name} is not set")), "{error}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn responses_have_security_headers_and_cors_headers_only_for_known_origins(db: PgPool) {
    let auth = Auth::start(db).await;
    let known = auth.client.with("origin", "https://app.test").get("/auth/me").await;
    assert_eq!(known.headers["access-control-allow-origin"], "https://app.test");
    let exposed = known.headers["access-control-expose-headers"].to_str().unwrap_or_default().to_lowercase();
    for name in ["etag", "location", "retry-after", "ratelimit", "x-request-id"] {
        assert!(exposed.contains(name), "{exposed}");
    }
    assert_eq!(known.headers["x-content-type-options"], "nosniff");
    let foreign = auth.client.with("origin", "https://evil.test").get("/auth/me").await;
    assert!(!foreign.headers.contains_key("access-control-allow-origin"));
    let named = auth.client.with("x-request-id", "my-request-1").get("/auth/me").await;
    assert_eq!(named.headers["x-request-id"], "my-request-1");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_key_set_is_public_and_cacheable(db: PgPool) {
    let auth = Auth::start(db).await;
    let keys = auth.client.get("/.well-known/jwks.json").await;
    keys.assert_status(200);
    assert_eq!(keys.headers["cache-control"], "public, max-age=300");
    assert_eq!((&keys.body["keys"][0]["kty"], &keys.body["keys"][0]["crv"]), (&json!("EC"), &json!("P-256")));
    assert!(keys.body["keys"][0]["kid"].is_string() && keys.body["keys"][0]["d"].is_null());
}
