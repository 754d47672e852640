//! Structured logs for Cloud Logging: one JSON object per line, which includes the fields of the current request.
//!
//! The crate tracing-stackdriver is not used: it correlates traces only through an OpenTelemetry version of 2024, and
//! it renames keys to camelCase.

use std::fmt;

use serde_json::{Map, Value};
use tracing::{Event, Level, Subscriber, field::Visit};
use tracing_subscriber::{
    EnvFilter,
    fmt::{
        FmtContext, FormattedFields,
        format::{FormatEvent, FormatFields, JsonFields, Writer},
    },
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

use crate::base::clock::Clock;

crate::settings! {
    /// The filter of log lines and the fields that describe their source.
    pub struct TelemetrySettings {
        /// The log filter, in the syntax of tracing's `EnvFilter`.
        pub filter: String = "LOG" or "info",
        /// The Google Cloud project, which links log lines to traces. Cloud Run does not set it.
        pub project: Option<String> = "GOOGLE_CLOUD_PROJECT",
        /// The function's revision, which appears on each log line. Cloud Run sets it.
        pub revision: Option<String> = "K_REVISION",
    }
}

/// Starts logging to standard output.
///
/// # Errors
/// If the filter cannot be parsed, or logging is already started.
pub fn start(function: &'static str, settings: &TelemetrySettings) -> Result<(), crate::base::config::Error> {
    let wrong = |error: &dyn fmt::Display| crate::base::config::Error::of("LOG", error);
    let filter: EnvFilter = settings.filter.parse().map_err(|error| wrong(&error))?;
    let format = CloudLogging { function, settings: settings.clone(), clock: Clock::default() };
    let layer = tracing_subscriber::fmt::layer().fmt_fields(JsonFields::new()).event_format(format);
    tracing_subscriber::registry().with(filter).with(layer).try_init().map_err(|error| wrong(&error))
}

/// Formats an event as a structured payload for Cloud Logging
/// (<https://cloud.google.com/logging/docs/structured-logging>).
struct CloudLogging {
    function: &'static str,
    settings: TelemetrySettings,
    clock: Clock,
}

impl<S, N> FormatEvent<S, N> for CloudLogging
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = Map::new();
        line.insert("severity".into(), severity(*event.metadata().level()).into());
        line.insert("time".into(), rfc3339(&self.clock).into());
        line.insert("function".into(), self.function.into());
        if let Some(revision) = &self.settings.revision {
            line.insert("revision".into(), revision.as_str().into());
        }
        for span in context.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>()
                && let Ok(fields) = serde_json::from_str::<Map<String, Value>>(&fields.fields)
            {
                line.extend(fields);
            }
        }
        event.record(&mut Fields(&mut line));
        line.insert("logger".into(), event.metadata().target().into());
        self.correlate(&mut line);
        writeln!(writer, "{}", Value::Object(line))
    }
}

impl CloudLogging {
    /// Renames the span's trace fields to the keys by which Cloud Logging links logs to traces.
    fn correlate(&self, line: &mut Map<String, Value>) {
        let trace = line.remove("trace_id");
        if let (Some(Value::String(trace)), Some(project)) = (trace, &self.settings.project) {
            let name = format!("projects/{project}/traces/{trace}");
            line.insert("logging.googleapis.com/trace".into(), name.into());
        }
        for (from, to) in [("span_id", "spanId"), ("trace_sampled", "trace_sampled")] {
            if let Some(value) = line.remove(from) {
                line.insert(format!("logging.googleapis.com/{to}"), value);
            }
        }
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG | Level::TRACE => "DEBUG",
    }
}

fn rfc3339(clock: &Clock) -> String {
    clock.now().format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// Collects an event's fields into a log line.
struct Fields<'line>(&'line mut Map<String, Value>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().into(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_i64(&mut self, field: &tracing::field::Field, value: i64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_u64(&mut self, field: &tracing::field::Field, value: u64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_bool(&mut self, field: &tracing::field::Field, value: bool) {
        self.0.insert(field.name().into(), value.into());
    }
}
