//! Object and bucket names that look like paths, need encoding, or are invalid.

use http::Method;

use crate::harness::{Cloud, bearer};

#[tokio::test]
async fn names_of_all_kinds_survive_a_round_trip() {
    let cloud = Cloud::start().await;
    for name in [
        "documents/p/i/1",
        "with spaces and + plus",
        "a#b?c=d&e",
        "100%25 %2e%2e",
        "نام سند.pdf",
        "日本語/ファイル",
        "//doubled//slashes/",
        "quote\"'<>&;",
        "~tilde-dot._",
    ] {
        let put = cloud.send(Method::PUT, name, &[], name).await;
        assert_eq!(put.status(), 200, "{name}");
        let get = cloud.send(Method::GET, name, &[], "").await;
        assert_eq!(get.text().await.expect("a body"), name);
        let read = cloud.client().await.read_object("projects/_/buckets/uploads", name).send().await;
        assert!(read.is_ok(), "{name}");
        assert_eq!(cloud.content(name), name.as_bytes());
    }
}

#[tokio::test]
async fn dots_in_a_path_are_part_of_the_name() {
    let cloud = Cloud::start().await;
    for (path, name) in [
        ("../../escape", "../../escape"),
        ("%2e%2e/escape", "../escape"),
        ("%2E%2E%2Fescape", "../escape"),
        ("a/../../escape", "a/../../escape"),
        ("..%5Cescape", "..\\escape"),
    ] {
        let request = format!(
            "PUT /uploads/{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi",
            bearer()
        );
        let response = cloud.raw(&request).await;
        assert!(response.starts_with("HTTP/1.1 200"), "{path}: {response}");
        let (_, file) = cloud.storage.open_object("uploads", name, None).expect("the object");
        assert!(file.starts_with(cloud.folder.0.join("buckets/uploads")), "{file:?}");
    }
    let above = cloud.folder.0.parent().expect("a parent");
    assert!(!above.join("escape").exists() && !cloud.folder.0.join("escape").exists());
}

#[tokio::test]
async fn a_bucket_cannot_be_a_path() {
    let cloud = Cloud::start().await;
    for path in ["/%2e%2e/x", "/..%2Fuploads/x", "/uploads%2F..%2Fresults/x", "/./x", "//x"] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
            bearer()
        );
        let response = cloud.raw(&request).await;
        assert!(
            response.starts_with("HTTP/1.1 404") && response.contains("NoSuchBucket"),
            "{path}: {response}"
        );
    }
}

#[tokio::test]
async fn names_that_cloud_storage_rejects_are_rejected() {
    let cloud = Cloud::start().await;
    let long = "x".repeat(1025);
    for name in ["", ".", "..", "a%0Ab", "a%0Db", "%FF", long.as_str()] {
        let request = format!(
            "PUT /uploads/{name} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            bearer()
        );
        let response = cloud.raw(&request).await;
        assert!(response.starts_with("HTTP/1.1 400"), "{name}: {response}");
    }
    assert_eq!(cloud.send(Method::PUT, &"x".repeat(1024), &[], "").await.status(), 200);
}

#[tokio::test]
async fn a_bucket_name_that_collides_with_the_json_api_is_rejected() {
    let folder = crate::harness::Folder::new();
    for name in ["storage", "upload", "Upper", "a", "..", "a/b"] {
        let mut settings =
            crate::harness::settings(folder.0.clone(), crate::harness::clock(std::sync::Arc::default()));
        settings.buckets[0].name = name.to_owned();
        let opened =
            local_storage::Storage::open(settings, crate::harness::Mailbox::default().notifier()).await;
        assert!(matches!(opened, Err(local_storage::Error::BucketName(refused)) if refused == name));
    }
}
