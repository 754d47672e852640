//! Structured logs for Cloud Logging, by tracing-stackdriver: one JSON object per line.
//!
//! tracing-stackdriver writes severity, time, message, `httpRequest` and the event's fields, whose names it turns into
//! camelCase. A writer adds the function and the fields of the current request, whose names stay as they are.

use std::{
    fmt,
    io::{self, Write},
};

use serde_json::{Map, Value};
use tracing_subscriber::{
    EnvFilter, fmt::MakeWriter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::base::context;

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
    let invalid = |error: &dyn fmt::Display| crate::base::config::Error::of("LOG", error);
    let filter: EnvFilter = settings.filter.parse().map_err(|error| invalid(&error))?;
    let lines = Lines { function, settings: settings.clone(), output: io::stdout };
    let layer = tracing_stackdriver::layer().with_source_location(false).with_writer(lines);
    tracing_subscriber::registry().with(filter).with(layer).try_init().map_err(|error| invalid(&error))
}

/// Adds the function and the current request to each line. The layer asks for a writer in the task that logs.
struct Lines<O> {
    function: &'static str,
    settings: TelemetrySettings,
    output: O,
}

impl<W: Write, O: Fn() -> W> Lines<O> {
    /// Returns the fields that every line has in addition to the fields of its event.
    fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::from_iter([("function".to_owned(), self.function.into())]);
        if let Some(revision) = &self.settings.revision {
            fields.insert("revision".to_owned(), revision.as_str().into());
        }
        let Some(request) = context::current() else { return fields };
        for (name, value) in request.log_fields() {
            fields.insert(name.to_owned(), value.into());
        }
        // https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields
        if let Some(project) = &self.settings.project {
            let trace = format!("projects/{project}/traces/{}", request.trace.trace_id);
            fields.insert("logging.googleapis.com/trace".to_owned(), trace.into());
        }
        fields.insert("logging.googleapis.com/spanId".to_owned(), request.trace.span_id.as_str().into());
        fields.insert("logging.googleapis.com/trace_sampled".to_owned(), request.trace.sampled.into());
        fields
    }
}

impl<'line, W: Write + 'line, O: Fn() -> W + 'line> MakeWriter<'line> for Lines<O> {
    type Writer = Line<W>;

    fn make_writer(&'line self) -> Line<W> {
        Line { fields: self.fields(), output: (self.output)() }
    }
}

/// One line, which the layer writes with a single call.
struct Line<W> {
    fields: Map<String, Value>,
    output: W,
}

impl<W: Write> Write for Line<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut text = serde_json::to_vec(&self.fields)?;
        match line.strip_prefix(b"{") {
            Some(rest) => {
                text.pop();
                text.push(b',');
                text.extend_from_slice(rest);
            }
            None => text = line.to_vec(),
        }
        self.output.write_all(&text)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use serde_json::{Value, json};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::{Lines, TelemetrySettings};
    use crate::base::context::{self, RequestContext, Trace};

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("the output").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_line_has_its_event_the_function_and_the_current_request() {
        let output = Output::default();
        let settings = TelemetrySettings {
            filter: "info".to_owned(),
            project: Some("alta-test".to_owned()),
            revision: Some("auth-7".to_owned()),
        };
        let writer = output.clone();
        let lines = Lines { function: "auth", settings, output: move || writer.clone() };
        let layer = tracing_stackdriver::layer().with_source_location(false).with_writer(lines);
        let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        let trace = Trace { trace_id: "a".repeat(32), span_id: "b".repeat(16), sampled: true };
        let request = RequestContext {
            request_id: "r-1".to_owned(),
            trace,
            client_address: None,
            user_agent: None,
            ids: Arc::default(),
        };
        tracing::warn!(oldest_seconds = 3, "before");
        context::scope(Arc::new(request), async {
            context::describe("user_id", "u-1");
            tracing::info!(text = "a \"quoted\"\nline", "during");
        })
        .await;

        let text = String::from_utf8(output.0.lock().expect("the output").clone()).expect("text");
        let lines: Vec<BTreeMap<String, Value>> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let [before, during] = &lines[..] else { panic!("expected two lines: {text}") };
        assert_eq!((&before["severity"], &before["oldestSeconds"]), (&json!("WARNING"), &json!(3)));
        assert_eq!((&before["function"], &before["revision"]), (&json!("auth"), &json!("auth-7")));
        assert!(!before.contains_key("request_id") && !before.contains_key("logging.googleapis.com/trace"));
        assert_eq!((&during["message"], &during["text"]), (&json!("during"), &json!("a \"quoted\"\nline")));
        assert_eq!((&during["request_id"], &during["user_id"]), (&json!("r-1"), &json!("u-1")));
        let trace = format!("projects/alta-test/traces/{}", "a".repeat(32));
        assert_eq!(during["logging.googleapis.com/trace"], json!(trace));
        assert_eq!(during["logging.googleapis.com/spanId"], json!("b".repeat(16)));
        assert_eq!(during["logging.googleapis.com/trace_sampled"], json!(true));
    }
}
