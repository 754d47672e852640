use serde_json::{Value, json};
use shared::{
    base::ids::{ItemId, ProjectId, UserId},
    testing::{eventually, insert, rfc3339},
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};

use crate::support::Maintenance;

const PATH: &str = "/tasks/fold-statistics";

impl Maintenance {
    async fn fold(&self) -> Value {
        self.task(PATH).await.body
    }

    /// Returns the number of uploads in the buckets of the platform.
    pub(crate) async fn folded_uploads(&self) -> i64 {
        self.count(
            "select coalesce(sum(uploaded), 0)::bigint from statistics_counts
             where grain = 'month' and project_id = '00000000-0000-0000-0000-000000000000'",
        )
        .await
    }

    /// Runs the task until all transitions are folded, and asserts that the buckets contain `uploads` uploads.
    pub(crate) async fn folded(&self, uploads: i64) {
        self.folded_all().await;
        assert_eq!(self.folded_uploads().await, uploads);
        self.assert_statistics_match().await;
    }

    /// Runs the task until the totals contain `drafts` drafts.
    pub(crate) async fn folded_drafts(&self, drafts: i64) {
        let folded = "select coalesce(sum(items), 0)::bigint from statistics_totals
                      where project_id = '00000000-0000-0000-0000-000000000000' and status = 'draft'";
        eventually("drafts in the totals", async || {
            self.fold().await;
            (self.count(folded).await == drafts).then_some(())
        })
        .await;
    }

    /// Runs the task until all transitions are folded. Open transactions of other tests delay it.
    pub(crate) async fn folded_all(&self) {
        let left = "select count(*) from item_transitions, statistics_cursor
                    where (item_transitions.xid, item_transitions.id) > (statistics_cursor.xid, statistics_cursor.id)";
        eventually("no transition left", async || {
            self.fold().await;
            (self.count(left).await == 0).then_some(())
        })
        .await;
    }

    /// Asserts that the buckets match the transitions.
    async fn assert_statistics_match(&self) {
        let differences = migrations::recompute(&self.platform.db, false).await.expect("a comparison");
        assert_eq!(differences, []);
    }

    /// Records the uploads of `items` new items in one statement.
    async fn upload(&self, items: i32) {
        let mut db = self.platform.db.acquire().await.expect("a connection");
        upload(&mut db, self.platform.clock.now(), items).await;
    }
}

