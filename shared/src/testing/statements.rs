//! The statements that functions send to the database, captured from the log of the database client.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
    util::SubscriberInitExt as _,
};

/// A recorder of all statements of a test. Tests and their functions run on one thread, which is the one recorded.
pub struct Statements {
    sent: Sent,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<String>>>);

impl Statements {
    /// Starts recording the statements of the current thread. Call it after the first statement of the test.
    #[must_use]
    pub fn record() -> Self {
        let sent = Sent::default();
        let guard = tracing_subscriber::registry().with(sent.clone()).set_default();
        // Threads of other tests, which have no subscriber, may have switched the client's log off.
        tracing::callsite::rebuild_interest_cache();
        Self { sent, _guard: guard }
    }

    /// Takes the statements recorded so far.
    ///
    /// # Panics
    /// When a thread panicked while recording.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.sent.0.lock().expect("an unpoisoned lock"))
    }
}

impl<S: Subscriber> Layer<S> for Sent {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut statement = Statement::default();
            event.record(&mut statement);
            let text = if statement.whole.is_empty() { statement.summary } else { statement.whole };
            self.0.lock().expect("an unpoisoned lock").push(text.trim().to_owned());
        }
    }
}

/// The fields of a log line. `whole` is empty when the summary contains the complete statement.
#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
