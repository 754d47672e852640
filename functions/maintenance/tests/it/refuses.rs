use serde_json::{Value, json};
use shared::{function::Function as _, testing::envelope};
use sqlx::PgPool;
use time::Duration;

use crate::support::Maintenance;

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn a_call_without_a_valid_token_is_refused(db: PgPool) {
    let maintenance = Maintenance::start(db).await;
    maintenance.unpublished(1).await;
    maintenance.platform.clock.advance(Duration::minutes(1));
    let identity = maintenance.platform.identity();
    let user = maintenance.platform.user("ada@example.org").await;
    let tokens = [
        String::new(),
        "Bearer made-up".to_owned(),
        format!("Bearer {}", user.token),
        format!("Bearer {}", identity.id_token("ocr", identity.email())),
        format!("Bearer {}", identity.id_token("test", "eve@example.org")),
    ];
    for token in tokens {
        let client = maintenance.client.with("authorization", &token);
        for task in maintenance::Maintenance::SCHEDULES {
            client.post(&task.path(), Value::Null).await.assert_problem(401, "unauthenticated");
        }
        let letter = envelope("1", &json!({}), b"");
        client.post("/events/dead-letter", letter).await.assert_problem(401, "unauthenticated");
    }
    maintenance.client.get("/tasks/sweep-outbox").await.assert_problem(405, "method_not_allowed");
    assert_eq!(maintenance.rows().await, 1);
    let letters: i64 = maintenance.platform.value("select count(*) from dead_letters").await;
    assert_eq!(letters, 0);
}
