//! Messages: their file format, their push format, and the limits of the real service.

use std::{collections::BTreeMap, io, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::error::Error;

/// The size limit of a publish request (<https://cloud.google.com/pubsub/quotas#resource_limits>).
pub(crate) const MAX_PUBLISH_BYTES: usize = 10_000_000;
const MAX_PUBLISH_MESSAGES: usize = 1000;

/// A message as published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) header: Header,
    pub(crate) data: Vec<u8>,
}

/// A message without its data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) attributes: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) ordering_key: String,
}

/// A message id: the microsecond of publication, made unique.
///
/// Ids therefore sort by age, and the name of a message's file contains the time of publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MessageId(pub(crate) u64);

impl MessageId {
    /// Returns the first id of a point in time.
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
    /// Encodes the message as one line of JSON followed by the raw data.
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

    /// Builds the body of a push request (<https://cloud.google.com/pubsub/docs/push#receive_push>).
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

/// Rejects a publish request that the real service would reject.
pub(crate) fn check(messages: &[Message]) -> Result<(), Error> {
    let refuse = |reason: String| Err(Error::InvalidArgument(reason));
    if messages.is_empty() || messages.len() > MAX_PUBLISH_MESSAGES {
        return refuse(format!("The value for message_count is {}, but must be 1 to 1000.", messages.len()));
    }
    if messages.iter().map(Message::bytes).sum::<usize>() > MAX_PUBLISH_BYTES {
        return refuse(format!("Request payload size exceeds the limit: {MAX_PUBLISH_BYTES} bytes."));
    }
    for message in messages {
        let attributes = &message.header.attributes;
        if message.data.is_empty() && attributes.is_empty() {
            return refuse("Some messages in the batch are empty: each needs data or attributes.".to_owned());
        }
        if attributes.len() > 100 || message.header.ordering_key.len() > 1024 {
            return refuse(
                "A message has more than 100 attributes or an ordering key over 1024 bytes.".to_owned(),
            );
        }
        for (key, value) in attributes {
            if key.is_empty() || key.len() > 256 || key.starts_with("goog") || value.len() > 1024 {
                return refuse(format!(
                    "Invalid attribute {key:?}: the limits are 256 bytes for the key, 1024 for the value."
                ));
            }
        }
    }
    Ok(())
}
