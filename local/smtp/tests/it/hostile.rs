//! Clients that send too much, too slowly, or at the wrong time.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use lettre::AsyncTransport as _;
use local_smtp::Limits;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::harness::{Service, mail};

struct Raw<S = TcpStream>(BufReader<S>);

impl Raw {
    async fn connect(address: SocketAddr) -> Self {
        let mut raw = Self(BufReader::new(TcpStream::connect(address).await.expect("a connection")));
        assert!(raw.response().await.starts_with("220 "));
        raw
    }

    /// Continues over TLS and trusts only the server's authority.
    async fn encrypt(mut self, authority: &str) -> Raw<TlsStream<TcpStream>> {
        self.send("EHLO there\r\n").await;
        assert!(self.send("STARTTLS\r\n").await.starts_with("220 "));
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).expect("PEM")).expect("an authority");
        let config =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("TLS")
                .with_root_certificates(roots)
                .with_no_client_auth();
        let name = "localhost".try_into().expect("a name");
        let stream = TlsConnector::from(Arc::new(config)).connect(name, self.0.into_inner()).await;
        Raw(BufReader::new(stream.expect("a trusted server")))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Raw<S> {
    /// Returns the last line of a response.
    async fn response(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.expect("a line");
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    async fn send(&mut self, text: &str) -> String {
        self.0.write_all(text.as_bytes()).await.expect("sending");
        self.0.flush().await.expect("sending");
        self.response().await
    }

    /// Reads everything until the connection ends.
    async fn rest(mut self) -> String {
        let mut rest = vec![];
        // A reset also ends the connection.
        let _ = self.0.read_to_end(&mut rest).await;
        String::from_utf8_lossy(&rest).into_owned()
    }
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_rejected() {
    let service = Service::limited(false, Limits { message_bytes: 4000, ..Limits::default() }).await;
    let large = lettre::Message::builder()
        .from("noreply@alta.example".parse().expect("an address"))
        .to("ada@example.org".parse().expect("an address"))
        .subject("large")
        .body("a line of text\r\n".repeat(1000));
    let refused = service.plain().send(large.expect("a mail")).await.expect_err("a rejection");
    assert_eq!(refused.status().map(|code| code.to_string()).as_deref(), Some("552"));
    service.send(mail("ada@example.org", "small", None)).await;
    let subjects: Vec<_> = service.inbox.messages(None).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["small"]);
}

#[tokio::test]
async fn an_endless_line_ends_the_connection() {
    let service = Service::start(false).await;
    let mut raw = Raw::connect(service.inbox.smtp_addr()).await;
    let response = raw.send(&format!("EHLO {}\r\n", "x".repeat(20_000))).await;
    assert!(response.starts_with("500 "), "{response}");
    assert_eq!(raw.rest().await, "");
}

#[tokio::test]
async fn a_silent_client_is_disconnected() {
    let limits = Limits { timeout: Duration::from_millis(50), ..Limits::default() };
    let service = Service::limited(false, limits).await;
    let raw = Raw::connect(service.inbox.smtp_addr()).await;
    assert!(raw.rest().await.starts_with("421 "));
}

#[tokio::test]
async fn connections_over_the_limit_are_rejected() {
    let service = Service::limited(false, Limits { connections: 1, ..Limits::default() }).await;
    let address = service.inbox.smtp_addr();
    let first = Raw::connect(address).await;
    let mut second = Raw(BufReader::new(TcpStream::connect(address).await.expect("a connection")));
    assert!(second.response().await.starts_with("421 "));
    drop(first);
    let mut tries = 0;
    while service.plain().send(mail("ada@example.org", "later", None)).await.is_err() {
        tries += 1;
        assert!(tries < 100, "the server does not recover");
    }
}

#[tokio::test]
async fn an_incomplete_mail_is_discarded_when_its_client_disconnects() {
    let service = Service::start(false).await;
    let mut raw = Raw::connect(service.inbox.smtp_addr()).await;
    raw.send("EHLO there\r\n").await;
    raw.send("MAIL FROM:<a@example.org>\r\n").await;
    raw.send("RCPT TO:<ada@example.org>\r\n").await;
    assert!(raw.send("DATA\r\n").await.starts_with("354 "));
    raw.0.write_all(b"Subject: half\r\n\r\nnot yet").await.expect("sending");
    drop(raw);
    service.send(mail("ada@example.org", "whole", None)).await;
    let subjects: Vec<_> = service.inbox.messages(None).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["whole"]);
    assert_eq!(std::fs::read_dir(service.folder.path().join("mails")).expect("the folder").count(), 1);
}

