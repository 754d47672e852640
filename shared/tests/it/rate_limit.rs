use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, routing::post};
use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use shared::{
    base::{
        clock::Clock,
        config::{Env, Settings as _},
    },
    http::{
        extract::Json,
        health::Health,
        server::{HttpSettings, Service},
    },
    identity::rate_limit::{Account, HasAccount, RateLimitSettings, RateLimited, RateLimits},
    testing::{Client, RedisServer, TestResponse, client, eventually},
};
use tokio::{net::TcpListener, sync::Notify, time::Instant};

/// The address from which `ada@example.org` has signed in before.
const KNOWN: &str = "203.0.113.1";

#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Guess {
    #[garde(skip)]
    email: String,
    #[garde(skip)]
    #[serde(default)]
    wrong: bool,
}

impl HasAccount for Guess {
    fn account(&self) -> Account<'_> {
        Account::Email(&self.email)
    }
}

async fn guess(RateLimited { body: Json(guess), charges }: RateLimited<Json<Guess>>) {
    if guess.wrong {
        charges.failed().await;
    }
}

/// Creates an instance with ten requests a minute for an address, four for an account from it, and six for unknown addresses.
fn instance(clock: &Clock, variables: &[(&str, &str)]) -> Client {
    let defaults = [
        ("TRUSTED_PROXY_HOPS", "1"),
        ("RATE_LIMIT_ADDRESS_PER_MINUTE", "10"),
        ("RATE_LIMIT_ACCOUNT_PER_MINUTE", "4"),
        ("RATE_LIMIT_UNKNOWN_ADDRESSES_PER_MINUTE", "6"),
        // A slow machine must not make Redis seem unavailable.
        ("REDIS_TIMEOUT_MS", "10000"),
    ];
    let env = Env::from_iter(defaults.into_iter().chain(variables.iter().copied()));
    let settings = RateLimitSettings::from_env(&env).expect("settings");
    let limits = RateLimits::new(&settings, clock.clone(), |email, network| {
        let known = email == "ada@example.org" && network.to_string() == format!("{KNOWN}/32");
        Box::pin(async move { Ok(known) })
    })
    .expect("limits");
    let health = limits.add_health_check(Health::default());
    let routes = Router::new().route("/guess", post(guess)).route("/other", post(guess)).with_state(limits);
    let http = HttpSettings::from_env(&env).expect("settings");
    client(Service::new(routes, health, &http).expect("a service").router())
}

/// Creates an instance that counts in Redis.
fn sharing(redis: &RedisServer) -> Client {
    instance(&Clock::default(), &[("REDIS_URL", &redis.url())])
}

async fn guess_from(client: &Client, address: &str, email: &str) -> TestResponse {
    client.with("x-forwarded-for", address).post("/guess", json!({"email": email})).await
}

/// Sends `count` requests and returns how many are admitted. The others must be refused with a 429.
async fn admitted(client: &Client, address: &str, email: &str, count: usize) -> usize {
    let mut admitted = 0;
    for _ in 0..count {
        let answer = guess_from(client, address, email).await;
        match answer.status.as_u16() {
            200 => admitted += 1,
            _ => {
                answer.assert_problem(429, "too_many_requests");
            }
        }
    }
    admitted
}

