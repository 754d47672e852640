//! Received mails and their file format.

use mail_parser::{MessageParser, PartType};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A received mail.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// The id, which sorts by arrival.
    pub id: String,
    /// The recipient. Several addresses are joined by `, `.
    pub to: String,
    /// The decoded subject.
    pub subject: String,
    /// The plain text body.
    pub text: String,
    /// The HTML body, if there is one.
    pub html: Option<String>,
    /// The time at which the first copy arrived.
    #[serde(with = "time::serde::rfc3339")]
    pub received_at: OffsetDateTime,
    /// The number of arrivals. Mails with the same `Message-ID` to the same recipient count as copies.
    pub copies: usize,
    /// The `Message-ID` without its brackets.
    pub message_id: Option<String>,
}

/// The first line of a mail's file, in JSON. The mail follows.
#[derive(Deserialize, Serialize)]
struct Envelope {
    to: Vec<String>,
    received_at: String,
}

impl Message {
    /// Encodes the content of a mail's file.
    pub(crate) fn to_file(to: &[String], received_at: OffsetDateTime, mail: &[u8]) -> Vec<u8> {
        let received_at = received_at.format(&Rfc3339).unwrap_or_default();
        let envelope = Envelope { to: to.to_vec(), received_at };
        let mut file = serde_json::to_vec(&envelope).unwrap_or_default();
        file.push(b'\n');
        file.extend_from_slice(mail);
        file
    }

    /// Decodes a mail's file.
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

    /// Returns true if the mail was sent to this address.
    pub(crate) fn is_to(&self, address: &str) -> bool {
        self.to.split(", ").any(|to| to.eq_ignore_ascii_case(address.trim()))
    }

    /// Returns true if two mails are copies that a mail program would show once.
    pub(crate) fn is_copy_of(&self, other: &Self) -> bool {
        self.message_id.is_some() && self.message_id == other.message_id && self.to == other.to
    }
}
