//! The terminal output: one readable line for each request, event and failure.

use std::fmt::{self, Write as _};

use shared::base::{clock::Clock, config::Env};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter,
    fmt::{
        FmtContext,
        format::{FormatEvent, FormatFields, Writer},
    },
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

use crate::error::{Error, Result};

/// The variable that filters the output, in the syntax of tracing's `EnvFilter`.
const VARIABLE: &str = "LOG";
/// The default filter. The gateway shows requests and Pub/Sub deliveries, so functions only show warnings.
const DEFAULT_FILTER: &str = "warn,requests=info,platform=info,local_pubsub=info,local_smtp=info";
/// The filter for commands that print their own output.
pub const ERRORS_ONLY: &str = "error";

/// Starts the terminal output, with `usual` as the default filter.
pub fn start(usual: Option<&str>) -> Result<()> {
    let env = Env::from_process();
    let filter_text = env.get(VARIABLE).or(usual).unwrap_or(DEFAULT_FILTER);
    let invalid = |error: &dyn fmt::Display| {
        Error::new(format!("the environment variable {VARIABLE} is invalid: {error}"))
    };
    let filter: EnvFilter = filter_text.parse().map_err(|error| invalid(&error))?;
    let layer = tracing_subscriber::fmt::layer().event_format(Lines { clock: Clock::default() });
    tracing_subscriber::registry().with(filter).with(layer).try_init().map_err(|error| invalid(&error))
}

struct Lines {
    clock: Clock,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let now = self.clock.now();
        let mut line = Line::default();
        event.record(&mut line);
        let target = event.metadata().target().split("::").next().unwrap_or_default();
        let source =
            line.source.as_deref().unwrap_or_else(|| target.strip_prefix("local_").unwrap_or(target));
        write!(writer, "{:02}:{:02}:{:02} {source:<11} ", now.hour(), now.minute(), now.second())?;
        match *event.metadata().level() {
            Level::ERROR => writer.write_str("ERROR ")?,
            Level::WARN => writer.write_str("WARNING ")?,
            _ => {}
        }
        // Clients must not control the terminal.
        let line = format!("{}{}", line.message, line.fields).replace(char::is_control, "\u{fffd}");
        writeln!(writer, "{line}")
    }
}

#[derive(Default)]
struct Line {
    /// The name of the source, if the module of the code does not show it.
    source: Option<String>,
    message: String,
    fields: String,
}

impl Line {
    fn add(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => return value.clone_into(&mut self.message),
            "source" => return self.source = Some(value.to_owned()),
            _ => {}
        }
        // Only the end of `projects/alta-local/subscriptions/ocr-uploads` is informative.
        let value = match value.strip_prefix("projects/alta-local/") {
            Some(name) => name.rsplit('/').next().unwrap_or(name),
            None => value,
        };
        let _ = write!(self.fields, " {}={value}", field.name());
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format!("{value:?}"));
    }
}
