//! Renders mails from their templates, as plain text and as HTML.

use std::sync::Arc;

use lettre::{
    Message,
    message::{Mailbox, MultiPart},
};
use minijinja::{
    Environment, ErrorKind, UndefinedBehavior, Value, context,
    value::{Kwargs, Serde},
};
use secrecy::ExposeSecret as _;
use shared::{
    base::{config::Error, ids::EventId, text::EmailAddress},
    http::problem::Problem,
    identity::mail_token::MailTokens,
};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};
use url::Url;

use crate::device;

/// The names and contents of the templates, as `build.rs` embeds them.
const TEMPLATES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

shared::settings! {
    /// The settings of the content of mails.
    pub struct MailSettings {
        /// Sender of all mails, such as `Alta Data <no-reply@example.org>`.
        pub from: String = "MAIL_FROM",
        /// Origin of the web application (not of the API) that links in mails lead to.
        pub frontend_url: Url = "FRONTEND_URL",
    }
}

/// The templates with their functions and filters.
#[derive(Clone)]
pub(crate) struct Renderer {
    templates: Arc<Environment<'static>>,
    from: Mailbox,
}

impl Renderer {
    pub(crate) fn new(settings: &MailSettings, tokens: MailTokens) -> Result<Self, Error> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        // A template is parsed on first use, so that a cold start does not parse all of them.
        templates.set_loader(|name| {
            Ok(TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, source)| *source))
        });
        let frontend = settings.frontend_url.clone();
        templates.add_function("link", move |page: &str, query: Kwargs| link(&frontend, page, &query));
        templates.add_function("token", move |purpose: &str, row: &str, key_id: &str| {
            token(&tokens, purpose, row, key_id)
        });
        templates.add_filter("readable", readable);
        templates.add_filter("device", device::describe);
        let from = settings.from.parse().map_err(|error| Error::of("MAIL_FROM", error))?;
        Ok(Self { templates: Arc::new(templates), from })
    }

    /// Renders the mail of an event. The `Message-ID` is derived from the event, so that mail programs merge
    /// duplicates.
    pub(crate) fn render(
        &self,
        id: EventId,
        event: &str,
        to: &EmailAddress,
        values: &serde_json::Value,
    ) -> Result<Message, Problem> {
        let parts = self.parts(event, values).map_err(Problem::internal)?;
        Message::builder()
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .from(self.from.clone())
            .to(Mailbox::new(None, to.as_str().parse().map_err(Problem::internal)?))
            .subject(parts.subject)
            .multipart(MultiPart::alternative_plain_html(parts.text, parts.html))
            .map_err(Problem::internal)
    }

    fn parts(&self, event: &str, values: &serde_json::Value) -> Result<Parts, minijinja::Error> {
        let values = Value::from(Serde(values));
        let render = |name: &str, values: &Value| self.templates.get_template(name)?.render(values);
        let subject = render(&format!("{event}/subject.txt"), &values)?;
        let values = context! { event, subject => &subject, ..values };
        Ok(Parts { subject, text: render("layout.txt", &values)?, html: render("layout.html", &values)? })
    }
}

/// The rendered subject and bodies of a mail.
struct Parts {
    subject: String,
    text: String,
    html: String,
}

/// `link("item", id=id)`: the URL of a page of the web application, with a query.
fn link(frontend: &Url, page: &str, query: &Kwargs) -> Result<String, minijinja::Error> {
    let mut url = frontend.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(page);
    }
    for name in query.args() {
        url.query_pairs_mut().append_pair(name, query.get(name)?);
    }
    Ok(url.into())
}

/// `token("invitation", id, key_id)`: the token of a link, by its purpose, its row's id and its key's id.
fn token(tokens: &MailTokens, purpose: &str, row: &str, key_id: &str) -> Result<String, minijinja::Error> {
    let purpose = purpose.parse().map_err(|_| unusable("unknown purpose of a link"))?;
    let row = row.parse().map_err(|_| unusable("the id of a token is not a UUID"))?;
    let token = tokens.token(key_id, purpose, row).ok_or_else(|| unusable("unknown key of a token"))?;
    Ok(token.expose_secret().to_owned())
}

/// `expires_at | readable`: a time as `4 May 2026, 09:30 UTC`.
fn readable(at: &str) -> Result<String, minijinja::Error> {
    let format = format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
    OffsetDateTime::parse(at, &Rfc3339)
        .ok()
        .and_then(|at| at.to_offset(UtcOffset::UTC).format(format).ok())
        .ok_or_else(|| unusable("a value is not an RFC 3339 time"))
}

