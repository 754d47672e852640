use shared::{
    base::ids::ItemId,
    items::{Failure, FailureCode, ItemStatus, ObjectName, Position, Recorded, transitions_after},
    testing::{Platform, Transition, eventually, transition},
};
use sqlx::{PgConnection, PgPool};

struct Items {
    platform: Platform,
    objects: Vec<ObjectName>,
}

impl Items {
    /// Creates drafts, and returns the position of a reader who has seen them.
    async fn start(db: PgPool, count: usize) -> (Self, Position) {
        let platform = Platform::start(db).await;
        let user = platform.user("ada@example.org").await;
        let project = platform.project(&user).await;
        let mut objects = Vec::new();
        for _ in 0..count {
            objects.push(platform.draft(project, &user, "application/pdf", 5).await);
        }
        let items = Self { platform, objects };
        let last = items.recorded(Position::default(), count).await.last().expect("a transition").position;
        (items, last)
    }

    /// Waits for `count` transitions after a position. Transactions in other databases on the server, such as those of
    /// other tests, also delay readers.
    async fn recorded(&self, after: Position, count: usize) -> Vec<Recorded> {
        eventually("the transitions", async || {
            let recorded = self.after(after).await;
            (recorded.len() >= count).then_some(recorded)
        })
        .await
    }

    async fn after(&self, position: Position) -> Vec<Recorded> {
        let mut db = self.platform.db.acquire().await.expect("a connection");
        transitions_after(&mut db, position, 100).await.expect("transitions")
    }

    async fn begin(&self) -> sqlx::Transaction<'static, sqlx::Postgres> {
        self.platform.db.begin().await.expect("a transaction")
    }

    fn id(&self, index: usize) -> ItemId {
        self.objects[index].item_id
    }

    async fn advance(&self, db: &mut PgConnection, index: usize) {
        let moved = transition(db, &self.change(index, 1, ItemStatus::Processing)).await;
        assert_eq!(moved, Some(2));
    }

    fn change(&self, index: usize, version: i32, to: ItemStatus) -> Transition<'static> {
        let details = serde_json::json!({});
        let at = self.platform.clock.now();
        Transition { item_id: self.id(index), version, to, failure: None, actor: None, at, details }
    }
}

fn ids(recorded: &[Recorded]) -> Vec<ItemId> {
    recorded.iter().map(|recorded| recorded.item_id).collect()
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn commits_in_reverse_order_of_their_ids_hide_no_transition(db: PgPool) {
    let (items, start) = Items::start(db, 2).await;
    let (mut first, mut second) = (items.begin().await, items.begin().await);
    items.advance(&mut first, 0).await;
    items.advance(&mut second, 1).await;
    second.commit().await.expect("a commit");
    // The second transition is committed. A reader who advanced to it would never see the first.
    assert_eq!(items.platform.status(items.id(1)).await, ItemStatus::Processing);
    assert_eq!(items.after(start).await, []);
    first.commit().await.expect("a commit");
    let recorded = items.recorded(start, 2).await;
    assert_eq!(ids(&recorded), [items.id(0), items.id(1)]);
    assert_eq!(
        (recorded[0].from, recorded[0].to, recorded[0].version),
        (Some(ItemStatus::Draft), ItemStatus::Processing, 2)
    );
    assert_eq!(ids(&items.after(recorded[0].position).await), [items.id(1)]);
    assert_eq!(items.after(recorded[1].position).await, []);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn ids_in_reverse_order_of_their_transactions_hide_no_transition(db: PgPool) {
    let (items, start) = Items::start(db, 3).await;
    let (mut first, mut second) = (items.begin().await, items.begin().await);
    // The first transaction gets the lower transaction id, but its row the higher row id.
    sqlx::query("select pg_current_xact_id()").execute(&mut *first).await.expect("a transaction id");
    items.advance(&mut second, 1).await;
    items.advance(&mut first, 0).await;
    first.commit().await.expect("a commit");
    let recorded = items.recorded(start, 1).await;
    assert_eq!(ids(&recorded), [items.id(0)]);
    second.commit().await.expect("a commit");
    let rest = items.recorded(recorded[0].position, 1).await;
    assert_eq!(ids(&rest), [items.id(1)]);
    assert!(rest[0].position > recorded[0].position);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_transaction_delays_readers_only_until_it_is_rolled_back(db: PgPool) {
    let (items, start) = Items::start(db, 2).await;
    let mut first = items.begin().await;
    items.advance(&mut first, 0).await;
    let mut second = items.begin().await;
    items.advance(&mut second, 1).await;
    second.commit().await.expect("a commit");
    assert_eq!(items.after(start).await, []);
    first.rollback().await.expect("a rollback");
    assert_eq!(ids(&items.recorded(start, 1).await), [items.id(1)]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_reader_sees_each_transition_of_concurrent_writers_once(db: PgPool) {
    let (items, start) = Items::start(db, 60).await;
    let writer = async |indexes: std::ops::Range<usize>| {
        for index in indexes {
            let mut tx = items.begin().await;
            items.advance(&mut tx, index).await;
            tokio::task::yield_now().await;
            tx.commit().await.expect("a commit");
        }
    };
    let reader = async {
        let (mut position, mut recorded) = (start, Vec::new());
        while recorded.len() < 60 {
            let mut db = items.platform.db.acquire().await.expect("a connection");
            let page = transitions_after(&mut db, position, 7).await.expect("transitions");
            position = page.last().map_or(position, |last| last.position);
            recorded.extend(ids(&page));
            tokio::task::yield_now().await;
        }
        recorded
    };
    let reader = tokio::time::timeout(std::time::Duration::from_secs(60), reader);
    let (recorded, ..) = tokio::join!(reader, writer(0..20), writer(20..40), writer(40..60));
    let mut recorded = recorded.expect("all transitions in time");
    recorded.sort();
    let mut all: Vec<ItemId> = items.objects.iter().map(|object| object.item_id).collect();
    all.sort();
    assert_eq!(recorded, all);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_transition_from_an_outdated_version_changes_nothing(db: PgPool) {
    let (items, start) = Items::start(db, 1).await;
    let decide = async |to| {
        let mut tx = items.begin().await;
        let failure = Failure::new(FailureCode::Unreadable, "y");
        let failure = (to == ItemStatus::Failed).then_some(&failure);
        let change = Transition { failure, ..items.change(0, 1, to) };
        let moved = transition(&mut tx, &change).await;
        tx.commit().await.expect("a commit");
        moved
    };
    let (one, two) = tokio::join!(decide(ItemStatus::Processing), decide(ItemStatus::Failed));
    assert_eq!([one, two].iter().flatten().collect::<Vec<_>>(), [&2]);
    assert_eq!(items.recorded(start, 1).await.len(), 1);
    items.platform.change("update items set deleted_at = now() where id = $1", items.id(0).0).await;
    let mut tx = items.begin().await;
    let stale = transition(&mut tx, &items.change(0, 2, ItemStatus::Approved)).await;
    assert_eq!(stale, None);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_reader_uses_an_index(db: PgPool) {
    let platform = Platform::start(db).await;
    let plan = platform.plan(&["from_status as", "where (xid, id) > ($1, $2)"]).await;
    assert!(plan.contains("item_transitions_xid_id_idx") && !plan.contains("Sort"), "{plan}");
}
