use shared::{
    base::ids::{ExportId, ItemId},
    cloud::events::{EmailRequested, ExportRequested},
};
use sqlx::PgPool;

use crate::support::{Export, ids, lines};

impl Export {
    async fn documents(&self, count: usize) -> Vec<ItemId> {
        let mut items = Vec::new();
        for number in 0..count {
            items.push(self.document(&format!("{number}.pdf"), &["a page"]).await);
        }
        items
    }

    /// Asserts that the file contains each item once, no other object is left, and one mail was sent.
    async fn assert_exported_once(&self, export: ExportId, items: &[ItemId]) {
        assert_eq!(ids(&lines(&self.file(export).await)), items);
        assert_eq!(self.steps().await, []);
        let audited = self.platform.audited(export.0).await;
        assert_eq!(audited.iter().filter(|(action, _)| action == "export.completed").count(), 1);
    }
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn twenty_concurrent_deliveries_of_each_step_run_it_once(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let items = export.documents(3).await;
    let id = export.request("ndjson").await;
    let mut steps = 0;
    loop {
        let requested = export.steps().await;
        let Some(step) = requested.first().copied() else { break };
        assert_eq!(requested, [ExportRequested { export_id: id, step: steps }]);
        for answer in futures::future::join_all((0..20).map(|_| export.deliver(step))).await {
            answer.assert_status(204);
        }
        steps += 1;
    }
    assert_eq!(steps, 4 + 1 + 1);
    export.assert_mailed(id).await;
    export.assert_exported_once(id, &items).await;
    assert_eq!(export.objects().await.len(), 1);
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn late_duplicates_and_messages_of_future_steps_change_nothing(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let items = export.documents(3).await;
    let id = export.request("ndjson").await;
    let mut done: Vec<ExportRequested> = Vec::new();
    loop {
        let requested = export.steps().await;
        let Some(step) = requested.first().copied() else { break };
        assert_eq!(requested.len(), 1);
        let ahead = ExportRequested { step: step.step + 1, ..step };
        export.deliver(ahead).await.assert_status(204);
        for earlier in done.iter().rev() {
            export.deliver(*earlier).await.assert_status(204);
        }
        assert_eq!(export.steps().await, [], "no step has run yet");
        export.deliver(step).await.assert_status(204);
        done.push(step);
    }
    export.assert_mailed(id).await;
    for step in done {
        export.deliver(step).await.assert_status(204);
    }
    assert_eq!(export.platform.events::<EmailRequested>().await, []);
    export.assert_exported_once(id, &items).await;
}

#[sqlx::test(migrator = "migrations::MIGRATOR")]
async fn two_concurrent_exports_do_not_interfere(db: PgPool) {
    let export = Export::of_chunks(db, 1).await;
    let items = export.documents(4).await;
    let (one, two) = (export.request("ndjson").await, export.request("ndjson").await);
    assert_eq!(export.run().await, 2 * (5 + 1 + 1));
    let mut mails: Vec<EmailRequested> = export.platform.events().await;
    mails.sort_by_key(|mail| {
        if let EmailRequested::ExportReady { export_id } = mail { Some(*export_id) } else { None }
    });
    assert_eq!(mails, [one, two].map(|export_id| EmailRequested::ExportReady { export_id }));
    for id in [one, two] {
        export.assert_exported_once(id, &items).await;
    }
    assert_eq!(export.objects().await.len(), 2);
}