/// Returns an error that does not include values, since they are personal or secret.
fn unusable(reason: &'static str) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, reason)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Arc};

    use serde_json::{Value, json};
    use shared::{
        base::text::EmailAddress,
        cloud::events::EmailRequested,
        identity::mail_token::{MailTokenSettings, MailTokens},
    };
    use strum::VariantNames as _;

    use super::{MailSettings, Renderer, TEMPLATES};

    fn renderer() -> Renderer {
        let settings = MailSettings {
            from: "Alta Data <no-reply@alta.example>".into(),
            frontend_url: "https://app.alta.example/".parse().expect("a URL"),
        };
        let keys = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into();
        let tokens = MailTokens::new(&MailTokenSettings { keys }).expect("keys");
        Renderer::new(&settings, tokens).expect("a renderer")
    }

    #[test]
    fn every_event_has_a_template_folder_and_every_folder_an_event() {
        let folders: BTreeSet<&str> =
            TEMPLATES.iter().filter_map(|(name, _)| Some(name.split_once('/')?.0)).collect();
        assert_eq!(folders, BTreeSet::from_iter(EmailRequested::VARIANTS.iter().copied()));
    }

    fn values(event: &str) -> Value {
        let (at, id) = ("2026-05-04T09:30:00Z", "018f8f8f-0000-7000-8000-000000000001");
        let project = "Letters & <diaries>";
        let link = json!({"id": id, "key_id": "k1", "expires_at": at});
        match event {
            "verification" | "password_reset" | "super_admin" => link,
            "invitation" => {
                json!({"id": id, "key_id": "k1", "expires_at": at, "project": null, "invited_by": null})
            }
            "account_exists" | "passkey_removed" => json!({}),
            "password_changed" => json!({"passkeys": [
                {"name": "<b>Ada's</b> phone", "created_at": at},
                {"name": "Laptop", "created_at": at},
            ]}),
            "passkey_added" => json!({"name": "<b>Ada's</b> phone", "created_at": at}),
            "new_sign_in" => {
                json!({"user_agent": "Firefox/145.0 (Windows)", "ip_address": "203.0.113.9", "created_at": at})
            }
            "item_rejected" => json!({
                "id": id,
                "kind": "document",
                "filename": "<letter>.pdf",
                "project": project,
                "feedback": "Page 2 is blurred.\nPlease scan it again.",
            }),
            "export_ready" => json!({
                "id": "018f8f8f-0000-7000-8000-000000000002",
                "project_id": "018f8f8f-0000-7000-8000-000000000003",
                "project": project,
                "kept_until": at,
            }),
            _ => panic!("{event} has no example"),
        }
    }

    /// Compares every mail with its snapshots. `INSTA_UPDATE=always cargo test -p email` writes new ones.
    #[test]
    fn every_mail_matches_its_snapshots() {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../tests/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let mut renderer = renderer();
        let templates = Arc::get_mut(&mut renderer.templates).expect("the only renderer");
        templates.add_function("token", |_: &str, _: &str, _: &str| "to-ken_1");
        settings.bind(|| {
            for event in EmailRequested::VARIANTS {
                let mail = renderer.parts(event, &values(event)).expect("a mail");
                insta::assert_snapshot!(
                    format!("{event}_text"),
                    format!("{}\n\n{}", mail.subject, mail.text)
                );
                insta::assert_snapshot!(format!("{event}_html"), mail.html);
            }
            let none = json!({"passkeys": []});
            let mail = renderer.parts("password_changed", &none).expect("a mail");
            insta::assert_snapshot!("password_changed_without_passkeys_text", mail.text);
            insta::assert_snapshot!("password_changed_without_passkeys_html", mail.html);
            let mut known = values("invitation");
            known["project"] = "Letters & <diaries>".into();
            known["invited_by"] = "Ada".into();
            let mail = renderer.parts("invitation", &known).expect("a mail");
            insta::assert_snapshot!("invitation_to_a_known_address_text", mail.text);
            insta::assert_snapshot!("invitation_to_a_known_address_html", mail.html);
        });
    }

    /// Tries every text of up to five of the characters that decide whether an address is valid.
    #[test]
    fn every_valid_address_is_accepted_by_the_mail_library() {
        let characters = ['a', '1', '.', '-', '_', '@', '"', ' ', '[', ']'];
        let mut texts = vec![String::new()];
        let mut valid = 0;
        for _ in 0..5 {
            let longer = |text: &String| characters.map(|character| format!("{text}{character}"));
            texts = texts.iter().flat_map(longer).collect();
            for address in texts.iter().filter_map(|text| EmailAddress::parse(text)) {
                assert!(address.as_str().parse::<lettre::Address>().is_ok(), "{address:?}");
                valid += 1;
            }
        }
        assert!(valid > 100, "{valid}");
    }

    #[test]
    fn a_link_is_rendered_only_with_a_known_key() {
        let mut values = values("verification");
        assert!(renderer().parts("verification", &values).is_ok());
        values["key_id"] = "k0".into();
        assert!(renderer().parts("verification", &values).is_err());
    }

    #[test]
    fn a_message_has_both_parts_and_an_id_derived_from_its_event() {
        let id = "018f8f8f-0000-7000-8000-000000000001".parse().expect("an id");
        let to = EmailAddress::parse("ada@example.org").expect("an address");
        let message = renderer().render(id, "account_exists", &to, &json!({})).expect("a message");
        let raw = String::from_utf8(message.formatted()).expect("text");
        assert!(raw.contains("Message-ID: <018f8f8f-0000-7000-8000-000000000001@alta.example>"), "{raw}");
        assert!(raw.contains("text/plain") && raw.contains("text/html"), "{raw}");
        assert!(raw.contains("https://app.alta.example/sign-in"), "{raw}");
    }
}
