//! `POST /auth/register`.

use axum::{extract::State, http::StatusCode};
use garde::Validate;
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry},
    base::{
        ids::{UserId, VerificationId},
        text::{EmailAddress, Name, NewPassword},
    },
    cloud::events::EmailRequested,
    http::{
        extract::Json,
        problem::{ProblemBody, Result},
    },
    identity::{
        mail_token::Purpose,
        rate_limit::{self, Account, Concerns, Limited},
    },
};
use utoipa::ToSchema;

use crate::{
    AppState,
    model::{VerificationState, VerificationStatus},
    queries::{self, NewVerification},
    steady,
};

/// Who wants an account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Register {
    #[garde(dive)]
    email: EmailAddress,
    /// 12 to 128 characters.
    #[garde(dive, custom(is_not_the_address(&self.email)))]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    password: NewPassword,
    #[garde(dive)]
    display_name: Option<Name>,
}

fn is_not_the_address(address: &EmailAddress) -> impl FnOnce(&NewPassword, &()) -> garde::Result {
    move |password, ()| {
        if password.is_made_of(address) {
            return Err(garde::Error::new("is made of the address"));
        }
        Ok(())
    }
}

impl Concerns for Register {
    const COST: u32 = rate_limit::MAIL;

    fn account(&self) -> Account<'_> {
        Account::Email(self.email.as_str())
    }
}

/// Makes an account and mails a link that verifies the address.
///
/// The answer is the same for an address that has an account already; its owner gets another mail.
#[utoipa::path(post, path = "/auth/register", tag = "auth",
    request_body = Register,
    responses((status = ACCEPTED, body = VerificationStatus), (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
        (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn register(
    State(app): State<AppState>,
    Limited { body: Json(new), .. }: Limited<Json<Register>>,
) -> Result<(StatusCode, Json<VerificationStatus>)> {
    steady::answer(app.register(&new)).await
}

impl AppState {
    async fn register(&self, new: &Register) -> Result<(StatusCode, Json<VerificationStatus>)> {
        // Hashed whether or not it is needed: the time must not tell which addresses are known.
        let password_hash = self.passwords.hash(new.password.secret()).await?;
        let now = self.clock.now();
        let verification_id = VerificationId::new();

        let mut tx = self.outbox.begin().await?;
        let user = queries::find_or_insert_user(&mut tx, UserId::new(), &new.email, now).await?;
        let event = if user.verified {
            EmailRequested::AccountExists { user_id: user.id }
        } else {
            let token = self.mail_tokens.derive(Purpose::Verification, verification_id.0);
            let display_name = new.display_name.as_ref().map(Name::as_str);
            let verification = NewVerification {
                id: verification_id,
                user_id: user.id,
                password_hash: &password_hash,
                display_name,
                token,
            };
            queries::insert_verification(&mut tx, &verification, now).await?;
            EmailRequested::Verification { verification_id }
        };
        audit::record(&mut tx, Entry::success(None, Action::UserRegistered, user.id.0), now).await?;
        tx.announce(&event).await?;
        tx.commit().await?;

        Ok((StatusCode::ACCEPTED, Json(VerificationStatus { status: VerificationState::VerificationSent })))
    }
}
