//! Projects and their items. Uploads go straight to storage, which has another origin than the page.

use std::path::Path;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{EMAIL, PASSWORD, PATIENCE, open_session, start_signed_in};
use crate::{running::Running, webdriver::Browser};

/// Large enough for several parts of a resumable upload.
const LARGE: usize = 50 << 20;

fn sample(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// Starts the platform and a browser that shows a new project of its account.
async fn start_in_project() -> (Running, Browser, String) {
    let (mut running, browser) = start_signed_in().await;
    let token = open_session(&running, PASSWORD).await;
    running.sign_in(&token);
    browser.click("Your projects").await;
    browser.see("You are in none yet.").await;
    browser.fill("Its name", "<b>Letters</b>").await;
    browser.click("Make the project").await;
    browser.see("The project <b>Letters</b> is made.").await;
    browser.click("<b>Letters</b>").await;
    browser.see("There is nothing").await;
    let projects = running.get("/projects").await;
    let project = projects["items"][0]["id"].as_str().expect("an id").to_owned();
    (running, browser, project)
}

/// The only item of its kind in the project.
async fn only(running: &Running, project: &str, path: &str) -> Value {
    let items = running.get(&format!("{path}?project_id={project}")).await;
    let items = items["items"].as_array().expect("items").clone();
    assert_eq!(items.len(), 1, "{items:?}");
    items[0].clone()
}

#[tokio::test]
async fn a_page_is_uploaded_and_its_text_appears_without_a_reload() {
    let (running, browser, project) = start_in_project().await;
    browser.run("window.sameDocument = true").await;
    browser.choose_file("Documents (PDF", &sample("page.png")).await;
    browser.see("Uploaded: open page.png").await;
    browser.see_of("page.png", "approved").await;
    assert_eq!(browser.run("return window.sameDocument").await, true);
    let document = only(&running, &project, "/documents").await;
    let id = document["id"].as_str().expect("an id");

    browser.fill("Words in the name", "garden").await;
    browser.click("Search").await;
    browser.see("1 found.").await;
    assert_eq!(browser.run("return document.querySelector('mark').textContent").await, "Garden");
    browser.choose("State", "Failed").await;
    browser.see("There is nothing").await;
    browser.choose("State", "Any").await;
    browser.click("page.png").await;
    browser.see("It is approved.").await;
    browser.see("The Garden Behind the Library").await;
    let shown =
        "const image = document.querySelector('.paper img'); return image.complete && image.naturalWidth > 0";
    browser.until_true(shown).await;
    let boxes = browser.run("return document.querySelectorAll('.paper rect').length").await;
    assert!(boxes.as_u64().is_some_and(|boxes| boxes > 0), "{boxes}");
    let paints = "document.querySelector('.blocks li').focus(); return !!document.querySelector('.marked')";
    assert_eq!(browser.run(paints).await, true);

    browser.fill("A label", "gardens").await;
    browser.click("Save it").await;
    browser.see("It is saved.").await;
    let change = running.request(reqwest::Method::PATCH, &format!("/documents/{id}"));
    let change = change.json(&json!({"domain": "parks"})).send().await.expect("an answer");
    assert!(change.status().is_success());
    browser.fill("A label", "meadows").await;
    browser.click("Save it").await;
    browser.see("It was changed elsewhere meanwhile.").await;
    assert_eq!(running.get(&format!("/documents/{id}")).await["domain"], "parks");

    let fits = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    browser.narrow(360).await;
    assert_eq!(browser.run(fits).await, true, "wider than the window");
    browser.click("Delete").await;
    browser.click("Delete it").await;
    browser.see("It is deleted.").await;
    browser.goto(&format!("/project?id={project}")).await;
    browser.see("There is nothing").await;
    assert_eq!(browser.run(fits).await, true, "wider than the window");
}

#[tokio::test]
async fn a_large_upload_is_paused_survives_a_reload_and_resumes() {
    let (running, browser, project) = start_in_project().await;
    let file = running.folder.path().join("large.pdf");
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((0..LARGE - bytes.len()).map(|place| (place % 251) as u8));
    std::fs::write(&file, &bytes).expect("a file");

    browser.slow_down(Some(8 << 20)).await;
    browser.choose_file("Documents (PDF", &file).await;
    let begun = "return document.querySelector('progress').value > 9 * 1024 * 1024";
    browser.until_true(begun).await;
    browser.click("Pause large.pdf").await;
    browser.see("Paused").await;
    browser.click("Go on with large.pdf").await;
    browser.see("Goes on at").await;
    browser.reload().await;
    browser.slow_down(None).await;
    browser.see("Broken off").await;
    assert_eq!(only(&running, &project, "/documents").await["status"], "draft");

    browser.choose_file("Documents (PDF", &file).await;
    browser.see("Uploaded: open large.pdf").await;
    let went_on = "return performance.getEntriesByType('resource').filter(one => one.name.includes('upload_id')).length";
    let requests = browser.run(went_on).await;
    assert!(
        requests.as_u64().is_some_and(|requests| requests < 8),
        "one status request, and not every part: {requests}"
    );
    assert_eq!(browser.run("return localStorage.length").await, 0);

    let document = only(&running, &project, "/documents").await;
    assert_eq!(document["size_bytes"], LARGE);
    let id = document["id"].as_str().expect("an id");
    assert_eq!(
        file_of(&running, &format!("/documents/{id}")).await,
        bytes,
        "the bytes differ from the upload"
    );
}

#[tokio::test]
async fn a_voice_sample_is_recorded_uploaded_transcribed_and_played_by_word() {
    let (running, browser, project) = start_in_project().await;
    browser.choose("Kind", "Voice samples").await;
    browser.click("Start recording").await;
    browser.see("It records.").await;
    // The microphone's recording is longer than four seconds.
    browser.see("0:05").await;
    browser.click("Stop recording").await;
    browser.see("Hear it, and send it or drop it.").await;
    browser.run("document.querySelector('#playback').play()").await;
    browser.until_true("return document.querySelector('#playback').currentTime > 0").await;
    browser.click("Send the recording").await;
    browser.see("Uploaded: open recording-").await;
    let sample = only(&running, &project, "/voice").await;
    assert_eq!(sample["content_type"], "audio/webm");
    let name = sample["original_filename"].as_str().expect("a name");
    browser.see_of(name, "approved").await;

    browser.click(name).await;
    browser.see("It is approved.").await;
    browser.until_true("return document.querySelectorAll('.word').length > 3").await;
    let said = browser.run("return document.querySelector('#said').innerText").await;
    let expected = std::fs::read_to_string(self::sample("speech.txt")).expect("what is said");
    let heard = said.as_str().expect("words").to_lowercase();
    let (all, known) = expected.to_lowercase().split_whitespace().fold((0, 0), |(all, known), word| {
        let word = word.trim_matches(|character: char| !character.is_alphanumeric());
        (all + 1, known + usize::from(heard.contains(word)))
    });
    assert!(known * 10 >= all * 7, "{known} of {all} words: {heard}");

    // Choosing a word plays and highlights it. The arrow keys continue from there.
    browser.run("document.querySelectorAll('.word')[2].click()").await;
    browser.until_true("return document.querySelector('#player').currentTime > 0").await;
    browser.until_true("return document.querySelector('.word[aria-current]') !== null").await;
    let tab_stops = "return document.querySelectorAll('.word[tabindex=\"0\"]').length";
    assert_eq!(browser.run(tab_stops).await, 1);
}

#[tokio::test]
async fn a_failed_item_shows_the_reason_and_accepts_another_file() {
    let (_running, browser, _project) = start_in_project().await;
    browser.choose_file("Documents (PDF", &sample("fax.txt")).await;
    browser.see("fax.txt is neither a document nor a recording").await;
    browser.choose_file("Documents (PDF", &sample("encrypted.pdf")).await;
    browser.see("Uploaded: open encrypted.pdf").await;
    browser.see_of("encrypted.pdf", "failed").await;
    browser.click("encrypted.pdf").await;
    browser.see("The document is encrypted. Upload a copy without a password.").await;
    browser.click("Read it again").await;
    browser.see("It is read again.").await;
    browser.see("It failed").await;
    browser.choose_file("It takes the place", &sample("page.png")).await;
    browser.see("It is approved.").await;
    browser.see("The Garden Behind the Library").await;
    browser.miss("The document is encrypted.").await;
}

/// The file of an item as the API returns it, once it has arrived.
async fn file_of(running: &Running, item: &str) -> Vec<u8> {
    let deadline = Instant::now() + PATIENCE;
    let url = loop {
        let answer = running.request(reqwest::Method::GET, &format!("{item}/download")).send().await;
        let answer: Value = answer.expect("an answer").json().await.expect("JSON");
        if let Some(url) = answer["url"].as_str() {
            break url.to_owned();
        }
        assert!(Instant::now() < deadline, "no file of {EMAIL}: {answer}");
        sleep(std::time::Duration::from_millis(100)).await;
    };
    let file = Client::new().get(url).send().await.expect("an answer");
    file.bytes().await.expect("bytes").to_vec()
}
