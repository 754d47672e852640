//! The privileges of the two roles that functions connect as.

use sqlx::{Executor as _, PgPool};

const ROLES: [&str; 2] = ["alta_functions", "alta_maintenance"];

const READ: &str = "select";
const ADD: &str = "select insert";
const EVERYTHING: &str = "select insert update delete";

/// The privileges of a role on each table and view, or on each partition, by name.
async fn privileges(db: &PgPool, role: &str, partitions: bool) -> Vec<(String, String)> {
    sqlx::query_as(
        "select relname::text,
                (select coalesce(string_agg(privilege, ' '), '-')
                 from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])
                     as privilege
                 where has_table_privilege($1, pg_class.oid, privilege))
         from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and relispartition = $2
         order by relname",
    )
    .bind(role)
    .bind(partitions)
    .fetch_all(db)
    .await
    .expect("privileges")
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_role_has_the_privileges_in_the_table_of_grants(db: PgPool) {
    let exceptions = [
        ("_sqlx_migrations", [READ, READ]),
        ("audit_logs", [ADD, ADD]),
        ("audit_personal", [ADD, "select insert delete"]),
        ("audit_seals", ["-", ADD]),
        ("item_facts", [READ, READ]),
        ("item_transitions", [ADD, ADD]),
        ("statistics_counts", [READ, EVERYTHING]),
        ("statistics_cursor", [READ, EVERYTHING]),
        ("statistics_domains", [READ, EVERYTHING]),
        ("statistics_durations", [READ, EVERYTHING]),
        ("statistics_people", [READ, EVERYTHING]),
        ("statistics_totals", [READ, EVERYTHING]),
        ("transaction_offset", [READ, READ]),
    ];
    for (n, role) in ROLES.into_iter().enumerate() {
        let granted = privileges(&db, role, false).await;
        let (tables, known) = (granted.len(), exceptions.len());
        assert!(tables > known, "{tables} tables");
        for (table, granted) in granted {
            let exception = exceptions.iter().find(|(name, _)| *name == table);
            let expected = exception.map_or(EVERYTHING, |(_, roles)| roles[n]);
            assert_eq!(granted, expected, "{role} on {table}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn no_role_has_privileges_on_a_partition(db: PgPool) {
    let before = privileges(&db, ROLES[0], true).await.len();
    db.execute("select audit_create_partitions('2100-01-01', 2)").await.expect("partitions");
    for role in ROLES {
        let partitions = privileges(&db, role, true).await;
        assert_eq!(partitions.len(), before + 4);
        for (partition, granted) in partitions {
            assert_eq!(granted, "-", "{role} on {partition}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn later_tables_are_granted_by_default(db: PgPool) {
    db.execute("create table later (id bigint generated always as identity)").await.expect("a table");
    for role in ROLES {
        let granted = privileges(&db, role, false).await;
        assert!(granted.contains(&("later".into(), EVERYTHING.into())), "{role}: {granted:?}");
        let sequence: bool = sqlx::query_scalar("select has_sequence_privilege($1, 'later_id_seq', 'usage')")
            .bind(role)
            .fetch_one(&db)
            .await
            .expect("a privilege");
        assert!(sequence, "{role}");
    }
}
