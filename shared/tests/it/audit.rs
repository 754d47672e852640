//! The audit log: database permissions, counted refusals, and query plans.

use serde_json::{Value, json};
use shared::{
    audit::{self, Action, AuditFilter, Entry, Refusals},
    base::{
        config::{Env, Settings as _},
        database::{self, DatabaseSettings},
        ids::{ProjectId, UserId},
    },
    testing::Platform,
};
use sqlx::PgPool;

fn pool(env: &Env) -> PgPool {
    database::connect(&DatabaseSettings::from_env(env).expect("settings"), None).expect("a pool")
}

async fn refused(pool: &PgPool, statement: &'static str) -> bool {
    let done = sqlx::query(statement).execute(pool).await;
    done.err().and_then(|error| Some(error.as_database_error()?.code()? == "42501")).unwrap_or(false)
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn functions_may_only_append_to_the_audit_log_and_read_it(db: PgPool) {
    let platform = Platform::start(db).await;
    let ada = platform.user("ada@example.org").await;
    let (functions, maintenance) = (pool(&platform.env()), pool(&platform.env_as("alta_maintenance")));
    for pool in [&functions, &maintenance] {
        let mut db = pool.acquire().await.expect("a connection");
        let entry = Entry::success(Some(ada.id), Action::UserUpdated, ada.id.0);
        let entry = entry.with_personal(json!({"after": {"display_name": "Ada"}}));
        audit::record(&mut db, entry, platform.clock.now()).await.expect("a row");
        drop(db);
        for statement in [
            "update audit_logs set status = 'denied'",
            "delete from audit_logs",
            "truncate audit_logs",
            "update audit_personal set ip_address = 'elsewhere'",
            "update item_transitions set to_status = 'approved'",
            "delete from item_transitions",
            "delete from audit_logs_default",
            "drop table audit_logs",
        ] {
            assert!(refused(pool, statement).await, "{statement}");
        }
    }
    for statement in [
        "delete from audit_personal",
        "select audit_drop_partitions('2100-01-01')",
        "select * from audit_seals",
    ] {
        assert!(refused(&functions, statement).await, "{statement}");
    }
    assert!(refused(&maintenance, "delete from audit_seals").await);
    let rows = audit::list_audit_logs(&functions, &AuditFilter::default(), None, 10).await.expect("rows");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].details, Some(json!({"after": {"display_name": "Ada"}})));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_flood_of_identical_refusals_is_recorded_in_two_rows(db: PgPool) {
    let platform = Platform::start(db).await;
    let pool = pool(&platform.env());
    let (ada, eve) = (UserId::new(), UserId::new());
    let project = Some(ProjectId::new());
    let refusals = Refusals::new(pool.clone(), platform.clock.clone());
    for _ in 0..1000 {
        refusals.record(ada, project, "GET /projects/{project_id}/audit-logs").await;
    }
    refusals.record(eve, project, "GET /projects/{project_id}/audit-logs").await;
    refusals.record(ada, project, "DELETE /projects/{project_id}").await;
    let counts = async |user: UserId| -> Vec<Value> {
        let filter = AuditFilter { actor: Some(user), ..AuditFilter::default() };
        let rows = audit::list_audit_logs(&pool, &filter, None, 10).await.expect("rows");
        rows.iter().map(|row| row.metadata["count"].clone()).collect()
    };
    assert_eq!((counts(ada).await, counts(eve).await), (vec![json!(1), json!(1)], vec![json!(1)]));
    refusals.flush().await;
    assert_eq!(
        (counts(ada).await, counts(eve).await),
        (vec![json!(999), json!(1), json!(1)], vec![json!(1)])
    );
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_filter_uses_an_index(db: PgPool) {
    let platform = Platform::start(db).await;
    for (leading, index) in [
        ("where audit_logs.resource_id = $4", "resource_id_id_idx"),
        ("where audit_logs.actor_user_id = $1", "actor_user_id_id_idx"),
        ("where audit_logs.project_id = $5", "project_id_id_idx"),
        ("where audit_logs.action = $2", "action_id_idx"),
        ("where true", "pkey"),
    ] {
        let plan = platform.plan(&[leading, "audit_personal.details as \"details?\""]).await;
        assert!(
            plan.contains(index) && !plan.contains("Sort  (") && !plan.contains("Seq Scan"),
            "{leading}: {plan}"
        );
    }
}
