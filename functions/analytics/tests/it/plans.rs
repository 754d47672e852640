use sqlx::PgPool;
use time::macros::datetime;

use crate::support::Analytics;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_summary_reads_ranges_of_indexes(db: PgPool) {
    let analytics = Analytics::start(db, datetime!(2027-02-10 15:00 UTC)).await;
    for (unfolded, index) in [
        ("limit 10000", "item_transitions_xid_id_idx"),
        ("limit 2000", "item_transitions_project_id_xid_id_idx"),
    ] {
        let plan = analytics.platform.plan(&["with position as materialized", unfolded]).await;
        for index in [
            index,
            "statistics_counts_pkey",
            "statistics_durations_pkey",
            "statistics_people_pkey",
            "statistics_totals_pkey",
            "statistics_domains_documents_idx",
            "statistics_domains_project_id_domain_key",
        ] {
            assert!(plan.contains(index), "{index}: {plan}");
        }
        for table in ["counts", "durations", "people", "totals", "domains"] {
            assert!(!plan.contains(&format!("Seq Scan on statistics_{table}")), "{plan}");
        }
        assert!(!plan.contains("Seq Scan on item_transitions"), "{plan}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_first_day_is_read_from_the_start_of_two_indexes(db: PgPool) {
    let analytics = Analytics::start(db, datetime!(2027-02-10 15:00 UTC)).await;
    let plan = analytics.platform.plan(&["select min(first.starts_at)"]).await;
    assert_eq!(plan.matches("->  Limit").count(), 2, "{plan}");
    assert!(plan.contains("item_transitions_xid_id_idx"), "{plan}");
    assert!(!plan.contains("Seq Scan on item_transitions"), "{plan}");
    assert!(!plan.contains("Seq Scan on statistics_counts"), "{plan}");
}
