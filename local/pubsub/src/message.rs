//! A message: its form in a file and in a push request, and the limits the real service sets.

use std::{collections::BTreeMap, io, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::error::Error;

/// The most that one publish request may carry (<https://cloud.google.com/pubsub/quotas#resource_limits>).
pub(crate) const MAX_PUBLISH_BYTES: usize = 10_000_000;
const MAX_PUBLISH_MESSAGES: usize = 1000;

/// A message as it was published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) header: Header,
    pub(crate) data: Vec<u8>,
}

/// Everything of a message but its data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) attributes: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) ordering_key: String,
}

/// A message's id: the microsecond of its publication, made unique.
///
/// Ids therefore sort by age, and a file's name says how old the message in it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MessageId(pub(crate) u64);

impl MessageId {
    /// The first id of that moment.
    pub(crate) fn at(time: SystemTime) -> Self {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
    }

    pub(crate) fn publish_time(self) -> String {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
            .ok()
            .and_then(|time| time.format(&Rfc3339).ok())
            .unwrap_or_default()
    }
}

impl std::fmt::Display for MessageId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Message {
    /// One line of JSON, then the data as it is.
    pub(crate) fn to_file(&self) -> io::Result<Vec<u8>> {
        let mut file = serde_json::to_vec(&self.header)?;
        file.push(b'\n');
        file.extend_from_slice(&self.data);
        Ok(file)
    }

    pub(crate) fn from_file(mut file: Vec<u8>) -> io::Result<Self> {
        let end = file.iter().position(|byte| *byte == b'\n').ok_or(io::ErrorKind::InvalidData)?;
        let header = serde_json::from_slice(&file[..end])?;
        file.drain(..=end);
        Ok(Self { header, data: file })
    }

    /// The body of a push request (<https://cloud.google.com/pubsub/docs/push#receive_push>).
    pub(crate) fn envelope(&self, id: MessageId, subscription: &str, attempt: Option<u32>) -> Value {
        let time = id.publish_time();
        let mut message = json!({
            "data": STANDARD.encode(&self.data),
            "attributes": self.header.attributes,
            "messageId": id.to_string(),
            "message_id": id.to_string(),
            "publishTime": time,
            "publish_time": time,
        });
        if !self.header.ordering_key.is_empty() {
            message["orderingKey"] = json!(self.header.ordering_key);
        }
        let mut envelope = json!({"message": message, "subscription": subscription});
        if let Some(attempt) = attempt {
            envelope["deliveryAttempt"] = json!(attempt);
        }
        envelope
    }

    fn bytes(&self) -> usize {
        let attributes = self.header.attributes.iter().map(|(key, value)| key.len() + value.len());
        self.data.len() + self.header.ordering_key.len() + attributes.sum::<usize>()
    }
}

/// Refuses a publish request that the real service refuses.
pub(crate) fn check(messages: &[Message]) -> Result<(), Error> {
    let refuse = |reason: String| Err(Error::InvalidArgument(reason));
    if messages.is_empty() || messages.len() > MAX_PUBLISH_MESSAGES {
        return refuse(format!("The value for message_count is {}: 1 to 1000 are taken.", messages.len()));
    }
    if messages.iter().map(Message::bytes).sum::<usize>() > MAX_PUBLISH_BYTES {
        return refuse(format!("Request payload size exceeds the limit: {MAX_PUBLISH_BYTES} bytes."));
    }
    for message in messages {
        let attributes = &message.header.attributes;
        if message.data.is_empty() && attributes.is_empty() {
            return refuse("Some messages in the batch are empty: data or attributes are needed.".to_owned());
        }
        if attributes.len() > 100 || message.header.ordering_key.len() > 1024 {
            return refuse("A message has more than 100 attributes or too long an ordering key.".to_owned());
        }
        for (key, value) in attributes {
            if key.is_empty() || key.len() > 256 || key.starts_with("goog") || value.len() > 1024 {
                return refuse(format!("Invalid attribute {key:?}: key at most 256 bytes, value 1024."));
            }
        }
    }
    Ok(())
}
