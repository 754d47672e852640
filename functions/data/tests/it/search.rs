use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared::{base::ids::ItemId, testing::TestResponse};
use sqlx::PgPool;

use crate::support::{BOTH, DOCUMENTS, Data, Route, VOICE, ids};

impl Data {
    async fn search(&self, route: &Route, query: &[(&str, &str)]) -> TestResponse {
        let project = self.project.to_string();
        let query = [&[("project_id", project.as_str())], query].concat();
        let url = reqwest::Url::parse_with_params("http://data/", query).expect("a URL");
        let query = url.query().expect("a query");
        self.client.as_user(&self.reviewer).get(&format!("{}?{query}", route.path)).await
    }

    async fn finds(&self, route: &Route, words: &str) -> Vec<ItemId> {
        ids(&self.search(route, &[("q", words)]).await.assert_status(200).body)
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_search_finds_names_and_texts_and_returns_a_snippet(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let texts = ["Dear Mrs. Albright,", "the <b>harbour</b> & \"more\" is closed\u{3}\u{2}\u{4}"];
        let letter = data.with_text(route, "Letter_2024-final.bin", &texts).await;
        data.with_text(route, "other.bin", &["nothing of the kind"]).await;
        let draft = data.create_item(route, &data.contributor, "sketch of a harbour.bin").await;

        for words in ["Letter", "LETTER 2024", "final", "letter_2024-final.bin", "albright", "dear mrs"] {
            assert_eq!(data.finds(route, words).await, [letter], "{words}");
        }
        assert_eq!(data.finds(route, "sketch").await, [draft]);
        assert_eq!(data.finds(route, "absent").await, []);

        let found = data.search(route, &[("q", "closed")]).await;
        let snippet = found.body["items"][0]["snippet"].as_array().expect("a snippet").clone();
        let (marked, plain): (Vec<Value>, Vec<Value>) =
            snippet.into_iter().partition(|fragment| fragment["highlighted"] == true);
        assert_eq!(marked, [json!({"text": "closed", "highlighted": true})]);
        // Text that looks like markup is returned as plain text.
        assert_eq!(plain[0]["text"], "the <b>harbour</b> & \"more\" is ");
        let by_name = data.search(route, &[("q", "sketch")]).await;
        assert_eq!(by_name.body["items"][0]["snippet"][0], json!({"text": "sketch", "highlighted": true}));
        let listed = data.search(route, &[]).await;
        assert!(!listed.body["items"][0].as_object().expect("an item").contains_key("snippet"));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_search_supports_phrases_alternatives_and_exclusions(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let both = data.with_text(route, "1.bin", &["the red house by the sea"]).await;
        let apart = data.with_text(route, "2.bin", &["a house that is red"]).await;
        let blue = data.with_text(route, "3.bin", &["a blue boat"]).await;
        let sorted = async |words: &str| {
            let mut found = data.finds(route, words).await;
            found.sort();
            found
        };
        assert_eq!(sorted("red house").await, [both, apart]);
        assert_eq!(sorted("\"red house\"").await, [both]);
        assert_eq!(sorted("red -sea").await, [apart]);
        assert_eq!(sorted("sea or boat").await, [both, blue]);
        assert_eq!(sorted("house -\"red house\"").await, [apart]);
        for nothing in ["?!", "-", "\"", "''", " ", "\u{1F600}", "& | ! ( ) :*", "\\"] {
            assert_eq!(sorted(nothing).await, [], "{nothing:?}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_identifier_is_found_as_a_whole_and_by_each_of_its_parts(db: PgPool) {
    let data = Data::start(db).await;
    let text = "Invoice INV-4711, telephone 030-1234567, -12 degrees, ada.lovelace@example.org, 1e5, §7(2)b";
    for route in &BOTH {
        let item = data.with_text(route, "report-12.final.pdf", &[text]).await;
        data.with_text(route, "other.bin", &["INV 9, then 4711 again, lovelace ada"]).await;
        for words in [
            "INV-4711",
            "inv 4711 telephone",
            "1234567",
            "030-1234567",
            "030/1234567",
            "report-12",
            "report-12.final.pdf",
            "12 final",
            "\"report 12\"",
            "12 degrees",
            "ada.lovelace",
            "ada.lovelace@example.org",
            "example.org",
            "1E5",
            "§7(2)",
            "'INV-4711'",
            "(INV-4711)",
        ] {
            assert_eq!(data.finds(route, words).await, [item], "{words}");
        }
        // The parts of an identifier follow each other.
        for words in ["4711-INV", "INV-7", "12-report", "2024"] {
            assert_eq!(data.finds(route, words).await, [], "{words}");
        }
        assert_eq!(data.finds(route, "4711").await.len(), 2);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_last_word_and_words_with_an_asterisk_may_be_incomplete(db: PgPool) {
    let data = Data::start(db).await;
    let item = data
        .with_text(
            &DOCUMENTS,
            "INV-4711.bin",
            &["Invoices of the Donaudampfschifffahrtsgesellschaftskapitän"],
        )
        .await;
    for words in [
        "invo",
        "in",
        "invoices",
        "inv-47",
        "inv-4711.bi",
        "invoices of the donau",
        "donaudampfschifffahrtsgesellschaftskap",
        "invo* donau",
        "donau* invo*",
        "INVO",
    ] {
        assert_eq!(data.finds(&DOCUMENTS, words).await, [item], "{words}");
    }
    for words in ["invo of", "\"invo\"", "oices", "inv-48", "711", "donau* invos"] {
        assert_eq!(data.finds(&DOCUMENTS, words).await, [], "{words}");
    }
    // An excluded word is complete.
    assert_eq!(data.finds(&DOCUMENTS, "invoices -donau").await, [item]);
    assert_eq!(data.finds(&DOCUMENTS, "invoices -donau*").await, []);
    let found = data.search(&DOCUMENTS, &[("q", "invo")]).await;
    assert_eq!(found.body["items"][0]["snippet"][0], json!({"text": "Invoices", "highlighted": true}));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_search_finds_every_script_in_any_normal_form(db: PgPool) {
    let data = Data::start(db).await;
    for (name, text, found, absent) in [
        (
            "Bu\u{308}cher.pdf",
            "Stra\u{DF}e",
            vec!["Bücher", "bu\u{308}cher", "büch", "STRAßE"],
            vec!["Bucher"],
        ),
        (
            "報告書.pdf",
            "2024年の売上高です",
            vec!["報告書", "報告", "告書", "書", "年の売上", "2024年", "売上高"],
            vec!["告報", "売高"],
        ),
        ("รายงาน.pdf", "การทดสอบระบบ", vec!["รายงาน", "งาน", "ทดสอบ", "ระบบ"], vec!["สอบทด"]),
        ("تقرير.pdf", "وَالْكِتَابُ الجديد", vec!["تقرير", "كتاب", "الكتاب", "جديد"], vec!["باتك"]),
        ("보고서.pdf", "보고서를 작성했습니다", vec!["보고서", "보고", "작성"], vec!["고서"]),
        ("отчёт.pdf", "Годовой отчёт", vec!["ОТЧЁТ", "годов"], vec!["довой"]),
        ("रिपोर्ट.pdf", "हिन्दी में", vec!["रिपोर्ट", "हिन्दी", "हिन्"], vec!["न्दी"]),
        ("\u{FB01}le.pdf", "４７１１", vec!["file", "4711"], vec!["711"]),
    ] {
        let item = data.with_text(&DOCUMENTS, name, &[text]).await;
        for words in found {
            assert_eq!(data.finds(&DOCUMENTS, words).await, [item], "{words}");
        }
        for words in absent {
            assert_eq!(data.finds(&DOCUMENTS, words).await, [], "{words}");
        }
        data.client.as_user(&data.admin).delete(&DOCUMENTS.of(item, "")).await.assert_status(204);
    }
    let item = data.with_text(&DOCUMENTS, "a.pdf", &["2024年の売上高です"]).await;
    let found = data.search(&DOCUMENTS, &[("q", "売上")]).await;
    assert_eq!(ids(&found.body), [item]);
    let snippet = json!([
        {"text": "2024年の", "highlighted": false},
        {"text": "売上", "highlighted": true},
        {"text": "高です", "highlighted": false},
    ]);
    assert_eq!(found.body["items"][0]["snippet"], snippet);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_beginning_of_a_word_is_found_in_the_index_without_reading_other_words(db: PgPool) {
    let data = Data::start(db).await;
    let mut db = data.platform.db.acquire().await.expect("a connection");
    sqlx::raw_sql("set enable_seqscan = off").execute(&mut *db).await.expect("a setting");
    for (term, query) in
        [("invo", "'invo' | 'invo*'"), ("INV-47", "'inv' <-> ( '47' | '47*' )"), ("報告", "'報告' | '報告*'")]
    {
        let plan: Vec<String> = sqlx::query_scalar(
            "explain select from item_search
             where words @@ search_query(array[$1], '{0}', '{f}', '{t}')
               and blocks && array[search_block('00000000-0000-7000-8000-000000000001', 0, 5)]",
        )
        .bind(term)
        .fetch_all(&mut *db)
        .await
        .expect("a plan");
        let plan = plan.join("\n");
        assert!(plan.contains("item_search_words_blocks_idx"), "{plan}");
        // PostgreSQL's own search for a beginning, `:*`, reads the entries of all its words.
        assert!(plan.contains("Index Cond: ((words @@") && !plan.contains(":*"), "{plan}");
        let made: String = sqlx::query_scalar("select search_query(array[$1], '{0}', '{f}', '{t}')::text")
            .bind(term)
            .fetch_one(&mut *db)
            .await
            .expect("a query");
        assert_eq!(made, query);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_identifier_of_frequent_words_reads_a_bounded_number_of_parts(db: PgPool) {
    let data = Data::start(db).await;
    let old = data.with_text(&DOCUMENTS, "old.bin", &["alpha-beta gamma-delta"]).await;
    let mut db = data.platform.db.acquire().await.expect("a connection");
    // These parts contain the words, but not as a phrase. A search for a phrase reads 3,000 parts with its words.
    for (parts, expected) in [(2000, vec![old]), (9000, vec![])] {
        let newer = data.with_text(&DOCUMENTS, "newer.bin", &["nothing"]).await;
        let insert = sqlx::query(
            "insert into item_search (item_id, part, project_id, kind, words)
             select $1, 10 + n, $2, 'document', search_words('beta, then alpha')
             from generate_series(1, $3) as n",
        );
        insert.bind(newer.0).bind(data.project.0).bind(parts).execute(&mut *db).await.expect("parts");
        assert_eq!(data.finds(&DOCUMENTS, "alpha-beta").await, expected);
        // For other words, the index finds the parts directly.
        assert_eq!(data.finds(&DOCUMENTS, "gamma-delta").await, [old]);
        assert_eq!(data.finds(&DOCUMENTS, "alpha gamma").await, [old]);
    }
    let by_status = data.search(&DOCUMENTS, &[("q", "gamma-delta"), ("status", "pending_review")]).await;
    assert_eq!(ids(&by_status.assert_status(200).body), [old]);

    sqlx::raw_sql("analyze item_search; set enable_seqscan = off")
        .execute(&mut *db)
        .await
        .expect("a setting");
    let plan: Vec<String> = sqlx::query_scalar(
        "explain select from item_search
         where words @@ search_indexed(search_query('{alpha-beta}', '{0}', '{f}', '{t}'))
           and blocks && array[search_block('00000000-0000-7000-8000-000000000001', 0, 5)]",
    )
    .fetch_all(&mut *db)
    .await
    .expect("a plan");
    let plan = plan.join("\n");
    assert!(plan.contains("item_search_words_blocks_idx"), "{plan}");
    assert!(plan.contains("'''alpha'' & ( ''beta'' | ''beta*'' )'") && !plan.contains("<->"), "{plan}");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_few_items_that_pass_a_filter_are_found_by_a_frequent_word(db: PgPool) {
    let data = Data::start(db).await;
    let drafts = [
        data.create_item(&DOCUMENTS, &data.contributor, "alpha.bin").await,
        data.create_item(&DOCUMENTS, &data.contributor, "alpha beta.bin").await,
    ];
    let newer = data.with_text(&DOCUMENTS, "newer.bin", &["nothing"]).await;
    // More parts than a search reads before it uses the index of the filter.
    sqlx::query(
        "insert into item_search (item_id, part, project_id, kind, words)
         select $1, 10 + n, $2, 'document', search_words('beta alpha')
         from generate_series(1, 4000) as n",
    )
    .bind(newer.0)
    .bind(data.project.0)
    .execute(&data.platform.db)
    .await
    .expect("parts");
    let by_status = async |words: &str, status: &str| {
        let found = data.search(&DOCUMENTS, &[("q", words), ("status", status)]).await;
        let mut found = ids(&found.assert_status(200).body);
        found.sort();
        found
    };
    assert_eq!(by_status("alpha", "draft").await, drafts);
    assert_eq!(by_status("\"alpha beta\"", "draft").await, drafts[1..]);
    assert_eq!(by_status("alpha", "pending_review").await, [newer]);
    assert_eq!(by_status("alpha", "failed").await, []);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_best_matches_come_first_and_pagination_returns_each_once(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let mut expected = Vec::new();
        for number in 1..=7 {
            let text = "needle and pin ".repeat(number);
            let name = format!("{number}.bin");
            // Other parts match less often, or more often but with an excluded word.
            let texts = [&format!("hay and {}", "pin ".repeat(9)), &text, "needle in hay"];
            expected.push(data.with_text(route, &name, &texts).await);
        }
        // Of two items with the same rank, the newer comes first.
        expected.push(data.with_text(route, "8.bin", &["needle and pin ".repeat(7).as_str()]).await);
        expected.reverse();
        assert_eq!(data.finds(route, "needle").await, expected);

        let walk = async |words: &str| {
            let (mut walked, mut cursor) = (Vec::new(), String::new());
            loop {
                let query = [("q", words), ("limit", "3"), ("cursor", &cursor)];
                let query = if cursor.is_empty() { &query[..2] } else { &query[..] };
                let page = data.search(route, query).await;
                walked.extend(ids(&page.assert_status(200).body));
                match page.body["next_cursor"].as_str() {
                    Some(next) => next.clone_into(&mut cursor),
                    None => return walked,
                }
                assert!(walked.len() <= 20, "the pagination does not end");
            }
        };
        assert_eq!(walk("needle").await, expected);
        // Parts that do not match do not count toward the rank.
        assert_eq!(walk("pin -hay").await, expected);
        assert_eq!(walk("\"needle in\"").await.len(), 7);

        // An item that is deleted between two pages does not shift the other results.
        let first = data.search(route, &[("q", "needle"), ("limit", "3")]).await;
        data.client.as_user(&data.admin).delete(&route.of(expected[2], "")).await.assert_status(204);
        let cursor = first.body["next_cursor"].as_str().expect("a cursor");
        let second = data.search(route, &[("q", "needle"), ("limit", "3"), ("cursor", cursor)]).await;
        assert_eq!(ids(&second.body), expected[3..6]);
    }
}

/// The place of an item in a search would reveal which words its text contains.
#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_cursor_cannot_be_made_from_the_id_of_an_item_or_moved_to_another_search(db: PgPool) {
    let data = Data::start(db).await;
    let item = data.with_text(&DOCUMENTS, "secret.bin", &["needle"]).await;
    data.with_text(&DOCUMENTS, "other.bin", &["needle and pin"]).await;
    let id = URL_SAFE_NO_PAD.encode(item.0.as_bytes());
    let key = URL_SAFE_NO_PAD.encode([&[0; 32][..], format!("[0.5,\"{item}\"]").as_bytes()].concat());
    let first = data.search(&DOCUMENTS, &[("q", "needle"), ("limit", "1")]).await;
    let cursor = first.body["next_cursor"].as_str().expect("a cursor");
    data.search(&DOCUMENTS, &[("q", "needle"), ("cursor", cursor)]).await.assert_status(200);
    for (words, cursor) in
        [("needle", id.as_str()), ("needle", &key), ("pin", cursor), ("needle pin", cursor)]
    {
        let refused = data.search(&DOCUMENTS, &[("q", words), ("cursor", cursor)]).await;
        assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), ["cursor"], "{words}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_search_combines_with_the_filters(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let read = data.with_text(route, "1.bin", &["alpha"]).await;
        let draft = data.create_item(route, &data.admin, "alpha.bin").await;
        let of = async |query: &[(&str, &str)]| {
            let query = [&[("q", "alpha")], query].concat();
            ids(&data.search(route, &query).await.assert_status(200).body)
        };
        assert_eq!(of(&[]).await.len(), 2);
        assert_eq!(of(&[("status", "pending_review")]).await, [read]);
        assert_eq!(of(&[("status", "draft")]).await, [draft]);
        assert_eq!(of(&[("status", "rejected")]).await, []);
        assert_eq!(of(&[("uploaded_by", "me")]).await, []);
        let own = format!("{}?project_id={}&q=alpha&uploaded_by=me", route.path, data.project);
        assert_eq!(ids(&data.client.as_user(&data.admin).get(&own).await.body), [draft]);
        if route.path == "/documents" {
            data.set(read, "update documents set domain = 'letters' where item_id = $1").await;
            assert_eq!(of(&[("domain", "letters")]).await, [read]);
            assert_eq!(of(&[("domain", "letters"), ("status", "draft")]).await, []);
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn items_that_are_deleted_or_of_another_project_or_kind_are_not_found(db: PgPool) {
    let mut data = Data::start(db).await;
    let elsewhere = data.platform.project(&data.contributor).await;
    let here = std::mem::replace(&mut data.project, elsewhere);
    data.with_text(&DOCUMENTS, "alpha.bin", &["alpha"]).await;
    data.project = here;
    let document = data.with_text(&DOCUMENTS, "alpha.bin", &["alpha"]).await;
    let sample = data.with_text(&VOICE, "alpha.bin", &["alpha"]).await;
    assert_eq!(data.finds(&DOCUMENTS, "alpha").await, [document]);
    assert_eq!(data.finds(&VOICE, "alpha").await, [sample]);
    data.client.as_user(&data.admin).delete(&DOCUMENTS.of(document, "")).await.assert_status(204);
    assert_eq!(data.finds(&DOCUMENTS, "alpha").await, []);
    let path = format!("/documents?project_id={}&q=alpha", data.project);
    for (client, status, code) in data.refused().await {
        client.get(&path).await.assert_problem(status, code);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_search_does_not_find_words_of_an_earlier_text(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        let item = data.with_text(route, "letter.bin", &["alpha", "beta", "gamma"]).await;
        assert_eq!(data.finds(route, "gamma").await, [item]);
        let rejected = "update items set status = 'rejected', feedback = 'blurred' where id = $1";
        data.set(item, rejected).await;
        let contributor = data.client.as_user(&data.contributor);
        contributor.post(&route.of(item, "/upload-url"), json!(null)).await.assert_status(200);
        data.read(route, item, &["delta beta"]).await;
        for (words, found) in
            [("alpha", vec![]), ("gamma", vec![]), ("beta", vec![item]), ("letter", vec![item])]
        {
            assert_eq!(data.finds(route, words).await, found, "{words}");
        }
        let snippet = data.search(route, &[("q", "beta")]).await.body["items"][0]["snippet"].clone();
        assert_eq!(snippet[0]["text"], "delta ");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_text_of_two_megabytes_is_found_by_its_first_words(db: PgPool) {
    let data = Data::start(db).await;
    let mut text = String::new();
    for number in 0..200_000 {
        text.push_str(&format!("word{number:06} "));
    }
    assert!(text.len() > 2_000_000);
    for route in &BOTH {
        let item = data.with_text(route, "book.bin", &[&text, "the end"]).await;
        assert_eq!(data.finds(route, "word000000").await, [item]);
        assert_eq!(data.finds(route, "word015000").await, [item]);
        assert_eq!(data.finds(route, "end").await, [item]);
        // The engine takes a ruled line for a letter, again and again.
        let lines = data.with_text(route, "lines.bin", &[&"一".repeat(200_000)]).await;
        assert_eq!(data.finds(route, "一一").await, [lines]);
        let whole = data.client.as_user(&data.reviewer).get(&route.of(item, "")).await;
        assert_eq!(whole.body[route.text], format!("{text}\nthe end"));
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_search_query_has_at_most_200_characters(db: PgPool) {
    let data = Data::start(db).await;
    for route in &BOTH {
        data.search(route, &[("q", &"ä".repeat(200))]).await.assert_status(200);
        for words in ["x".repeat(201), String::new(), "a\0b".to_owned()] {
            let refused = data.search(route, &[("q", &words)]).await;
            assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), ["q"], "{words:?}");
        }
    }
}
