//! Rows for states that no request brings about, and single values to look at afterwards.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Decode, PgExecutor, Postgres, Type};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::Platform;

impl Platform {
    /// Inserts a row, given as JSON; a column that it leaves out gets its default. The text `now` is a time.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn insert(&self, table: &str, row: Value) {
        insert(&self.db, table, row).await;
    }

    /// Runs a statement on the one row that has this id.
    ///
    /// # Panics
    /// When the statement fails or changes anything but one row.
    pub async fn change(&self, statement: &'static str, id: Uuid) {
        let changed = sqlx::query(statement).bind(id).execute(&self.db).await.expect("a change");
        assert_eq!(changed.rows_affected(), 1, "{statement}");
    }

    /// The value that a statement finds.
    ///
    /// # Panics
    /// When the statement fails or finds nothing.
    pub async fn value<T>(&self, statement: &'static str) -> T
    where
        T: for<'r> Decode<'r, Postgres> + Type<Postgres> + Send + Unpin,
    {
        sqlx::query_scalar(statement).fetch_one(&self.db).await.expect("a value")
    }

    /// The number that a statement finds.
    ///
    /// # Panics
    /// When the statement fails.
    pub async fn count(&self, statement: &'static str) -> i64 {
        self.value(statement).await
    }
}

/// A time as a row in JSON has it.
///
/// # Panics
/// When the year has more than four digits.
#[must_use]
pub fn rfc3339(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).expect("a time")
}

/// Inserts a row as [`Platform::insert`] does, on a connection or in a transaction.
///
/// # Panics
/// When the database refuses.
pub async fn insert(db: impl PgExecutor<'_>, table: &str, row: Value) {
    let columns: Vec<String> =
        row.as_object().expect("an object").keys().map(|column| format!("\"{column}\"")).collect();
    let columns = columns.join(", ");
    let statement = format!(
        "insert into {table} ({columns}) select {columns} from jsonb_populate_record(null::{table}, $1)"
    );
    sqlx::query(AssertSqlSafe(statement)).bind(row).execute(db).await.expect("a row");
}
