use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::Method,
    routing::{get, post},
};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use shared::{
    base::{
        config::{Env, Settings as _},
        database::{self, DatabaseSettings, Failure},
    },
    http::{
        health::Health,
        problem::Result,
        server::{HttpSettings, Service},
    },
    testing::{OtherCluster, Platform, client, eventually},
};
use sqlx::{AssertSqlSafe, PgPool};

use crate::redis::authority;

fn settings(platform: &Platform, variables: &[(&str, &str)]) -> DatabaseSettings {
    let env: Env = variables.iter().fold(platform.env(), |env, (name, value)| env.with(name, *value));
    DatabaseSettings::from_env(&env).expect("settings")
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_statement_ends_before_its_request(db: PgPool) {
    let platform = Platform::start(db).await;
    let limited = database::connect(&settings(&platform, &[]), Some(Duration::from_secs(1))).expect("a pool");
    let slow = sqlx::raw_sql("select pg_sleep(30)").execute(&limited).await.expect_err("a time limit");
    assert_eq!(Failure::of(&slow), Failure::TimedOut, "{slow}");

    let ada = platform.user("ada@example.org").await;
    let mut holder = platform.db.begin().await.expect("a transaction");
    let lock = format!("select from users where id = '{}' for update", ada.id);
    sqlx::raw_sql(AssertSqlSafe(lock.clone())).execute(&mut *holder).await.expect("a lock");
    let waiting = sqlx::raw_sql(AssertSqlSafe(lock)).execute(&limited).await.expect_err("a time limit");
    assert_eq!(Failure::of(&waiting), Failure::Unavailable, "{waiting}");
    let active = "select count(*) from pg_stat_activity
                  where datname = current_database() and state = 'active' and pid <> pg_backend_pid()";
    // The server sends the error shortly before it becomes idle.
    eventually("no statement to run", async || (platform.count(active).await == 0).then_some(())).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_server_that_proves_no_certificate_is_refused(db: PgPool) {
    let platform = Platform::start(db).await;
    let pem = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
    let verified = settings(&platform, &[("DATABASE_CA_CERTIFICATE", pem)]);
    let verified = database::connect(&verified, None).expect("a pool");
    assert!(sqlx::raw_sql("select 1").execute(&verified).await.is_err());
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_a_server_whose_authority_is_known_is_accepted(db: PgPool) {
    let (ours, other) = (authority(), authority());
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(vec!["database.internal".to_owned()]).expect("parameters");
    let server = server.signed_by(&key, &ours).expect("a certificate");
    let cluster = OtherCluster::with_certificate(&db, &server.pem(), &key.serialize_pem()).await;
    let platform = Platform::start(db).await;
    let url = cluster.url();
    let connects = async |pem: &str| {
        let settings = settings(&platform, &[("DATABASE_URL", &url), ("DATABASE_CA_CERTIFICATE", pem)]);
        let pool = database::connect(&settings, None).expect("a pool");
        sqlx::raw_sql("select 1").execute(&pool).await.is_ok()
    };
    assert!(connects(&ours.pem()).await, "the address in the URL need not be in the certificate");
    assert!(!connects(&other.pem()).await, "another authority");
}

struct Failing {
    db: PgPool,
    code: &'static str,
    failures: usize,
    calls: AtomicUsize,
}

/// Fails with a code of PostgreSQL in the first calls, then returns the body.
async fn fail(State(failing): State<&'static Failing>, body: Bytes) -> Result<Bytes> {
    let call = failing.calls.fetch_add(1, Ordering::Relaxed);
    if call < failing.failures {
        let fail = format!("do $$ begin raise exception using errcode = '{}'; end $$", failing.code);
        sqlx::raw_sql(AssertSqlSafe(fail)).execute(&failing.db).await?;
    }
    Ok(body)
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_request_whose_transaction_was_rolled_back_is_repeated_once_if_that_is_safe(db: PgPool) {
    let body = json!({"name": "x".repeat(10_000)});
    let run = async |method: Method, keyed: bool, code: &'static str, failures: usize| {
        let failing = Failing { db: db.clone(), code, failures, calls: AtomicUsize::new(0) };
        let failing: &'static Failing = Box::leak(Box::new(failing));
        let routes = Router::new()
            .route("/x", get(fail).put(fail).patch(fail))
            .route("/y", post(fail))
            .with_state(failing);
        let settings = HttpSettings::from_env(&Env::default()).expect("settings");
        let client = client(Service::new(routes, Health::default(), &settings).expect("a service").router());
        let client = if keyed { client.with("idempotency-key", "key") } else { client };
        let path = if method == Method::POST { "/y" } else { "/x" };
        let sent = if method == Method::GET { Vec::new() } else { body.to_string().into_bytes() };
        let answer = client.send(method, path, Some("application/json"), sent).await;
        (answer, failing.calls.load(Ordering::Relaxed))
    };
    for code in ["40P01", "40001", "25006"] {
        for (method, keyed) in [(Method::GET, false), (Method::PUT, false), (Method::POST, true)] {
            let (answer, calls) = run(method.clone(), keyed, code, 1).await;
            let expected = if method == Method::GET { Value::Null } else { body.clone() };
            assert_eq!((&answer.assert_status(200).body, calls), (&expected, 2), "{code} {method}");
        }
        for method in [Method::POST, Method::PATCH] {
            let (answer, calls) = run(method, false, code, 1).await;
            answer.assert_problem(503, "unavailable");
            assert_eq!(answer.headers["retry-after"], "5");
            assert_eq!(calls, 1, "{code}");
        }
        let (answer, calls) = run(Method::PUT, false, code, 2).await;
        answer.assert_problem(503, "unavailable");
        assert_eq!(calls, 2, "{code}");
    }
    let (answer, calls) = run(Method::GET, false, "22012", 1).await;
    answer.assert_problem(500, "internal");
    assert_eq!(calls, 1);
}
