//! Passkey registration and sign-in: `POST /auth/passkeys/register/start`, `.../register/finish`, `.../login/start` and
//! `POST /auth/login`.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::{
    cloud::events::EmailRequested,
    testing::{Client, TestResponse, eventually},
};
use sqlx::PgPool;
use time::Duration;

use crate::{
    authenticator::Authenticator,
    support::{Auth, PASSWORD, tokens},
};

const REGISTER_START: &str = "/auth/passkeys/register/start";
const REGISTER_FINISH: &str = "/auth/passkeys/register/finish";
const LOGIN_START: &str = "/auth/passkeys/login/start";

impl Auth {
    /// Creates a verified account and returns a client that is signed in.
    async fn signed_in_account(&self, email: &str) -> Client {
        self.account(email).await;
        let (access, _) = self.tokens(email).await;
        self.signed_in(&access)
    }

    /// Creates a verified account with a passkey and consumes the mail about it.
    async fn account_with_passkey(&self, email: &str) -> (Client, Authenticator) {
        let client = self.signed_in_account(email).await;
        let mut authenticator = Authenticator::new();
        register(&client, &mut authenticator).await.assert_status(201);
        let events = self.platform.events::<EmailRequested>().await;
        assert!(matches!(events[..], [EmailRequested::PasskeyAdded { .. }]), "{events:?}");
        (client, authenticator)
    }

    /// Starts a sign-in and returns the assertion of the authenticator.
    async fn assertion(&self, authenticator: &mut Authenticator) -> Value {
        let start = self.client.post(LOGIN_START, Value::Null).await;
        start.assert_status(200);
        json!({
            "ceremony_id": start.body["ceremony_id"],
            "credential": authenticator.get(&start.body["options"]),
        })
    }

    async fn sign_in(&self, authenticator: &mut Authenticator) -> TestResponse {
        let assertion = self.assertion(authenticator).await;
        self.client.post("/auth/login", assertion).await
    }

    async fn last_login(&self) -> Value {
        let row =
            "select jsonb_build_object('status', status, 'metadata', metadata, 'resource_id', resource_id)
                   from audit_logs where action = 'user.login' order by id desc limit 1";
        self.platform.value(row).await
    }
}

pub(crate) async fn register(client: &Client, authenticator: &mut Authenticator) -> TestResponse {
    let body = start_registration(client, authenticator).await;
    client.post(REGISTER_FINISH, body).await
}

