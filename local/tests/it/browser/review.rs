//! The review queue by keyboard: one person reviews the uploads of another.

use std::path::Path;

use http::HeaderMap;
use reqwest::Method;
use serde_json::json;
use tokio::time::{Duration, Instant, sleep};

use super::{EMAIL, PASSWORD, database, link_mailed_to, mailed_link, sign_in, start};
use crate::{running::Running, webdriver::Browser};

const ADMIN: &str = "ada@example.com";
/// The time limit for processing ten items on a busy machine.
const READING_PATIENCE: Duration = Duration::from_secs(180);

/// The keys, as WebDriver encodes them (<https://www.w3.org/TR/webdriver2/#keyboard-actions>).
const ENTER: &str = "\u{e007}";
const CONTROL: &str = "\u{e009}";
const ESCAPE: &str = "\u{e00c}";
const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";

/// A script that returns true when nothing is wider than the window. Charts are redrawn shortly after a resize.
const FITS: &str = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";

/// A project in which Ada uploads and Kim reviews.
struct Desk {
    /// Signed in as Ada, who is the project's admin.
    running: Running,
    /// Signed in as Kim, the reviewer.
    browser: Browser,
    project: String,
    /// Kim's access token, for actions outside the browser.
    kim: String,
}

/// Creates a verified account, and returns its access token.
async fn account(running: &Running, email: &str, name: &str) -> String {
    let new = json!({"email": email, "password": PASSWORD, "display_name": name});
    running.post("/auth/register", new).await;
    let link = link_mailed_to(running, email, "/verify-email?").await;
    running.get(&format!("/auth/verify-email?{}", link.split_once('?').expect("a query").1)).await;
    let tokens = running.post("/auth/login", json!({"email": email, "password": PASSWORD})).await;
    tokens["access_token"].as_str().expect("a token").to_owned()
}

impl Desk {
    async fn start() -> Self {
        let (mut running, browser) = start().await;
        let ada = account(&running, ADMIN, "Ada").await;
        let kim = account(&running, EMAIL, "Kim").await;
        running.sign_in(&ada);
        let project = running.post("/projects", json!({"name": "Letters"})).await;
        let project = project["id"].as_str().expect("an id").to_owned();
        let invitation = json!({"email": EMAIL, "role": "reviewer"});
        running.post(&format!("/projects/{project}/invite"), invitation).await;
        let link = mailed_link(&running, "/invitation?").await;
        let token = link.split_once("token=").expect("a token").1.to_owned();
        let accept = running.request(Method::POST, &format!("/invitations/{token}/accept"));
        // `bearer_auth` adds a header instead of replacing the one that is there.
        let accept = without_token(accept).bearer_auth(&kim).send().await.expect("an answer");
        assert!(accept.status().is_success(), "{}", accept.status());
        sign_in(&browser, PASSWORD).await;
        Self { running, browser, project, kim }
    }

    /// Uploads a sample under a name, and returns its path once it is pending review.
    async fn add(&self, sample: &str, content_type: &str, name: &str) -> String {
        let path = self.upload(sample, content_type, name).await;
        self.wait(&path).await;
        path
    }

    async fn upload(&self, sample: &str, content_type: &str, name: &str) -> String {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(sample);
        let bytes = std::fs::read(file).expect("a sample");
        let new = json!({
            "project_id": self.project, "filename": name, "content_type": content_type, "size_bytes": bytes.len(),
        });
        let voice = content_type.starts_with("audio/");
        let (collection, item) = if voice { ("/voice", "voice_sample") } else { ("/documents", "document") };
        let announced = self.running.post(collection, new).await;
        let upload = &announced["upload"];
        let headers: HeaderMap = upload["headers"]
            .as_object()
            .expect("headers")
            .iter()
            .map(|(name, value)| {
                let value = value.as_str().expect("text").parse().expect("a value");
                (name.parse::<http::HeaderName>().expect("a name"), value)
            })
            .collect();
        let put = reqwest::Client::new().put(upload["url"].as_str().expect("a URL")).headers(headers);
        let answer = put.body(bytes).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        format!("{collection}/{}", announced[item]["id"].as_str().expect("an id"))
    }

