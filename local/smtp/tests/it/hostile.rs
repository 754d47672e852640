//! Clients that send too much, too slowly, or what they should not.

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
        assert!(raw.answer().await.starts_with("220 "));
        raw
    }

    /// The same conversation over TLS, by the authority of the server.
    async fn encrypt(mut self, authority: &str) -> Raw<TlsStream<TcpStream>> {
        self.say("EHLO there\r\n").await;
        assert!(self.say("STARTTLS\r\n").await.starts_with("220 "));
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
    /// The last line of an answer.
    async fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.expect("a line");
            if line.as_bytes().get(3) != Some(&b'-') {
                return line;
            }
        }
    }

    async fn say(&mut self, text: &str) -> String {
        self.0.write_all(text.as_bytes()).await.expect("sending");
        self.0.flush().await.expect("sending");
        self.answer().await
    }

    /// Everything up to the end of the connection.
    async fn rest(mut self) -> String {
        let mut rest = vec![];
        // A reset is an end as well.
        let _ = self.0.read_to_end(&mut rest).await;
        String::from_utf8_lossy(&rest).into_owned()
    }
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_refused_and_a_smaller_one_taken() {
    let service = Service::limited(false, Limits { message_bytes: 4000, ..Limits::default() }).await;
    let large = lettre::Message::builder()
        .from("noreply@alta.example".parse().expect("an address"))
        .to("ada@example.org".parse().expect("an address"))
        .subject("large")
        .body("a line of text\r\n".repeat(1000));
    let refused = service.plain().send(large.expect("a mail")).await.expect_err("a refusal");
    assert_eq!(refused.status().map(|code| code.to_string()).as_deref(), Some("552"));
    service.send(mail("ada@example.org", "small", None)).await;
    let subjects: Vec<_> = service.inbox.messages(None).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["small"]);
}

#[tokio::test]
async fn an_endless_line_ends_the_connection() {
    let service = Service::start(false).await;
    let mut raw = Raw::connect(service.inbox.smtp_addr()).await;
    let answer = raw.say(&format!("EHLO {}\r\n", "x".repeat(20_000))).await;
    assert!(answer.starts_with("500 "), "{answer}");
    assert_eq!(raw.rest().await, "");
}

#[tokio::test]
async fn a_silent_client_is_sent_away() {
    let limits = Limits { patience: Duration::from_millis(50), ..Limits::default() };
    let service = Service::limited(false, limits).await;
    let raw = Raw::connect(service.inbox.smtp_addr()).await;
    assert!(raw.rest().await.starts_with("421 "));
}

#[tokio::test]
async fn connections_over_the_limit_are_turned_away() {
    let service = Service::limited(false, Limits { connections: 1, ..Limits::default() }).await;
    let address = service.inbox.smtp_addr();
    let first = Raw::connect(address).await;
    let mut second = Raw(BufReader::new(TcpStream::connect(address).await.expect("a connection")));
    assert!(second.answer().await.starts_with("421 "));
    drop(first);
    let mut tries = 0;
    while service.plain().send(mail("ada@example.org", "later", None)).await.is_err() {
        tries += 1;
        assert!(tries < 100, "the server never recovers");
    }
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_of_a_mail_leaves_nothing() {
    let service = Service::start(false).await;
    let mut raw = Raw::connect(service.inbox.smtp_addr()).await;
    raw.say("EHLO there\r\n").await;
    raw.say("MAIL FROM:<a@example.org>\r\n").await;
    raw.say("RCPT TO:<ada@example.org>\r\n").await;
    assert!(raw.say("DATA\r\n").await.starts_with("354 "));
    raw.0.write_all(b"Subject: half\r\n\r\nnot yet").await.expect("sending");
    drop(raw);
    service.send(mail("ada@example.org", "whole", None)).await;
    let subjects: Vec<_> = service.inbox.messages(None).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["whole"]);
    assert_eq!(std::fs::read_dir(service.folder.path().join("mails")).expect("the folder").count(), 1);
}

