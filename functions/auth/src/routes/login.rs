//! The handler of `POST /auth/login`.

use axum::extract::{FromRequest, Request, State};
use garde::Validate;
use serde::Deserialize;
use shared::{
    base::text::GivenPassword,
    http::{
        extract::{self, Json},
        openapi::{Described, Describes},
        problem::{Code, Problem, Result},
    },
    identity::rate_limit::{Account, HasAccount, RateLimited},
};
use utoipa::ToSchema;

use crate::{
    model::Tokens,
    proof::Proof,
    sessions::Sessions,
    sign_in::{Attempt, SignIn},
};

/// Credentials for signing in with a password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordLogin {
    /// The email address. Case is ignored. The response for an address without an account is the same as for a wrong
    /// password.
    #[garde(length(chars, max = 1000))]
    #[schema(max_length = 1000)]
    email: String,
    #[garde(dive)]
    #[schema(value_type = String, format = Password, max_length = 512)]
    password: GivenPassword,
}

/// The OAuth 2 password form (RFC 6749, 4.3.2). Unknown parameters are ignored, as the RFC requires (3.2).
#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct PasswordForm {
    /// The email address.
    #[garde(length(chars, max = 1000))]
    #[schema(max_length = 1000)]
    username: String,
    #[garde(dive)]
    #[schema(value_type = String, format = Password, max_length = 512)]
    password: GivenPassword,
}

/// A sign-in request as JSON or as an OAuth 2 form.
pub(crate) struct Login(Proof<PasswordLogin>);

impl HasAccount for Login {
    fn account(&self) -> Account<'_> {
        match &self.0 {
            Proof::Password(login) => Account::Email(&login.email),
            // The owner of a passkey is known only after its signature is verified.
            Proof::Passkey(_) => Account::Unnamed,
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Login {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if extract::is_json(request.headers()) {
            return Proof::from_request(request, state).await.map(Self);
        }
        if extract::content_type(request.headers()).as_deref() != Some("application/x-www-form-urlencoded") {
            let detail = "Send application/json or application/x-www-form-urlencoded.";
            return Err(Problem::new(Code::UnsupportedMediaType).detail(detail));
        }
        let bytes = extract::body(request, state).await?;
        let form: PasswordForm = extract::form_from_slice(&bytes)?;
        Ok(Self(Proof::Password(PasswordLogin { email: form.username, password: form.password })))
    }
}

impl Describes for Login {
    fn describe(operation: &mut Described<'_>) {
        Proof::<PasswordLogin>::describe(operation);
    }
}

/// Sign in
///
/// Send a password, as JSON or as the OAuth 2 password form, or a passkey assertion for a ceremony started with
/// `POST /auth/passkeys/login/start`.
#[utoipa::path(post, path = "/auth/login", tag = "auth",
    request_body(content(
        (Proof<PasswordLogin> = "application/json"),
        (PasswordForm = "application/x-www-form-urlencoded"),
    )),
    responses((status = OK, body = Tokens),
        (status = BAD_REQUEST, description = "ceremony_invalid"),
        (status = UNAUTHORIZED, description = "invalid_credentials")))]
pub(crate) async fn login(
    State(sign_in): State<SignIn>,
    State(sessions): State<Sessions>,
    RateLimited { body: Login(proof), charges }: RateLimited<Login>,
) -> Result<Json<Tokens>> {
    let attempt = match &proof {
        Proof::Password(login) => sign_in.by_password(&login.email, &login.password).await?,
        Proof::Passkey(assertion) => sign_in.by_passkey(assertion).await?,
    };
    match attempt {
        Attempt::Verified(user) => sessions.open(&user).await.map(Json),
        Attempt::Failed(failed) => {
            charges.failed().await;
            Err(sessions.refuse(&failed).await?)
        }
    }
}
