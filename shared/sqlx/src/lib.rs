//! sqlx, as the workspace uses it: with statements that also work behind a pooler in transaction mode.
//!
//! `Cargo.toml` names this crate `sqlx`, so that the macros `query!`, `query_as!` and `query_scalar!` create a
//! [`Statement`] of this crate. After [`use_unnamed_statements`], each statement is unnamed and runs in a transaction.
//! sqlx parses and executes a statement in two steps, between which a pooler could switch to another server connection:
//! only a transaction keeps both on one. Without it, statements are named and cached, as in sqlx.

use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::{
    error::BoxDynError,
    postgres::{PgArguments, PgQueryResult, PgRow},
    query::Query,
};
// What this crate defines takes precedence over the names of sqlx.
pub use sqlx::*;

static UNNAMED: AtomicBool = AtomicBool::new(false);

/// Makes all statements of this process unnamed from now on.
pub fn use_unnamed_statements() {
    UNNAMED.store(true, Ordering::Relaxed);
}

fn unnamed() -> bool {
    UNNAMED.load(Ordering::Relaxed)
}

/// A connection or a pool that runs statements.
pub trait PgExecutor<'c>: Send {
    /// Returns the connection or the pool.
    fn target(self) -> Target<'c>;
}

/// The connection or the pool that runs a statement.
pub enum Target<'c> {
    /// A connection, which may be in a transaction.
    Connection(&'c mut PgConnection),
    /// A pool, one of whose connections runs the statement.
    Pool(&'c PgPool),
}

impl<'c> PgExecutor<'c> for &'c mut PgConnection {
    fn target(self) -> Target<'c> {
        Target::Connection(self)
    }
}

impl<'c> PgExecutor<'c> for &'c PgPool {
    fn target(self) -> Target<'c> {
        Target::Pool(self)
    }
}

/// A statement with its arguments.
pub struct Statement(Query<'static, Postgres, PgArguments>);

/// A statement whose rows are converted.
pub struct Mapped<F> {
    statement: Statement,
    map: F,
}

/// Runs a statement with a method of sqlx's `Executor`.
macro_rules! run {
    ($statement:expr, $executor:expr, $method:ident) => {{
        let query = $statement.0.persistent(!unnamed());
        match $executor.target() {
            Target::Connection(db) if !unnamed() || db.is_in_transaction() => db.$method(query).await,
            Target::Pool(pool) if !unnamed() => pool.$method(query).await,
            target => {
                let mut tx = match target {
                    Target::Connection(db) => Connection::begin(db).await?,
                    Target::Pool(pool) => pool.begin().await?,
                };
                let done = (&mut *tx).$method(query).await?;
                tx.commit().await?;
                Ok(done)
            }
        }
    }};
}

impl Statement {
    /// Runs the statement and returns the number of affected rows.
    ///
    /// # Errors
    /// If the statement fails.
    pub async fn execute<'c>(self, executor: impl PgExecutor<'c>) -> Result<PgQueryResult, Error> {
        run!(self, executor, execute)
    }

    /// Converts each row.
    pub fn try_map<F, T>(self, map: F) -> Mapped<F>
    where
        F: FnMut(PgRow) -> Result<T, Error>,
    {
        Mapped { statement: self, map }
    }
}

impl<F, T> Mapped<F>
where
    F: FnMut(PgRow) -> Result<T, Error>,
{
    /// Runs the statement and returns the number of affected rows.
    ///
    /// # Errors
    /// If the statement fails.
    pub async fn execute<'c>(self, executor: impl PgExecutor<'c>) -> Result<PgQueryResult, Error> {
        self.statement.execute(executor).await
    }

    /// Returns all rows.
    ///
    /// # Errors
    /// If the statement fails, or a row cannot be converted.
    pub async fn fetch_all<'c>(self, executor: impl PgExecutor<'c>) -> Result<Vec<T>, Error> {
        let rows: Result<Vec<PgRow>, Error> = run!(self.statement, executor, fetch_all);
        rows?.into_iter().map(self.map).collect()
    }

    /// Returns the first row, if there is one.
    ///
    /// # Errors
    /// If the statement fails, or the row cannot be converted.
    pub async fn fetch_optional<'c>(self, executor: impl PgExecutor<'c>) -> Result<Option<T>, Error> {
        let row: Result<Option<PgRow>, Error> = run!(self.statement, executor, fetch_optional);
        row?.map(self.map).transpose()
    }

    /// Returns the first row.
    ///
    /// # Errors
    /// If the statement fails, there is no row, or it cannot be converted.
    pub async fn fetch_one<'c>(self, executor: impl PgExecutor<'c>) -> Result<T, Error> {
        self.fetch_optional(executor).await?.ok_or(Error::RowNotFound)
    }
}

/// Creates the statement of a macro.
#[doc(hidden)]
pub fn __query_with_result<DB, A>(sql: impl SqlSafeStr, arguments: Result<A, BoxDynError>) -> Statement
where
    DB: Database,
    A: Into<PgArguments>,
{
    Statement(sqlx::__query_with_result(sql, arguments.map(A::into)))
}

/// Creates the statement of `query_scalar!`.
#[doc(hidden)]
pub fn __query_scalar_with_result<DB, T, A>(
    sql: impl SqlSafeStr,
    arguments: Result<A, BoxDynError>,
) -> Mapped<impl FnMut(PgRow) -> Result<T, Error>>
where
    DB: Database,
    T: for<'r> Decode<'r, Postgres> + Type<Postgres>,
    A: Into<PgArguments>,
{
    __query_with_result::<DB, A>(sql, arguments).try_map(|row| row.try_get(0))
}
