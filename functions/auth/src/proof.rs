//! Proofs of identity in a request body: a password or a passkey assertion.

use axum::extract::{FromRequest, Request};
use garde::Validate;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    base::ids::CeremonyId,
    http::{
        extract::{self, Json},
        openapi::{Described, Describes},
        problem::{Code, Problem, Result},
    },
};
use utoipa::ToSchema;
use webauthn_rs::prelude::PublicKeyCredential;

use crate::{passkeys::Credential, webauthn_json::AuthenticationResponse};

/// A password or a passkey assertion. The fields of the body decide which one it is.
// `untagged` produces `oneOf` in the OpenAPI document. `from_request` parses by field names instead, for better error
// messages.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Proof<P> {
    /// Proof by password.
    Password(P),
    /// Proof by a passkey assertion.
    Passkey(Box<Assertion>),
}

/// A passkey assertion for a ceremony started with `POST /auth/passkeys/login/start`.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assertion {
    /// Id of the ceremony that this request finishes.
    #[garde(skip)]
    pub(crate) ceremony_id: CeremonyId,
    #[garde(dive)]
    #[schema(value_type = AuthenticationResponse)]
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
        let names_passkey = |body: &Value| body.get("ceremony_id").or(body.get("credential")).is_some();
        if serde_json::from_slice(&bytes).is_ok_and(|body: Value| names_passkey(&body)) {
            return extract::json_from_slice(&bytes).map(Box::new).map(Self::Passkey);
        }
        extract::json_from_slice(&bytes).map(Self::Password)
    }
}

impl<P> Describes for Proof<P> {
    fn describe(operation: &mut Described<'_>) {
        Json::<P>::describe(operation);
    }
}
