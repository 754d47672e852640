//! `/admin/users`: search, detail, role and suspension.

use futures::future::join_all;
use serde_json::json;
use shared::{base::ids::UserId, identity::guard::ProjectRole, testing::TestUser};
use sqlx::PgPool;

use crate::support::{Admin, column};

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_filter_finds_its_users(db: PgPool) {
    let admin = Admin::start(db).await;
    let ada = admin.platform.user("ada@example.org").await;
    admin.platform.change("update users set display_name = 'Ada Lovelace' where id = $1", ada.id.0).await;
    admin.platform.unverified_user("new@example.org").await;
    let bob = admin.platform.user("bob@example.net").await;
    admin.platform.change("update users set suspended_at = now() where id = $1", bob.id.0).await;
    let deleted = admin.platform.user("gone@example.org").await;
    admin.platform.change("update users set deleted_at = now() where id = $1", deleted.id.0).await;
    for (query, emails) in [
        ("", vec!["bob@example.net", "new@example.org", "ada@example.org", "root@example.org"]),
        ("?q=EXAMPLE.ORG", vec!["new@example.org", "ada@example.org", "root@example.org"]),
        ("?q=lovelace", vec!["ada@example.org"]),
        ("?q=%25", vec![]),
        ("?role=super_admin", vec!["root@example.org"]),
        ("?role=user&verified=true", vec!["bob@example.net", "ada@example.org"]),
        ("?verified=false", vec!["new@example.org"]),
        ("?status=suspended", vec!["bob@example.net"]),
        ("?status=active&q=ada", vec!["ada@example.org"]),
        ("?limit=1", vec!["bob@example.net"]),
    ] {
        let page = admin.client.get(&format!("/admin/users{query}")).await;
        assert_eq!(column(&page.assert_status(200).body, "email"), emails, "{query}");
    }
    let first = admin.client.get("/admin/users?limit=3").await;
    let cursor = first.body["next_cursor"].as_str().expect("a cursor");
    let rest = admin.client.get(&format!("/admin/users?limit=3&cursor={cursor}")).await;
    assert_eq!(column(&rest.body, "email"), ["root@example.org"]);
    let faulty =
        admin.client.get("/admin/users?limit=0&role=owner&verified=perhaps&status=gone&q=&x=1").await;
    let fields = faulty.assert_problem(422, "invalid_fields").invalid_fields();
    assert_eq!(fields, ["limit", "q", "role", "status", "verified", "x"]);
    admin.refuses_others("/admin/users").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn each_filter_reads_an_index_in_order(db: PgPool) {
    let admin = Admin::start(db).await;
    for (leading, index) in [
        ("where global_role = 'super_admin'", "users_super_admins_idx"),
        ("where suspended_at is not null", "users_suspended_idx"),
        ("where email_verified_at is null", "users_unverified_idx"),
        ("where true", "users_live_idx"),
    ] {
        let plan = admin.platform.plan(&[leading, "\"status!: UserStatus\""]).await;
        assert!(plan.contains(index) && !plan.contains("Sort"), "{leading}: {plan}");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_user_is_returned_with_their_memberships(db: PgPool) {
    let admin = Admin::start(db).await;
    let ada = admin.platform.user("ada@example.org").await;
    let project = admin.platform.project(&ada).await;
    let user = admin.client.get(&format!("/admin/users/{}", ada.id)).await;
    assert_eq!(
        (&user.assert_status(200).body["email"], &user.headers["etag"]),
        (&json!("ada@example.org"), &"\"1\"".parse().expect("a value"))
    );
    assert_eq!(
        user.body["memberships"],
        json!([{"project_id": project, "project_name": "Letters", "role": "admin"}])
    );
    assert!(user.body["last_seen_at"].is_string(), "{}", user.body);
    let unknown = format!("/admin/users/{}", UserId::new());
    admin.client.get(&unknown).await.assert_problem(404, "not_found");
    admin.client.get("/admin/users/x").await.assert_problem(400, "malformed");
    admin.refuses_others(&unknown).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_suspended_user_loses_access_at_once_and_regains_it_when_restored(db: PgPool) {
    let admin = Admin::start(db).await;
    let ada = admin.platform.user("ada@example.org").await;
    let own = admin.platform.client_of::<users::Users>(&[]).as_user(&ada);
    own.get("/users/me").await.assert_status(200);
    let path = format!("/admin/users/{}", ada.id);
    let suspended = admin.client.patch(&path, json!({"suspended": true})).await;
    assert_eq!(suspended.assert_status(200).body["status"], "suspended");
    own.get("/users/me").await.assert_problem(401, "unauthenticated");
    let again = admin.client.patch(&path, json!({"suspended": true})).await;
    assert_eq!(again.body, suspended.body, "suspending a suspended user changes nothing");
    admin.client.patch(&path, json!({"suspended": false})).await.assert_status(200);
    own.get("/users/me").await.assert_problem(401, "unauthenticated");
    let back = admin.platform.another_session(&ada).await;
    own.as_user(&back).get("/users/me").await.assert_status(200);
    let audited = admin.platform.audited(ada.id.0).await;
    let actions: Vec<&str> = audited.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["user.suspended", "user.restored"]);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_new_role_applies_to_the_next_request(db: PgPool) {
    let admin = Admin::start(db).await;
    let ada = admin.platform.user("ada@example.org").await;
    let path = format!("/admin/users/{}", ada.id);
    let hers = admin.anonymous.as_user(&ada);
    hers.get("/admin/users").await.assert_problem(403, "forbidden");
    let stale =
        admin.client.with("if-match", "\"7\"").patch(&path, json!({"global_role": "super_admin"})).await;
    stale.assert_problem(412, "stale");
    let promoted = admin.client.patch(&path, json!({"global_role": "super_admin"})).await;
    assert_eq!(
        (&promoted.assert_status(200).body["global_role"], &promoted.body["version"]),
        (&json!("super_admin"), &json!(2))
    );
    hers.get("/admin/users").await.assert_status(200);
    admin.client.patch(&path, json!({"global_role": "user"})).await.assert_status(200);
    hers.get("/admin/users").await.assert_problem(403, "forbidden");
    for (body, fields) in [
        (
            json!({"global_role": "owner", "suspended": "yes", "email": "x"}),
            vec!["email", "global_role", "suspended"],
        ),
        (json!({"suspended": null}), vec!["suspended"]),
    ] {
        let faulty = admin.client.patch(&path, body).await;
        assert_eq!(faulty.assert_problem(422, "invalid_fields").invalid_fields(), fields);
    }
    let unknown = format!("/admin/users/{}", UserId::new());
    admin.client.patch(&unknown, json!({})).await.assert_problem(404, "not_found");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn concurrent_changes_never_remove_the_last_super_admin(db: PgPool) {
    let admin = Admin::start(db).await;
    let own = format!("/admin/users/{}", admin.root.id);
    for body in [json!({"global_role": "user"}), json!({"suspended": true})] {
        admin.client.patch(&own, body).await.assert_problem(409, "last_super_admin");
    }
    let other = admin.platform.super_admin("other@example.org").await;
    let demotions = (0..40).map(|number| {
        let by = if number % 2 == 0 { &admin.root } else { &other };
        let of = if number % 4 < 2 { &admin.root } else { &other };
        let client = admin.anonymous.as_user(by);
        let path = format!("/admin/users/{}", of.id);
        let body = if number % 3 == 0 { json!({"suspended": true}) } else { json!({"global_role": "user"}) };
        async move { client.patch(&path, body).await.status.as_u16() }
    });
    let statuses = join_all(demotions).await;
    assert!(statuses.iter().all(|status| [200, 401, 403, 409].contains(status)), "{statuses:?}");
    let left = "select count(*) from users where global_role = 'super_admin' and suspended_at is null";
    assert_eq!(admin.platform.count(left).await, 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_project_admin_has_no_access_to_the_platform_administration(db: PgPool) {
    let admin = Admin::start(db).await;
    let ada = admin.platform.user("ada@example.org").await;
    let project = admin.platform.project(&ada).await;
    admin.platform.member(project, &admin.root, ProjectRole::Reviewer).await;
    let hers = admin.anonymous.as_user(&ada);
    hers.patch(&format!("/admin/users/{}", admin.root.id), json!({})).await.assert_problem(403, "forbidden");
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn the_only_admin_of_a_project_cannot_be_suspended(db: PgPool) {
    let admin = Admin::start(db).await;
    let platform = &admin.platform;
    let [ada, bob] = [platform.user("ada@example.org").await, platform.user("bob@example.org").await];
    let project = platform.project(&ada).await;
    let suspend = async |user: &TestUser| {
        admin.client.patch(&format!("/admin/users/{}", user.id), json!({"suspended": true})).await
    };
    let refused = suspend(&ada).await;
    refused.assert_problem(409, "last_admin");
    assert_eq!(refused.body["projects"], json!([{"id": project, "name": "Letters"}]));
    // A change of the global role does not remove the admin of a project.
    let path = format!("/admin/users/{}", ada.id);
    for role in ["super_admin", "user"] {
        admin.client.patch(&path, json!({"global_role": role})).await.assert_status(200);
    }

    platform.member(project, &bob, ProjectRole::Admin).await;
    let answers = join_all([suspend(&ada), suspend(&bob)]).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}
