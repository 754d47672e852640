//! A browser, driven from a person's point of view: by visible sentences, and by the names of buttons and fields.
//!
//! Chromium over WebDriver (<https://www.w3.org/TR/webdriver2/>). Each browser has its own profile.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource as _, KeyAction, KeyActions},
    elements::Element,
    error::CmdError,
    wd::Capabilities,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::{running::free_port, support::eventually};

/// The time limit for a page to show an expected text.
const PATIENCE: Duration = Duration::from_secs(30);

/// The names of Chromium's program on different systems. Without a match, the driver finds its browser itself.
const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--window-size=1000,1200",
    // With a pipe, the browser ends with the driver, however the driver ends.
    "--remote-debugging-pipe",
    // Connect to this machine only: no background requests and no proxy.
    "--disable-background-networking",
    "--disable-component-update",
    "--no-proxy-server",
    // The microphone needs no consent, and plays a file.
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

/// The recording that the microphone plays once.
const SPEECH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/speech.wav");

/// A browser with one tab.
pub(crate) struct Browser {
    client: Client,
    origin: String,
    /// The session's URL at the driver, for commands that fantoccini lacks.
    session: String,
    profile: TempDir,
    _driver: Child,
}

impl Browser {
    /// Opens a browser for the pages of one origin.
    pub(crate) async fn open(origin: &str) -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            // Leftover files of both processes are deleted with the folder.
            .env("TMPDIR", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver, which `local/packages test` installs");
        let url = format!("http://127.0.0.1:{port}");
        let status = format!("{url}/status");
        let ready = || async { reqwest::get(&status).await.is_ok_and(|answer| answer.status().is_success()) };
        eventually("chromedriver is ready", ready).await;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(profile.path()))
            .connect(&url)
            .await
            .unwrap_or_else(|error| panic!("no browser: {error}"));
        let id = client.session_id().await.expect("a session").expect("its id");
        let session = format!("{url}/session/{id}");
        let browser = Self { client, origin: origin.to_owned(), session, profile, _driver: driver };
        // The window behaves as if it had the focus.
        browser.cdp("Emulation.setFocusEmulationEnabled", json!({"enabled": true})).await;
        browser
    }

    /// Opens a path of the origin, or an absolute URL.
    pub(crate) async fn goto(&self, address: &str) {
        let origin = if address.starts_with('/') { self.origin.as_str() } else { "" };
        let address = format!("{origin}{address}");
        self.client.goto(&address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// Clicks the button or link with this text or label.
    pub(crate) async fn click(&self, name: &str) {
        let xpath = format!(
            "//*[self::button or self::a or self::summary][normalize-space()={name:?} or @aria-label={name:?}]"
        );
        let click = async |element: Element| element.click().await;
        self.with_shown(&xpath, &format!("a button or link {name:?} to click"), click).await;
    }

    /// Replaces the text of the field whose label begins so.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let xpath = format!("//input[@id=//label[starts-with(normalize-space(), {label:?})]/@for]");
        let fill = async |field: Element| {
            field.clear().await?;
            field.send_keys(text).await
        };
        self.with_shown(&xpath, &format!("a field {label:?} to fill"), fill).await;
    }

    /// Chooses a file in the field whose label begins so.
    pub(crate) async fn choose_file(&self, label: &str, file: &Path) {
        let xpath = format!("//input[@id=//label[starts-with(normalize-space(), {label:?})]/@for]");
        let file = file.to_str().expect("a path in UTF-8");
        let choose = async |field: Element| field.send_keys(file).await;
        self.with_shown(&xpath, &format!("a field {label:?} to choose a file in"), choose).await;
    }

    /// Chooses an option of the list whose label begins so, by the option's first words.
    pub(crate) async fn choose(&self, label: &str, option: &str) {
        let xpath = format!("//select[@id=//label[starts-with(normalize-space(), {label:?})]/@for]");
        // By keyboard, since the popup of a clicked list would keep the focus.
        let choose = async |field: Element| field.send_keys(option).await;
        self.with_shown(&xpath, &format!("a list {label:?} with {option:?}"), choose).await;
    }

    /// Presses keys one after the other in the focused element, while holding the keys of `held`.
    pub(crate) async fn press(&self, held: &str, keys: &str) {
        let down = held.chars().map(|value| KeyAction::Down { value });
        let taps = keys.chars().flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }]);
        let up = held.chars().map(|value| KeyAction::Up { value });
        let all = down.chain(taps).chain(up);
        let actions = all.fold(KeyActions::new("keyboard".to_owned()), KeyActions::then);
        self.client.perform_actions(actions).await.unwrap_or_else(|error| panic!("{keys:?}: {error}"));
    }

    /// Disconnects the page from the network, or reconnects it.
    pub(crate) async fn be_offline(&self, offline: bool) {
        let parameters = json!({
            "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.cdp("Network.enable", json!({})).await;
        self.cdp("Network.emulateNetworkConditions", parameters).await;
    }

    /// Reloads the page.
    pub(crate) async fn reload(&self) {
        self.client.refresh().await.expect("the page again");
    }

    /// Waits until a script on the page returns true.
    pub(crate) async fn until_true(&self, script: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.client.execute(script, Vec::new()).await.ok() != Some(Value::Bool(true)) {
            self.pause(&format!("{script:?} to be true"), deadline).await;
        }
    }

    /// Waits until the list entry that begins with a link of this name shows a status.
    pub(crate) async fn see_of(&self, name: &str, status: &str) {
        let script = format!(
            "return [...document.querySelectorAll('li')].some(entry => \
             entry.querySelector('a')?.textContent === {name:?} && \
             entry.querySelector('.status')?.textContent === {status:?})"
        );
        self.until_true(&script).await;
    }

    /// Sets the width of the window, in pixels.
    pub(crate) async fn narrow(&self, width: u32) {
        let metrics = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Runs a script on the page, and returns its result.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Limits uploads to this many bytes per second, or removes the limit.
    pub(crate) async fn slow_down(&self, bytes_per_second: Option<u32>) {
        let throughput = bytes_per_second.map_or(-1, i64::from);
        let parameters = json!({
            "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": throughput,
        });
        self.cdp("Network.enable", json!({})).await;
        self.cdp("Network.emulateNetworkConditions", parameters).await;
    }

    /// Sends a command of the Chrome DevTools Protocol (<https://chromedevtools.github.io/devtools-protocol/>).
    async fn cdp(&self, command: &str, parameters: Value) {
        let request = reqwest::Client::new().post(format!("{}/goog/cdp/execute", self.session));
        let request = request.json(&json!({"cmd": command, "params": parameters}));
        let answer = request.send().await.expect("an answer");
        let (status, body) = (answer.status(), answer.text().await.expect("a body"));
        assert!(status.is_success(), "{command}: {status}: {body}");
    }

    /// Waits until the page shows the sentence.
    pub(crate) async fn see(&self, sentence: &str) {
        self.until(&format!("to see {sentence:?}"), |text| text.contains(sentence)).await;
    }

    /// Waits until the page no longer shows the sentence.
    pub(crate) async fn miss(&self, sentence: &str) {
        self.until(&format!("not to see {sentence:?}"), |text| !text.contains(sentence)).await;
    }

    /// Waits until a file with this name has been downloaded, and reads it.
    pub(crate) async fn downloaded(&self, name: &str) -> String {
        let file = downloads(self.profile.path()).join(name);
        // Chromium reserves the name with an empty file until the download is complete.
        let there = || async { file.metadata().is_ok_and(|file| file.len() > 0) };
        eventually(&format!("{name} is downloaded"), there).await;
        std::fs::read_to_string(&file).expect("the file")
    }

    /// Adds a virtual authenticator that holds passkeys and consents to everything
    /// (<https://www.w3.org/TR/webauthn-3/#sctn-automation>).
    pub(crate) async fn add_authenticator(&self) {
        let authenticator = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserVerified": true,
        });
        let request = reqwest::Client::new().post(format!("{}/webauthn/authenticator", self.session));
        let answer = request.json(&authenticator).send().await.expect("an answer");
        let (status, body) = (answer.status(), answer.text().await.expect("a body"));
        assert!(status.is_success(), "no authenticator: {status}: {body}");
    }

    async fn until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.text().await;
            if holds(&text) {
                return;
            }
            self.pause(what, deadline).await;
        }
    }

    /// Acts on the first of these elements that is visible, as soon as the action succeeds.
    async fn with_shown(&self, xpath: &str, what: &str, act: impl AsyncFn(Element) -> Result<(), CmdError>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // The action fails while a page unloads or another element covers this one: try again.
            if let Ok(Some(element)) = self.find_shown(xpath).await
                && act(element).await.is_ok()
            {
                return;
            }
            self.pause(what, deadline).await;
        }
    }

    async fn find_shown(&self, xpath: &str) -> Result<Option<Element>, CmdError> {
        for element in self.client.find_all(Locator::XPath(xpath)).await? {
            if element.is_displayed().await? && element.is_enabled().await? {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    async fn pause(&self, what: &str, deadline: Instant) {
        if Instant::now() >= deadline {
            let address = self.client.current_url().await.map_or_else(|_| "nothing".to_owned(), String::from);
            let text = self.text().await;
            panic!("expected {what}, but {address} showed for {PATIENCE:?}:\n{text}");
        }
        sleep(Duration::from_millis(20)).await;
    }

    /// The visible text of the page, empty during navigation.
    async fn text(&self) -> String {
        let text = self.client.execute("return document.body?.innerText", Vec::new()).await;
        text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

fn capabilities(profile: &Path) -> Capabilities {
    let mut arguments = ARGUMENTS.map(str::to_owned).to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.push(format!("--use-file-for-fake-audio-capture={SPEECH}%noloop"));
    let mut options = json!({
        "args": arguments,
        "prefs": {"download.default_directory": downloads(profile)},
    });
    if let Some(chromium) = CHROMIUM.into_iter().find_map(program) {
        options["binary"] = json!(chromium);
    }
    let milliseconds = PATIENCE.as_millis();
    let wanted = json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "timeouts": {"pageLoad": milliseconds, "script": milliseconds},
        // A dialog stays open until a test answers it.
        "unhandledPromptBehavior": "ignore",
    });
    match wanted {
        Value::Object(wanted) => wanted,
        _ => unreachable!("an object was written"),
    }
}

fn downloads(profile: &Path) -> PathBuf {
    profile.join("downloads")
}

fn program(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}