#[tokio::test]
async fn commands_smuggled_in_before_encryption_are_not_obeyed() {
    let service = Service::start(true).await;
    let mut raw = Raw::connect(service.inbox.smtp_addr()).await;
    raw.say("EHLO there\r\n").await;
    let answer = raw.say("STARTTLS\r\nAUTH PLAIN AGFsdGEAY29ycmVjdCBob3JzZQ==\r\n").await;
    assert!(answer.starts_with("220 "), "{answer}");
    assert_eq!(raw.rest().await, "");
}

#[tokio::test]
async fn a_login_in_the_clear_is_not_taken() {
    let service = Service::start(true).await;
    let mut raw = Raw::connect(service.inbox.smtp_addr()).await;
    raw.say("EHLO there\r\n").await;
    let answer = raw.say("AUTH PLAIN AGFsdGEAY29ycmVjdCBob3JzZQ==\r\n").await;
    assert!(answer.starts_with('5'), "{answer}");
    assert!(raw.say("MAIL FROM:<a@example.org>\r\n").await.starts_with('5'));
}

#[tokio::test]
async fn a_reset_begins_a_new_mail_without_a_new_greeting() {
    let service = Service::start(false).await;
    let mut raw = Raw::connect(service.inbox.smtp_addr()).await;
    raw.say("EHLO there\r\n").await;
    raw.say("MAIL FROM:<a@example.org>\r\n").await;
    raw.say("RCPT TO:<forgotten@example.org>\r\n").await;
    assert!(raw.say("RSET\r\n").await.starts_with("250 "));
    raw.say("MAIL FROM:<a@example.org>\r\n").await;
    raw.say("RCPT TO:<ada@example.org>\r\n").await;
    raw.say("RCPT TO:<bob@example.org>\r\n").await;
    raw.say("DATA\r\n").await;
    assert!(raw.say("Subject: two\r\n\r\ntext\r\n.\r\n").await.starts_with("250 "));
    assert_eq!(service.inbox.messages(None)[0].to, "ada@example.org, bob@example.org");
    assert_eq!(service.inbox.messages(Some("Bob@example.org")).len(), 1);
}

#[tokio::test]
async fn a_login_outlives_a_reset_and_a_second_greeting() {
    let service = Service::start(true).await;
    let raw = Raw::connect(service.inbox.smtp_addr()).await;
    let mut raw = raw.encrypt(service.inbox.ca_pem()).await;
    raw.say("EHLO there\r\n").await;
    assert!(raw.say("STARTTLS\r\n").await.starts_with("503 "));
    assert!(raw.say("MAIL FROM:<a@example.org>\r\n").await.starts_with('5'));
    assert!(raw.say("RSET\r\n").await.starts_with("250 "));
    assert!(raw.say("MAIL FROM:<a@example.org>\r\n").await.starts_with('5'));
    assert!(raw.say("AUTH PLAIN AGFsdGEAY29ycmVjdCBob3JzZQ==\r\n").await.starts_with("235 "));
    for command in ["RSET\r\n", "EHLO there\r\n"] {
        assert!(raw.say(command).await.starts_with("250 "));
        assert!(raw.say("MAIL FROM:<a@example.org>\r\n").await.starts_with("250 "));
        assert!(raw.say("RCPT TO:<ada@example.org>\r\n").await.starts_with("250 "));
    }
    assert!(raw.say("DATA\r\n").await.starts_with("354 "));
    assert!(raw.say("Subject: kept\r\n\r\ntext\r\n.\r\n").await.starts_with("250 "));
    assert_eq!(service.inbox.messages(None).len(), 1);
}

#[tokio::test]
async fn a_mail_that_cannot_be_kept_is_not_acknowledged() {
    let service = Service::start(false).await;
    let folder = service.folder.path().join("mails");
    std::fs::remove_dir(&folder).expect("an empty folder");
    let refused = service.plain().send(mail("ada@example.org", "lost", None)).await.expect_err("a refusal");
    assert!(refused.is_transient(), "{refused}");
    std::fs::create_dir(&folder).expect("the folder again");
    service.send(mail("ada@example.org", "kept", None)).await;
    assert_eq!(service.inbox.messages(None).len(), 1);
}
