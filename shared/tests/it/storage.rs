//! Reading objects while Cloud Storage is unreachable.

use std::time::Duration;

use shared::{
    base::config::{Env, Settings as _},
    cloud::storage::{ObjectReader, ReadError, StorageSettings},
    testing::identity,
};

#[tokio::test]
async fn unreachable_storage_is_reported_in_time_as_a_transient_error() {
    let env = Env::from_iter([
        ("UPLOADS_BUCKET", "letters".to_owned()),
        // Nothing listens on the discard port.
        ("STORAGE_ENDPOINT", "http://127.0.0.1:9".to_owned()),
        ("GOOGLE_SERVICE_ACCOUNT_KEY", identity().key_json()),
    ]);
    let reader = ObjectReader::new(&StorageSettings::from_env(&env).expect("settings")).expect("a reader");
    let read = tokio::time::timeout(Duration::from_secs(60), reader.head("letters", "a", 1, 16)).await;
    let error = read.expect("an answer in time").expect_err("nothing to read");
    assert!(matches!(error, ReadError::Transient(_)), "{error}");
}
