//! Creates super admins: immediately for a verified account, or by a mailed link for an address without a verified
//! account.

use serde_json::json;
use shared::{
    audit::{self, Action, Entry},
    base::{
        clock::Clock,
        ids::{PasswordResetId, UserId},
        text::EmailAddress,
    },
    cloud::{events::EmailRequested, outbox::Outgoing},
    http::problem::{Code, Problem, Result},
    identity::mail_token::{MailTokens, Purpose},
};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};

/// Lifetime of the mailed link.
const LINK_LIFETIME: Duration = Duration::hours(24);

/// The result of making an address a super admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promotion {
    /// The account is a super admin now.
    Done,
    /// The account was a super admin already.
    NothingToDo,
    /// A link was mailed, because the address has no verified account. Opening it makes the account a super admin.
    Mailed,
    /// The account is suspended.
    Suspended,
}

/// Makes the account with this address a super admin, from its next request on. If the address has no verified account,
/// mails a link to the address, regardless of the registration policy. The link sets the password and the role of the
/// account, which is created if it does not exist. A suspended account is not changed.
///
/// # Errors
/// 422 if the address is invalid, and 500 if a query fails.
pub async fn grant_super_admin(
    pool: &PgPool,
    email: &str,
    tokens: &MailTokens,
    clock: &Clock,
) -> Result<Promotion> {
    let email = EmailAddress::parse(email)
        .ok_or_else(|| Problem::new(Code::InvalidFields).detail(format!("{email} is not a valid address")))?;
    let now = clock.now();
    let mut tx = pool.begin().await?;
    let account = find_or_insert_account(&mut tx, &email, now).await?;
    let promotion = if account.is_super_admin {
        Promotion::NothingToDo
    } else if account.suspended {
        Promotion::Suspended
    } else if account.verified {
        promote(&mut tx, account.id).await?;
        let metadata = json!({"before": "user", "after": "super_admin", "by": "operator"});
        let entry = Entry::success(None, Action::UserRoleChanged, account.id.0).with(metadata);
        audit::record(&mut tx, entry, now).await?;
        Promotion::Done
    } else {
        mail_link(&mut tx, account.id, tokens, now).await?;
        Promotion::Mailed
    };
    tx.commit().await?;
    Ok(promotion)
}

struct Account {
    id: UserId,
    is_super_admin: bool,
    verified: bool,
    suspended: bool,
}

/// Returns and locks the account of an address, and creates it if needed.
async fn find_or_insert_account(
    db: &mut PgConnection,
    email: &EmailAddress,
    now: OffsetDateTime,
) -> Result<Account, sqlx::Error> {
    // The no-op update returns the conflicting row and locks it until the transaction commits.
    sqlx::query_as!(
        Account,
        r#"
        insert into users (id, email, created_at) values ($1, $2, $3)
        on conflict (email) where deleted_at is null do update set email = excluded.email
        returning id as "id: UserId", global_role = 'super_admin' as "is_super_admin!",
                  email_verified_at is not null as "verified!", suspended_at is not null as "suspended!"
        "#,
        UserId::new().0,
        email.as_str(),
        now,
    )
    .fetch_one(db)
    .await
}

async fn promote(db: &mut PgConnection, user: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!("update users set global_role = 'super_admin', version = version + 1 where id = $1", user.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Stores a link and requests its mail, which the outbox sweep publishes within a minute.
async fn mail_link(
    db: &mut PgConnection,
    user: UserId,
    tokens: &MailTokens,
    now: OffsetDateTime,
) -> Result<()> {
    let reset_id = PasswordResetId::new();
    let token = tokens.derive(Purpose::PasswordReset, reset_id.0);
    let event = Outgoing::of(&EmailRequested::SuperAdmin { reset_id })?;
    sqlx::query!(
        "
        with link as (
            insert into password_reset_tokens
                (id, user_id, key_id, token_hash, global_role, expires_at, created_at)
            values ($1, $2, $3, $4, 'super_admin', $5, $6)
        )
        select outbox_add($7, $6)::text as recorded
        ",
        reset_id.0,
        user.0,
        token.key_id,
        token.hash,
        now + LINK_LIFETIME,
        now,
        event.row(),
    )
    .fetch_one(db)
    .await?;
    Ok(())
}
