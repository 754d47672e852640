//! The client of the SMTP server that sends the mails.

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use shared::{
    base::config::{Error, Setting},
    http::problem::Problem,
};

shared::settings! {
    /// The settings of the SMTP server.
    pub struct SmtpSettings {
        /// Host name of the SMTP server.
        pub host: String = "SMTP_HOST",
        /// Port of the SMTP server.
        pub port: u16 = "SMTP_PORT" or "587",
        /// Encryption of the SMTP connection: `starttls`, `tls` (from the first byte) or `none`.
        pub tls: Encryption = "SMTP_TLS" or "starttls",
        /// Additional certificate authority to trust, in PEM.
        pub ca_certificate: Option<String> = "SMTP_CA_CERTIFICATE",
        /// User name for the SMTP server. Unset if the server needs no authentication.
        pub username: Option<String> = "SMTP_USERNAME",
        /// Password for the SMTP server.
        pub password: Option<SecretString> = "SMTP_PASSWORD",
    }
}

/// The encryption of the SMTP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// STARTTLS after the greeting (RFC 3207).
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// No encryption, for a relay on a private network.
    None,
}

impl Setting for Encryption {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Tls),
            "none" => Ok(Self::None),
            _ => Err("expected `starttls`, `tls` or `none`".to_owned()),
        }
    }
}

/// A client with a pool of SMTP connections.
#[derive(Clone)]
pub(crate) struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    pub(crate) fn new(settings: &SmtpSettings) -> Result<Self, Error> {
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls(settings)?)
            .timeout(Some(std::time::Duration::from_secs(20)));
        if let Some(username) = &settings.username {
            let password = settings.password.as_ref().map(|password| password.expose_secret().to_owned());
            builder = builder.credentials(Credentials::new(username.clone(), password.unwrap_or_default()));
        }
        Ok(Self(builder.build()))
    }

    /// Sends a mail. Returns the reply code if the server refuses the mail permanently (RFC 5321, 4.2.1).
    pub(crate) async fn send(&self, message: Message) -> Result<Option<u16>, Problem> {
        let Err(error) = self.0.send(message).await else { return Ok(None) };
        match error.status() {
            // A 5xx can also concern the session, for example because of a wrong password. Then a new session fails
            // too.
            Some(code) if error.is_permanent() && self.works().await => Ok(Some(code.into())),
            // The text of a reply may contain the address, or describe its owner.
            Some(code) => Err(Problem::unavailable(format!("the mail server replied {code}"))),
            None => Err(Problem::unavailable(error)),
        }
    }

    pub(crate) async fn works(&self) -> bool {
        self.0.test_connection().await.unwrap_or(false)
    }
}

fn tls(settings: &SmtpSettings) -> Result<Tls, Error> {
    if settings.tls == Encryption::None {
        return Ok(Tls::None);
    }
    let mut parameters = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.ca_certificate {
        let invalid = |error| Error::of("SMTP_CA_CERTIFICATE", error);
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(invalid)?);
    }
    let parameters = parameters.build_rustls().map_err(|error| Error::of("SMTP_TLS", error))?;
    Ok(match settings.tls {
        Encryption::StartTls => Tls::Required(parameters),
        _ => Tls::Wrapper(parameters),
    })
}
