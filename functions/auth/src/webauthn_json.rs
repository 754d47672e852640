//! The JSON types of WebAuthn (<https://www.w3.org/TR/webauthn-3/#sctn-parseCreationOptionsFromJSON>), for the OpenAPI
//! document. webauthn-rs reads and writes them.

#![allow(dead_code, reason = "describes what webauthn-rs reads and writes")]

use utoipa::ToSchema;

/// The input of `PublicKeyCredential.parseCreationOptionsFromJSON`.
#[derive(ToSchema)]
#[schema(as = PublicKeyCredentialCreationOptionsJSON, rename_all = "camelCase")]
pub(crate) struct CreationOptions {
    rp: RelyingParty,
    user: UserEntity,
    #[schema(inline)]
    challenge: Base64Url,
    pub_key_cred_params: Vec<CredentialParameters>,
    /// The time for the ceremony, in milliseconds.
    #[schema(nullable = false)]
    timeout: Option<u32>,
    /// The existing passkeys of the account.
    #[schema(nullable = false)]
    exclude_credentials: Option<Vec<CredentialDescriptor>>,
    #[schema(nullable = false)]
    authenticator_selection: Option<AuthenticatorSelection>,
    #[schema(nullable = false)]
    hints: Option<Vec<Hint>>,
    #[schema(nullable = false)]
    attestation: Option<Attestation>,
    #[schema(nullable = false)]
    attestation_formats: Option<Vec<String>>,
    #[schema(nullable = false)]
    extensions: Option<CreationExtensions>,
}

/// The input of `PublicKeyCredential.parseRequestOptionsFromJSON`.
#[derive(ToSchema)]
#[schema(as = PublicKeyCredentialRequestOptionsJSON, rename_all = "camelCase")]
pub(crate) struct RequestOptions {
    #[schema(inline)]
    challenge: Base64Url,
    /// The time for the ceremony, in milliseconds.
    #[schema(nullable = false)]
    timeout: Option<u32>,
    rp_id: String,
    /// Empty, since the user picks a passkey.
    allow_credentials: Vec<CredentialDescriptor>,
    user_verification: UserVerification,
    #[schema(nullable = false)]
    hints: Option<Vec<Hint>>,
    #[schema(nullable = false)]
    extensions: Option<RequestExtensions>,
}

/// The result of `navigator.credentials.create`, serialized with `toJSON()`.
#[derive(ToSchema)]
#[schema(as = RegistrationResponseJSON, rename_all = "camelCase")]
pub(crate) struct RegistrationResponse {
    #[schema(inline)]
    id: Base64Url,
    #[schema(inline)]
    raw_id: Base64Url,
    #[schema(rename = "type")]
    kind: CredentialType,
    response: AttestationResponse,
    #[schema(nullable = false)]
    authenticator_attachment: Option<AuthenticatorAttachment>,
    #[schema(value_type = Option<Object>, nullable = false)]
    client_extension_results: Option<()>,
}

/// The result of `navigator.credentials.get`, serialized with `toJSON()`.
#[derive(ToSchema)]
#[schema(as = AuthenticationResponseJSON, rename_all = "camelCase")]
pub(crate) struct AuthenticationResponse {
    #[schema(inline)]
    id: Base64Url,
    #[schema(inline)]
    raw_id: Base64Url,
    #[schema(rename = "type")]
    kind: CredentialType,
    response: AssertionResponse,
    #[schema(nullable = false)]
    authenticator_attachment: Option<AuthenticatorAttachment>,
    #[schema(value_type = Option<Object>, nullable = false)]
    client_extension_results: Option<()>,
}

/// The answer of an authenticator that created a passkey.
#[derive(ToSchema)]
#[schema(as = AuthenticatorAttestationResponseJSON, rename_all = "camelCase")]
struct AttestationResponse {
    #[schema(inline, rename = "clientDataJSON")]
    client_data_json: Base64Url,
    #[schema(inline)]
    attestation_object: Base64Url,
    transports: Option<Vec<String>>,
}

/// The answer of an authenticator that signed a challenge.
#[derive(ToSchema)]
#[schema(as = AuthenticatorAssertionResponseJSON, rename_all = "camelCase")]
struct AssertionResponse {
    #[schema(inline, rename = "clientDataJSON")]
    client_data_json: Base64Url,
    #[schema(inline)]
    authenticator_data: Base64Url,
    #[schema(inline)]
    signature: Base64Url,
    #[schema(inline)]
    user_handle: Option<Base64Url>,
}

/// Bytes in Base64url without padding (RFC 4648, 5).
#[derive(ToSchema)]
#[schema(value_type = String, pattern = "^[A-Za-z0-9_-]+$", example = "k3Jx0V1bq8n2Wm5c7Tz4Yg")]
struct Base64Url(String);

