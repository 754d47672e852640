//! Sending with and without encryption and login, and stopping and starting the server.

use lettre::{AsyncTransport as _, transport::smtp::authentication::Mechanism};
use local_smtp::Inbox;

use crate::harness::{Service, TIMEOUT, mail, settings};

#[tokio::test]
async fn a_mail_in_the_clear_is_delivered_when_no_login_is_required() {
    let service = Service::start(false).await;
    service.send(mail("Ada <ada@example.org>", "Grüße aus Köln", Some("<one@alta.example>"))).await;
    let [received] = service.inbox.messages(None).try_into().expect("one mail");
    assert_eq!((received.to.as_str(), received.subject.as_str()), ("ada@example.org", "Grüße aus Köln"));
    let text = received.text.replace("\r\n", "\n");
    assert_eq!(text.trim_end(), "Grüße!\n.\n..two dots\nhttps://alta.example/verify?token=abc");
    assert!(received.html.is_some_and(|html| html.contains("<p>Grüße!")));
    assert_eq!(received.message_id.as_deref(), Some("one@alta.example"));
}

#[tokio::test]
async fn a_mail_without_login_is_rejected_when_a_login_is_required() {
    let service = Service::start(true).await;
    for sender in [service.plain(), service.encrypted(None)] {
        let refused = sender.send(mail("ada@example.org", "Hello", None)).await.expect_err("a rejection");
        assert!(refused.is_permanent(), "{refused}");
    }
    assert!(service.inbox.messages(None).is_empty());
}

#[tokio::test]
async fn a_mail_over_tls_with_login_is_delivered_by_either_mechanism() {
    let service = Service::start(true).await;
    for mechanism in [Mechanism::Plain, Mechanism::Login] {
        let sender = service.encrypted(Some(("correct horse", mechanism)));
        // Two mails on the same connection.
        for subject in ["first", "second"] {
            sender.send(mail("ada@example.org", subject, None)).await.expect("a delivery");
        }
    }
    let subjects: Vec<_> = service.inbox.messages(None).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["first", "second", "first", "second"]);
}

#[tokio::test]
async fn a_wrong_password_is_rejected() {
    let service = Service::start(true).await;
    for mechanism in [Mechanism::Plain, Mechanism::Login] {
        let sender = service.encrypted(Some(("wrong", mechanism)));
        let refused = sender.send(mail("ada@example.org", "Hello", None)).await.expect_err("a rejection");
        assert_eq!(refused.status().map(|code| code.to_string()).as_deref(), Some("535"));
    }
    assert!(service.inbox.messages(None).is_empty());
}

#[tokio::test]
async fn a_stopped_server_starts_again_on_the_same_port() {
    let service = Service::start(false).await;
    let (sender, address) = (service.plain(), service.inbox.smtp_addr());
    sender.send(mail("ada@example.org", "before", None)).await.expect("a delivery");
    service.inbox.stop().await;
    let refused = tokio::net::TcpStream::connect(address).await.expect_err("an error");
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    assert!(sender.send(mail("ada@example.org", "meanwhile", None)).await.is_err());
    service.inbox.start().await.expect("the port again");
    service.inbox.start().await.expect("starting twice has no effect");
    assert_eq!(service.inbox.smtp_addr(), address);
    service.send(mail("ada@example.org", "after", None)).await;
    let subjects: Vec<_> = service.inbox.messages(None).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["before", "after"]);
}

#[tokio::test]
async fn mails_survive_a_restart_except_half_written_ones() {
    let service = Service::start(false).await;
    service.send(mail("ada@example.org", "first", Some("<one@alta.example>"))).await;
    service.send(mail("bob@example.org", "second", None)).await;
    service.send(mail("ada@example.org", "first", Some("<one@alta.example>"))).await;
    let before = serde_json::to_value(service.inbox.messages(None)).expect("JSON");
    let partial = service.folder.path().join("mails/0000000000000-0000.partial");
    std::fs::write(&partial, b"{\"to\":").expect("a file");
    std::fs::write(partial.with_extension("mail"), b"not a mail").expect("a file");
    service.inbox.stop().await;

    let again = Inbox::open(settings(&service.folder, false)).await.expect("a server");
    assert_eq!(serde_json::to_value(again.messages(None)).expect("JSON"), before);
    assert!(!partial.exists());
}

#[tokio::test]
async fn wait_for_finds_present_and_future_mails() {
    let service = Service::start(false).await;
    let later = service.inbox.wait_for("ADA@example.org", |mail| mail.subject == "later", TIMEOUT);
    let send = service.send(mail("ada@example.org", "later", None));
    let (found, ()) = tokio::join!(later, send);
    assert_eq!(found.expect("a mail").subject, "later");
    let received = service.inbox.wait_for("ada@example.org", |_| true, TIMEOUT).await;
    assert!(received.is_some());
    let moment = std::time::Duration::from_millis(20);
    assert!(service.inbox.wait_for("bob@example.org", |_| true, moment).await.is_none());
}

#[tokio::test]
async fn concurrent_mails_all_arrive() {
    let service = Service::start(false).await;
    let sender = service.plain();
    let mut sending = tokio::task::JoinSet::new();
    for number in 0..40 {
        let sender = sender.clone();
        sending.spawn(async move {
            sender.send(mail("ada@example.org", &number.to_string(), None)).await.is_ok()
        });
    }
    assert!(sending.join_all().await.into_iter().all(|sent| sent));
    assert_eq!(service.inbox.messages(Some("ada@example.org")).len(), 40);
}
