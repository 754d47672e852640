//! A running server, senders for it, and its inbox over HTTP.

use std::{net::SocketAddr, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::MultiPart,
    transport::smtp::{
        authentication::{Credentials as Login, Mechanism},
        client::{Certificate, Tls, TlsParameters},
    },
};
use local_smtp::{Credentials, Inbox, Limits, Settings};
use tempfile::TempDir;

pub(crate) type Sender = AsyncSmtpTransport<Tokio1Executor>;
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Service {
    pub(crate) inbox: Inbox,
    pub(crate) folder: TempDir,
}

pub(crate) fn settings(folder: &TempDir, login: bool) -> Settings {
    let credentials =
        login.then(|| Credentials { username: "alta".to_owned(), password: "correct horse".to_owned() });
    Settings::new(folder.path().join("mails"), SocketAddr::from(([127, 0, 0, 1], 0)), credentials)
}

impl Service {
    pub(crate) async fn start(login: bool) -> Self {
        Self::limited(login, Limits::default()).await
    }

    pub(crate) async fn limited(login: bool, limits: Limits) -> Self {
        let folder = TempDir::new().expect("a folder");
        let inbox = Inbox::open(Settings { limits, ..settings(&folder, login) }).await.expect("a server");
        Self { inbox, folder }
    }

    pub(crate) fn plain(&self) -> Sender {
        let address = self.inbox.smtp_addr();
        Sender::builder_dangerous(address.ip().to_string())
            .port(address.port())
            .timeout(Some(TIMEOUT))
            .build()
    }

    pub(crate) fn encrypted(&self, login: Option<(&str, Mechanism)>) -> Sender {
        let authority = Certificate::from_pem(self.inbox.ca_pem().as_bytes()).expect("a certificate");
        let tls = TlsParameters::builder("localhost".to_owned()).add_root_certificate(authority);
        let port = self.inbox.smtp_addr().port();
        let mut builder = Sender::builder_dangerous("127.0.0.1")
            .port(port)
            .timeout(Some(TIMEOUT))
            .tls(Tls::Required(tls.build().expect("TLS")));
        if let Some((password, mechanism)) = login {
            builder = builder
                .credentials(Login::new("alta".to_owned(), password.to_owned()))
                .authentication(vec![mechanism]);
        }
        builder.build()
    }

    pub(crate) async fn send(&self, message: Message) {
        self.plain().send(message).await.expect("a delivery");
    }

    /// Serves the inbox and returns its URL.
    pub(crate) async fn web(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = self.inbox.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/local/inbox")
    }
}

pub(crate) fn mail(to: &str, subject: &str, id: Option<&str>) -> Message {
    Message::builder()
        .from("Alta Data <noreply@alta.example>".parse().expect("an address"))
        .to(to.parse().expect("an address"))
        .subject(subject)
        .message_id(id.map(str::to_owned))
        .multipart(MultiPart::alternative_plain_html(
            "Grüße!\n.\n..two dots\nhttps://alta.example/verify?token=abc".to_owned(),
            "<p>Grüße! <a href=\"https://alta.example/verify?token=abc\">Verify</a></p>".to_owned(),
        ))
        .expect("a mail")
}

pub(crate) async fn json(url: &str) -> serde_json::Value {
    let request = reqwest::Client::new().get(url).header("accept", "application/json");
    request.send().await.expect("a response").json().await.expect("JSON")
}
