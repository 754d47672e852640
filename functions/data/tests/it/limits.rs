use serde_json::{Value, json};
use shared::{
    base::ids::ItemId,
    testing::{Client, TestResponse},
};
use sqlx::PgPool;
use time::Duration;

use crate::support::{BOTH, DOCUMENTS, Data, VOICE, assert_quota, id};

impl Data {
    /// Returns a client of the contributor on an instance with these limits.
    fn limited(&self, variables: &[(&str, &str)]) -> Client {
        self.platform.client_of::<data::Data>(variables).as_user(&self.contributor)
    }

    /// Moves the clock to the next day, and returns the client with a token of that day.
    async fn tomorrow(&self, client: &Client) -> Client {
        self.platform.clock.advance(Duration::DAY);
        client.as_user(&self.platform.another_session(&self.contributor).await)
    }

    fn letter(&self, bytes: i64) -> Value {
        json!({
            "project_id": self.project, "filename": "letter.pdf", "content_type": "application/pdf",
            "size_bytes": bytes,
        })
    }
}

/// Returns the seconds after which a refused request can be repeated.
#[track_caller]
fn retry_after(answer: &TestResponse) -> i64 {
    answer.headers["retry-after"].to_str().expect("text").parse().expect("a number")
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_user_has_a_limited_number_of_drafts_over_all_projects_and_kinds(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.limited(&[("OPEN_DRAFTS_PER_USER", "4")]);
    let requests = (0..8)
        .map(|number| BOTH[number % 2])
        .map(|route| client.post(route.path, data.new_item(&route, "a")));
    let answers = futures::future::join_all(requests).await;
    let (created, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((created.len(), refused.len()), (4, 4));
    for answer in refused {
        assert_quota(answer, "open_drafts_per_user");
        assert!(!answer.headers.contains_key("retry-after"), "waiting ends no draft");
    }

    let draft: ItemId = created.iter().find_map(|answer| answer.body.get("document")).map(id).expect("one");
    data.read(&DOCUMENTS, draft, &["text"]).await;
    client.post("/voice", data.new_item(&VOICE, "a")).await.assert_status(201);
    let draft = created.iter().find_map(|answer| answer.body.get("voice_sample")).map(id).expect("one");
    client.delete(&VOICE.of(draft, "")).await.assert_status(204);
    let batch = json!({"project_id": data.project, "items": [data.letter(1), data.letter(1)]});
    assert_quota(&client.post("/documents/batch", batch).await, "open_drafts_per_user");
    client.post("/documents", data.letter(1)).await.assert_status(201);

    let admin = data.client.as_user(&data.admin);
    admin.post("/documents", data.letter(1)).await.assert_status(201);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_user_begins_a_limited_number_of_uploads_a_day(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.limited(&[("ITEMS_PER_USER_AND_DAY", "3")]);
    let batch = |count: usize| json!({"project_id": data.project, "items": vec![data.letter(1); count]});
    assert_quota(&client.post("/documents/batch", batch(4)).await, "items_per_user_and_day");
    let key = client.with("idempotency-key", "two");
    key.post("/documents/batch", batch(2)).await.assert_status(200);
    // A repeated request begins no upload.
    key.post("/documents/batch", batch(2)).await.assert_status(200);
    let answers = futures::future::join_all((0..4).map(|_| client.post("/documents", data.letter(1)))).await;
    let (created, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((created.len(), refused.len()), (1, 3));
    for answer in refused {
        assert_quota(answer, "items_per_user_and_day");
        assert!((1..=86_400).contains(&retry_after(answer)), "{:?}", answer.headers);
    }

    let client = data.tomorrow(&client).await;
    let created = client.post("/documents", data.letter(5)).await;
    let item = id(&created.assert_status(201).body["document"]);
    data.upload(&DOCUMENTS, item).await;
    data.deliver(&DOCUMENTS).await;
    let next = DOCUMENTS.of(item, "/upload-url");
    client.post(&next, json!({})).await.assert_status(200);
    // The second URL is for the same upload.
    client.post(&next, json!({})).await.assert_status(200);
    data.upload(&DOCUMENTS, item).await;
    data.deliver(&DOCUMENTS).await;
    client.post(&next, json!({})).await.assert_status(200);
    data.upload(&DOCUMENTS, item).await;
    data.deliver(&DOCUMENTS).await;
    assert_quota(&client.post(&next, json!({})).await, "items_per_user_and_day");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_reprocessed_item_counts_as_an_upload(db: PgPool) {
    let data = Data::start(db).await;
    let limits = [("ITEMS_PER_USER_AND_DAY", "1")];
    let admin = data.platform.client_of::<data::Data>(&limits).as_user(&data.admin);
    let item = data.create_item(&DOCUMENTS, &data.contributor, "letter.pdf").await;
    let path = DOCUMENTS.of(item, "/reprocess");
    data.upload(&DOCUMENTS, item).await;
    data.deliver(&DOCUMENTS).await;
    admin.post(&path, json!({})).await.assert_status(202);
    data.deliver(&DOCUMENTS).await;
    assert_quota(&admin.post(&path, json!({})).await, "items_per_user_and_day");
    assert_eq!(data.platform.item(item, "status").await.as_deref(), Some("failed"));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_user_uploads_a_limited_number_of_bytes_a_day(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.limited(&[("BYTES_PER_USER_AND_DAY", "1000")]);
    assert_quota(&client.post("/documents", data.letter(1001)).await, "bytes_per_user_and_day");
    let created = client.post("/documents", data.letter(600)).await;
    let item = id(&created.assert_status(201).body["document"]);
    assert_quota(&client.post("/documents", data.letter(401)).await, "bytes_per_user_and_day");
    // A draft that grows is charged for the difference.
    let path = DOCUMENTS.of(item, "/upload-url");
    let refused = client.post(&path, json!({"size_bytes": 1001})).await;
    assert_quota(&refused, "bytes_per_user_and_day");
    assert!((1..=86_400).contains(&retry_after(&refused)), "{:?}", refused.headers);
    client.post(&path, json!({"size_bytes": 900})).await.assert_status(200);
    client.post("/documents", data.letter(100)).await.assert_status(201);
    assert_quota(&client.post("/documents", data.letter(1)).await, "bytes_per_user_and_day");
    let client = data.tomorrow(&client).await;
    client.post("/documents", data.letter(1000)).await.assert_status(201);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_user_searches_a_limited_number_of_results_a_minute(db: PgPool) {
    let data = Data::start(db).await;
    let client = data.limited(&[("SEARCHES_PER_USER_AND_MINUTE", "6")]);
    let search = |limit: u32| format!("/documents?project_id={}&q=letter&limit={limit}", data.project);
    client.get(&search(200)).await.assert_status(200);
    let refused = client.get(&search(200)).await;
    assert_quota(&refused, "searches_per_user_and_minute");
    assert!((1..=60).contains(&retry_after(&refused)), "{:?}", refused.headers);
    // A refused search costs nothing, and lists do not count as searches.
    client.get(&search(50)).await.assert_status(200);
    client.get(&search(1).replace("/documents", "/voice")).await.assert_status(200);
    assert_quota(&client.get(&search(1)).await, "searches_per_user_and_minute");
    client.get(&format!("/documents?project_id={}", data.project)).await.assert_status(200);
    data.client.as_user(&data.admin).get(&search(200)).await.assert_status(200);
    data.platform.clock.advance(Duration::MINUTE);
    client.get(&search(200)).await.assert_status(200);
}
