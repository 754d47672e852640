//! The reference page in a real browser, served by the platform.

mod items;
mod review;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use tokio::time::{Duration, Instant, sleep};

use crate::{running::Running, webdriver::Browser};

const EMAIL: &str = "kim@example.com";
const PASSWORD: &str = "correct horse battery";
const PATIENCE: Duration = Duration::from_secs(30);

async fn start() -> (Running, Browser) {
    let running = Running::start().await;
    // WebAuthn requires a domain, not an IP address.
    let browser = Browser::open(&format!("http://localhost:{}", running.port)).await;
    (running, browser)
}

/// Starts the platform with a verified account, and a browser that is signed in to it.
async fn start_signed_in() -> (Running, Browser) {
    let (running, browser) = start().await;
    running.post("/auth/register", json!({"email": EMAIL, "password": PASSWORD})).await;
    let link = mailed_link(&running, "/verify-email?").await;
    let (_, query) = link.split_once('?').expect("a query");
    running.get(&format!("/auth/verify-email?{query}")).await;
    sign_in(&browser, PASSWORD).await;
    (running, browser)
}

async fn sign_in(browser: &Browser, password: &str) {
    browser.goto("/sign-in").await;
    browser.fill("Your address", EMAIL).await;
    browser.fill("Your password", password).await;
    browser.click("Sign in").await;
    browser.see("You are signed in as").await;
}

/// The link to a page in the newest mail that contains one.
async fn mailed_link(running: &Running, to: &str) -> String {
    link_mailed_to(running, EMAIL, to).await
}

