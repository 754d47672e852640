//! Test helpers: the function, its clients and assertions.

use serde_json::Value;
use shared::testing::{Client, Platform, TestUser};
use sqlx::PgPool;

pub(crate) struct Admin {
    pub(crate) platform: Platform,
    /// A client without a session.
    pub(crate) anonymous: Client,
    pub(crate) root: TestUser,
    /// A client with the session of the super admin `root`.
    pub(crate) client: Client,
}

impl Admin {
    pub(crate) async fn start(db: PgPool) -> Self {
        let platform = Platform::start(db).await;
        let anonymous = platform.client_of::<admin::Admin>(&[]);
        let root = platform.super_admin("root@example.org").await;
        let client = anonymous.as_user(&root);
        Self { platform, anonymous, root, client }
    }

    /// Asserts that callers other than super admins are refused, and that the audit log records it.
    pub(crate) async fn refuses_others(&self, path: &str) {
        self.anonymous.get(path).await.assert_problem(401, "unauthenticated");
        let ada = self.platform.user("ordinary@example.org").await;
        self.anonymous.as_user(&ada).get(path).await.assert_problem(403, "forbidden");
        let denied = "select count(*) from audit_logs where action = 'access.denied' and status = 'denied'";
        assert_eq!(self.platform.count(denied).await, 1);
    }
}

/// Returns a field of each entry of a page.
pub(crate) fn column<'a>(body: &'a Value, name: &str) -> Vec<&'a str> {
    body["items"].as_array().expect("entries").iter().filter_map(|entry| entry[name].as_str()).collect()
}