#[tokio::test]
async fn commands_smuggled_in_before_encryption_are_ignored() {
    let service = Service::start(true).await;
    let mut raw = Raw::connect(service.inbox.smtp_addr()).await;
    raw.send("EHLO there\r\n").await;
    let response = raw.send("STARTTLS\r\nAUTH PLAIN AGFsdGEAY29ycmVjdCBob3JzZQ==\r\n").await;
    assert!(response.starts_with("220 "), "{response}");
    assert_eq!(raw.rest().await, "");
}

#[tokio::test]
async fn a_login_in_the_clear_is_rejected() {
    let service = Service::start(true).await;
    let mut raw = Raw::connect(service.inbox.smtp_addr()).await;
    raw.send("EHLO there\r\n").await;
    let response = raw.send("AUTH PLAIN AGFsdGEAY29ycmVjdCBob3JzZQ==\r\n").await;
    assert!(response.starts_with('5'), "{response}");
    assert!(raw.send("MAIL FROM:<a@example.org>\r\n").await.starts_with('5'));
}

#[tokio::test]
async fn a_reset_starts_a_new_mail_without_a_new_greeting() {
    let service = Service::start(false).await;
    let mut raw = Raw::connect(service.inbox.smtp_addr()).await;
    raw.send("EHLO there\r\n").await;
    raw.send("MAIL FROM:<a@example.org>\r\n").await;
    raw.send("RCPT TO:<forgotten@example.org>\r\n").await;
    assert!(raw.send("RSET\r\n").await.starts_with("250 "));
    raw.send("MAIL FROM:<a@example.org>\r\n").await;
    raw.send("RCPT TO:<ada@example.org>\r\n").await;
    raw.send("RCPT TO:<bob@example.org>\r\n").await;
    raw.send("DATA\r\n").await;
    assert!(raw.send("Subject: two\r\n\r\ntext\r\n.\r\n").await.starts_with("250 "));
    assert_eq!(service.inbox.messages(None)[0].to, "ada@example.org, bob@example.org");
    assert_eq!(service.inbox.messages(Some("Bob@example.org")).len(), 1);
}

#[tokio::test]
async fn a_login_survives_a_reset_and_a_second_greeting() {
    let service = Service::start(true).await;
    let raw = Raw::connect(service.inbox.smtp_addr()).await;
    let mut raw = raw.encrypt(service.inbox.ca_pem()).await;
    raw.send("EHLO there\r\n").await;
    assert!(raw.send("STARTTLS\r\n").await.starts_with("503 "));
    assert!(raw.send("MAIL FROM:<a@example.org>\r\n").await.starts_with('5'));
    assert!(raw.send("RSET\r\n").await.starts_with("250 "));
    assert!(raw.send("MAIL FROM:<a@example.org>\r\n").await.starts_with('5'));
    assert!(raw.send("AUTH PLAIN AGFsdGEAY29ycmVjdCBob3JzZQ==\r\n").await.starts_with("235 "));
    for command in ["RSET\r\n", "EHLO there\r\n"] {
        assert!(raw.send(command).await.starts_with("250 "));
        assert!(raw.send("MAIL FROM:<a@example.org>\r\n").await.starts_with("250 "));
        assert!(raw.send("RCPT TO:<ada@example.org>\r\n").await.starts_with("250 "));
    }
    assert!(raw.send("DATA\r\n").await.starts_with("354 "));
    assert!(raw.send("Subject: kept\r\n\r\ntext\r\n.\r\n").await.starts_with("250 "));
    assert_eq!(service.inbox.messages(None).len(), 1);
}

#[tokio::test]
async fn a_mail_that_cannot_be_stored_is_not_acknowledged() {
    let service = Service::start(false).await;
    let folder = service.folder.path().join("mails");
    std::fs::remove_dir(&folder).expect("an empty folder");
    let refused = service.plain().send(mail("ada@example.org", "lost", None)).await.expect_err("a rejection");
    assert!(refused.is_transient(), "{refused}");
    std::fs::create_dir(&folder).expect("the folder again");
    service.send(mail("ada@example.org", "kept", None)).await;
    assert_eq!(service.inbox.messages(None).len(), 1);
}
