//! Direct database access, for states that no request produces and for checks of single values.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Decode, Executor, Postgres, Type};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::Platform;

impl Platform {
    /// Inserts a row given as JSON. Missing columns get their defaults, and the text `now` is a valid time.
    ///
    /// # Panics
    /// When the database reports an error.
    pub async fn insert(&self, table: &str, row: Value) {
        insert(&self.db, table, row).await;
    }

    /// Runs a statement on the row with this id.
    ///
    /// # Panics
    /// When the statement fails or does not change exactly one row.
    pub async fn change(&self, statement: &'static str, id: Uuid) {
        let changed = sqlx::query(statement).bind(id).execute(&self.db).await.expect("a change");
        assert_eq!(changed.rows_affected(), 1, "{statement}");
    }

    /// Returns the value that a statement selects.
    ///
    /// # Panics
    /// When the statement fails or selects no row.
    pub async fn value<T>(&self, statement: &'static str) -> T
    where
        T: for<'r> Decode<'r, Postgres> + Type<Postgres> + Send + Unpin,
    {
        sqlx::query_scalar(statement).fetch_one(&self.db).await.expect("a value")
    }

    /// Returns the number that a statement selects.
    ///
    /// # Panics
    /// When the statement fails.
    pub async fn count(&self, statement: &'static str) -> i64 {
        self.value(statement).await
    }
}

/// Formats a time for a row in JSON.
///
/// # Panics
/// When the year has more than four digits.
#[must_use]
pub fn rfc3339(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).expect("a time")
}

/// Inserts a row like [`Platform::insert`], on a connection or in a transaction.
///
/// # Panics
/// When the database reports an error.
pub async fn insert(db: impl Executor<'_, Database = Postgres>, table: &str, row: Value) {
    let columns: Vec<String> =
        row.as_object().expect("an object").keys().map(|column| format!("\"{column}\"")).collect();
    let columns = columns.join(", ");
    let statement = format!(
        "insert into {table} ({columns}) select {columns} from jsonb_populate_record(null::{table}, $1)"
    );
    sqlx::query(AssertSqlSafe(statement)).bind(row).execute(db).await.expect("a row");
}
