use maintenance::{Finding, Report};
use serde_json::{Value, json};
use shared::{
    audit::{self, Action, Entry},
    base::ids::{AuditId, UserId},
    testing::eventually,
};
use sqlx::PgPool;
use time::{Duration, Time};

use crate::support::Maintenance;

impl Maintenance {
    async fn seal(&self) -> Value {
        self.task("/tasks/seal-audit").await.body["rows"].clone()
    }

    /// Runs the task until `rows` rows are sealed. Transactions that other tests have open on the server delay it.
    pub(crate) async fn seal_all(&self, rows: u64) {
        let mut sealed = 0;
        eventually("all rows are sealed", async || {
            sealed += self.seal().await.as_u64().expect("a count");
            (sealed >= rows).then_some(())
        })
        .await;
        assert_eq!(sealed, rows);
    }

    pub(crate) async fn verify(&self) -> Report {
        maintenance::verify_audit(&self.platform.env_of::<maintenance::Maintenance>())
            .await
            .expect("a report")
    }

    pub(crate) async fn log(&self, count: usize) -> Vec<AuditId> {
        let mut db = self.platform.db.acquire().await.expect("a connection");
        let user = UserId::new();
        for number in 0..count {
            let entry =
                Entry::success(Some(user), Action::UserUpdated, user.0).with(json!({"number": number}));
            let entry = entry.with_personal(json!({"after": {"display_name": format!("Name {number}")}}));
            audit::record(&mut db, entry, self.platform.clock.now()).await.expect("a row");
        }
        drop(db);
        let ids =
            sqlx::query_scalar("select id from audit_logs where actor_user_id = $1 order by id").bind(user);
        ids.fetch_all(&self.platform.db).await.expect("ids")
    }

