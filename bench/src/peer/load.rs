//! The load generators: oha (<https://github.com/hatoo/oha>) for requests that can be repeated, and a client of our own
//! for requests that each name another item.

use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _, future::try_join_all, stream};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tokio::process::Command;

use super::report::Spread;
use crate::{Result, statistics::percentile_ms, tree::Tree};

/// A request, and the processes that answer it.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) servers: Vec<Tree>,
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) token: Option<String>,
    /// The content type and the body.
    pub(crate) body: Option<(&'static str, String)>,
}

/// The figures of one part of a round.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) per_second: f64,
    pub(crate) cpu_ms: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

impl Target {
    pub(crate) fn get(servers: &[Tree], url: String, token: Option<&str>) -> Self {
        Self { servers: servers.to_vec(), method: Method::GET, url, token: token.map(Into::into), body: None }
    }

    pub(crate) fn post(
        servers: &[Tree],
        url: String,
        token: Option<&str>,
        body: (&'static str, String),
    ) -> Self {
        let target = Self::get(servers, url, token);
        Self { method: Method::POST, body: Some(body), ..target }
    }

    /// Sends the request `count` times. Returns the time that this takes.
    pub(crate) async fn times(&self, connections: usize, count: usize) -> Result<Duration> {
        let start = Instant::now();
        let report = self.oha(connections, &["-n", &count.to_string()]).await?;
        self.answers(&report)?;
        Ok(start.elapsed())
    }

    async fn oha(&self, connections: usize, options: &[&str]) -> Result<Value> {
        let mut command = Command::new("oha");
        command.args(["--no-tui", "--output-format", "json", "-c", &connections.to_string()]).args(options);
        command.args(["-m", self.method.as_str()]);
        if let Some(token) = &self.token {
            command.args(["-H", &format!("authorization: Bearer {token}")]);
        }
        if let Some((content_type, body)) = &self.body {
            // Attached, because a body may begin with a dash.
            command.args(["-T", content_type, &format!("-d{body}")]);
        }
        let output = command.arg(&self.url).output().await?;
        if !output.status.success() {
            return Err(format!("oha failed: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// The number of answers, all of which must be successes.
    fn answers(&self, report: &Value) -> Result<f64> {
        let codes = report["statusCodeDistribution"].as_object().ok_or("no statuses")?;
        if codes.is_empty() || codes.keys().any(|code| !code.starts_with('2')) {
            return Err(format!("{} {} was answered with {codes:?}", self.method, self.url).into());
        }
        Ok(codes.values().filter_map(Value::as_f64).sum())
    }
}

/// Repeats the requests for the duration `time`. The connections are divided among them.
pub(crate) async fn repeat(targets: &[Target], connections: usize, time: Duration) -> Result<Figures> {
    let mut servers: Vec<Tree> = targets.iter().flat_map(|target| target.servers.clone()).collect();
    servers.sort_unstable();
    servers.dedup();
    let time = format!("{}ms", time.as_millis());
    let options = ["-z", time.as_str()];
    let before = cpu(&servers)?;
    let reports = targets.iter().map(|target| target.oha(connections / targets.len(), &options));
    let reports = try_join_all(reports).await?;
    let cpu = cpu(&servers)?.saturating_sub(before);
    let mut answers = 0.0;
    for (target, report) in targets.iter().zip(&reports) {
        answers += target.answers(report)?;
    }
    let numbers = |path: &'static str| {
        reports.iter().map(move |report| report.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN))
    };
    Ok(Figures {
        per_second: numbers("/summary/requestsPerSec").sum(),
        cpu_ms: cpu.as_secs_f64() * 1000.0 / answers,
        p50_ms: Spread::of(numbers("/latencyPercentiles/p50")).median * 1000.0,
        p99_ms: numbers("/latencyPercentiles/p99").fold(0.0, f64::max) * 1000.0,
    })
}

/// Sends each of these requests once.
pub(crate) async fn each(targets: &[Target], connections: usize) -> Result<Figures> {
    let servers = targets.first().map(|target| target.servers.clone()).unwrap_or_default();
    let client = Client::builder().no_proxy().build()?;
    let before = cpu(&servers)?;
    let start = Instant::now();
    let samples: Vec<Duration> = stream::iter(targets)
        .map(|target| {
            let client = &client;
            async move {
                let mut request = client.request(target.method.clone(), &target.url);
                if let Some(token) = &target.token {
                    request = request.bearer_auth(token);
                }
                if let Some((content_type, body)) = &target.body {
                    request = request.header("content-type", *content_type).body(body.clone());
                }
                let start = Instant::now();
                let response = request.send().await?;
                let status = response.status();
                let answer = response.text().await?;
                if status != StatusCode::OK {
                    return Err(format!("{} was answered with {status}: {answer}", target.url).into());
                }
                Result::Ok(start.elapsed())
            }
        })
        .buffer_unordered(connections)
        .try_collect()
        .await?;
    let elapsed = start.elapsed();
    let count = f64::from(u32::try_from(targets.len())?);
    Ok(Figures {
        per_second: count / elapsed.as_secs_f64(),
        cpu_ms: cpu(&servers)?.saturating_sub(before).as_secs_f64() * 1000.0 / count,
        p50_ms: percentile_ms(&samples, 50),
        p99_ms: percentile_ms(&samples, 99),
    })
}

fn cpu(servers: &[Tree]) -> Result<Duration> {
    servers.iter().map(|server| server.cpu()).sum()
}
