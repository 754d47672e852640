//! A mail as it is shown, and as it is kept.

use mail_parser::{MessageParser, PartType};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A mail that was received.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// Sorts by arrival.
    pub id: String,
    /// The address it was sent to; several are joined by `, `.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML, if there is any.
    pub html: Option<String>,
    /// When the first copy was received.
    #[serde(with = "time::serde::rfc3339")]
    pub received_at: OffsetDateTime,
    /// How often it came: mails of the same `Message-ID` to the same address are one.
    pub copies: usize,
    /// The `Message-ID` without its brackets.
    pub message_id: Option<String>,
}

/// What a mail's file begins with, before the mail itself: one line of JSON.
#[derive(Deserialize, Serialize)]
struct Envelope {
    to: Vec<String>,
    received_at: String,
}

impl Message {
    /// The content of a mail's file.
    pub(crate) fn to_file(to: &[String], received_at: OffsetDateTime, mail: &[u8]) -> Vec<u8> {
        let received_at = received_at.format(&Rfc3339).unwrap_or_default();
        let envelope = Envelope { to: to.to_vec(), received_at };
        let mut file = serde_json::to_vec(&envelope).unwrap_or_default();
        file.push(b'\n');
        file.extend_from_slice(mail);
        file
    }

    /// Reads a mail's file.
    pub(crate) fn from_file(id: &str, file: &[u8]) -> Option<Self> {
        let end = file.iter().position(|byte| *byte == b'\n')?;
        let envelope: Envelope = serde_json::from_slice(&file[..end]).ok()?;
        let received_at = OffsetDateTime::parse(&envelope.received_at, &Rfc3339).ok()?;
        let mut message = Self {
            id: id.to_owned(),
            to: envelope.to.join(", "),
            subject: String::new(),
            text: String::new(),
            html: None,
            received_at,
            copies: 1,
            message_id: None,
        };
        let mail = &file[end + 1..];
        match MessageParser::default().parse(mail) {
            Some(parsed) => {
                message.subject = parsed.subject().unwrap_or_default().to_owned();
                message.text = parsed.body_text(0).unwrap_or_default().into_owned();
                message.html = parsed.html_bodies().find_map(|part| match &part.body {
                    PartType::Html(html) => Some(html.to_string()),
                    _ => None,
                });
                message.message_id = parsed.message_id().map(str::to_owned);
            }
            None => message.text = String::from_utf8_lossy(mail).into_owned(),
        }
        Some(message)
    }

    /// Whether this is the address, or one of the addresses, that it was sent to.
    pub(crate) fn is_to(&self, address: &str) -> bool {
        self.to.split(", ").any(|to| to.eq_ignore_ascii_case(address.trim()))
    }

    /// Whether a mail program would show the two as one.
    pub(crate) fn repeats(&self, other: &Self) -> bool {
        self.message_id.is_some() && self.message_id == other.message_id && self.to == other.to
    }
}
