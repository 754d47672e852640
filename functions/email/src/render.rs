//! What mails say: plain text and HTML, from templates, escaped.

use std::sync::Arc;

use lettre::{
    Message,
    message::{Mailbox, MultiPart},
};
use minijinja::{AutoEscape, Environment, context};
use secrecy::{ExposeSecret as _, SecretString};
use shared::{config::Error, ids::EventId, problem::Problem};
use time::{OffsetDateTime, macros::format_description};
use url::Url;

shared::settings! {
    /// What mails say.
    pub struct MailSettings {
        /// The sender: `Alta Data <no-reply@example.org>`.
        pub from: String = "MAIL_FROM",
        /// Where the links in mails lead: the origin of the web application, never of the API.
        pub frontend_url: Url = "FRONTEND_URL",
    }
}

/// A mail, before it is rendered.
pub(crate) enum Mail {
    /// The link that verifies an address.
    Verification {
        /// The link's token.
        token: SecretString,
        /// Until when it is good.
        expires_at: OffsetDateTime,
    },
    /// Somebody registered with an address that has an account.
    AccountExists,
    /// The link that sets a new password.
    PasswordReset {
        /// The link's token.
        token: SecretString,
        /// Until when it is good.
        expires_at: OffsetDateTime,
    },
    /// The password was changed.
    PasswordChanged,
}

impl Mail {
    fn template(&self) -> &'static str {
        match self {
            Self::Verification { .. } => "verification",
            Self::AccountExists => "account_exists",
            Self::PasswordReset { .. } => "password_reset",
            Self::PasswordChanged => "password_changed",
        }
    }

    fn subject(&self) -> &'static str {
        match self {
            Self::Verification { .. } => "Confirm your address",
            Self::AccountExists => "You have an account already",
            Self::PasswordReset { .. } => "Set a new password",
            Self::PasswordChanged => "Your password was changed",
        }
    }
}

/// Renders mails.
#[derive(Clone)]
pub(crate) struct Renderer {
    templates: Arc<Environment<'static>>,
    from: Mailbox,
    frontend: Url,
}

const TEMPLATES: [(&str, &str); 9] = [
    ("layout.html", include_str!("../templates/layout.html")),
    ("verification.html", include_str!("../templates/verification.html")),
    ("verification.txt", include_str!("../templates/verification.txt")),
    ("account_exists.html", include_str!("../templates/account_exists.html")),
    ("account_exists.txt", include_str!("../templates/account_exists.txt")),
    ("password_reset.html", include_str!("../templates/password_reset.html")),
    ("password_reset.txt", include_str!("../templates/password_reset.txt")),
    ("password_changed.html", include_str!("../templates/password_changed.html")),
    ("password_changed.txt", include_str!("../templates/password_changed.txt")),
];

impl Renderer {
    pub(crate) fn new(settings: &MailSettings) -> Result<Self, Error> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        templates.set_auto_escape_callback(|name| {
            if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
        });
        for (name, source) in TEMPLATES {
            templates.add_template(name, source).map_err(|error| Error::of("MAIL_FROM", error))?;
        }
        let from = settings.from.parse().map_err(|error| Error::of("MAIL_FROM", error))?;
        Ok(Self { templates: Arc::new(templates), from, frontend: settings.frontend_url.clone() })
    }

    /// The message for an event; its `Message-ID` is the same each time, so that mail programs fold a repeat.
    pub(crate) fn render(&self, event: EventId, to: &str, mail: &Mail) -> Result<Message, Problem> {
        let to: Mailbox = to.parse().map_err(Problem::internal)?;
        let (text, html) = self.bodies(mail)?;
        Message::builder()
            .message_id(Some(format!("<{event}@{}>", self.from.email.domain())))
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject())
            .multipart(MultiPart::alternative_plain_html(text, html))
            .map_err(Problem::internal)
    }

    fn bodies(&self, mail: &Mail) -> Result<(String, String), Problem> {
        let context = match mail {
            Mail::Verification { token, expires_at } => context! {
                subject => mail.subject(),
                link => self.link("verify-email", &[("token", token.expose_secret())]),
                expires_at => readable(*expires_at),
            },
            Mail::PasswordReset { token, expires_at } => context! {
                subject => mail.subject(),
                link => self.link("reset-password", &[("token", token.expose_secret())]),
                expires_at => readable(*expires_at),
            },
            Mail::AccountExists => context! { subject => mail.subject(), link => self.link("sign-in", &[]) },
            Mail::PasswordChanged => {
                context! { subject => mail.subject(), link => self.link("forgot-password", &[]) }
            }
        };
        let render = |extension: &str| {
            let name = format!("{}.{extension}", mail.template());
            self.templates
                .get_template(&name)
                .and_then(|template| template.render(&context))
                .map_err(Problem::internal)
        };
        Ok((render("txt")?, render("html")?))
    }

    fn link(&self, page: &str, query: &[(&str, &str)]) -> String {
        let mut url = self.frontend.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(page);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url.into()
    }
}

fn readable(at: OffsetDateTime) -> String {
    let format = format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
    at.to_offset(time::UtcOffset::UTC).format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::{Mail, MailSettings, Renderer};

    fn renderer() -> Renderer {
        let settings = MailSettings {
            from: "Alta Data <no-reply@alta.example>".into(),
            frontend_url: "https://app.alta.example/".parse().expect("a URL"),
        };
        Renderer::new(&settings).expect("a renderer")
    }

    #[test]
    fn a_verification_mail_says_the_same_in_text_and_in_html() {
        let mail =
            Mail::Verification { token: "to-ken_1".into(), expires_at: datetime!(2026-05-04 09:30 UTC) };
        let (text, html) = renderer().bodies(&mail).expect("bodies");
        let link = "https://app.alta.example/verify-email?token=to-ken_1";
        assert_eq!(
            text,
            format!(
                "Somebody registered an account at Alta Data with this address. If it was\n\
                 you, confirm the address by opening this link:\n\n\
                 {link}\n\n\
                 The link is good until 4 May 2026, 09:30 UTC.\n\n\
                 If it was not you, ignore this mail: nothing happens without the link.\n\n\
                 -- \nAlta Data"
            )
        );
        assert!(html.contains("4 May 2026, 09:30 UTC"), "{html}");
        let escaped = link.replace('/', "&#x2f;");
        assert!(
            html.contains(&format!("href=\"{escaped}\"")) || html.contains(&format!("href=\"{link}\"")),
            "{html}"
        );
    }

    #[test]
    fn a_message_has_both_parts_and_an_id_made_from_its_event() {
        let event = "018f8f8f-0000-7000-8000-000000000001".parse().expect("an id");
        let message = renderer().render(event, "ada@example.org", &Mail::AccountExists).expect("a message");
        let raw = String::from_utf8(message.formatted()).expect("text");
        assert!(raw.contains("Message-ID: <018f8f8f-0000-7000-8000-000000000001@alta.example>"), "{raw}");
        assert!(raw.contains("text/plain") && raw.contains("text/html"), "{raw}");
        assert!(raw.contains("https://app.alta.example/sign-in"), "{raw}");
    }
}
