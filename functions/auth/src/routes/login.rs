//! `POST /auth/login`.

use axum::extract::{FromRequest, Request, State};
use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::{
    audit::Outcome,
    base::text::normalize_password,
    http::{
        extract::{self, Json},
        problem::{Code, Problem, ProblemBody, Result},
    },
    identity::{
        passwords,
        rate_limit::{Account, Concerns, Limited},
    },
};
use utoipa::ToSchema;

use crate::{
    AppState,
    model::Tokens,
    proof::{Asserted, Assertion, Proof},
    queries,
    sign_in::{Failed, Proven},
};

/// Who signs in with a password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordLogin {
    #[garde(length(max = 1000))]
    #[schema(format = Email)]
    email: String,
    #[garde(custom(is_short))]
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// The OAuth 2 password form (RFC 6749, 4.3.2); what else it holds is ignored, as the RFC says.
#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct PasswordForm {
    #[garde(length(max = 1000))]
    username: String,
    #[garde(custom(is_short))]
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

fn is_short(password: &SecretString, (): &()) -> garde::Result {
    let short = password.expose_secret().len() <= 4096;
    if short { Ok(()) } else { Err(garde::Error::new("is too long")) }
}

/// Who signs in, in whichever form.
pub(crate) struct Login(Proof<PasswordLogin>);

impl Concerns for Login {
    fn account(&self) -> Account<'_> {
        match &self.0 {
            Proof::Password(login) => Account::Email(&login.email),
            // Whose passkey it is only its signature proves.
            Proof::Passkey(_) => Account::Nobody,
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

/// Signs in with a password (a JSON body, or the OAuth 2 password form) or with a passkey.
#[utoipa::path(post, path = "/auth/login", tag = "auth",
    request_body(content(
        (Proof<PasswordLogin> = "application/json"),
        (PasswordForm = "application/x-www-form-urlencoded"),
    )),
    responses((status = OK, body = Tokens), (status = BAD_REQUEST, body = ProblemBody),
        (status = UNAUTHORIZED, body = ProblemBody), (status = UNPROCESSABLE_ENTITY, body = ProblemBody),
        (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn login(
    State(app): State<AppState>,
    Limited { body: Login(proof), spent }: Limited<Login>,
) -> Result<Json<Tokens>> {
    let now = app.clock.now();
    let proven = match &proof {
        Proof::Password(login) => app.by_password(login).await?,
        Proof::Passkey(assertion) => app.by_passkey(assertion).await?,
    };
    match proven {
        Ok(user) => app.open_session(&user, now).await.map(Json),
        Err(failed) => {
            spent.failed().await;
            Err(app.refuse_sign_in(&failed, now).await?)
        }
    }
}

impl AppState {
    async fn by_password(&self, login: &PasswordLogin) -> Result<Result<Proven, Failed>> {
        let db = &self.authority.db;
        let email = login.email.trim().to_lowercase();
        let user = queries::find_credentials(db, &email).await?;
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let password = normalize_password(login.password.expose_secret());
        let matches = self.passwords.verify(&password, hash.clone()).await?;
        let found = user.as_ref().map(|user| user.id);
        let Some(user) = user.filter(|user| matches && !user.suspended) else {
            let reason = "invalid_password";
            return Ok(Err(Failed { user: found, method: "password", outcome: Outcome::Failure, reason }));
        };
        if let Some(outdated) = hash.filter(|hash| passwords::is_outdated(hash)) {
            let hash = self.passwords.hash(&password).await?;
            queries::rehash_password(db, user.id, &outdated, &hash).await?;
        }
        let (id, global_role, password_id) = (user.id, user.global_role, user.password_id);
        Ok(Ok(Proven { id, global_role, password_id, method: "password" }))
    }

    async fn by_passkey(&self, assertion: &Assertion) -> Result<Result<Proven, Failed>> {
        Ok(match self.check(assertion).await? {
            Asserted::By(owner) => Ok(Proven {
                id: owner.id,
                global_role: owner.global_role,
                password_id: owner.password_id,
                method: "passkey",
            }),
            Asserted::Refused(owner, refusal) => Err(Failed {
                user: owner.map(|owner| owner.id),
                method: "passkey",
                outcome: Outcome::Denied,
                reason: refusal.as_str(),
            }),
        })
    }
}
