//! What each function finds in its environment: the same variables as in the cloud, filled in for this
//! machine. A variable that is set already stays as it is, and so replaces what stands in for it here.

use std::net::SocketAddr;

use local_identity::Identity;
use local_smtp::{Credentials, Inbox};
use shared::{base::config::Env, cloud::names::LONG_REQUESTS};

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
    /// For the functions, and for `maintenance`.
    pub(crate) database_urls: [String; 2],
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
    /// The environment of one function.
    pub(crate) fn environment(&self, process: &Env, function: &str, cors_origins: &str) -> Env {
        let url = |address: Option<SocketAddr>| address.map(|address| format!("http://{address}"));
        let secrets = &self.secrets;
        let mut defaults: Vec<(&str, Option<String>)> = vec![
            ("DATABASE_URL", Some(self.database_urls[usize::from(function == "maintenance")].clone())),
            ("CORS_ORIGINS", Some(cors_origins.to_owned())),
            // The gateway writes two addresses, as Google's load balancer does: the client's, then its own.
            ("TRUSTED_PROXY_HOPS", Some("2".to_owned())),
        ];
        if let Some((_, seconds)) = LONG_REQUESTS.iter().find(|(long, _)| *long == function) {
            defaults.push(("REQUEST_TIMEOUT", Some(seconds.to_string())));
        }
        let access_token = [
            ("ACCESS_TOKEN_ISSUER", Some(self.origin.clone())),
            ("ACCESS_TOKEN_JWKS", Some(secrets.access_token_jwks.clone())),
        ];
        let google = [("GOOGLE_SERVICE_ACCOUNT_KEY", Some(self.identity.key_json()))];
        let pubsub = [("PUBSUB_PROJECT", Some(PROJECT.to_owned())), ("PUBSUB_ENDPOINT", url(self.pubsub))];
        let storage =
            [("UPLOADS_BUCKET", Some(UPLOADS_BUCKET.to_owned())), ("STORAGE_ENDPOINT", url(self.storage))];
        let exports =
            [("EXPORTS_BUCKET", Some(EXPORTS_BUCKET.to_owned())), ("STORAGE_ENDPOINT", url(self.storage))];
        let mail_tokens = [("MAIL_TOKEN_KEYS", Some(secrets.mail_token_keys.clone()))];
        let push = [
            ("PUSH_AUDIENCE", Some(function.to_owned())),
            ("PUSH_SERVICE_ACCOUNT", Some(self.identity.email().to_owned())),
            ("PUSH_ISSUER", Some(self.issuer.clone())),
            ("PUSH_JWKS_URL", Some(format!("{}/oauth2/v3/certs", self.issuer))),
        ];
        // Everybody here is 127.0.0.1; what one account may do from there stays as in the cloud.
        let rate_limits = [("RATE_LIMIT_ADDRESS_PER_MINUTE", Some("1000000".to_owned()))];
        match function {
            "auth" => {
                defaults.extend(access_token.into_iter().chain(google).chain(pubsub).chain(mail_tokens));
                defaults.push(("ACCESS_TOKEN_SIGNING_KEY", Some(secrets.access_token_signing_key.clone())));
                defaults.push(("REFRESH_TOKEN_KEY", Some(secrets.refresh_token_key.clone())));
                defaults.push(("PASSKEY_RP_ID", Some("localhost".to_owned())));
                let pages = std::iter::once(self.origin.as_str()).chain(FRONT_ENDS).collect::<Vec<_>>();
                defaults.push(("PASSKEY_ORIGINS", Some(pages.join(","))));
                defaults.extend(rate_limits);
            }
            "users" => {
                defaults.extend(access_token.into_iter().chain(google).chain(pubsub).chain(rate_limits));
            }
            "projects" => {
                defaults.extend(access_token.into_iter().chain(google).chain(pubsub).chain(mail_tokens));
                defaults.extend(rate_limits);
            }
            "review" => defaults.extend(access_token.into_iter().chain(google).chain(pubsub)),
            "admin" => defaults.extend(access_token.into_iter().chain(google).chain(pubsub)),
            "events" | "analytics" => defaults.extend(access_token),
            "data" => {
                defaults.extend(access_token.into_iter().chain(google).chain(pubsub).chain(storage));
                defaults.extend(exports);
            }
            "ocr" => {
                defaults.extend(push.into_iter().chain(google).chain(pubsub).chain(storage));
                defaults.push(("RESULTS_BUCKET", Some(RESULTS_BUCKET.to_owned())));
                defaults.push(("DOCUMENTAI_PROCESSOR", Some(PROCESSOR.to_owned())));
                defaults.push(("DOCUMENTAI_ENDPOINT", url(self.documentai)));
            }
            "transcription" => {
                defaults.extend(push.into_iter().chain(google).chain(storage));
                defaults.push(("RESULTS_BUCKET", Some(RESULTS_BUCKET.to_owned())));
                defaults.push(("SPEECH_RECOGNIZER", Some(RECOGNIZER.to_owned())));
                defaults.push(("SPEECH_ENDPOINT", url(self.speech)));
            }
            "export" => defaults.extend(push.into_iter().chain(google).chain(pubsub).chain(exports)),
            "email" => {
                defaults.extend(push.into_iter().chain(mail_tokens));
                defaults.push(("FRONTEND_URL", Some(self.origin.clone())));
                defaults.push(("MAIL_FROM", Some("Alta Data <no-reply@alta.localhost>".to_owned())));
                if let Some((inbox, login)) = &self.smtp {
                    defaults.push(("SMTP_HOST", Some("localhost".to_owned())));
                    defaults.push(("SMTP_PORT", Some(inbox.smtp_addr().port().to_string())));
                    defaults.push(("SMTP_CA_CERTIFICATE", Some(inbox.ca_pem().to_owned())));
                    defaults.push(("SMTP_USERNAME", Some(login.username.clone())));
                    defaults.push(("SMTP_PASSWORD", Some(login.password.clone())));
                }
            }
            "maintenance" => {
                defaults.extend(push.into_iter().chain(google).chain(pubsub).chain(storage).chain(exports));
                defaults.push(("AUDIT_SEAL_KEY", Some(secrets.audit_seal_key.clone())));
            }
            _ => {}
        }
        defaults.into_iter().fold(process.clone(), |env, (name, value)| match value {
            Some(value) if env.get(name).is_none() => env.with(name, value),
            _ => env,
        })
    }
}