    async fn tamper(&self, statement: &'static str, id: AuditId) {
        let done = sqlx::query(statement).bind(id).execute(&self.platform.db).await.expect("a change");
        assert_eq!(done.rows_affected(), 1, "{statement}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn changed_removed_and_inserted_rows_are_reported(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let ids = maintenance.log(2500).await;
    maintenance.seal_all(2500).await;
    assert_eq!(maintenance.seal().await, 0);
    maintenance.log(1).await;
    let report = maintenance.verify().await;
    assert!(report.seals >= 3, "{report:?}");
    assert_eq!((report.rows, report.unsealed, report.findings), (2500, 1, vec![]));

    maintenance.tamper("update audit_logs set status = 'denied' where id = $1", ids[7]).await;
    maintenance.tamper("delete from audit_logs where id = $1", ids[1700]).await;
    maintenance
        .tamper("update audit_personal set ip_address = 'elsewhere' where audit_id = $1", ids[9])
        .await;
    let inserted = AuditId::new();
    let statement = "insert into audit_logs (id, xid, action, resource_type, status, created_at)
                     select $1, xid, 'user.login', 'user', 'success', now() from audit_logs order by xid limit 1";
    maintenance.tamper(statement, inserted).await;
    let mut findings = maintenance.verify().await.findings;
    findings.sort_by_key(|finding| format!("{finding:?}"));
    let mut expected = vec![
        Finding::Changed(ids[7]),
        Finding::Changed(ids[9]),
        Finding::Removed(ids[1700]),
        Finding::Inserted(inserted),
    ];
    expected.sort_by_key(|finding| format!("{finding:?}"));
    assert_eq!(findings, expected);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn changing_the_seals_too_breaks_their_chain(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let ids = maintenance.log(1).await;
    maintenance.seal_all(1).await;
    maintenance.log(1).await;
    maintenance.seal_all(1).await;
    maintenance.log(1).await;
    maintenance.seal_all(1).await;
    let second = "update audit_logs set status = 'denied'
                  where xid = (select last_xid from audit_seals where id = 2) and $1::uuid is not null";
    maintenance.tamper(second, ids[0]).await;
    let forged = "update audit_seals
                  set rows = (select string_agg(uuid_send(id) || audit_row_digest(audit_logs), ''::bytea order by xid, id)
                              from audit_logs where (xid, id) > (select last_xid, last_id from audit_seals where id = 1)
                                and (xid, id) <= (select last_xid, last_id from audit_seals where id = 2))
                  where id = 2 and $1::uuid is not null";
    maintenance.tamper(forged, ids[0]).await;
    assert_eq!(maintenance.verify().await.findings, [Finding::BrokenSeal(2)]);
    maintenance.tamper("delete from audit_seals where id = 2 and $1::uuid is not null", ids[0]).await;
    let findings = maintenance.verify().await.findings;
    assert!(findings.contains(&Finding::BrokenSeal(3)), "{findings:?}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn rows_that_commit_late_are_sealed_once_and_none_is_missed(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let user = UserId::new();
    let now = maintenance.platform.clock.now();
    let entry = || Entry::success(Some(user), Action::UserUpdated, user.0);
    let mut early = maintenance.platform.db.begin().await.expect("a transaction");
    audit::record(&mut early, entry(), now).await.expect("a row");
    maintenance.log(3).await;
    assert_eq!(maintenance.seal().await, 0, "an open transaction holds back later ones");
    early.commit().await.expect("a commit");
    maintenance.seal_all(4).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut tx = maintenance.platform.db.begin().await.expect("a transaction");
        audit::record(&mut tx, entry(), now).await.expect("a row");
        open.push(tx);
    }
    for tx in open.into_iter().rev() {
        tx.commit().await.expect("a commit");
    }
    maintenance.seal_all(3).await;
    let report = maintenance.verify().await;
    assert_eq!((report.rows, report.unsealed, report.findings), (7, 0, vec![]));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn erasing_personal_data_breaks_no_seal(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let ada = maintenance.platform.user("ada@example.org").await;
    let mut db = maintenance.platform.db.acquire().await.expect("a connection");
    let entry = Entry::success(Some(ada.id), Action::UserUpdated, ada.id.0);
    let entry = entry.with_personal(json!({"after": {"display_name": "Ada"}}));
    audit::record(&mut db, entry, maintenance.platform.clock.now()).await.expect("a row");
    drop(db);
    maintenance.seal_all(1).await;
    maintenance.platform.change("update users set deleted_at = now() where id = $1", ada.id.0).await;
    maintenance.platform.clock.advance(Duration::days(31));
    assert_eq!(maintenance.task("/tasks/purge").await.body["accounts"], 1);
    let left: i64 =
        maintenance.platform.value("select count(*) from audit_personal where user_id is not null").await;
    assert_eq!((left, maintenance.verify().await.findings), (0, vec![]));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn two_concurrent_runs_seal_each_row_once(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.log(2200).await;
    let (one, two) = tokio::join!(maintenance.seal(), maintenance.seal());
    let sealed = one.as_u64().zip(two.as_u64()).map_or(0, |(one, two)| one + two);
    if sealed < 2200 {
        maintenance.seal_all(2200 - sealed).await;
    }
    let report = maintenance.verify().await;
    assert_eq!((report.rows, report.unsealed, report.findings), (2200, 0, vec![]));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn partitions_are_created_months_ahead_and_dropped_when_they_expire(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.log(3).await;
    maintenance.seal_all(3).await;
    maintenance.platform.clock.advance(Duration::days(400));
    let later = maintenance.task("/tasks/seal-audit").await.body;
    assert_eq!(
        (&later["partitions"], &later["expired"]),
        (&json!(8), &json!(0)),
        "two tables have four partitions each"
    );
    maintenance.log(2).await;
    maintenance.seal_all(2).await;
    maintenance.platform.clock.advance(Duration::days(400));
    let expired = maintenance.task("/tasks/seal-audit").await.body;
    assert!(expired["expired"].as_u64().is_some_and(|expired| expired >= 4), "{expired}");
    let report = maintenance.verify().await;
    assert!(report.expired > 0, "{report:?}");
    assert_eq!((report.unsealed, report.findings), (0, vec![]));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn seals_over_expired_rows_are_deleted_except_the_newest(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let platform = &maintenance.platform;
    for _ in 0..3 {
        maintenance.log(1).await;
        maintenance.seal_all(1).await;
    }
    // A row of a month without a partition expires too.
    let without = "update audit_logs set created_at = '2020-01-01', id = audit_id(id, '2020-01-01')
                   where xid = (select last_xid from audit_seals where id = 1)";
    sqlx::query(without).execute(&platform.db).await.expect("an old row");
    platform.clock.advance(Duration::days(400));
    maintenance.task("/tasks/seal-audit").await;
    maintenance.log(1).await;
    maintenance.seal_all(1).await;
    platform.clock.advance(Duration::days(400));
    maintenance.task("/tasks/seal-audit").await;
    let left: Vec<i64> = sqlx::query_scalar("select id from audit_seals order by id")
        .fetch_all(&platform.db)
        .await
        .expect("seals");
    assert_eq!(left, [3, 4]);
    assert_eq!(maintenance.count("select count(*) from audit_logs").await, 1);
    let report = maintenance.verify().await;
    assert_eq!((report.seals, report.rows, report.expired, report.findings), (2, 2, 1, vec![]));

    // No other seal passes for the first one.
    sqlx::query("delete from audit_seals where id = 3").execute(&platform.db).await.expect("no seal");
    assert_eq!(maintenance.verify().await.findings, [Finding::BrokenSeal(4)]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_row_whose_request_straddles_a_month_expires_with_its_month(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let platform = &maintenance.platform;
    let month = platform.clock.now().replace_day(1).expect("a first day").replace_time(Time::MIDNIGHT);
    let user = UserId::new();
    let mut db = platform.db.acquire().await.expect("a connection");
    // The request began in the last month, and its row is written in this one.
    let entry = Entry::success(Some(user), Action::UserUpdated, user.0);
    audit::record(&mut db, entry, month - Duration::MICROSECOND).await.expect("a row");
    drop(db);
    let id: AuditId = platform.value("select id from audit_logs").await;
    let created = id.0.get_timestamp().expect("a time").to_unix().0;
    assert_eq!(i64::try_from(created).ok(), Some(month.unix_timestamp() - 1));
    maintenance.seal_all(1).await;
    platform.clock.advance(Duration::days(730));
    maintenance.task("/tasks/seal-audit").await;
    let report = maintenance.verify().await;
    assert_eq!((report.expired, report.findings), (1, vec![]));
}