async fn link_mailed_to(running: &Running, email: &str, to: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mails = running.get(&format!("/local/inbox?to={email}")).await;
        let mails = mails.as_array().expect("mails");
        let words =
            mails.iter().rev().filter_map(|mail| mail["text"].as_str()).flat_map(str::split_whitespace);
        if let Some(link) = words.filter(|word| word.starts_with("http")).find(|word| word.contains(to)) {
            return link.to_owned();
        }
        assert!(Instant::now() < deadline, "expected a mail with a link to {to}, but found: {mails:#?}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Opens a session outside the browser, and returns its access token.
async fn open_session(running: &Running, password: &str) -> String {
    let tokens = running.post("/auth/login", json!({"email": EMAIL, "password": password})).await;
    tokens["access_token"].as_str().expect("a token").to_owned()
}

async fn status(running: &Running, token: &str) -> StatusCode {
    let request = running.request(Method::GET, "/users/me").bearer_auth(token);
    request.send().await.expect("an answer").status()
}

/// Connects to the platform's database.
async fn database(running: &Running) -> PgConnection {
    let read = |file: &str| {
        let path = running.folder.path().join("data").join(file);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let password = read("postgres.password");
    let ports: Value = serde_json::from_str(&read("ports.json")).expect("JSON");
    let url = format!("postgres://postgres:{password}@127.0.0.1:{}/alta", ports["postgres"]);
    PgConnection::connect(&url).await.expect("the database")
}

/// Makes all sessions eleven minutes older, so that sensitive actions need a new proof of identity.
async fn age_sessions(running: &Running) {
    sqlx::query("update sessions set authenticated_at = authenticated_at - interval '11 minutes'")
        .execute(&mut database(running).await)
        .await
        .expect("older sessions");
}

#[tokio::test]
async fn a_person_signs_up_verifies_the_address_and_signs_in_by_password_then_by_passkey() {
    let (running, browser) = start().await;
    browser.add_authenticator().await;

    browser.goto("/").await;
    browser.click("Make an account").await;
    browser.fill("Your address", EMAIL).await;
    browser.fill("A password", PASSWORD).await;
    browser.fill("Your name", "Kim").await;
    browser.click("Make an account").await;
    browser.see("A mail is on its way to you.").await;

    browser.goto(&mailed_link(&running, "/verify-email?").await).await;
    browser.click("Confirm my address").await;
    browser.see("Your address is confirmed.").await;

    browser.click("Sign in").await;
    browser.click("Sign in with a passkey").await;
    browser.see("No passkey was used").await;
    sign_in(&browser, PASSWORD).await;
    browser.see("You are signed in as Kim (kim@example.com).").await;
    browser.click("Your account").await;
    browser.see("You have none yet.").await;
    browser.fill("A name for a new one", "Laptop").await;
    browser.click("Add a passkey").await;
    browser.see("The passkey Laptop is added.").await;
    mailed_link(&running, "/account").await;
    // The authenticator knows that it holds a passkey for this account.
    browser.click("Add a passkey").await;
    browser.see("this device holds one for this account already").await;

    browser.click("Sign out").await;
    browser.click("Sign in with a passkey").await;
    browser.see("You are signed in as Kim").await;
    browser.click("Your account").await;
    browser.see("Laptop").await;
    browser.miss("never used").await;

    browser.click("Rename Laptop").await;
    browser.fill("What you call it", "Old laptop").await;
    browser.click("Rename it").await;
    browser.see("The passkey is called Old laptop now.").await;
    browser.click("Remove Old laptop").await;
    browser.click("Remove it").await;
    browser.see("The passkey Old laptop is removed.").await;
    browser.see("You have none yet.").await;

    browser.click("Sign out").await;
    browser.click("Sign in with a passkey").await;
    browser.see("Incorrect credentials").await;
}

#[tokio::test]
async fn an_ended_session_is_signed_out_and_a_new_password_ends_all_sessions() {
    let (running, browser) = start_signed_in().await;

    let elsewhere = open_session(&running, PASSWORD).await;
    assert_eq!(status(&running, &elsewhere).await, StatusCode::OK);
    browser.goto("/account").await;
    browser.see("a program that is not known").await;
    browser.click("End the session with a program that is not known").await;
    browser.see("The session is ended.").await;
    browser.miss("a program that is not known").await;
    assert_eq!(status(&running, &elsewhere).await, StatusCode::UNAUTHORIZED);

    let elsewhere = open_session(&running, PASSWORD).await;
    browser.click("End all other sessions").await;
    browser.see("Every other session is ended.").await;
    assert_eq!(status(&running, &elsewhere).await, StatusCode::UNAUTHORIZED);

    let changed = "wrong donkey generator";
    let elsewhere = open_session(&running, PASSWORD).await;
    browser.fill("Your present password", "not my password").await;
    browser.fill("A new one", changed).await;
    browser.click("Change the password").await;
    browser.see("Incorrect credentials").await;
    browser.fill("Your present password", PASSWORD).await;
    browser.click("Change the password").await;
    browser.see("The password is changed").await;
    assert_eq!(status(&running, &elsewhere).await, StatusCode::UNAUTHORIZED);

    let (reset, elsewhere) = ("another donkey generator", open_session(&running, changed).await);
    browser.goto("/forgot-password").await;
    browser.fill("Your address", EMAIL).await;
    browser.click("Send me a link").await;
    browser.see("a link is on its way to it").await;
    browser.goto(&mailed_link(&running, "/reset-password?").await).await;
    browser.fill("A new password", reset).await;
    browser.click("Set the password").await;
    browser.see("The password is set, and every session was ended.").await;
    assert_eq!(status(&running, &elsewhere).await, StatusCode::UNAUTHORIZED);

    // The session of this browser ended as well, so the page no longer shows its account.
    browser.goto("/account").await;
    browser.see("Sign in with a passkey").await;
    sign_in(&browser, reset).await;
}

#[tokio::test]
async fn an_old_sign_in_must_be_confirmed_and_the_action_then_continues() {
    let (running, browser) = start_signed_in().await;
    browser.add_authenticator().await;
    browser.goto("/account").await;

    age_sessions(&running).await;
    browser.click("Add a passkey").await;
    browser.see("Is it you?").await;
    browser.click("Turn back").await;
    browser.see("Nothing was changed").await;
    browser.miss("Is it you?").await;

    browser.click("Add a passkey").await;
    browser.fill("Your password", "not my password").await;
    browser.click("Go on").await;
    browser.see("Incorrect credentials").await;
    browser.fill("Your password", PASSWORD).await;
    browser.click("Go on").await;
    browser.see("The passkey Passkey is added.").await;

    age_sessions(&running).await;
    browser.fill("A new one", "wrong donkey generator").await;
    browser.click("Change the password").await;
    browser.click("Use a passkey").await;
    browser.see("The password is changed").await;

    browser.see("Suspended when the password was changed").await;
    browser.click("Confirm Passkey").await;
    browser.see("The passkey Passkey is confirmed.").await;
    browser.miss("Suspended when the password was changed").await;

    age_sessions(&running).await;
    browser.click("Delete my account").await;
    browser.see("This cannot be undone. You may").await;
    browser.click("Keep it").await;
    browser.miss("This cannot be undone. You may").await;
    browser.click("Delete my account").await;
    browser.click("Delete it").await;
    browser.click("Use a passkey").await;
    browser.see("Your account is deleted.").await;
    browser.goto("/account").await;
    browser.see("Sign in with a passkey").await;
}

#[tokio::test]
async fn an_invited_person_signs_up_and_accepts() {
    let (mut running, browser) = start().await;
    let admin = "ada@example.com";
    running
        .post("/auth/register", json!({"email": admin, "password": PASSWORD, "display_name": "Ada"}))
        .await;
    let link = link_mailed_to(&running, admin, "/verify-email?").await;
    running.get(&format!("/auth/verify-email?{}", link.split_once('?').expect("a query").1)).await;
    let tokens = running.post("/auth/login", json!({"email": admin, "password": PASSWORD})).await;
    running.sign_in(tokens["access_token"].as_str().expect("a token"));
    let project = running.post("/projects", json!({"name": "Letters"})).await;
    let project = project["id"].as_str().expect("an id");
    let invitation = json!({"email": EMAIL, "role": "reviewer"});
    running.post(&format!("/projects/{project}/invite"), invitation).await;

    let invited = mailed_link(&running, "/invitation?").await;
    browser.goto(&invited).await;
    browser.see("Ada invites kim@example.com to the project Letters, as reviewer.").await;
    browser.click("Make an account").await;
    browser.fill("Your address", EMAIL).await;
    browser.fill("A password", PASSWORD).await;
    browser.click("Make an account").await;
    browser.see("A mail is on its way to you.").await;
    browser.goto(&mailed_link(&running, "/verify-email?").await).await;
    browser.click("Confirm my address").await;
    browser.see("Your address is confirmed.").await;
    sign_in(&browser, PASSWORD).await;
    browser.click("Your invitation").await;
    browser.click("Accept the invitation").await;
    browser.see("You are a member of Letters now, as reviewer.").await;
    let members = running.get(&format!("/projects/{project}/members")).await;
    assert_eq!(members["items"].as_array().map(Vec::len), Some(2), "{members}");

    browser.goto(&invited).await;
    browser.see("Invitation already accepted").await;
}

#[tokio::test]
async fn a_name_changes_account_data_is_downloaded_and_the_last_admin_stays() {
    let (mut running, browser) = start_signed_in().await;
    let token = open_session(&running, PASSWORD).await;
    running.sign_in(&token);
    running.post("/projects", json!({"name": "<b>Letters</b>"})).await;

    browser.goto("/account").await;
    browser.fill("What others see", "Kim Doe").await;
    browser.click("Save the name").await;
    browser.see("Your name is saved.").await;
    let elsewhere = json!({"display_name": "Kim D."});
    let change = running.request(Method::PATCH, "/users/me").json(&elsewhere).send().await;
    assert_eq!(change.expect("an answer").status(), StatusCode::OK);
    browser.fill("What others see", "Kim").await;
    browser.click("Save the name").await;
    browser.see("Your account was changed elsewhere meanwhile.").await;
    browser.click("Save the name").await;
    browser.see("Your name is saved.").await;
    assert_eq!(running.get("/users/me").await["display_name"], "Kim D.");

    browser.click("Download my data").await;
    let data = browser.downloaded("alta-data-account.json").await;
    let data: Value = serde_json::from_str(&data).unwrap_or_else(|error| panic!("{error}: {data}"));
    assert_eq!(data["account"]["email"], EMAIL, "{data}");

    browser.click("Delete my account").await;
    browser.click("Delete it").await;
    // Names are escaped.
    browser.see("These projects have no other admin: <b>Letters</b>.").await;
    assert_eq!(running.get("/users/me").await["email"], EMAIL);
}
