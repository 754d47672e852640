//! Registration: creating an account and mailing the link that verifies its address.

use std::sync::Arc;

use shared::{
    audit::{self, Action, Entry},
    base::{
        clock::Clock,
        config::Setting,
        ids::{UserId, VerificationId},
        text::{EmailAddress, Name, NewPassword, ascii_domain},
    },
    cloud::{events::EmailRequested, outbox::Outbox},
    http::problem::{Code, Problem, Result},
    identity::{
        mail_caps::MailCaps,
        mail_token::{MailTokens, Purpose},
        passwords::Passwords,
    },
};

use crate::queries::{self, NewVerification};

shared::settings! {
    /// The policy for new accounts.
    pub struct RegistrationSettings {
        /// The addresses that may register: `open` for everyone, `invited` for addresses with an open invitation, or the allowed email
        /// domains, separated by commas.
        pub policy: RegistrationPolicy = "REGISTRATION" or "open",
    }
}

/// The addresses that may register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrationPolicy {
    /// Any address may register.
    Open,
    /// Addresses with an open invitation. Other addresses get the same response, but no account and no mail.
    Invited,
    /// Addresses of these domains.
    Domains(Arc<[String]>),
}

impl Setting for RegistrationPolicy {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "open" => return Ok(Self::Open),
            "invited" => return Ok(Self::Invited),
            _ => {}
        }
        // Email addresses contain their domain in ASCII form.
        let ascii = |domain: &str| ascii_domain(domain).unwrap_or_else(|| domain.to_owned());
        let domains: Vec<String> = text.split(',').map(|domain| ascii(domain.trim())).collect();
        let is_domain = |domain: &String| {
            let label = |label: &str| {
                !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            domain.contains('.') && domain.split('.').all(label)
        };
        if domains.iter().all(is_domain) {
            Ok(Self::Domains(domains.into()))
        } else {
            Err("expected `open`, `invited`, or email domains separated by commas".to_owned())
        }
    }
}

shared::use_case! {
    /// Creates accounts and mails verification links. Neither the result nor the response time reveals which addresses
    /// have an account.
    pub(crate) struct Registration {
        outbox: Outbox,
        mail_tokens: MailTokens,
        mail_caps: MailCaps,
        passwords: Passwords,
        policy: RegistrationPolicy,
        clock: Clock,
    }
}

impl Registration {
    /// Creates an account. If a verified account exists, its owner gets a mail about the attempt instead.
    ///
    /// # Errors
    /// 403 if the domain of the address may not register. 429 if the client has requested too many mails.
    pub(crate) async fn register(
        &self,
        email: &EmailAddress,
        password: &NewPassword,
        display_name: Option<&Name>,
    ) -> Result<()> {
        if let RegistrationPolicy::Domains(domains) = &self.policy {
            let domain = email.as_str().rsplit_once('@').map_or("", |(_, domain)| domain);
            if !domains.iter().any(|allowed| allowed == domain) {
                return Err(Problem::new(Code::RegistrationClosed));
            }
        }
        // The password is hashed even if the hash is not needed, so that the response time does not reveal known
        // addresses.
        let password_hash = self.passwords.hash_new("password", password, Some(email)).await?;
        let now = self.clock.now();
        let verification_id = VerificationId::new();
        let mut tx = self.outbox.begin().await?;
        let event = if self.policy == RegistrationPolicy::Invited
            && !queries::is_invited(&mut tx, email, now).await?
        {
            // An event is recorded to keep the response time equal. `email` discards ids without a row.
            EmailRequested::Verification { verification_id }
        } else {
            let user = queries::find_or_insert_user(&mut tx, UserId::new(), email, now).await?;
            audit::record(&mut tx, Entry::success(None, Action::UserRegistered, user.id.0), now).await?;
            if user.verified {
                EmailRequested::AccountExists { user_id: user.id }
            } else {
                let verification = NewVerification {
                    id: verification_id,
                    user_id: user.id,
                    password_hash: &password_hash,
                    display_name: display_name.map(Name::as_str),
                    token: self.mail_tokens.derive(Purpose::Verification, verification_id.0),
                };
                queries::insert_verification(&mut tx, &verification, now).await?;
                EmailRequested::Verification { verification_id }
            }
        };
        // Counted for every address, so that a client over its cap does not learn which addresses are invited.
        if self.mail_caps.admit_request(&mut tx, email, now).await? {
            tx.record(&event).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Mails the newest verification link of an address again and extends its lifetime.
    ///
    /// # Errors
    /// 429 when the client has requested too many mails.
    pub(crate) async fn resend(&self, email: &EmailAddress) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.outbox.begin().await?;
        let unverified = queries::extend_verification(&mut tx, email, now).await?;
        // An event is recorded even if there is nothing to verify, to keep the response time equal. `email` discards
        // ids without a row.
        let verification_id = unverified.unwrap_or_else(VerificationId::new);
        if self.mail_caps.admit_request(&mut tx, email, now).await? {
            tx.record(&EmailRequested::Verification { verification_id }).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use shared::base::config::Setting as _;

    use super::RegistrationPolicy;

    #[test]
    fn a_policy_is_a_word_or_a_list_of_domains() {
        let parse = RegistrationPolicy::parse;
        assert_eq!(parse("open"), Ok(RegistrationPolicy::Open));
        assert_eq!(parse("invited"), Ok(RegistrationPolicy::Invited));
        let domains = ["example.org".to_owned(), "mail.example.com".to_owned()].into();
        assert_eq!(parse("Example.org, mail.example.com"), Ok(RegistrationPolicy::Domains(domains)));
        let domains = ["xn--bcher-kva.example".to_owned()].into();
        assert_eq!(parse("Bücher.example"), Ok(RegistrationPolicy::Domains(domains)));
        for invalid in
            ["closed", "example.org,", "@example.org", "example.org;example.com", "a..b", "*.example.org"]
        {
            assert!(parse(invalid).is_err(), "{invalid}");
        }
    }
}
