//! Types that queries, streams and routes share.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use shared::{
    base::ids::{ItemId, ProjectId, SessionId, UserId},
    http::problem::Code,
    items::{FailureCode, ItemKind, ItemStatus, Position, Recorded},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A transition of an item's status.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemTransition<'a> {
    pub(crate) item_id: ItemId,
    pub(crate) project_id: ProjectId,
    pub(crate) kind: ItemKind,
    /// The previous status. Null if the item was created.
    pub(crate) from: Option<ItemStatus>,
    /// The new status.
    pub(crate) to: ItemStatus,
    /// The item's version after the transition. Ignore the event if you already have a newer version.
    pub(crate) version: i32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    /// The failure code, if the new status is `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<FailureCode>)]
    pub(crate) failure_code: Option<&'a str>,
}

impl<'a> From<&'a Recorded> for ItemTransition<'a> {
    fn from(recorded: &'a Recorded) -> Self {
        Self {
            item_id: recorded.item_id,
            project_id: recorded.project_id,
            kind: recorded.kind,
            from: recorded.from,
            to: recorded.to,
            version: recorded.version,
            at: recorded.at,
            failure_code: recorded.failure_code.as_deref(),
        }
    }
}

/// The last event of a stream whose reader lost access.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StreamEnd {
    /// The reason: `unauthenticated`, `email_not_verified` or `not_found`.
    pub(crate) code: Code,
}

/// An event of the stream, distinguished by `event`.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(discriminator(property_name = "event", mapping(
    ("transition" = "#/components/schemas/TransitionEvent"), ("end" = "#/components/schemas/EndEvent")
)))]
#[allow(dead_code, reason = "describes events, whose fields are lines of text")]
pub(crate) enum StreamEvent {
    Transition(TransitionEvent),
    End(EndEvent),
}

/// A `transition` event: the status of an item changed.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "describes events, whose fields are lines of text")]
pub(crate) struct TransitionEvent {
    #[schema(inline)]
    event: TransitionName,
    /// The position to resume from.
    #[schema(pattern = "^[0-9]+-[0-9]+$", example = "81632-7")]
    id: String,
    data: ItemTransition<'static>,
}

/// An `end` event: the reader lost access.
#[derive(Serialize, ToSchema)]
#[allow(dead_code, reason = "describes events, whose fields are lines of text")]
pub(crate) struct EndEvent {
    #[schema(inline)]
    event: EndName,
    data: StreamEnd,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "describes events, whose fields are lines of text")]
enum TransitionName {
    Transition,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "describes events, whose fields are lines of text")]
enum EndName {
    End,
}

/// The session that reads a project's stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) user_id: UserId,
    pub(crate) session_id: SessionId,
    pub(crate) project_id: ProjectId,
}

/// The id of an event: a reader with this id has received all events up to this position. Opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StreamCursor(pub(crate) Position);

impl fmt::Display for StreamCursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.0.xid, self.0.id)
    }
}

impl FromStr for StreamCursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten()
        };
        let parse = || {
            let (xid, id) = text.split_once('-')?;
            Some(Self(Position { xid: number(xid)?, id: number(id)? }))
        };
        parse().ok_or("is not the id of an event")
    }
}

impl<'de> Deserialize<'de> for StreamCursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Position, StreamCursor};

    #[test]
    fn an_event_id_round_trips_and_malformed_ids_are_refused() {
        let id = StreamCursor(Position { xid: 123, id: 45 });
        assert_eq!(id.to_string(), "123-45");
        assert_eq!("123-45".parse(), Ok(id));
        for other in ["", "-", "1", "1-", "-1", "1--1", "+1-1", "1-2-3", "a-b", "1-99999999999999999999"] {
            assert!(other.parse::<StreamCursor>().is_err(), "{other}");
        }
    }
}
