use shared::{items, testing::OtherCluster};
use sqlx::PgPool;

use crate::support::Maintenance;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn folding_and_sealing_continue_in_another_cluster(db: PgPool) {
    let before = Maintenance::start(db).await;
    let ada = before.platform.user("ada@example.org").await;
    let project = before.platform.project(&ada).await;
    let first = before.platform.draft(project, &ada, "application/pdf", 7).await.item_id;
    before.log(3).await;
    before.seal_all(3).await;
    before.folded_drafts(1).await;

    let other = OtherCluster::restore(&before.platform.db).await;
    migrations::migrate(&other.db).await.expect("a migration");
    let after = Maintenance::start(other.db.clone()).await;
    let second = after.platform.draft(project, &ada, "application/pdf", 7).await.item_id;
    after.log(2).await;
    after.seal_all(2).await;
    after.folded_drafts(2).await;
    let report = after.verify().await;
    assert_eq!((report.rows, report.unsealed, report.findings), (5, 0, vec![]));

    let mut db = after.platform.db.acquire().await.expect("a connection");
    let transitions = items::transitions_after(&mut db, items::Position::default(), 10).await;
    let transitions = transitions.expect("transitions");
    assert_eq!(transitions.iter().map(|one| one.item_id).collect::<Vec<_>>(), [first, second]);

    // The next run of the job leaves the numbers as they are.
    let offset = "select value from transaction_offset";
    let continued = after.platform.count(offset).await;
    migrations::migrate(&after.platform.db).await.expect("a migration");
    assert_eq!(after.platform.count(offset).await, continued);
}
