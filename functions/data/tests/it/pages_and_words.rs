use serde_json::{Value, json};
use shared::base::ids::ItemId;
use sqlx::PgPool;

use crate::support::{BOTH, DOCUMENTS, Data, Route, VOICE};

impl Data {
    /// Lists all parts of an item with pagination.
    async fn walk(&self, route: &Route, item: ItemId, limit: usize) -> Vec<Value> {
        let path = route.of(item, &format!("/{}?limit={limit}", route.parts));
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.client.as_user(&self.reviewer).get(&format!("{path}{cursor}")).await;
            let items = page.assert_status(200).body["items"].as_array().expect("entries").clone();
            assert!(items.len() <= limit);
            walked.extend(items);
            match page.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return walked,
            }
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn pagination_returns_each_page_once_in_order(db: PgPool) {
    let data = Data::start(db).await;
    let texts: Vec<String> = (1..=12).map(|number| format!("page {number}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let item = data.with_text(&DOCUMENTS, "a.pdf", &texts).await;
    for limit in [1, 5, 12, 200] {
        let walked = data.walk(&DOCUMENTS, item, limit).await;
        let numbers: Vec<i64> = walked.iter().filter_map(|page| page["page_number"].as_i64()).collect();
        assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
        assert_eq!(
            walked[11],
            json!({"page_number": 12, "text": "page 12", "confidence": 0.5, "language": "en", "layout": []})
        );
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn pagination_returns_each_word_once_in_order_across_segments(db: PgPool) {
    let data = Data::start(db).await;
    let item = data.with_text(&VOICE, "a.flac", &["one two three", "", "four", "five six"]).await;
    for limit in [1, 2, 3, 4, 6, 200] {
        let walked = data.walk(&VOICE, item, limit).await;
        let words: Vec<&str> = walked.iter().filter_map(|word| word["word"].as_str()).collect();
        assert_eq!(words, ["one", "two", "three", "four", "five", "six"], "{limit}");
        assert_eq!(
            walked[2],
            json!({"word": "three", "start": 1.0, "end": 1.5, "confidence": 0.75, "channel": null})
        );
        // The engine reported no confidence.
        assert_eq!(
            walked[1],
            json!({"word": "two", "start": 0.5, "end": 1.0, "confidence": null, "channel": null})
        );
    }
    let untimed = "update item_parts set words = '[{\"word\": \"six\"}]', channel = 2 where item_id = $1 and number = 4";
    data.set(item, untimed).await;
    let untimed = data.walk(&VOICE, item, 200).await;
    assert_eq!(
        untimed[4],
        json!({"word": "six", "start": null, "end": null, "confidence": null, "channel": 2})
    );
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn only_parts_of_the_current_text_are_listed(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.create_item(route, &data.contributor, "a.bin").await;
        assert_eq!(data.walk(route, item, 5).await, Vec::<Value>::new());
        data.read(route, item, &["shown"]).await;
        // Parts of an attempt that is in progress or was abandoned.
        let statement = match route.parts {
            "pages" => {
                "insert into item_parts (item_id, attempt, number, text, confidence, layout)
                 values ($1, 9, 2, 'hidden', 1, '[]')"
            }
            _ => {
                "insert into item_parts (item_id, attempt, number, text, words)
                 values ($1, 9, 2, 'hidden', '[{\"word\": \"hidden\"}]')"
            }
        };
        data.set(item, statement).await;
        let listed = data.walk(route, item, 5).await;
        assert_eq!(listed.len(), 1, "{listed:?}");
        let whole = data.client.as_user(&data.reviewer).get(&route.of(item, "")).await;
        assert_eq!(whole.body[route.text], "shown");
        data.set(item, "update items set text_attempt = 9 where id = $1").await;
        assert!(data.walk(route, item, 5).await[0].to_string().contains("hidden"));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_parameters_and_cursors_of_other_lists_are_reported(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let mut items = Vec::new();
        for number in 0..2 {
            items.push(data.create_item(route, &data.contributor, &format!("{number}.bin")).await);
        }
        let client = data.client.as_user(&data.reviewer);
        let list = client.get(&format!("{}?project_id={}&limit=1", route.path, data.project)).await;
        let of_another_list = format!("cursor={}", list.body["next_cursor"].as_str().expect("a cursor"));
        for (query, fields) in [
            ("limit=0&cursor=x&page=2", vec!["cursor", "limit", "page"]),
            ("limit=201", vec!["limit"]),
            ("cursor=%00", vec!["cursor"]),
            (&of_another_list, vec!["cursor"]),
        ] {
            let refused = client.get(&route.of(items[0], &format!("/{}?{query}", route.parts))).await;
            assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), fields, "{query}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_page_of_parts_is_read_from_the_index_of_item_parts(db: PgPool) {
    let data = Data::start(db).await;
    let pages = data.platform.plan(&["(select text_attempt from items where id = $1) and number > $2"]).await;
    assert!(pages.contains("item_parts_pkey"), "{pages}");
    assert!(pages.contains("(attempt = $0) AND (number > $2)") && !pages.contains("Sort"), "{pages}");
    let words = data.platform.plan(&["item_parts.attempt = (select text_attempt"]).await;
    assert!(words.contains("item_parts_pkey"), "{words}");
    assert!(words.contains("(attempt = $0) AND (number >= "), "{words}");
}
