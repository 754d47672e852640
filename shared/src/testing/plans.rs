//! Query plans of the statements that the functions were compiled with.

use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::Platform;

/// The folder where `cargo sqlx prepare` stores the statements of the workspace.
const STATEMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.sqlx");

impl Platform {
    /// Returns the plan of the only checked statement that contains all `texts`. Sequential scans and sorts are
    /// disabled, as if the tables were large, so the plan shows them only where no index can replace them.
    ///
    /// # Panics
    /// When no statement or more than one contains the texts.
    pub async fn plan(&self, texts: &[&str]) -> String {
        self.explain(texts, &["enable_seqscan", "enable_sort"], "explain", None).await
    }

    /// Runs the statement with these parameters under its generic plan, and returns the plan with actual row counts.
    ///
    /// # Panics
    /// When no statement or more than one contains the texts, or the statement fails.
    pub async fn ran(&self, texts: &[&str], parameters: &str) -> String {
        self.explain(texts, &[], "explain (analyze, timing off)", Some(parameters)).await
    }

    /// Runs the statement with these parameters under its generic plan, and returns the plan and the number of pages (8
    /// KiB) that it reads.
    ///
    /// # Panics
    /// When no statement or more than one contains the texts, or the statement fails.
    pub async fn pages(&self, texts: &[&str], parameters: &str) -> (String, u64) {
        let plan = self.explain(texts, &[], "explain (analyze, buffers, timing off)", Some(parameters)).await;
        // The first line with buffers belongs to the whole statement: `Buffers: shared hit=11 read=2`.
        let buffers = plan.lines().find(|line| line.contains("Buffers: shared")).expect("buffers");
        // Pages that the statement dirtied were also hit or read.
        let read = |word: &str| word.strip_prefix("hit=").or(word.strip_prefix("read="))?.parse::<u64>().ok();
        (plan.clone(), buffers.split(' ').filter_map(read).sum())
    }

    async fn explain(&self, texts: &[&str], off: &[&str], explain: &str, parameters: Option<&str>) -> String {
        let statement = statement(texts);
        let mut db = self.db.acquire().await.expect("a connection").detach();
        let off = off.iter().map(|setting| format!("set {setting} = off"));
        for setting in off.chain(["set plan_cache_mode = force_generic_plan".to_owned()]) {
            sqlx::raw_sql(AssertSqlSafe(setting)).execute(&mut db).await.expect("a setting");
        }
        sqlx::raw_sql(AssertSqlSafe(format!("prepare checked as {statement}")))
            .execute(&mut db)
            .await
            .expect("a statement");
        let count = "select cardinality(parameter_types) from pg_prepared_statements where name = 'checked'";
        let count: i32 = sqlx::query_scalar(count).fetch_one(&mut db).await.expect("its parameters");
        let nulls = vec!["null"; usize::try_from(count).expect("a count")].join(", ");
        let parameters = parameters.unwrap_or(&nulls);
        let explain = AssertSqlSafe(format!("{explain} execute checked ({parameters})"));
        let rows = sqlx::raw_sql(explain).fetch_all(&mut db).await.expect("a plan");
        let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        db.close().await.expect("a closed connection");
        lines.join("\n")
    }
}

fn statement(texts: &[&str]) -> String {
    let files = std::fs::read_dir(STATEMENTS).expect("the checked statements");
    let mut found: Vec<String> = files
        .filter_map(|file| std::fs::read(file.ok()?.path()).ok())
        .filter_map(|file| {
            serde_json::from_slice::<serde_json::Value>(&file).ok()?["query"].as_str().map(str::to_owned)
        })
        .filter(|query| texts.iter().all(|text| query.contains(text)))
        .collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}