async fn upload(db: &mut PgConnection, at: OffsetDateTime, items: i32) {
    let uploaded = sqlx::query(
        "insert into item_transitions (item_id, project_id, kind, from_status, to_status, version, at, details)
         select gen_random_uuid(), md5('project' || n % 7)::uuid, 'document', 'draft', 'processing', 2,
                $1 - make_interval(mins => n), jsonb_build_object('uploaded_by_id', md5('user' || n % 5)::uuid)
         from generate_series(1, $2) as n",
    )
    .bind(at)
    .bind(items)
    .execute(db)
    .await;
    uploaded.expect("transitions");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn transitions_that_commit_late_are_counted_once_and_none_is_missed(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let now = maintenance.platform.clock.now();
    let mut early = maintenance.platform.db.begin().await.expect("a transaction");
    upload(&mut early, now, 2).await;
    maintenance.upload(3).await;
    maintenance.fold().await;
    assert_eq!(maintenance.folded_uploads().await, 0, "an open transaction holds back later ones");
    early.commit().await.expect("a commit");
    maintenance.folded(5).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut tx = maintenance.platform.db.begin().await.expect("a transaction");
        upload(&mut tx, now, 10).await;
        open.push(tx);
    }
    for tx in open.into_iter().rev() {
        tx.commit().await.expect("a commit");
        maintenance.fold().await;
    }
    maintenance.folded(35).await;
    maintenance.fold().await;
    assert_eq!(maintenance.folded_uploads().await, 35);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_run_that_dies_leaves_no_partial_batch(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.upload(20).await;
    // The last table that a batch writes.
    sqlx::raw_sql(
        "create function no() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
         create trigger no before update on statistics_cursor for each row execute function no();",
    )
    .execute(&maintenance.platform.db)
    .await
    .expect("a trigger");
    // Transactions of other tests on the server delay the fold.
    eventually("a run to fail", async || {
        (maintenance.client.post(PATH, Value::Null).await.status == 500).then_some(())
    })
    .await;
    assert_eq!(maintenance.count("select count(*) from statistics_counts").await, 0);
    assert_eq!(maintenance.count("select count(*) from statistics_totals").await, 0);
    sqlx::raw_sql("drop trigger no on statistics_cursor")
        .execute(&maintenance.platform.db)
        .await
        .expect("no trigger");
    maintenance.folded(20).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_one_of_two_concurrent_runs_fills_the_buckets(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.upload(12_000).await;
    let mut at_it = maintenance.platform.db.begin().await.expect("a transaction");
    sqlx::query("select from statistics_cursor for update").execute(&mut *at_it).await.expect("a lock");
    assert_eq!(maintenance.fold().await["batches"], 0);
    at_it.rollback().await.expect("an end");
    let runs = tokio::join!(maintenance.fold(), maintenance.fold(), maintenance.fold());
    let batches = [runs.0, runs.1, runs.2].iter().filter_map(|run| run["batches"].as_u64()).sum::<u64>();
    assert!(batches <= 3, "each batch is counted once: {batches}");
    maintenance.folded(12_000).await;
}

/// The state of an item after its last transition.
#[derive(Clone)]
struct Item {
    id: ItemId,
    project: ProjectId,
    kind: &'static str,
    status: &'static str,
    version: i32,
    domain: Option<String>,
}

/// A generator of random transitions of items.
struct Histories {
    random: u64,
    items: Vec<Item>,
}

impl Histories {
    fn below(&mut self, limit: u64) -> u64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % limit
    }

    async fn step(&mut self, db: &mut PgConnection, projects: &[ProjectId], now: OffsetDateTime) {
        let users = [1, 2, 3].map(|n| UserId(uuid::Uuid::from_u128(n)));
        let user = users[usize::try_from(self.below(3)).expect("a number")];
        let at = now - Duration::seconds(i64::try_from(self.below(40 * 86_400)).expect("a number"));
        let number = self.below(1000);
        let live: Vec<usize> = (0..self.items.len()).filter(|n| self.items[*n].status != "deleted").collect();
        let domain = |n: u64| (!n.is_multiple_of(4)).then(|| format!("domain {}", n % 4));
        if live.is_empty() || self.below(4) == 0 {
            let kind = if self.below(3) == 0 { "voice" } else { "document" };
            let project = projects[usize::try_from(self.below(3)).expect("a number")];
            let domain = domain(number).filter(|_| kind == "document");
            let item = Item {
                id: ItemId::new(),
                project,
                kind,
                status: "draft",
                version: 1,
                domain: domain.clone(),
            };
            let details = domain.map_or(json!({}), |domain| json!({"domain": domain}));
            record(db, &item, None, user, at, details).await;
            self.items.push(item);
            return;
        }
        let choice = live[usize::try_from(self.below(live.len() as u64)).expect("a number")];
        let mut item = self.items[choice].clone();
        let from = item.status;
        let read = json!({"parts": number % 9, "confidence": 0.5 + number as f64 / 2000.0,
                          "duration_seconds": number, "seconds_to_text": number as f64 / 7.0});
        let uploaded = json!({"upload_no": 1, "uploaded_by_id": user});
        let decided = json!({"seconds_to_decision": number * number});
        let (to, details) = match (from, self.below(8)) {
            (_, 0) => {
                ("deleted", item.domain.clone().map_or(json!({}), |domain| json!({"domain_before": domain})))
            }
            (from, 1) if item.kind == "document" => {
                let (before, domain) = (item.domain.clone(), domain(number));
                item.domain.clone_from(&domain);
                (from, json!({"domain": domain, "domain_before": before}))
            }
            ("draft", _) => ("processing", uploaded),
            ("processing", 2) => ("failed", json!({"code": "unreadable"})),
            ("processing", 3) => ("approved", read),
            ("processing", _) => ("pending_review", read),
            ("pending_review", 2 | 3) => ("rejected", decided),
            ("pending_review", _) => ("approved", decided),
            ("failed", 2 | 3) => ("processing", json!({})),
            ("failed" | "rejected", _) => ("processing", uploaded),
            _ => ("pending_review", json!({})),
        };
        item.status = to;
        item.version += 1;
        record(db, &item, Some(from), user, at, details).await;
        self.items[choice] = item;
    }
}

async fn record(
    db: &mut PgConnection,
    item: &Item,
    from: Option<&str>,
    user: UserId,
    at: OffsetDateTime,
    details: Value,
) {
    let row = json!({
        "item_id": item.id, "project_id": item.project, "kind": item.kind, "from_status": from,
        "to_status": item.status, "version": item.version, "actor_user_id": user, "at": rfc3339(at),
        "details": details,
    });
    insert(db, "item_transitions", row).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn after_random_transitions_the_buckets_match_the_transitions(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    let now = maintenance.platform.clock.now();
    let projects = [ProjectId::new(), ProjectId::new(), ProjectId::new()];
    for seed in 1..=3 {
        let mut histories = Histories { random: seed, items: Vec::new() };
        for round in 0..8 {
            let mut tx = maintenance.platform.db.begin().await.expect("a transaction");
            for _ in 0..60 {
                histories.step(&mut tx, &projects, now).await;
            }
            tx.commit().await.expect("a commit");
            if round % 2 == 0 {
                maintenance.fold().await;
                maintenance.assert_statistics_match().await;
            }
        }
        let totals = "select sum(items)::bigint from statistics_totals
                      where project_id = '00000000-0000-0000-0000-000000000000'";
        let live = "select count(*) from (
                        select distinct on (item_id) to_status from item_transitions order by item_id, version desc
                    ) as items where to_status <> 'deleted'";
        let live = maintenance.count(live).await;
        maintenance.folded_all().await;
        assert_eq!(maintenance.count(totals).await, live);
        maintenance.assert_statistics_match().await;
        let lost = "select count(*) from statistics_totals where items < 0";
        assert_eq!(maintenance.count(lost).await, 0);
        let lost = "select count(*) from statistics_domains where documents < 0";
        assert_eq!(maintenance.count(lost).await, 0);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn changed_buckets_are_found_and_repaired(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.upload(50).await;
    maintenance.folded(50).await;
    sqlx::raw_sql(
        "update statistics_counts set uploaded = uploaded + 1 where grain = 'month';
         delete from statistics_people where grain = 'day';
         insert into statistics_domains values (gen_random_uuid(), null, 3);",
    )
    .execute(&maintenance.platform.db)
    .await
    .expect("a change");
    for repair in [false, true] {
        let found = migrations::recompute(&maintenance.platform.db, repair).await.expect("a comparison");
        let tables: Vec<&str> = found.iter().map(|difference| difference.table).collect();
        assert_eq!(tables, ["statistics_counts", "statistics_people", "statistics_domains"]);
        assert_eq!((found[2].buckets, found[2].examples.len()), (1, 1));
        assert!(found[2].examples[0].1.is_none() && found[1].examples[0].0.is_none());
    }
    maintenance.assert_statistics_match().await;
    assert_eq!(maintenance.folded_uploads().await, 50);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_maintenance_can_write_statistics(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.upload(1).await;
    maintenance.folded(1).await;
    let mut tx = maintenance.platform.db.begin().await.expect("a transaction");
    sqlx::query("set local role alta_functions").execute(&mut *tx).await.expect("a role");
    let read: i64 = sqlx::query_scalar("select count(*) from statistics_counts")
        .fetch_one(&mut *tx)
        .await
        .expect("a count");
    assert!(read > 0);
    let written = sqlx::query("update statistics_counts set uploaded = 0").execute(&mut *tx).await;
    assert!(written.is_err(), "functions can only read statistics");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_batch_reads_only_its_own_transitions(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    for bucket in ["counts", "durations", "people", "totals", "domains"] {
        let insert = format!("insert into statistics_{bucket} as bucket");
        let plan = maintenance.platform.plan(&[&insert, "between($1, $2"]).await;
        assert!(plan.contains("item_transitions_xid_id_idx"), "{bucket}: {plan}");
        assert!(!plan.contains("Seq Scan on item_transitions"), "{bucket}: {plan}");
    }
}
