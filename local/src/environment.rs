//! What each function finds in its environment: the same variables as in the cloud, filled in for this
//! machine. A variable that is set already stays as it is, and so replaces what stands in for it here.

use std::{collections::HashMap, net::SocketAddr};

use functions::Descriptor;
use local_identity::Identity;
use local_smtp::{Credentials, Inbox};
use shared::base::config::Env;

use crate::secrets::Secrets;

/// The project that everything belongs to.
pub(crate) const PROJECT: &str = "alta-local";
/// The bucket that browsers upload to.
pub(crate) const UPLOADS_BUCKET: &str = "alta-local-uploads";
/// The bucket that batch operations write to.
pub(crate) const RESULTS_BUCKET: &str = "alta-local-results";
/// The bucket that exports are written to.
pub(crate) const EXPORTS_BUCKET: &str = "alta-local-exports";
/// The processor that reads documents.
pub(crate) const PROCESSOR: &str = "projects/alta-local/locations/eu/processors/ocr";
/// The recognizer that listens to voice samples.
const RECOGNIZER: &str = "projects/alta-local/locations/eu/recognizers/_";

/// Where development servers of front ends usually answer; their pages may call the functions too.
const FRONT_ENDS: [&str; 2] = ["http://localhost:3000", "http://localhost:5173"];

/// The platform's parts as the functions see them; `None` for a part that was replaced.
pub(crate) struct Parts {
    /// What people type into their browsers.
    pub(crate) origin: String,
    /// By the database role that a function connects as.
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
    /// The environment of one function: what is set already, and what this machine has for the variables that the
    /// function reads.
    pub(crate) fn environment(&self, process: &Env, function: &Descriptor, cors_origins: &str) -> Env {
        let reads = |name: &str| function.reads(name) && process.get(name).is_none();
        let values = self.values(function, cors_origins).into_iter().filter(|(name, _)| reads(name));
        values.fold(process.clone(), |env, (name, value)| match value {
            Some(value) => env.with(name, value),
            None => env,
        })
    }

    /// Every variable that this machine has a value for, as it would be for a function.
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
            // The gateway writes two addresses, as Google's load balancer does: the client's, then its own.
            ("TRUSTED_PROXY_HOPS", text("2")),
            // Everybody here is 127.0.0.1; what one account may do from there stays as in the cloud.
            ("RATE_LIMIT_ADDRESS_PER_MINUTE", text("1000000")),
            ("ACCESS_TOKEN_ISSUER", text(&self.origin)),
            ("ACCESS_TOKEN_JWKS", text(&secrets.access_token_jwks)),
            ("ACCESS_TOKEN_SIGNING_KEY", text(&secrets.access_token_signing_key)),
            ("REFRESH_TOKEN_KEY", text(&secrets.refresh_token_key)),
            ("MAIL_TOKEN_KEYS", text(&secrets.mail_token_keys)),
            ("AUDIT_SEAL_KEY", text(&secrets.audit_seal_key)),
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
            },
            pubsub: Some(loopback(1)),
            storage: Some(loopback(2)),
            documentai: Some(loopback(3)),
            speech: Some(loopback(4)),
            smtp: None,
        }
    }

    #[test]
    fn a_variable_that_is_set_replaces_what_stands_in() {
        let process =
            Env::from_iter([("STORAGE_ENDPOINT", "https://storage.googleapis.com"), ("DATABASE_URL", "")]);
        let env = parts().environment(&process, named("data"), "");
        assert_eq!(env.get("STORAGE_ENDPOINT"), Some("https://storage.googleapis.com"));
        assert_eq!(env.get("DATABASE_URL"), Some("postgres://alta_functions"));
    }

    #[test]
    fn one_address_may_do_much_here_but_one_account_no_more_than_in_the_cloud() {
        let env = parts().environment(&Env::default(), named("auth"), "");
        assert!(env.get("RATE_LIMIT_ADDRESS_PER_MINUTE").is_some());
        for limit in ["RATE_LIMIT_ACCOUNT_PER_MINUTE", "RATE_LIMIT_STRANGERS_PER_MINUTE"] {
            assert_eq!(env.get(limit), None);
        }
        assert_eq!(env.get("TRUSTED_PROXY_HOPS"), Some("2"));
    }

    #[test]
    fn a_function_gets_no_key_that_it_has_no_use_for() {
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
    }
}
