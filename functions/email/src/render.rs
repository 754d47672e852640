//! What mails say: plain text and HTML, from templates, escaped.

use std::sync::Arc;

use lettre::{
    Message,
    message::{Mailbox, MultiPart},
};
use minijinja::{AutoEscape, Environment, context};
use secrecy::{ExposeSecret as _, SecretString};
use shared::{
    base::{
        config::Error,
        ids::{EventId, ExportId, ItemId, ProjectId},
    },
    http::problem::Problem,
};
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
    /// A passkey was added.
    PasskeyAdded {
        /// What its owner calls it.
        name: String,
        /// When.
        at: OffsetDateTime,
    },
    /// The link that leads into a project.
    Invitation {
        /// The link's token.
        token: SecretString,
        /// Until when it is good.
        expires_at: OffsetDateTime,
        /// The project's name and who invites, where they may be told.
        from: Option<(String, String)>,
    },
    /// What they uploaded was rejected.
    ItemRejected {
        /// `document` or `voice`, and the item's id.
        item: (&'static str, ItemId),
        /// The file's name.
        filename: String,
        /// The project's name.
        project: String,
        /// Why.
        feedback: String,
    },
    /// An export that they asked for can be downloaded.
    ExportReady {
        /// The export.
        id: ExportId,
        /// Its project's id and name.
        project: (ProjectId, String),
        /// Until when it is there.
        kept_until: OffsetDateTime,
    },
    /// Somebody signed in from where the account was never used.
    NewSignIn {
        /// With what.
        device: String,
        /// From which address, if it is known.
        address: Option<String>,
        /// When.
        at: OffsetDateTime,
    },
}