    async fn wait(&self, path: &str) {
        let deadline = Instant::now() + READING_PATIENCE;
        loop {
            let item = self.running.get(path).await;
            if item["status"] == "pending_review" {
                return;
            }
            assert!(Instant::now() < deadline, "it is not pending review: {item}");
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn open_queue(&self) {
        self.browser.goto(&format!("/queue?project_id={}", self.project)).await;
    }

    /// Waits until Kim's page shows this item and no request is in progress.
    async fn see_item(&self, name: &str) {
        let script = format!(
            "return !document.querySelector('#item').hidden && document.body.ariaBusy !== 'true' \
             && document.querySelector('#item-name').textContent === {name:?}"
        );
        self.browser.until_true(&script).await;
    }

    /// Signs Ada in at the browser.
    async fn sign_in_as_ada(&self) {
        self.browser.goto("/sign-in").await;
        self.browser.click("Sign out").await;
        self.browser.fill("Your address", ADMIN).await;
        self.browser.fill("Your password", PASSWORD).await;
        self.browser.click("Sign in").await;
        self.browser.see("You are signed in as Ada").await;
    }

    /// Waits until the statistics count this many approved documents and voice samples.
    async fn wait_for_statistics(&self, documents: u64, voice: u64) {
        let deadline = Instant::now() + READING_PATIENCE;
        let path = format!("/analytics/summary?timeframe=7d&project_id={}", self.project);
        loop {
            let summary = self.running.get(&path).await;
            let totals = &summary["totals"];
            if totals["documents"]["approved"] == documents && totals["voice"]["approved"] == voice {
                return;
            }
            assert!(Instant::now() < deadline, "the statistics lack it: {summary}");
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// Approves an item as Kim outside the browser.
    async fn approve_elsewhere(&self, path: &str) {
        let id = path.rsplit('/').next().expect("an id");
        let decide = self.running.request(Method::PATCH, &format!("/review/{id}"));
        let decide = without_token(decide).bearer_auth(&self.kim).json(&json!({"status": "approved"}));
        let answer = decide.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// Makes Ada the holder of the claim, as if Kim's claim had expired.
    async fn give_to_ada(&self, path: &str) {
        let id = path.rsplit('/').next().expect("an id");
        sqlx::query(
            "update items set claimed_by_id = (select id from users where email = $1), \
             claimed_until = now() + interval '15 minutes' where id = $2::uuid",
        )
        .bind(ADMIN)
        .bind(id)
        .execute(&mut database(&self.running).await)
        .await
        .expect("another claim");
    }
}

/// The request without credentials, so that the caller can add others.
fn without_token(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    let (client, request) = request.build_split();
    let mut request = request.expect("a request");
    request.headers_mut().remove("authorization");
    reqwest::RequestBuilder::from_parts(client, request)
}

#[tokio::test]
async fn ten_items_are_reviewed_by_keyboard_and_counted_in_the_charts() {
    let desk = Desk::start().await;
    let mut paths = Vec::new();
    for number in 1..=7 {
        paths.push(desk.upload("page.png", "image/png", &format!("page-{number}.png")).await);
    }
    paths.push(desk.upload("report.pdf", "application/pdf", "report.pdf").await);
    for number in 1..=2 {
        paths.push(desk.upload("speech.ogg", "audio/ogg", &format!("speech-{number}.ogg")).await);
    }
    for path in &paths {
        desk.wait(path).await;
    }

    let browser = &desk.browser;
    browser.goto(&format!("/project?id={}", desk.project)).await;
    browser.click("Review what waits").await;
    for number in 1..=7 {
        desk.see_item(&format!("page-{number}.png")).await;
        browser.see("The Garden Behind the Library").await;
        if number == 1 {
            let shown = "const image = document.querySelector('#sheet img'); \
                         return Boolean(image?.complete && image.naturalWidth > 0)";
            browser.until_true(shown).await;
            browser.press("", "?").await;
            browser.see("previous and next page").await;
            browser.press("", ESCAPE).await;
            browser.miss("previous and next page").await;
        }
        browser.press("", "a").await;
        browser.see(&format!("{number} decided: {number} approved, 0 rejected.")).await;
    }

    desk.see_item("report.pdf").await;
    browser.until_true("return document.querySelector('#sheet iframe')?.src.startsWith('blob:')").await;
    browser.see("Page 1 of ").await;
    browser.press("", RIGHT).await;
    browser.see("Page 2 of ").await;
    browser.press("", "a").await;

    desk.see_item("speech-1.ogg").await;
    browser.until_true("return document.querySelectorAll('.word').length > 3").await;
    browser.press("", "p").await;
    browser.until_true("return document.querySelector('#player').currentTime > 0").await;
    browser.press("", "r").await;
    browser.press("", "It breaks off.").await;
    browser.press(CONTROL, ENTER).await;
    desk.see_item("speech-2.ogg").await;
    browser.press("", "a").await;

    browser.see("Nothing waits for a review").await;
    browser.see("10 decided: 9 approved, 1 rejected.").await;
    for path in &paths {
        let item = desk.running.get(path).await;
        let rejected = item["original_filename"] == "speech-1.ogg";
        assert_eq!(item["status"], if rejected { "rejected" } else { "approved" }, "{item}");
    }

    // The page shows new items without a reload.
    desk.upload("page.png", "image/png", "late.png").await;
    browser.see("Something waits for a review again").await;
    browser.press("", "n").await;
    desk.see_item("late.png").await;
    browser.until_true(FITS).await;
    browser.narrow(320).await;
    browser.until_true(FITS).await;
    browser.narrow(1000).await;

    desk.sign_in_as_ada().await;
    desk.wait_for_statistics(8, 1).await;
    browser.goto(&format!("/project?id={}", desk.project)).await;
    browser.click("How it goes").await;
    browser.see("Day by day").await;
    let states = "return [...document.querySelectorAll('#states .measures > li')].map(row => row.innerText)";
    let states = browser.run(states).await;
    let [documents, voice] = [&states[0], &states[1]].map(|row| row.as_str().expect("a row").to_owned());
    assert!(documents.contains("Approved 8") && documents.contains("Waits for its review 1"), "{documents}");
    assert!(voice.contains("Approved 1") && voice.contains("Rejected 1"), "{voice}");
    let drawn = "return document.querySelectorAll('#trend .bar.approved, #trend .bar.rejected').length";
    assert!(browser.run(drawn).await.as_u64().is_some_and(|bars| bars >= 2), "no bars");
    // The charts show the same numbers by keyboard, and as a table.
    browser.run("document.querySelector('.reader').focus()").await;
    browser.press("", LEFT).await;
    browser.press("", RIGHT).await;
    let tip = browser.run("return document.querySelector('.tip').innerText").await;
    assert!(tip.as_str().is_some_and(|tip| tip.contains("Approved")), "{tip}");
    let decided = "const rows = [...document.querySelectorAll('#trend tbody tr')]; \
                   return [3, 4].map(column => rows.reduce((sum, row) => sum + Number(row.cells[column].textContent), 0))";
    assert_eq!(browser.run(decided).await, json!([9, 1]));
    browser.narrow(320).await;
    browser.until_true(FITS).await;
}

#[tokio::test]
async fn an_export_is_created_and_downloaded_from_its_mail() {
    let desk = Desk::start().await;
    desk.add("page.png", "image/png", "=first.png").await;
    let browser = &desk.browser;
    desk.sign_in_as_ada().await;
    browser.goto(&format!("/project?id={}", desk.project)).await;
    browser.click("Make the export").await;
    browser.see("It is being made.").await;
    browser.see("CSV, everything").await;
    let link = link_mailed_to(&desk.running, ADMIN, "export=").await;
    browser.goto(&link).await;
    browser.until_true("return document.querySelector('.wanted button') === document.activeElement").await;
    browser.press("", ENTER).await;
    let exports = desk.running.get(&format!("/exports?project_id={}", desk.project)).await;
    let day = &exports["items"][0]["created_at"].as_str().expect("a time")[..10];
    let file = browser.downloaded(&format!("items-{day}.csv")).await;
    assert!(file.contains("'=first.png") && file.contains("The Garden Behind the Library"), "{file}");
}

#[tokio::test]
async fn a_draft_survives_a_reload_and_the_history_shows_corrections() {
    let desk = Desk::start().await;
    let (first, second) = (
        desk.add("page.png", "image/png", "first.png").await,
        desk.add("page.png", "image/png", "second.png").await,
    );
    let browser = &desk.browser;
    desk.open_queue().await;
    desk.see_item("first.png").await;
    browser.press("", "e").await;
    browser.until_true("return document.activeElement.id === 'corrected'").await;
    // In a text field, letters are text and not keyboard shortcuts.
    browser.press("", "An area. ").await;
    browser.press("", ESCAPE).await;
    browser.see("Your correction, saved when you decide").await;
    browser
        .until_true("return document.querySelector('#changes ins')?.textContent.trim() === 'An area.'")
        .await;
    browser.reload().await;
    desk.see_item("first.png").await;
    browser.see("Your correction, saved when you decide").await;
    browser.press("", "a").await;
    desk.see_item("second.png").await;
    let item = desk.running.get(&first).await;
    let (read, corrected) = (item["ocr_text"].as_str(), item["corrected_text"].as_str());
    assert_eq!(corrected.map(str::to_owned), read.map(|read| format!("An area. {read}")));

    // Skipping needs another item, and there is none.
    browser.press("", "n").await;
    browser.see("It is the only one that waits.").await;
    browser.press("", "r").await;
    browser.press("", "Too dark").await;
    browser.press("", ESCAPE).await;
    browser.press("", "r").await;
    // Closed and reopened before the page handles the `close` event.
    let both = "document.querySelector('#rejecting').close(); \
                document.dispatchEvent(new KeyboardEvent('keydown', { key: 'r' }))";
    browser.run(both).await;
    browser.press("", " to read.").await;
    browser.click("Reject it").await;
    browser.see("Nothing waits for a review").await;
    let item = desk.running.get(&second).await;
    assert_eq!((&item["status"], &item["feedback"]), (&json!("rejected"), &json!("Too dark to read.")));

    let id = first.rsplit('/').next().expect("an id");
    browser.goto(&format!("/item?kind=document&id={id}")).await;
    browser.see("What happened to it").await;
    browser.see("approved by Kim").await;
    let added = "return document.querySelector('#history ins')?.textContent.trim() === 'An area.' \
                 && document.querySelector('#history del') === null";
    browser.until_true(added).await;
    let id = second.rsplit('/').next().expect("an id");
    browser.goto(&format!("/item?kind=document&id={id}")).await;
    browser.see("rejected by Kim").await;
    browser.see("“Too dark to read.”").await;
}

#[tokio::test]
async fn the_slower_of_two_reviewers_keeps_the_draft() {
    let desk = Desk::start().await;
    let mut paths = Vec::new();
    for name in ["first.png", "second.png", "third.png"] {
        paths.push(desk.add("page.png", "image/png", name).await);
    }
    let browser = &desk.browser;
    desk.open_queue().await;
    desk.see_item("first.png").await;
    browser.press("", "e").await;
    browser.press("", "Mine. ").await;
    desk.approve_elsewhere(&paths[0]).await;
    browser.press(CONTROL, ENTER).await;
    browser.see("Somebody was faster").await;
    browser.see("first.png: It was approved meanwhile by Kim.").await;
    let kept = "return document.querySelector('#kept-text').value.startsWith('Mine. ')";
    browser.until_true(kept).await;
    browser.click("Go on with the next").await;

    desk.see_item("second.png").await;
    browser.be_offline(true).await;
    browser.see("You are offline.").await;
    browser.press("", "a").await;
    browser.see("The server cannot be reached.").await;
    browser.be_offline(false).await;
    browser.miss("You are offline.").await;
    browser.press("", "a").await;
    browser.see("1 decided: 1 approved, 0 rejected.").await;
    assert_eq!(desk.running.get(&paths[1]).await["status"], "approved");

    desk.see_item("third.png").await;
    desk.give_to_ada(&paths[2]).await;
    browser.press("", "a").await;
    browser.see("third.png: Somebody else holds it now.").await;
    browser.press("", "n").await;
    browser.see("Nothing waits for a review").await;
    assert_eq!(desk.running.get(&paths[2]).await["status"], "pending_review");
}
