//! Caps on the mails that people cause, over all routes and projects.
//!
//! A mail that someone else causes is counted in the transaction that records it: for its recipient, and for its sender
//! if it can reach a stranger. Notices about a user's actions on their own account are not counted, so that nobody can
//! use up a cap to suppress them.

use std::num::NonZeroU32;

use aws_lc_rs::digest::{SHA256, digest};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use crate::{
    base::{context, ids::UserId, text::EmailAddress},
    http::problem::{Problem, Result},
    identity::rate_limit::Network,
};

crate::settings! {
    /// Caps on the mails that people cause.
    pub struct MailCapSettings {
        /// Maximum number of mails per hour that others can cause to one recipient.
        pub recipient_per_hour: NonZeroU32 = "RECIPIENT_MAILS_PER_HOUR" or "10",
        /// Maximum number of mails per day that others can cause to one recipient.
        pub recipient_per_day: NonZeroU32 = "RECIPIENT_MAILS_PER_DAY" or "30",
        /// Maximum number of mails per hour that one user, or one client address that is not signed in, can cause.
        pub sender_per_hour: NonZeroU32 = "SENDER_MAILS_PER_HOUR" or "60",
        /// Maximum number of mails per day that one user, or one client address that is not signed in, can cause.
        pub sender_per_day: NonZeroU32 = "SENDER_MAILS_PER_DAY" or "300",
    }
}

/// Counts mails and refuses mails that exceed a cap.
#[derive(Clone, Copy)]
pub struct MailCaps {
    recipient: Caps,
    sender: Caps,
}

/// The caps of one kind of party, each with its name in problems.
#[derive(Clone, Copy)]
struct Caps {
    per_hour: (&'static str, NonZeroU32),
    per_day: (&'static str, NonZeroU32),
}

/// A recipient or sender of mails.
enum Party<'a> {
    /// The recipient of mails that can reach a stranger.
    Recipient(&'a str),
    /// The recipient of notices about the actions of other members. Counted separately from `Recipient`, so that
    /// notices do not prevent a user from receiving a link.
    Member(UserId),
    /// A signed-in sender.
    User(UserId),
    /// The client of a request without a session.
    Client(Network),
}

impl Party<'_> {
    /// Returns a hash, so that the table of counts holds no address.
    fn subject(&self) -> Vec<u8> {
        let name = match self {
            Self::Recipient(address) => format!("recipient {address}"),
            Self::Member(user) => format!("member {user}"),
            Self::User(user) => format!("user {user}"),
            Self::Client(network) => format!("client {network}"),
        };
        digest(&SHA256, name.as_bytes()).as_ref().to_vec()
    }
}

/// A cap that a mail would exceed.
struct Exceeded {
    limit: &'static str,
    wait: Duration,
}

impl From<Exceeded> for Problem {
    fn from(exceeded: Exceeded) -> Self {
        Self::quota_exceeded(exceeded.limit, Some(exceeded.wait.unsigned_abs()))
    }
}

impl MailCaps {
    /// Creates caps from settings.
    #[must_use]
    pub fn new(settings: &MailCapSettings) -> Self {
        Self {
            recipient: Caps {
                per_hour: ("recipient_mails_per_hour", settings.recipient_per_hour),
                per_day: ("recipient_mails_per_day", settings.recipient_per_day),
            },
            sender: Caps {
                per_hour: ("sender_mails_per_hour", settings.sender_per_hour),
                per_day: ("sender_mails_per_day", settings.sender_per_day),
            },
        }
    }

    /// Counts a mail that a client requests without a session. Returns false if the recipient has reached a cap: the
    /// caller then records no mail, and responds as if it had.
    ///
    /// # Errors
    /// 429 if the client has reached a cap, which does not depend on the recipient.
    pub async fn admit_request(
        &self,
        db: &mut PgConnection,
        to: &EmailAddress,
        now: OffsetDateTime,
    ) -> Result<bool> {
        let client = Network::of(context::current().and_then(|context| context.client_address));
        let parties = [(Party::Client(client), self.sender), (Party::Recipient(to.as_str()), self.recipient)];
        let [by_client, by_recipient] = admit(db, parties, now).await?;
        match by_client {
            Some(exceeded) => Err(exceeded.into()),
            None => Ok(by_recipient.is_none()),
        }
    }