/// The site that passkeys belong to.
#[derive(ToSchema)]
#[schema(as = RelyingPartyJSON)]
struct RelyingParty {
    #[schema(example = "example.org")]
    id: String,
    #[schema(example = "Alta Data")]
    name: String,
}

/// The account that a passkey signs in to.
#[derive(ToSchema)]
#[schema(as = PublicKeyCredentialUserEntityJSON, rename_all = "camelCase")]
struct UserEntity {
    #[schema(inline)]
    id: Base64Url,
    /// The email address.
    #[schema(example = "ada@example.org")]
    name: String,
    display_name: String,
}

/// A signature algorithm that the server accepts.
#[derive(ToSchema)]
#[schema(as = PublicKeyCredentialParameters)]
struct CredentialParameters {
    #[schema(rename = "type")]
    kind: CredentialType,
    /// A COSE algorithm, such as -7 for ES256.
    alg: i64,
}

/// A reference to a passkey by its id.
#[derive(ToSchema)]
#[schema(as = PublicKeyCredentialDescriptorJSON)]
struct CredentialDescriptor {
    #[schema(inline)]
    id: Base64Url,
    #[schema(rename = "type")]
    kind: CredentialType,
    #[schema(nullable = false)]
    transports: Option<Vec<Transport>>,
}

/// The type of a credential.
#[derive(ToSchema)]
#[schema(as = PublicKeyCredentialType, rename_all = "kebab-case")]
enum CredentialType {
    PublicKey,
}

/// The way to reach an authenticator.
#[derive(ToSchema)]
#[schema(as = AuthenticatorTransport, rename_all = "kebab-case")]
enum Transport {
    Usb,
    Nfc,
    Ble,
    Internal,
    Hybrid,
    SmartCard,
}

/// The kind of authenticator.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
enum AuthenticatorAttachment {
    Platform,
    CrossPlatform,
}

/// The authenticators that may be used.
#[derive(ToSchema)]
#[schema(as = AuthenticatorSelectionCriteria, rename_all = "camelCase")]
struct AuthenticatorSelection {
    #[schema(nullable = false)]
    authenticator_attachment: Option<AuthenticatorAttachment>,
    resident_key: ResidentKey,
    require_resident_key: bool,
    user_verification: UserVerification,
}

/// The requirement that a passkey is discoverable.
#[derive(ToSchema)]
#[schema(as = ResidentKeyRequirement, rename_all = "lowercase")]
enum ResidentKey {
    Required,
    Preferred,
    Discouraged,
}

/// The requirement that an authenticator verifies its user.
#[derive(ToSchema)]
#[schema(as = UserVerificationRequirement, rename_all = "lowercase")]
enum UserVerification {
    Required,
    Preferred,
    Discouraged,
}

/// The authenticator that the browser offers first.
#[derive(ToSchema)]
#[schema(as = PublicKeyCredentialHint, rename_all = "kebab-case")]
enum Hint {
    SecurityKey,
    ClientDevice,
    Hybrid,
}

/// The attestation that the server asks for.
#[derive(ToSchema)]
#[schema(as = AttestationConveyancePreference, rename_all = "lowercase")]
enum Attestation {
    None,
    Indirect,
    Direct,
}

/// The extensions for the creation of a passkey.
#[derive(ToSchema)]
#[schema(as = PasskeyCreationExtensions, rename_all = "camelCase")]
struct CreationExtensions {
    #[schema(nullable = false)]
    credential_protection_policy: Option<CredentialProtection>,
    #[schema(nullable = false)]
    enforce_credential_protection_policy: Option<bool>,
    #[schema(nullable = false)]
    uvm: Option<bool>,
    #[schema(nullable = false)]
    cred_props: Option<bool>,
    #[schema(nullable = false)]
    min_pin_length: Option<bool>,
    #[schema(nullable = false)]
    hmac_create_secret: Option<bool>,
}

/// The protection of a passkey by its authenticator.
#[derive(ToSchema)]
#[schema(as = CredentialProtectionPolicy, rename_all = "camelCase")]
enum CredentialProtection {
    #[schema(rename = "userVerificationOptional")]
    Optional,
    #[schema(rename = "userVerificationOptionalWithCredentialIDList")]
    OptionalWithList,
    #[schema(rename = "userVerificationRequired")]
    Required,
}

/// The extensions for the use of a passkey.
#[derive(ToSchema)]
#[schema(as = PasskeyRequestExtensions, rename_all = "camelCase")]
struct RequestExtensions {
    #[schema(nullable = false, example = "https://example.org")]
    appid: Option<String>,
    #[schema(nullable = false)]
    uvm: Option<bool>,
}
