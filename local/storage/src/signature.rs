//! Verification of V4 signed URLs (<https://cloud.google.com/storage/docs/access-control/signed-urls>).

use http::{HeaderMap, Method, Uri};
use local_identity::Identity;
use time::{
    Duration, OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem,
    macros::format_description,
};

use crate::{
    canonical::{self, ALGORITHM, CanonicalRequest, Malformed},
    encoding,
    fault::{Fault, Kind},
};

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
/// The longest lifetime of a signed URL, in seconds.
const MAX_EXPIRES: i64 = 604_800;
/// The allowed clock difference for signatures dated in the future.
const MAX_SKEW: Duration = Duration::minutes(15);

/// Returns true if a request has a signature in its query.
pub(crate) fn is_signed(query: &str) -> bool {
    query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        ["X-Goog-Algorithm", "X-Goog-Credential", "X-Goog-Signature"]
            .iter()
            .any(|parameter| name.eq_ignore_ascii_case(parameter))
    })
}

/// The `X-Goog-*` parameters of a signed query.
struct Parameters {
    account: String,
    scope: String,
    date: String,
    signed_at: OffsetDateTime,
    expires: Duration,
    signature: Vec<u8>,
}

/// Makes all checks that Cloud Storage makes on a signed URL.
pub(crate) fn verify(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    identity: &Identity,
    now: OffsetDateTime,
) -> Result<(), Fault> {
    let query = uri.query().unwrap_or_default();
    let pairs = encoding::query_pairs(query).ok_or_else(|| Fault::new(Kind::InvalidArgument))?;
    let parameters = Parameters::parse(&pairs)?;
    if parameters.account != identity.email() {
        return Err(
            Fault::new(Kind::InvalidSecurity).details("The local cloud does not know this service account.")
        );
    }
    parameters.check_time(now)?;
    check_signed_headers(&pairs, headers)?;

    let received: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let canonical = CanonicalRequest::new(method.as_str(), uri.path(), query, &received)?;
    let string_to_sign = canonical.string_to_sign(&parameters.date, &parameters.scope);
    if identity.verify(string_to_sign.as_bytes(), &parameters.signature) {
        return Ok(());
    }
    Err(Fault::new(Kind::SignatureDoesNotMatch)
        .details("The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.")
        .element("StringToSign", string_to_sign)
        .element("CanonicalRequest", canonical.as_str()))
}

impl Parameters {
    fn parse(pairs: &[(String, String)]) -> Result<Self, Fault> {
        if parameter(pairs, "X-Goog-Algorithm")? != ALGORITHM {
            return Err(malformed("X-Goog-Algorithm", "The only supported algorithm is GOOG4-RSA-SHA256."));
        }
        let date = parameter(pairs, "X-Goog-Date")?;
        let signed_at = PrimitiveDateTime::parse(date, DATE)
            .map_err(|_| malformed("X-Goog-Date", "The date must be YYYYMMDD'T'HHMMSS'Z'."))?
            .assume_utc();
        let expires = parameter(pairs, "X-Goog-Expires")?
            .parse::<i64>()
            .ok()
            .filter(|seconds| (1..=MAX_EXPIRES).contains(seconds))
            .ok_or_else(|| {
                malformed("X-Goog-Expires", "The expiration must be between 1 and 604800 seconds.")
            })?;
        let (account, scope) = credential(parameter(pairs, "X-Goog-Credential")?, date)?;
        let signature = hex::decode(parameter(pairs, "X-Goog-Signature")?)
            .map_err(|_| malformed("X-Goog-Signature", "Signature was not hex encoded"))?;
        Ok(Self {
            account,
            scope,
            date: date.to_owned(),
            signed_at,
            expires: Duration::seconds(expires),
            signature,
        })
    }

    fn check_time(&self, now: OffsetDateTime) -> Result<(), Fault> {
        if self.signed_at > now + MAX_SKEW {
            return Err(Fault::new(Kind::RequestTimeTooSkewed).details("X-Goog-Date is in the future."));
        }
        let end = self.signed_at + self.expires;
        if end <= now {
            return Err(Fault::new(Kind::ExpiredToken)
                .details(format!("The provided token has expired: it was valid until {end}.")));
        }
        Ok(())
    }
}

/// Returns a required parameter, which must occur exactly once.
fn parameter<'a>(pairs: &'a [(String, String)], name: &'static str) -> Result<&'a str, Fault> {
    let mut values = pairs.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Ok(value),
        (None, _) => Err(Fault::new(Kind::MissingSecurityHeader)
            .element("ParameterName", name)
            .details("A parameter of the signature is missing.")),
        _ => Err(malformed(name, "The parameter occurs more than once.")),
    }
}

/// Splits `ACCOUNT/YYYYMMDD/LOCATION/storage/goog4_request` into account and scope.
fn credential(credential: &str, date: &str) -> Result<(String, String), Fault> {
    let refused = |details| malformed("X-Goog-Credential", details);
    let (account, scope) =
        credential.split_once('/').ok_or_else(|| refused("The credential has no scope."))?;
    let parts: Vec<&str> = scope.split('/').collect();
    let [day, location, "storage", "goog4_request"] = parts.as_slice() else {
        return Err(refused("The credential scope must be DATE/LOCATION/storage/goog4_request."));
    };
    if location.is_empty() || !date.starts_with(day) || day.len() != 8 {
        return Err(refused("The date of the credential scope differs from X-Goog-Date."));
    }
    Ok((account.to_owned(), scope.to_owned()))
}

/// Requires a signature over the host and over every header that Cloud Storage interprets.
fn check_signed_headers(pairs: &[(String, String)], headers: &HeaderMap) -> Result<(), Fault> {
    let list = parameter(pairs, "X-Goog-SignedHeaders")?;
    let signed = canonical::signed_headers(pairs).unwrap_or_default();
    if !signed.iter().any(|name| name == "host") {
        return Err(malformed(
            "X-Goog-SignedHeaders",
            format!("The signed headers must include the host: {list}"),
        ));
    }
    let is_extension = |name: &str| name.starts_with("x-goog-") || name.starts_with("x-amz-");
    match headers
        .keys()
        .find(|name| is_extension(name.as_str()) && !signed.iter().any(|other| other == name.as_str()))
    {
        Some(name) => {
            Err(malformed(name.as_str(), "Header was included in the request, but not in signedheaders."))
        }
        None => Ok(()),
    }
}

fn malformed(parameter: &str, details: impl Into<String>) -> Fault {
    Fault::new(Kind::MalformedSecurityHeader).element("ParameterName", parameter).details(details)
}

impl From<Malformed> for Fault {
    fn from(error: Malformed) -> Self {
        let details = error.to_string();
        match error {
            Malformed::MissingHeader(name) => malformed(&name, details),
            Malformed::NoSignedHeaders => malformed("X-Goog-SignedHeaders", details),
            Malformed::Encoding => Self::new(Kind::InvalidArgument).details(details),
        }
    }
}
