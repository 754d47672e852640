//! The statements that functions send to the database, captured from the log of the database client.

use std::{cell::RefCell, fmt, sync::Once};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
};

thread_local! {
    static SENT: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// A recorder of all statements of a test. Tests and their functions run on one thread, and only this thread is
/// recorded.
pub struct Statements(());

impl Statements {
    /// Starts recording the statements of the current thread.
    ///
    /// # Panics
    /// When the process has another global subscriber.
    #[must_use]
    pub fn record() -> Self {
        static LOG: Once = Once::new();
        LOG.call_once(|| {
            // For all threads: a thread without a subscriber would switch the client's log off for the others.
            let log = tracing_subscriber::registry().with(Log);
            tracing::subscriber::set_global_default(log).expect("no other subscriber");
            tracing::callsite::rebuild_interest_cache();
        });
        SENT.set(Some(Vec::new()));
        Self(())
    }

    /// Takes the statements recorded so far.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        SENT.with_borrow_mut(|sent| sent.as_mut().map(std::mem::take).unwrap_or_default())
    }
}

impl Drop for Statements {
    fn drop(&mut self) {
        SENT.set(None);
    }
}

struct Log;

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            SENT.with_borrow_mut(|sent| {
                if let Some(sent) = sent {
                    let mut statement = Statement::default();
                    event.record(&mut statement);
                    let text = if statement.whole.is_empty() { statement.summary } else { statement.whole };
                    sent.push(text.trim().to_owned());
                }
            });
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
