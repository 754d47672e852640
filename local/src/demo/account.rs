//! Creates an account with a verified address and a project.

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{
    PAUSE, TIMEOUT,
    api::{Api, text},
};
use crate::{
    error::{Error, Result},
    secrets,
};

/// A user with a project.
pub(super) struct Account {
    pub(super) email: String,
    pub(super) project_id: String,
}

impl Account {
    /// Signs up, opens the mailed link, signs in, and creates a project.
    pub(super) async fn open(api: &mut Api) -> Result<Self> {
        let email = format!("demo-{}@example.com", secrets::random_name()?);
        let password = secrets::random_name()?;
        api.post("/auth/register", &json!({"email": email, "password": password})).await?;

        let token = mailed_token(api, &email).await?;
        let verified = api.get(&format!("/auth/verify-email?token={token}")).await?;
        if verified["status"] != "verified" {
            return Err(Error::new("the mailed link did not verify the address"));
        }
        let tokens = api.post("/auth/login", &json!({"email": email, "password": password})).await?;
        api.sign_in(text(&tokens, "/access_token")?);
        let project = api.post("/projects", &json!({"name": "Demo"})).await?;
        Ok(Self { email, project_id: text(&project, "/id")?.to_owned() })
    }
}

/// The token in the link that was mailed to an address.
async fn mailed_token(api: &Api, email: &str) -> Result<String> {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let mails = api.get(&format!("/local/inbox?to={email}")).await?;
        let link = mails.get(0).and_then(|mail| mail["text"].as_str()).and_then(token_in);
        match link {
            Some(token) => return Ok(token),
            None if Instant::now() > deadline => {
                return Err(Error::new("no mail with a link arrived in /local/inbox"));
            }
            None => sleep(PAUSE).await,
        }
    }
}

fn token_in(mail: &str) -> Option<String> {
    let (_, rest) = mail.split_once("/verify-email?token=")?;
    let is_part = |character: &char| character.is_ascii_alphanumeric() || "-_.".contains(*character);
    Some(rest.chars().take_while(is_part).collect())
}

#[cfg(test)]
mod tests {
    use super::token_in;

    #[test]
    fn the_token_is_found_in_the_mails_link() {
        let mail = "Hello,\n\nhttp://localhost:8080/verify-email?token=aB-_9\n\nBye";
        assert_eq!(token_in(mail).as_deref(), Some("aB-_9"));
        assert_eq!(token_in("no link"), None);
    }
}