/// Returns the body that finishes the registration.
async fn start_registration(client: &Client, authenticator: &mut Authenticator) -> Value {
    let start = client.post(REGISTER_START, Value::Null).await;
    start.assert_status(200);
    let credential = authenticator.create(&start.body["options"]);
    json!({"ceremony_id": start.body["ceremony_id"], "credential": credential, "name": "Phone"})
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_passkey_signs_in_without_an_address(db: PgPool) {
    let auth = Auth::start(db).await;
    let (client, mut authenticator) = auth.account_with_passkey("ada@example.org").await;

    let response = auth.sign_in(&mut authenticator).await;
    let (access, refresh) = tokens(&response);
    let me = auth.signed_in(&access).get("/auth/me").await;
    assert_eq!(me.body["email"], "ada@example.org");
    tokens(&auth.refresh(&refresh).await);
    let login = auth.last_login().await;
    assert_eq!((&login["status"], &login["metadata"]), (&json!("success"), &json!({"method": "passkey"})));
    assert_eq!(auth.platform.count("select count(*) from passkeys where last_used_at is not null").await, 1);
    assert_eq!(auth.platform.count("select count(*) from passkey_ceremonies").await, 0);

    // Both the password and the passkey keep working.
    auth.login("ada@example.org", PASSWORD).await;
    tokens(&auth.sign_in(&mut authenticator).await);
    client.get("/auth/me").await.assert_status(200);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_registration_requires_a_discoverable_passkey_and_user_verification(db: PgPool) {
    let auth = Auth::start(db).await;
    let (client, authenticator) = auth.account_with_passkey("ada@example.org").await;
    let start = client.post(REGISTER_START, Value::Null).await;
    let options = &start.assert_status(200).body["options"];
    assert_eq!(
        options["authenticatorSelection"],
        json!({"residentKey": "required", "requireResidentKey": true, "userVerification": "required"})
    );
    assert_eq!(options["rp"], json!({"id": "app.test", "name": "Alta Data"}));
    assert_eq!(options["user"]["name"], "ada@example.org");
    let known: Vec<&Value> = options["excludeCredentials"].as_array().expect("a list").iter().collect();
    assert_eq!(known.len(), 1, "an authenticator that already holds a passkey is excluded");
    let registered = register(&client, &mut Authenticator::new()).await;
    assert_eq!(registered.assert_status(201).body["name"], "Phone");
    assert_eq!(auth.platform.events::<EmailRequested>().await.len(), 1);

    let login = auth.client.post(LOGIN_START, Value::Null).await;
    let options = &login.assert_status(200).body["options"];
    assert_eq!((&options["rpId"], &options["userVerification"]), (&json!("app.test"), &json!("required")));
    assert!(options["allowCredentials"].as_array().is_none_or(Vec::is_empty), "{options}");
    assert!(!authenticator.user_handle.is_empty());
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_passkey_needs_a_recent_session_and_a_verified_address(db: PgPool) {
    let auth = Auth::start(db).await;
    auth.register("new@example.org", PASSWORD).await;
    let unverified = auth.signed_in(&auth.login("new@example.org", PASSWORD).await);
    unverified.post(REGISTER_START, Value::Null).await.assert_problem(403, "email_not_verified");
    auth.client.post(REGISTER_START, Value::Null).await.assert_problem(401, "unauthenticated");
    auth.client.post(REGISTER_FINISH, json!({})).await.assert_problem(401, "unauthenticated");

    let client = auth.signed_in_account("ada@example.org").await;
    let start = client.post(REGISTER_START, Value::Null).await;
    auth.platform.clock.advance(Duration::minutes(11));
    let credential = Authenticator::new().create(&start.body["options"]);
    let finish = json!({"ceremony_id": start.body["ceremony_id"], "credential": credential});
    client.post(REGISTER_START, Value::Null).await.assert_problem(403, "reauthentication_required");
    client.post(REGISTER_FINISH, finish.clone()).await.assert_problem(403, "reauthentication_required");
    client.post("/auth/reauthenticate", json!({"password": PASSWORD})).await.assert_status(200);
    // The five minutes of the ceremony are over.
    client.post(REGISTER_FINISH, finish).await.assert_problem(400, "ceremony_invalid");
    assert_eq!(auth.platform.count("select count(*) from passkeys").await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_registration_can_be_finished_only_once(db: PgPool) {
    let auth = Auth::start(db).await;
    let client = auth.signed_in_account("ada@example.org").await;
    let start = client.post(REGISTER_START, Value::Null).await;
    let finishes = (0..2).map(|_| {
        let credential = Authenticator::new().create(&start.body["options"]);
        let body = json!({"ceremony_id": start.body["ceremony_id"], "credential": credential});
        let client = client.clone();
        async move { client.post(REGISTER_FINISH, body).await }
    });
    let answers = join_all(finishes).await;
    let won = answers.iter().position(|answer| answer.status == 201).expect("one success");
    answers[1 - won].assert_problem(400, "ceremony_invalid");
    assert_eq!(answers[won].body["name"], "Passkey", "the name is optional");
    assert_eq!(auth.platform.count("select count(*) from passkeys").await, 1);
    assert_eq!(auth.platform.events::<EmailRequested>().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_assertion_signs_in_only_once(db: PgPool) {
    let auth = Auth::start(db).await;
    let (_, mut authenticator) = auth.account_with_passkey("ada@example.org").await;
    let assertion = auth.assertion(&mut authenticator).await;
    let answers = join_all((0..2).map(|_| auth.client.post("/auth/login", assertion.clone()))).await;
    let won = answers.iter().position(|answer| answer.status == 200).expect("one success");
    answers[1 - won].assert_problem(400, "ceremony_invalid");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_counter_regression_is_refused_and_audited(db: PgPool) {
    let auth = Auth::start(db).await;
    let (client, mut authenticator) = auth.account_with_passkey("ada@example.org").await;
    authenticator.counter = 40;
    tokens(&auth.sign_in(&mut authenticator).await);
    for counter in [40, 10] {
        authenticator.counter = counter;
        auth.sign_in(&mut authenticator).await.assert_problem(401, "invalid_credentials");
        let login = auth.last_login().await;
        assert_eq!(login["status"], "denied");
        assert_eq!(login["metadata"], json!({"method": "passkey", "reason": "counter_regression"}));
        let me = client.get("/auth/me").await;
        assert_eq!(login["resource_id"], me.body["id"]);
    }
    authenticator.counter = 41;
    tokens(&auth.sign_in(&mut authenticator).await);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_invalid_assertion_is_refused(db: PgPool) {
    let auth = Auth::start(db).await;
    let (_, mut authenticator) = auth.account_with_passkey("ada@example.org").await;
    let refused = async |authenticator: &mut Authenticator| {
        auth.sign_in(authenticator).await.assert_problem(401, "invalid_credentials");
        let login = auth.last_login().await;
        assert_eq!(login["metadata"], json!({"method": "passkey", "reason": "invalid_assertion"}));
    };
    authenticator.verifies_user = false;
    refused(&mut authenticator).await;
    authenticator.verifies_user = true;
    authenticator.origin = "https://app.test.evil.example";
    refused(&mut authenticator).await;
    authenticator.origin = "https://app.test";

    // Another key with the same credential id, and the same key with another user handle.
    let mut forged = Authenticator::new();
    forged.credential_id = authenticator.credential_id.clone();
    forged.user_handle = authenticator.user_handle.clone();
    refused(&mut forged).await;
    let (_, stranger) = auth.account_with_passkey("eve@example.org").await;
    let own_handle = std::mem::replace(&mut authenticator.user_handle, stranger.user_handle);
    refused(&mut authenticator).await;
    refused(&mut Authenticator::new()).await;

    authenticator.user_handle = own_handle;
    tokens(&auth.sign_in(&mut authenticator).await);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_assertion_for_another_challenge_consumes_the_ceremony(db: PgPool) {
    let auth = Auth::start(db).await;
    let (client, mut authenticator) = auth.account_with_passkey("ada@example.org").await;
    let (one, two) = (auth.assertion(&mut authenticator).await, auth.assertion(&mut authenticator).await);
    let crossed = json!({"ceremony_id": one["ceremony_id"], "credential": two["credential"]});
    auth.client.post("/auth/login", crossed).await.assert_problem(401, "invalid_credentials");
    auth.client.post("/auth/login", one).await.assert_problem(400, "ceremony_invalid");
    auth.platform.clock.advance(Duration::minutes(6));
    auth.client.post("/auth/login", two).await.assert_problem(400, "ceremony_invalid");

    // A registration ceremony cannot sign in, only its own user can finish it, and an invalid credential is reported.
    client.post("/auth/reauthenticate", json!({"password": PASSWORD})).await.assert_status(200);
    let start = client.post(REGISTER_START, Value::Null).await;
    let ceremony_id = &start.body["ceremony_id"];
    let assertion = auth.assertion(&mut authenticator).await;
    let login = json!({"ceremony_id": ceremony_id, "credential": assertion["credential"]});
    auth.client.post("/auth/login", login).await.assert_problem(400, "ceremony_invalid");
    let eve = auth.signed_in_account("eve@example.org").await;
    let credential = Authenticator::new().create(&start.body["options"]);
    let finish = json!({"ceremony_id": ceremony_id, "credential": credential});
    eve.post(REGISTER_FINISH, finish).await.assert_problem(400, "ceremony_invalid");
    let mut careless = Authenticator::new();
    careless.verifies_user = false;
    let credential = careless.create(&start.body["options"]);
    let finish = json!({"ceremony_id": ceremony_id, "credential": credential});
    let refused = client.post(REGISTER_FINISH, finish).await;
    assert_eq!(refused.assert_problem(422, "invalid_fields").invalid_fields(), ["credential"]);
    let failures =
        "select count(*) from audit_logs where action = 'user.passkey_added' and status = 'failure'";
    assert_eq!(auth.platform.count(failures).await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn one_passkey_belongs_to_one_account(db: PgPool) {
    let auth = Auth::start(db).await;
    let (_, mut authenticator) = auth.account_with_passkey("ada@example.org").await;
    let eve = auth.signed_in_account("eve@example.org").await;
    register(&eve, &mut authenticator).await.assert_problem(409, "passkey_exists");
    assert_eq!(auth.platform.count("select count(*) from passkeys").await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_suspended_or_deleted_user_cannot_sign_in_with_a_passkey(db: PgPool) {
    let auth = Auth::start(db).await;
    let (_, mut authenticator) = auth.account_with_passkey("ada@example.org").await;
    for change in
        ["update users set suspended_at = now()", "update users set suspended_at = null, deleted_at = now()"]
    {
        sqlx::query(change).execute(&auth.platform.db).await.expect("a change");
        auth.sign_in(&mut authenticator).await.assert_problem(401, "invalid_credentials");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_password_reset_suspends_passkeys_until_they_are_confirmed(db: PgPool) {
    let auth = Auth::start(db).await;
    let (client, mut authenticator) = auth.account_with_passkey("ada@example.org").await;
    let start = client.post(REGISTER_START, Value::Null).await;
    auth.reset("ada@example.org", PASSWORD).await;

    auth.sign_in(&mut authenticator).await.assert_problem(401, "invalid_credentials");
    let login = auth.last_login().await;
    assert_eq!(login["status"], "denied");
    assert_eq!(login["metadata"], json!({"method": "passkey", "reason": "passkey_suspended"}));
    let client = auth.signed_in(&auth.login("ada@example.org", PASSWORD).await);
    let assertion = auth.assertion(&mut authenticator).await;
    client.post("/auth/reauthenticate", assertion).await.assert_problem(401, "invalid_credentials");
    // A registration that was started before the reset has ended, even for a session of the owner.
    let credential = Authenticator::new().create(&start.body["options"]);
    let finish = json!({"ceremony_id": start.body["ceremony_id"], "credential": credential});
    client.post(REGISTER_FINISH, finish).await.assert_problem(400, "ceremony_invalid");

    let confirm = sqlx::query("update passkeys set suspended_at = null").execute(&auth.platform.db).await;
    assert_eq!(confirm.expect("a change").rows_affected(), 1);
    tokens(&auth.sign_in(&mut authenticator).await);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_session_that_ends_during_a_registration_adds_no_passkey(db: PgPool) {
    let auth = Auth::start(db).await;
    let client = auth.signed_in_account("ada@example.org").await;
    let body = start_registration(&client, &mut Authenticator::new()).await;
    let mut reset = auth.platform.db.begin().await.expect("a transaction");
    sqlx::query("select from users for update").execute(&mut *reset).await.expect("a lock");
    let (registered, ()) = tokio::join!(client.post(REGISTER_FINISH, body), async {
        let waiting = "select count(*) from pg_stat_activity
                       where datname = current_database() and wait_event_type = 'Lock'";
        eventually("a registration that waits", async || {
            (auth.platform.count(waiting).await == 1).then_some(())
        })
        .await;
        sqlx::query("update sessions set revoked_at = now()").execute(&mut *reset).await.expect("a change");
        reset.commit().await.expect("a commit");
    });
    registered.assert_problem(401, "unauthenticated");
    assert_eq!(auth.platform.count("select count(*) from passkeys").await, 0);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_passkey_reauthenticates_only_its_owner(db: PgPool) {
    let auth = Auth::start(db).await;
    let (ada, mut authenticator) = auth.account_with_passkey("ada@example.org").await;
    let eve = auth.signed_in_account("eve@example.org").await;
    auth.platform.clock.advance(Duration::minutes(11));
    let assertion = auth.assertion(&mut authenticator).await;
    eve.post("/auth/reauthenticate", assertion).await.assert_problem(401, "invalid_credentials");
    eve.post(REGISTER_START, Value::Null).await.assert_problem(403, "reauthentication_required");
    let assertion = auth.assertion(&mut authenticator).await;
    ada.post("/auth/reauthenticate", assertion).await.assert_status(200);
    ada.post(REGISTER_START, Value::Null).await.assert_status(200);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn all_invalid_fields_are_reported_together(db: PgPool) {
    let auth = Auth::start(db).await;
    let client = auth.signed_in_account("ada@example.org").await;
    let cases = [
        (&client, REGISTER_FINISH, json!({}), vec!["ceremony_id", "credential"]),
        (
            &client,
            REGISTER_FINISH,
            json!({"ceremony_id": "x", "credential": {"id": 7}, "name": "pay at evil.example/x", "more": 1}),
            vec!["ceremony_id", "credential", "more", "name"],
        ),
        (&auth.client, "/auth/login", json!({"ceremony_id": 1}), vec!["ceremony_id", "credential"]),
        (
            &auth.client,
            "/auth/login",
            json!({"credential": {}, "email": "ada@example.org"}),
            vec!["ceremony_id", "credential", "email"],
        ),
        (&client, "/auth/reauthenticate", json!({"credential": []}), vec!["ceremony_id", "credential"]),
        (&client, "/auth/reauthenticate", json!({"password": 1, "x": 1}), vec!["password", "x"]),
    ];
    for (client, path, body, fields) in cases {
        let response = client.post(path, body.clone()).await;
        assert_eq!(response.assert_problem(422, "invalid_fields").invalid_fields(), fields, "{path} {body}");
    }
}
