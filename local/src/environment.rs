//! The environment of each function: the same variables as in the cloud, with values for this machine. A variable that
//! is already set keeps its value, which replaces the local stand-in.

use std::{collections::HashMap, net::SocketAddr};

use functions::Descriptor;
use local_identity::Identity;
use local_smtp::{Credentials, Inbox};
use shared::base::config::Env;

use crate::secrets::Secrets;

/// The project of all local resources.
pub(crate) const PROJECT: &str = "alta-local";
/// The bucket for uploads.
pub(crate) const UPLOADS_BUCKET: &str = "alta-local-uploads";
/// The bucket for the output of batch operations.
pub(crate) const RESULTS_BUCKET: &str = "alta-local-results";
/// The bucket for exports.
pub(crate) const EXPORTS_BUCKET: &str = "alta-local-exports";
/// The Document AI processor.
pub(crate) const PROCESSOR: &str = "projects/alta-local/locations/eu/processors/ocr";
/// The Speech-to-Text recognizer.
const RECOGNIZER: &str = "projects/alta-local/locations/eu/recognizers/_";

/// Limits of one user, so high that one person who tries everything does not reach them.
const HIGH_LIMITS: [(&str, &str); 10] = [
    ("PROJECTS_PER_USER", "1000000"),
    ("OPEN_INVITATIONS_PER_USER", "1000000"),
    ("OPEN_DRAFTS_PER_USER", "1000000"),
    ("ITEMS_PER_USER_AND_DAY", "1000000"),
    ("BYTES_PER_USER_AND_DAY", "1000000000000000"),
    ("EXPORTS_IN_PROGRESS_PER_USER", "1000"),
    ("SEARCHES_PER_USER_AND_MINUTE", "1000000"),
    ("EVENT_STREAMS_PER_USER", "1000000"),
    ("EVENT_STREAMS_PER_INSTANCE", "1000000"),
    ("EVENT_TICKETS_PER_ADDRESS_PER_MINUTE", "1000000"),
];

/// The usual origins of front-end development servers, whose pages may call the functions too.
const FRONT_ENDS: [&str; 2] = ["http://localhost:3000", "http://localhost:5173"];

/// The platform's parts as the functions see them, `None` for a part that was replaced.
pub(crate) struct Parts {
    /// The origin that people open in their browsers.
    pub(crate) origin: String,
    /// The database URLs, by the role that a function connects as.
    pub(crate) database_urls: HashMap<&'static str, String>,
    pub(crate) identity: Identity,
    pub(crate) issuer: String,
    pub(crate) secrets: Secrets,
    pub(crate) pubsub: Option<SocketAddr>,
    pub(crate) storage: Option<SocketAddr>,
    pub(crate) documentai: Option<SocketAddr>,
    pub(crate) speech: Option<SocketAddr>,
    pub(crate) smtp: Option<(Inbox, Credentials)>,
}

/// The origins whose pages may call the platform.
pub(crate) fn cors_origins(process: &Env, origin: &str, port: u16) -> String {
    let ours = || {
        [origin, &format!("http://127.0.0.1:{port}")]
            .into_iter()
            .chain(FRONT_ENDS)
            .collect::<Vec<_>>()
            .join(",")
    };
    process.get("CORS_ORIGINS").map_or_else(ours, str::to_owned)
}

impl Parts {
    /// The environment of one function: the variables that are already set, then local values for the others that the
    /// function reads.
    pub(crate) fn environment(&self, process: &Env, function: &Descriptor, cors_origins: &str) -> Env {
        let reads = |name: &str| function.reads(name) && process.get(name).is_none();
        let values = self.values(function, cors_origins).into_iter().filter(|(name, _)| reads(name));
        values.fold(process.clone(), |env, (name, value)| match value {
            Some(value) => env.with(name, value),
            None => env,
        })
    }