#[cfg(test)]
mod tests {
    use local_identity::Identity;
    use shared::base::config::Env;

    use super::Parts;
    use crate::{ports::loopback, secrets::Secrets};

    fn parts() -> Parts {
        Parts {
            origin: "http://localhost:8080".to_owned(),
            database_urls: ["postgres://here".to_owned(), "postgres://maintenance".to_owned()],
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
        let env = parts().environment(&process, "data", "");
        assert_eq!(env.get("STORAGE_ENDPOINT"), Some("https://storage.googleapis.com"));
        assert_eq!(env.get("DATABASE_URL"), Some("postgres://here"));
    }

    #[test]
    fn one_address_may_do_much_here_but_one_account_no_more_than_in_the_cloud() {
        let env = parts().environment(&Env::default(), "auth", "");
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
            let holds =
                |function: &&str| parts.environment(&Env::default(), function, "").get(variable).is_some();
            crate::functions::FUNCTIONS.into_iter().filter(holds).collect::<Vec<_>>()
        };
        assert_eq!(holders("ACCESS_TOKEN_SIGNING_KEY"), ["auth"]);
        assert_eq!(holders("REFRESH_TOKEN_KEY"), ["auth"]);
        assert_eq!(holders("AUDIT_SEAL_KEY"), ["maintenance"]);
        assert_eq!(holders("MAIL_TOKEN_KEYS"), ["auth", "projects", "email"]);
    }
}
