//! `POST /auth/login`.

use axum::extract::{FromRequest, Request, State};
use garde::Validate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::{
    audit::{self, Action, Entry, Outcome},
    context, extract,
    extract::Json,
    ids::SessionId,
    problem::{Code, Problem, ProblemBody, Result},
    rate_limit::{Account, Concerns, Limited},
    text::normalize_password,
};
use utoipa::ToSchema;

use crate::{
    AppState,
    model::Tokens,
    queries::{self, Credentials, NewSession},
};

/// Who signs in with a password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
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

impl Concerns for Login {
    fn account(&self) -> Account<'_> {
        Account::Email(&self.email)
    }
}

impl<S: Send + Sync> FromRequest<S> for Login {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if extract::is_json(request.headers()) {
            let Json(login) = Json::<Self>::from_request(request, state).await?;
            return Ok(login);
        }
        if extract::content_type(request.headers()).as_deref() != Some("application/x-www-form-urlencoded") {
            let detail = "Send application/json or application/x-www-form-urlencoded.";
            return Err(Problem::new(Code::UnsupportedMediaType).detail(detail));
        }
        let bytes = extract::body(request, state).await?;
        let form: PasswordForm = extract::form_from_slice(&bytes)?;
        Ok(Self { email: form.username, password: form.password })
    }
}

/// Signs in with a password: a JSON body, or the OAuth 2 password form.
#[utoipa::path(post, path = "/auth/login", tag = "auth",
    request_body(content(
        (Login = "application/json"),
        (PasswordForm = "application/x-www-form-urlencoded"),
    )),
    responses((status = OK, body = Tokens), (status = UNAUTHORIZED, body = ProblemBody),
        (status = TOO_MANY_REQUESTS, body = ProblemBody)))]
pub(crate) async fn login(
    State(app): State<AppState>,
    Limited { body: login, spent }: Limited<Login>,
) -> Result<Json<Tokens>> {
    let now = app.clock.now();
    let email = login.email.trim().to_lowercase();
    let credentials = queries::find_credentials(&app.authority.db, &email).await?;
    let hash = credentials.as_ref().and_then(|credentials| credentials.password_hash.clone());
    let matches = app.passwords.verify(&normalize_password(login.password.expose_secret()), hash).await?;
    let user = credentials.as_ref().filter(|user| matches && !user.suspended);
    if user.is_none() {
        spent.failed().await;
    }
    let mut tx = app.outbox.begin().await?;
    let Some(user) = user else {
        audit::record(&mut tx, failed_login(credentials.as_ref()), now).await?;
        tx.commit().await?;
        return Err(Problem::new(Code::InvalidCredentials));
    };
    let session_id = SessionId::new();
    let context = context::current();
    let session = NewSession {
        id: session_id,
        user_id: user.id,
        password_id: user.password_id,
        ip_address: context
            .as_ref()
            .and_then(|context| context.client_address)
            .map(|address| address.to_string()),
        user_agent: context.and_then(|context| context.user_agent.clone()),
    };
    if !queries::insert_session(&mut tx, &session, now).await? {
        return Err(Problem::new(Code::InvalidCredentials));
    }
    audit::record(&mut tx, Entry::success(Some(user.id), Action::UserLogin, user.id.0), now).await?;
    tx.commit().await?;

    Ok(Json(app.tokens(user.id, user.global_role, session_id, 0)?))
}

fn failed_login(user: Option<&Credentials>) -> Entry {
    let resource = user.map(|user| user.id.0).unwrap_or_default();
    let entry = Entry::success(None, Action::UserLogin, resource);
    Entry { outcome: Outcome::Failure, resource: user.map(|user| user.id.0), ..entry }
}