    /// All variables with a local value for a function.
    fn values(&self, function: &Descriptor, cors_origins: &str) -> Vec<(&'static str, Option<String>)> {
        let text = |text: &str| Some(text.to_owned());
        let url = |address: Option<SocketAddr>| address.map(|address| format!("http://{address}"));
        let secrets = &self.secrets;
        let inbox = self.smtp.as_ref().map(|(inbox, _)| inbox);
        let login = self.smtp.as_ref().map(|(_, login)| login);
        let pages = std::iter::once(self.origin.as_str()).chain(FRONT_ENDS).collect::<Vec<_>>();
        vec![
            ("DATABASE_URL", self.database_urls.get(function.database_role).cloned()),
            ("CORS_ORIGINS", text(cors_origins)),
            // The gateway appends two addresses, as Google's load balancer does: the client's and its own.
            ("TRUSTED_PROXY_HOPS", text("2")),
            // All clients share 127.0.0.1 here. The limits of each account stay as in the cloud.
            ("RATE_LIMIT_ADDRESS_PER_MINUTE", text("1000000")),
            ("SENDER_MAILS_PER_HOUR", text("1000000")),
            ("SENDER_MAILS_PER_DAY", text("1000000")),
            ("ACCESS_TOKEN_ISSUER", text(&self.origin)),
            ("ACCESS_TOKEN_JWKS", text(&secrets.access_token_jwks)),
            ("ACCESS_TOKEN_SIGNING_KEY", text(&secrets.access_token_signing_key)),
            ("REFRESH_TOKEN_KEY", text(&secrets.refresh_token_key)),
            ("MAIL_TOKEN_KEYS", text(&secrets.mail_token_keys)),
            ("AUDIT_SEAL_KEY", text(&secrets.audit_seal_key)),
            ("CURSOR_KEYS", text(&secrets.cursor_keys)),
            ("PASSKEY_RP_ID", text("localhost")),
            ("PASSKEY_ORIGINS", Some(pages.join(","))),
            ("GOOGLE_SERVICE_ACCOUNT_KEY", Some(self.identity.key_json())),
            ("PUBSUB_PROJECT", text(PROJECT)),
            ("PUBSUB_ENDPOINT", url(self.pubsub)),
            ("PUSH_AUDIENCE", text(function.name)),
            ("PUSH_SERVICE_ACCOUNT", text(self.identity.email())),
            ("PUSH_ISSUER", text(&self.issuer)),
            ("PUSH_JWKS_URL", Some(format!("{}/oauth2/v3/certs", self.issuer))),
            ("STORAGE_ENDPOINT", url(self.storage)),
            ("UPLOADS_BUCKET", text(UPLOADS_BUCKET)),
            ("RESULTS_BUCKET", text(RESULTS_BUCKET)),
            ("EXPORTS_BUCKET", text(EXPORTS_BUCKET)),
            ("DOCUMENTAI_PROCESSOR", text(PROCESSOR)),
            ("DOCUMENTAI_ENDPOINT", url(self.documentai)),
            ("SPEECH_RECOGNIZER", text(RECOGNIZER)),
            ("SPEECH_ENDPOINT", url(self.speech)),
            ("FRONTEND_URL", text(&self.origin)),
            ("MAIL_FROM", text("Alta Data <no-reply@alta.localhost>")),
            ("SMTP_HOST", inbox.and_then(|_| text("localhost"))),
            ("SMTP_PORT", inbox.map(|inbox| inbox.smtp_addr().port().to_string())),
            ("SMTP_CA_CERTIFICATE", inbox.and_then(|inbox| text(inbox.ca_pem()))),
            ("SMTP_USERNAME", login.and_then(|login| text(&login.username))),
            ("SMTP_PASSWORD", login.and_then(|login| text(&login.password))),
        ]
        .into_iter()
        .chain(HIGH_LIMITS.map(|(name, value)| (name, text(value))))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use functions::{Descriptor, FUNCTIONS};
    use local_identity::Identity;
    use shared::base::config::Env;

    use super::Parts;
    use crate::{ports::loopback, secrets::Secrets};

    fn named(name: &str) -> &'static Descriptor {
        functions::named(name).expect("a function")
    }

    fn parts() -> Parts {
        Parts {
            origin: "http://localhost:8080".to_owned(),
            database_urls: FUNCTIONS
                .iter()
                .map(|function| (function.database_role, format!("postgres://{}", function.database_role)))
                .collect(),
            identity: Identity::generate("http://issuer").expect("a key"),
            issuer: "http://issuer".to_owned(),
            secrets: Secrets {
                access_token_signing_key: "signing".to_owned(),
                access_token_jwks: "{}".to_owned(),
                refresh_token_key: "refresh".to_owned(),
                mail_token_keys: "mail".to_owned(),
                audit_seal_key: "seal".to_owned(),
                cursor_keys: "cursor".to_owned(),
            },
            pubsub: Some(loopback(1)),
            storage: Some(loopback(2)),
            documentai: Some(loopback(3)),
            speech: Some(loopback(4)),
            smtp: None,
        }
    }

    #[test]
    fn a_variable_that_is_set_replaces_the_local_value() {
        let process =
            Env::from_iter([("STORAGE_ENDPOINT", "https://storage.googleapis.com"), ("DATABASE_URL", "")]);
        let env = parts().environment(&process, named("data"), "");
        assert_eq!(env.get("STORAGE_ENDPOINT"), Some("https://storage.googleapis.com"));
        assert_eq!(env.get("DATABASE_URL"), Some("postgres://alta_functions"));
    }

    #[test]
    fn rate_limits_are_higher_by_address_but_not_by_account() {
        let env = parts().environment(&Env::default(), named("auth"), "");
        assert!(env.get("RATE_LIMIT_ADDRESS_PER_MINUTE").is_some());
        assert!(env.get("SENDER_MAILS_PER_HOUR").is_some());
        for limit in [
            "RATE_LIMIT_ACCOUNT_PER_MINUTE",
            "RATE_LIMIT_UNKNOWN_ADDRESSES_PER_MINUTE",
            "RECIPIENT_MAILS_PER_HOUR",
        ] {
            assert_eq!(env.get(limit), None);
        }
        assert_eq!(env.get("TRUSTED_PROXY_HOPS"), Some("2"));
    }

    #[test]
    fn a_function_gets_only_the_keys_that_it_reads() {
        let holders = |variable| {
            let parts = parts();
            let holds = |function: &&Descriptor| {
                parts.environment(&Env::default(), function, "").get(variable).is_some()
            };
            FUNCTIONS.iter().filter(holds).map(|function| function.name).collect::<Vec<_>>()
        };
        assert_eq!(holders("ACCESS_TOKEN_SIGNING_KEY"), ["auth"]);
        assert_eq!(holders("REFRESH_TOKEN_KEY"), ["auth"]);
        assert_eq!(holders("AUDIT_SEAL_KEY"), ["maintenance"]);
        assert_eq!(holders("MAIL_TOKEN_KEYS"), ["auth", "projects", "email"]);
        assert_eq!(holders("CURSOR_KEYS"), ["users", "projects", "data", "review", "admin"]);
    }
}