    /// Counts a mail that a user sends to an address.
    ///
    /// # Errors
    /// 429 if the user or the recipient has reached a cap.
    pub async fn admit_message(
        &self,
        db: &mut PgConnection,
        from: UserId,
        to: &str,
        now: OffsetDateTime,
    ) -> Result<()> {
        let parties = [(Party::User(from), self.sender), (Party::Recipient(to), self.recipient)];
        let exceeded = admit(db, parties, now).await?.into_iter().flatten().next();
        exceeded.map_or(Ok(()), |exceeded| Err(exceeded.into()))
    }

    /// Returns the cap on notices to a user about the actions of other members. If it is reached, the caller records no
    /// mail, and the action succeeds without it.
    #[must_use]
    pub fn notice(&self, to: UserId) -> NoticeCap {
        NoticeCap {
            subject: Party::Member(to).subject(),
            per_hour: self.recipient.per_hour.1.get().into(),
            per_day: self.recipient.per_day.1.get().into(),
        }
    }
}

/// The arguments of the SQL function `mail_admit`, which counts a mail in the statement that records it.
pub struct NoticeCap {
    /// The hash of the recipient.
    pub subject: Vec<u8>,
    /// The maximum number of mails per hour.
    pub per_hour: i64,
    /// The maximum number of mails per day.
    pub per_day: i64,
}

/// Counts a mail to an address that its mail server permanently refuses.
///
/// # Errors
/// If the database cannot be reached.
pub async fn count_refusal(db: &mut PgConnection, to: &str, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    count(db, &[Party::Recipient(to).subject()], now).await?;
    Ok(())
}

/// Counts a mail for all parties, or for no party if one of them has reached a cap. Returns the exceeded cap of each
/// party.
async fn admit<const N: usize>(
    db: &mut PgConnection,
    parties: [(Party<'_>, Caps); N],
    now: OffsetDateTime,
) -> Result<[Option<Exceeded>; N], sqlx::Error> {
    let subjects = parties.each_ref().map(|(party, _)| party.subject());
    let counts = count(db, &subjects, now).await?;
    let mut position = subjects.iter();
    let exceeded = parties.map(|(_, caps)| {
        let subject = position.next();
        counts
            .iter()
            .find(|count| Some(&count.subject) == subject)
            .and_then(|count| count.exceeded(caps, now))
    });
    if let Some(first) = exceeded.iter().flatten().next() {
        tracing::info!(limit = first.limit, "mail suppressed: mail cap reached");
        sqlx::query!(
            "update mail_counts set hour_mails = hour_mails - 1, day_mails = day_mails - 1 where subject = any($1)",
            &subjects,
        )
        .execute(db)
        .await?;
    }
    Ok(exceeded)
}

/// The number of mails of a party in the current hour and day. The first mail begins an hour and a day.
struct Count {
    subject: Vec<u8>,
    hour_began_at: OffsetDateTime,
    hour_mails: i32,
    day_began_at: OffsetDateTime,
    day_mails: i32,
}

impl Count {
    fn exceeded(&self, caps: Caps, now: OffsetDateTime) -> Option<Exceeded> {
        let periods = [
            (caps.per_day, self.day_mails, self.day_began_at + Duration::DAY),
            (caps.per_hour, self.hour_mails, self.hour_began_at + Duration::HOUR),
        ];
        periods.into_iter().find_map(|((limit, cap), mails, ends_at)| {
            (i64::from(mails) > i64::from(cap.get())).then_some(Exceeded { limit, wait: ends_at - now })
        })
    }
}

/// Counts a mail for each subject and returns the new counts. Locks their rows until the transaction ends, in one order
/// for all transactions, so that parallel mails are counted one after another.
async fn count(
    db: &mut PgConnection,
    subjects: &[Vec<u8>],
    now: OffsetDateTime,
) -> Result<Vec<Count>, sqlx::Error> {
    sqlx::query_as!(
        Count,
        "
        insert into mail_counts as counted (subject, hour_began_at, hour_mails, day_began_at, day_mails)
        select subject, $2, 1, $2, 1 from unnest($1::bytea[]) as subject order by subject
        on conflict on constraint mail_counts_pkey do update
        set hour_began_at = case when counted.hour_began_at > $3 then counted.hour_began_at else $2 end,
            hour_mails = case when counted.hour_began_at > $3 then counted.hour_mails + 1 else 1 end,
            day_began_at = case when counted.day_began_at > $4 then counted.day_began_at else $2 end,
            day_mails = case when counted.day_began_at > $4 then counted.day_mails + 1 else 1 end
        returning subject, hour_began_at, hour_mails, day_began_at, day_mails
        ",
        subjects,
        now,
        now - Duration::HOUR,
        now - Duration::DAY,
    )
    .fetch_all(db)
    .await
}
