//! `/admin/audit-logs`: every filter, and the audit log export.

use serde_json::{Value, json};
use shared::{
    audit::{self, Action, Entry},
    base::ids::{ProjectId, UserId},
};
use sqlx::PgPool;
use time::Duration;

use crate::support::{Admin, column};

impl Admin {
    async fn log(&self, actor: UserId, action: Action, project: Option<ProjectId>) {
        let mut db = self.platform.db.acquire().await.expect("a connection");
        let entry = Entry { project, ..Entry::success(Some(actor), action, actor.0) };
        audit::record(&mut db, entry, self.platform.clock.now()).await.expect("a row");
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn every_filter_finds_its_rows_newest_first(db: PgPool) {
    let admin = Admin::start(db).await;
    let (ada, bob, project) = (UserId::new(), UserId::new(), ProjectId::new());
    admin.log(ada, Action::UserLogin, None).await;
    admin.log(ada, Action::ProjectCreated, Some(project)).await;
    admin.platform.clock.advance(Duration::minutes(5));
    let noon =
        admin.platform.clock.now().format(&time::format_description::well_known::Rfc3339).expect("a time");
    admin.log(bob, Action::UserLogin, None).await;
    let found = async |query: &str| -> Vec<String> {
        let page = admin.client.get(&format!("/admin/audit-logs{query}")).await;
        column(&page.assert_status(200).body, "action").into_iter().map(str::to_owned).collect()
    };
    let noon = noon.replace('+', "%2B");
    for (query, actions) in [
        (String::new(), vec!["user.login", "project.created", "user.login"]),
        (format!("?actor={ada}"), vec!["project.created", "user.login"]),
        ("?action=project.created".into(), vec!["project.created"]),
        (format!("?resource_type=user&resource_id={bob}"), vec!["user.login"]),
        (format!("?project_id={project}"), vec!["project.created"]),
        (format!("?project_id={project}&action=user.login"), vec![]),
        (format!("?from={noon}"), vec!["user.login"]),
        (format!("?to={noon}&actor={ada}"), vec!["project.created", "user.login"]),
        ("?limit=1".into(), vec!["user.login"]),
    ] {
        assert_eq!(found(&query).await, actions, "{query}");
    }
    let first = admin.client.get("/admin/audit-logs?limit=2").await;
    let cursor = first.body["next_cursor"].as_str().expect("a cursor");
    assert_eq!(found(&format!("?limit=2&cursor={cursor}")).await, ["user.login"]);
    let faulty = admin.client.get("/admin/audit-logs?actor=x&from=today&limit=0&who=me").await;
    assert_eq!(
        faulty.assert_problem(422, "invalid_fields").invalid_fields(),
        ["actor", "from", "limit", "who"]
    );
    admin.refuses_others("/admin/audit-logs").await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn an_audit_log_export_contains_every_matching_row_on_its_own_line(db: PgPool) {
    let admin = Admin::start(db).await;
    let ada = UserId::new();
    sqlx::query(
        "insert into audit_logs (id, actor_user_id, action, resource_type, status, created_at)
         select gen_random_uuid(), case when n % 2 = 0 then $1 end, 'user.login', 'user', 'success', now()
         from generate_series(1, 5000) as n",
    )
    .bind(ada)
    .execute(&admin.platform.db)
    .await
    .expect("rows");
    let address = shared::testing::serve(admin.platform.router_of::<admin::Admin>(&[])).await;
    let answer = reqwest::Client::new()
        .get(format!("http://{address}/admin/audit-logs?actor={ada}"))
        .header("accept", "application/x-ndjson")
        .bearer_auth(&admin.root.token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/x-ndjson".parse().expect("a type"))
    );
    let text = answer.text().await.expect("lines");
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rows.len(), 2500);
    assert!(rows.iter().all(|row| row["actor_user_id"] == json!(ada)) && text.ends_with('\n'));
    let ids: std::collections::BTreeSet<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(ids.len(), 2500);
    assert_eq!(
        admin.platform.count("select count(*) from audit_logs where action = 'audit_log.exported'").await,
        1
    );
}