impl Mail {
    fn template(&self) -> &'static str {
        match self {
            Self::Verification { .. } => "verification",
            Self::AccountExists => "account_exists",
            Self::PasswordReset { .. } => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::PasskeyAdded { .. } => "passkey_added",
            Self::Invitation { .. } => "invitation",
            Self::ItemRejected { .. } => "item_rejected",
            Self::ExportReady { .. } => "export_ready",
            Self::NewSignIn { .. } => "new_sign_in",
        }
    }

    fn subject(&self) -> &'static str {
        match self {
            Self::Verification { .. } => "Confirm your address",
            Self::AccountExists => "You have an account already",
            Self::PasswordReset { .. } => "Set a new password",
            Self::PasswordChanged => "Your password was changed",
            Self::PasskeyAdded { .. } => "A passkey was added",
            Self::Invitation { .. } => "You are invited to a project",
            Self::ItemRejected { .. } => "Your upload was rejected",
            Self::ExportReady { .. } => "Your export is ready",
            Self::NewSignIn { .. } => "A new sign-in",
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

const TEMPLATES: [(&str, &str); 19] = [
    ("layout.html", include_str!("../templates/layout.html")),
    ("verification.html", include_str!("../templates/verification.html")),
    ("verification.txt", include_str!("../templates/verification.txt")),
    ("account_exists.html", include_str!("../templates/account_exists.html")),
    ("account_exists.txt", include_str!("../templates/account_exists.txt")),
    ("password_reset.html", include_str!("../templates/password_reset.html")),
    ("password_reset.txt", include_str!("../templates/password_reset.txt")),
    ("password_changed.html", include_str!("../templates/password_changed.html")),
    ("password_changed.txt", include_str!("../templates/password_changed.txt")),
    ("passkey_added.html", include_str!("../templates/passkey_added.html")),
    ("passkey_added.txt", include_str!("../templates/passkey_added.txt")),
    ("invitation.html", include_str!("../templates/invitation.html")),
    ("invitation.txt", include_str!("../templates/invitation.txt")),
    ("item_rejected.html", include_str!("../templates/item_rejected.html")),
    ("item_rejected.txt", include_str!("../templates/item_rejected.txt")),
    ("export_ready.html", include_str!("../templates/export_ready.html")),
    ("export_ready.txt", include_str!("../templates/export_ready.txt")),
    ("new_sign_in.html", include_str!("../templates/new_sign_in.html")),
    ("new_sign_in.txt", include_str!("../templates/new_sign_in.txt")),
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
        let subject = mail.subject();
        let context = match mail {
            Mail::Verification { token, expires_at } => context! {
                subject,
                link => self.link("verify-email", &[("token", token.expose_secret())]),
                expires_at => readable(*expires_at),
            },
            Mail::PasswordReset { token, expires_at } => context! {
                subject,
                link => self.link("reset-password", &[("token", token.expose_secret())]),
                expires_at => readable(*expires_at),
            },
            Mail::Invitation { token, expires_at, from } => context! {
                subject,
                link => self.link("invitation", &[("token", token.expose_secret())]),
                expires_at => readable(*expires_at),
                project => from.as_ref().map(|(project, _)| project),
                invited_by => from.as_ref().map(|(_, invited_by)| invited_by),
            },
            Mail::AccountExists => context! { subject, link => self.link("sign-in", &[]) },
            Mail::PasswordChanged => context! { subject, link => self.link("forgot-password", &[]) },
            Mail::PasskeyAdded { name, at } => {
                context! { subject, link => self.link("account", &[]), name, at => readable(*at) }
            }
            Mail::ItemRejected { item: (kind, id), filename, project, feedback } => context! {
                subject,
                link => self.link("item", &[("kind", kind), ("id", &id.to_string())]),
                filename,
                project,
                feedback,
            },
            Mail::ExportReady { id, project: (project_id, project), kept_until } => context! {
                subject,
                link => self.link("project", &[("id", &project_id.to_string()), ("export", &id.to_string())]),
                project,
                kept_until => readable(*kept_until),
            },
            Mail::NewSignIn { device, address, at } => context! {
                subject,
                link => self.link("account", &[]),
                device,
                address => address.as_deref().unwrap_or("an address that is not known"),
                at => readable(*at),
            },
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

    /// Every mail as it is sent, in text and in HTML: `INSTA_UPDATE=always cargo test -p email` writes them
    /// anew, for a look at the difference.
    #[test]
    fn every_mail_says_what_it_said_before() {
        let at = datetime!(2026-05-04 09:30 UTC);
        let (device, address) = ("Firefox on Windows".to_owned(), Some("203.0.113.9".to_owned()));
        let mails = [
            Mail::Verification { token: "to-ken_1".into(), expires_at: at },
            Mail::AccountExists,
            Mail::PasswordReset { token: "to-ken_1".into(), expires_at: at },
            Mail::PasswordChanged,
            Mail::PasskeyAdded { name: "<b>Ada's</b> phone".into(), at },
            Mail::NewSignIn { device, address, at },
            Mail::ItemRejected {
                item: ("document", "018f8f8f-0000-7000-8000-000000000001".parse().expect("an id")),
                filename: "<letter>.pdf".into(),
                project: "Letters & <diaries>".into(),
                feedback: "Page 2 is blurred.\nPlease scan it again.".into(),
            },
            Mail::ExportReady {
                id: "018f8f8f-0000-7000-8000-000000000002".parse().expect("an id"),
                project: (
                    "018f8f8f-0000-7000-8000-000000000003".parse().expect("an id"),
                    "Letters & <diaries>".into(),
                ),
                kept_until: at,
            },
            Mail::Invitation { token: "to-ken_1".into(), expires_at: at, from: None },
        ];
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../tests/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            for mail in mails {
                let (text, html) = renderer().bodies(&mail).expect("bodies");
                let (name, subject) = (mail.template(), mail.subject());
                insta::assert_snapshot!(format!("{name}_text"), format!("{subject}\n\n{text}"));
                insta::assert_snapshot!(format!("{name}_html"), html);
            }
            let from = Some(("Letters & <diaries>".to_owned(), "Ada".to_owned()));
            let known = Mail::Invitation { token: "to-ken_1".into(), expires_at: at, from };
            let (text, html) = renderer().bodies(&known).expect("bodies");
            insta::assert_snapshot!("invitation_to_a_known_address_text", text);
            insta::assert_snapshot!("invitation_to_a_known_address_html", html);
        });
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
