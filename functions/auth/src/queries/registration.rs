//! Queries for accounts until their address is verified.

use shared::{
    base::{
        ids::{UserId, VerificationId},
        text::EmailAddress,
    },
    identity::mail_token::Derived,
};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// Lifetime of a verification link.
const VERIFICATION_LIFETIME: Duration = Duration::hours(24);

pub(crate) struct RegisteredUser {
    pub(crate) id: UserId,
    pub(crate) verified: bool,
}

/// Returns the account of an address and creates it if needed. Parallel registrations get the same account.
pub(crate) async fn find_or_insert_user(
    db: &mut PgConnection,
    id: UserId,
    email: &EmailAddress,
    now: OffsetDateTime,
) -> Result<RegisteredUser, sqlx::Error> {
    // The no-op update returns the conflicting row and locks it until the transaction commits.
    sqlx::query_as!(
        RegisteredUser,
        r#"
        insert into users (id, email, created_at) values ($1, $2, $3)
        on conflict (email) where deleted_at is null do update set email = excluded.email
        returning id as "id: UserId", email_verified_at is not null as "verified!"
        "#,
        id.0,
        email.as_str(),
        now,
    )
    .fetch_one(db)
    .await
}

/// Returns true if an address has an open invitation to a project.
pub(crate) async fn is_invited(
    db: &mut PgConnection,
    email: &EmailAddress,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select exists (
            select
            from project_invitations
            join projects on projects.id = project_invitations.project_id
            where project_invitations.email = $1
              and project_invitations.accepted_at is null
              and project_invitations.revoked_at is null
              and project_invitations.expires_at > $2
              and projects.deleted_at is null
        ) as "exists!"
        "#,
        email.as_str(),
        now,
    )
    .fetch_one(db)
    .await
}

pub(crate) struct NewVerification<'a> {
    pub(crate) id: VerificationId,
    pub(crate) user_id: UserId,
    pub(crate) password_hash: &'a str,
    pub(crate) display_name: Option<&'a str>,
    pub(crate) token: Derived,
}

/// Stores a registration. Until a link is opened, the password of the newest registration is valid.
pub(crate) async fn insert_verification(
    db: &mut PgConnection,
    new: &NewVerification<'_>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with verification as (
            insert into email_verification_tokens
                (id, user_id, password_hash, display_name, key_id, token_hash, expires_at, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
        )
        update users set password_hash = $3, password_id = $1 where id = $2
        ",
        new.id.0,
        new.user_id.0,
        new.password_hash,
        new.display_name,
        new.token.key_id,
        new.token.hash,
        now + VERIFICATION_LIFETIME,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Extends the newest verification link of an unverified address.
pub(crate) async fn extend_verification(
    db: &mut PgConnection,
    email: &EmailAddress,
    now: OffsetDateTime,
) -> Result<Option<VerificationId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        update email_verification_tokens set expires_at = $2
        where id = (
            select email_verification_tokens.id
            from users
            join email_verification_tokens on email_verification_tokens.user_id = users.id
            where users.email = $1
              and users.deleted_at is null
              and users.suspended_at is null
              and users.email_verified_at is null
            order by email_verification_tokens.created_at desc
            limit 1
        )
        returning id as "id: VerificationId"
        "#,
        email.as_str(),
        now + VERIFICATION_LIFETIME,
    )
    .fetch_optional(db)
    .await
}

pub(crate) struct Verification {
    pub(crate) id: VerificationId,
    pub(crate) user_id: UserId,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) used: bool,
}

/// Returns the registration of a token and locks its account. The lock serializes requests with links of this account.
pub(crate) async fn lock_verification(
    db: &mut PgConnection,
    token_hash: &[u8],
) -> Result<Option<Verification>, sqlx::Error> {
    sqlx::query_as!(
        Verification,
        r#"
        select email_verification_tokens.id as "id: VerificationId",
               email_verification_tokens.user_id as "user_id: UserId",
               email_verification_tokens.expires_at,
               email_verification_tokens.used_at is not null as "used!"
        from email_verification_tokens
        join users on users.id = email_verification_tokens.user_id
        where email_verification_tokens.token_hash = $1
          and users.deleted_at is null
        for update of users
        "#,
        token_hash,
    )
    .fetch_optional(db)
    .await
}

/// Gives the account the password and name of the opened link, deletes its other registrations, and ends the sessions
/// that were opened with another password.
pub(crate) async fn verify_user(
    db: &mut PgConnection,
    verification: &Verification,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "
        with opened as (
            update email_verification_tokens set used_at = $3 where id = $1
            returning id, password_hash, display_name
        ), others as (
            delete from email_verification_tokens where user_id = $2 and id <> $1
        ), other_sessions as (
            update sessions set revoked_at = $3
            where user_id = $2 and revoked_at is null and password_id is distinct from $1
        )
        update users
        set email_verified_at = $3,
            password_hash = opened.password_hash,
            password_id = opened.id,
            display_name = opened.display_name
        from opened
        where users.id = $2
        ",
        verification.id.0,
        verification.user_id.0,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
