//! How somebody proves who they are: by password, or by a passkey's assertion.

use axum::extract::{FromRequest, Request};
use garde::Validate;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    base::ids::CeremonyId,
    http::{
        extract,
        problem::{Code, Problem, Result},
    },
};
use utoipa::ToSchema;
use webauthn_rs::prelude::PublicKeyCredential;

use crate::{
    AppState,
    passkeys::{Credential, Refusal},
    queries::{self, PasskeyOwner},
};

/// A password, with what it belongs to, or a passkey's assertion; told apart by the body's fields.
// Derived for the OpenAPI document's `oneOf`; reading goes by the fields, so that faults are told well.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Proof<P> {
    /// A password.
    Password(P),
    /// A passkey.
    Passkey(Box<Assertion>),
}

/// The answer to `POST /auth/passkeys/login/start`.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assertion {
    /// The ceremony that this finishes.
    #[garde(skip)]
    pub(crate) ceremony_id: CeremonyId,
    /// What the authenticator answered.
    #[garde(dive)]
    #[schema(value_type = Object)]
    pub(crate) credential: Credential<PublicKeyCredential>,
}

impl<S, P> FromRequest<S> for Proof<P>
where
    S: Send + Sync,
    P: DeserializeOwned + Validate<Context = ()>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !extract::is_json(request.headers()) {
            let detail = "Send a body of type application/json.";
            return Err(Problem::new(Code::UnsupportedMediaType).detail(detail));
        }
        let bytes = extract::body(request, state).await?;
        let speaks_of = |body: &Value| body.get("ceremony_id").or(body.get("credential")).is_some();
        if serde_json::from_slice(&bytes).is_ok_and(|body: Value| speaks_of(&body)) {
            return extract::json_from_slice(&bytes).map(Box::new).map(Self::Passkey);
        }
        extract::json_from_slice(&bytes).map(Self::Password)
    }
}

/// What an assertion proved.
pub(crate) enum Asserted {
    /// Who sent it; the passkey's counter has been kept.
    By(PasskeyOwner),
    /// Nobody: the owner of the passkey, if it is one of ours, and why not.
    Refused(Option<PasskeyOwner>, Refusal),
}

impl AppState {
    /// Checks an assertion. It uses its ceremony up, whatever comes of it.
    pub(crate) async fn check(&self, assertion: &Assertion) -> Result<Asserted> {
        let credential = assertion.credential.get()?;
        let now = self.clock.now();
        let db = &self.authority.db;
        let state = queries::take_authentication(db, assertion.ceremony_id, now)
            .await?
            .ok_or_else(|| Problem::new(Code::CeremonyInvalid))?;
        let mut tx = db.begin().await?;
        let Some((passkey_id, kept, owner)) = queries::lock_passkey(&mut tx, credential).await? else {
            return Ok(Asserted::Refused(None, Refusal::Invalid));
        };
        match self.passkeys.finish_authentication(credential, state, kept)? {
            Ok(credential) => {
                queries::use_passkey(&mut tx, passkey_id, &credential, now).await?;
                tx.commit().await?;
                Ok(Asserted::By(owner))
            }
            Err(refusal) => Ok(Asserted::Refused(Some(owner), refusal)),
        }
    }
}