fn header<'a>(answer: &'a TestResponse, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn responses_show_the_quotas_and_the_remaining_requests() {
    let clock = Clock::default();
    let client = instance(&clock, &[]);
    let answer = guess_from(&client, KNOWN, "ada@example.org").await;
    answer.assert_status(200);
    assert_eq!(header(&answer, "ratelimit-policy"), r#""address";q=10;w=60, "account";q=4;w=60"#);
    assert_eq!(header(&answer, "ratelimit"), r#""address";r=9;t=6, "account";r=3;t=15"#);
    assert_eq!(admitted(&client, KNOWN, "ada@example.org", 5).await, 3);
    let refused = guess_from(&client, KNOWN, "ada@example.org").await;
    refused.assert_problem(429, "too_many_requests");
    let wait: u64 = header(&refused, "retry-after").parse().expect("seconds");
    assert!((1..=15).contains(&wait), "{wait}");
    assert!(header(&refused, "ratelimit").contains(r#""account";r=0;t="#), "{:?}", refused.headers);
    clock.advance(time::Duration::seconds(i64::try_from(wait).expect("seconds")));
    assert_eq!(admitted(&client, KNOWN, "ada@example.org", 2).await, 1);
}

#[tokio::test]
async fn an_address_is_limited_across_accounts_and_separately_for_each_route() {
    let client = instance(&Clock::default(), &[]);
    for number in 0..10 {
        guess_from(&client, KNOWN, &format!("{number}@example.org")).await.assert_status(200);
    }
    guess_from(&client, KNOWN, "10@example.org").await.assert_problem(429, "too_many_requests");
    guess_from(&client, "203.0.113.2", "10@example.org").await.assert_status(200);
    let other = client.with("x-forwarded-for", KNOWN).post("/other", json!({"email": "a@example.org"})).await;
    other.assert_status(200);
}

#[tokio::test]
async fn forged_addresses_and_addresses_of_one_network_do_not_evade_the_limit() {
    let client = instance(&Clock::default(), &[]);
    for number in 0..10 {
        let (forged, email) = (format!("10.0.0.{number}, {KNOWN}"), format!("{number}@example.org"));
        guess_from(&client, &forged, &email).await.assert_status(200);
    }
    let forged = guess_from(&client, &format!("10.9.9.9, {KNOWN}"), "new@example.org").await;
    forged.assert_problem(429, "too_many_requests");
    for number in 0..10 {
        let (host, email) = (format!("2001:db8::{number}"), format!("{number}@example.org"));
        guess_from(&client, &host, &email).await.assert_status(200);
    }
    guess_from(&client, "2001:db8::ffff:1", "x@example.org").await.assert_problem(429, "too_many_requests");
    guess_from(&client, "2001:db8:0:1::1", "y@example.org").await.assert_status(200);
    // All requests without an address count as one client.
    for number in 0..10 {
        client.post("/guess", json!({"email": format!("{number}@example.com")})).await.assert_status(200);
    }
    let nowhere = guess_from(&client, "not an address", "z@example.com").await;
    nowhere.assert_problem(429, "too_many_requests");
}

#[tokio::test]
async fn invalid_bodies_are_limited_too() {
    let client = instance(&Clock::default(), &[]);
    for _ in 0..10 {
        let answer = client.post("/guess", json!({"mail": 1})).await;
        answer.assert_problem(422, "invalid_fields");
        assert!(header(&answer, "ratelimit").starts_with(r#""address";r="#), "{:?}", answer.headers);
    }
    client.post("/guess", json!({"mail": 1})).await.assert_problem(429, "too_many_requests");
}

#[tokio::test]
async fn an_address_is_refused_before_the_body_is_read() {
    let client = instance(&Clock::default(), &[("RATE_LIMIT_ADDRESS_PER_MINUTE", "1")]);
    client.post("/guess", json!({"mail": 1})).await.assert_problem(422, "invalid_fields");
    client.post_stalled("/guess").await.assert_problem(429, "too_many_requests");
}

#[tokio::test]
async fn an_entry_that_is_no_text_does_not_hide_the_address() {
    let client = instance(&Clock::default(), &[]);
    for number in 0..10 {
        let email = format!("{number}@example.org");
        guess_from(&client, &format!("é, {KNOWN}"), &email).await.assert_status(200);
    }
    guess_from(&client, &format!("é, {KNOWN}"), "new@example.org")
        .await
        .assert_problem(429, "too_many_requests");
    guess_from(&client, KNOWN, "new@example.org").await.assert_problem(429, "too_many_requests");
    guess_from(&client, "é, 203.0.113.2", "new@example.org").await.assert_status(200);
}

#[tokio::test]
async fn a_failed_attempt_counts_as_three_requests() {
    let redis = RedisServer::start().await;
    for client in [instance(&Clock::default(), &[]), sharing(&redis)] {
        let client = client.with("x-forwarded-for", KNOWN);
        let wrong = json!({"email": "ada@example.org", "wrong": true});
        let failed = client.post("/guess", wrong.clone()).await;
        failed.assert_status(200);
        assert!(header(&failed, "ratelimit").contains(r#""account";r=1;"#), "{:?}", failed.headers);
        client.post("/guess", wrong.clone()).await.assert_status(200);
        client.post("/guess", wrong).await.assert_problem(429, "too_many_requests");
    }
}

#[tokio::test]
async fn a_flood_on_an_account_stops_unknown_addresses_but_not_known_ones() {
    let redis = RedisServer::start().await;
    for client in [instance(&Clock::default(), &[]), sharing(&redis)] {
        let mut admitted_count = 0;
        for number in 0..20 {
            admitted_count += admitted(&client, &format!("198.51.100.{number}"), "ada@example.org", 1).await;
        }
        assert_eq!(admitted_count, 6);
        let stranger = guess_from(&client, "198.51.100.99", "Ada@Example.org ").await;
        stranger.assert_problem(429, "too_many_requests");
        assert!(
            header(&stranger, "ratelimit").contains(r#""unknown-addresses";r=0;"#),
            "{:?}",
            stranger.headers
        );
        // A known address is still limited by its own quota.
        assert_eq!(admitted(&client, KNOWN, "ada@example.org", 6).await, 4);
        assert_eq!(admitted(&client, "198.51.100.99", "bob@example.org", 1).await, 1);
    }
}

#[tokio::test]
async fn instances_share_counts_and_redis_stores_no_address() {
    let redis = RedisServer::start().await;
    let instances = [sharing(&redis), sharing(&redis)];
    let mut admitted_count = 0;
    for number in 0..20 {
        admitted_count += admitted(&instances[number % 2], KNOWN, &format!("{number}@example.org"), 1).await;
    }
    assert_eq!(admitted_count, 10);
    assert_eq!(instances[0].get("/health").await.assert_status(200).body["dependencies"][0]["status"], "ok");

    let client = redis::Client::open(redis.url()).expect("a client");
    let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.expect("keys");
    assert_eq!(keys.len(), 21);
    for key in keys {
        let text = String::from_utf8_lossy(&key).into_owned();
        assert!(!text.contains("example") && !text.contains("203.0"), "{text}");
        let expiry: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut connection).await.expect("an expiry");
        assert!((1..=60_000).contains(&expiry), "{expiry}");
    }
}

#[tokio::test]
async fn parallel_requests_to_two_instances_never_exceed_the_quota() {
    let redis = RedisServer::start().await;
    let instances = [sharing(&redis), sharing(&redis)];
    let requests = (0..60).map(|number| {
        let instance = &instances[number % 2];
        async move { admitted(instance, KNOWN, &format!("{number}@example.org"), 1).await }
    });
    assert_eq!(futures::future::join_all(requests).await.iter().sum::<usize>(), 10);
}

#[tokio::test]
async fn limits_apply_locally_while_redis_is_down_and_are_shared_again_afterwards() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.subscriber());
    let mut redis = RedisServer::start().await;
    let client = sharing(&redis);
    let (counted, resume) = (Notify::new(), Notify::new());
    let burst = async {
        let mut admitted_count = 0;
        for number in 0..60 {
            // The first ten rounds run while Redis is being killed, the rest once it is dead.
            if number == 10 {
                resume.notified().await;
            }
            let requests = (0..5).map(|at| {
                let (client, email) = (&client, format!("{number}-{at}@example.org"));
                async move { admitted(client, KNOWN, &email, 1).await }
            });
            admitted_count += futures::future::join_all(requests).await.iter().sum::<usize>();
            counted.notify_one();
        }
        admitted_count
    };
    let (admitted_count, ()) = tokio::join!(burst, async {
        counted.notified().await;
        redis.kill().await;
        resume.notify_one();
    });
    // At most the quota is admitted through Redis, and then the quota of this instance.
    assert!((11..=20).contains(&admitted_count), "{admitted_count}");
    assert_eq!(admitted(&client, "203.0.113.7", "a@example.org", 20).await, 4);
    assert_eq!(client.get("/health").await.assert_status(200).body["status"], "degraded");
    assert_eq!(log.count("Redis does not answer"), 1);

    redis.restart().await;
    eventually("Redis to be used again", async || {
        guess_from(&client, "203.0.113.8", "b@example.org").await;
        (log.count("Redis answers again") == 1).then_some(())
    })
    .await;
    eventually("a new report", async || {
        (client.get("/health").await.assert_status(200).body["status"] == "ok").then_some(())
    })
    .await;
    let other = sharing(&redis);
    let shared = admitted(&client, "203.0.113.9", "c@example.org", 3).await
        + admitted(&other, "203.0.113.9", "c@example.org", 3).await;
    assert_eq!(shared, 4);
}

#[tokio::test]
async fn a_hanging_redis_delays_only_one_request() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    for scheme in ["redis", "rediss"] {
        let log = Log::default();
        let _guard = tracing::subscriber::set_default(log.subscriber());
        let url = format!("{scheme}://:secret@{}", silent.local_addr().expect("an address"));
        let client = instance(&Clock::default(), &[("REDIS_URL", url.as_str()), ("REDIS_TIMEOUT_MS", "300")]);
        let start = Instant::now();
        assert_eq!(admitted(&client, KNOWN, "ada@example.org", 1).await, 1);
        assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
        let start = Instant::now();
        assert_eq!(admitted(&client, KNOWN, "ada@example.org", 5).await, 3);
        assert!(start.elapsed() < Duration::from_millis(1400), "{:?}", start.elapsed());
        assert_eq!((log.count("Redis does not answer"), log.count("secret")), (1, 0));
    }
}

#[tokio::test]
async fn a_function_starts_while_redis_is_down() {
    let free = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("redis://{}", free.local_addr().expect("an address"));
    drop(free);
    let client = instance(&Clock::default(), &[("REDIS_URL", url.as_str())]);
    assert_eq!(admitted(&client, KNOWN, "ada@example.org", 6).await, 4);
    let env =
        Env::from_iter([("REDIS_URL", "http://:secret@somewhere"), ("RATE_LIMIT_ADDRESS_PER_MINUTE", "0")]);
    let error = RateLimitSettings::from_env(&env).err().expect("an error").to_string();
    assert!(
        error.contains("RATE_LIMIT_ADDRESS_PER_MINUTE is invalid: expected a whole number from 1"),
        "{error}"
    );
    let settings = RateLimitSettings::from_env(&Env::from_iter([("REDIS_URL", "http://:secret@somewhere")]));
    let limits =
        RateLimits::new(&settings.expect("settings"), Clock::default(), |_, _| Box::pin(async { Ok(false) }));
    let error = limits.err().expect("an error").to_string();
    assert!(error.contains("REDIS_URL is invalid") && !error.contains("secret"), "{error}");
}

/// The log of the test's own thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        let log = self.clone();
        tracing_subscriber::fmt().with_writer(move || log.clone()).finish()
    }

    fn count(&self, text: &str) -> usize {
        String::from_utf8_lossy(&self.0.lock().expect("the log")).matches(text).count()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
