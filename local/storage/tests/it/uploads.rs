//! Uploads in a single request through the XML API.

use http::Method;

use crate::harness::{Cloud, header, send, xml_error};

const ONCE: (&str, &str) = ("x-goog-if-generation-match", "0");

#[tokio::test]
async fn a_second_put_to_the_same_object_is_rejected() {
    let cloud = Cloud::start().await;
    let url = cloud.sign(Method::PUT, "x", &[ONCE]).await;
    assert_eq!(send(&cloud.http, Method::PUT, &url, &[ONCE], "first").await.status(), 200);
    let second = send(&cloud.http, Method::PUT, &url, &[ONCE], "second").await;
    assert_eq!(xml_error(second).await, (412, "PreconditionFailed".to_owned()));
    assert_eq!(cloud.content("x"), b"first");
}

#[tokio::test]
async fn only_one_of_several_concurrent_puts_succeeds() {
    let cloud = Cloud::start().await;
    let url = cloud.sign(Method::PUT, "x", &[ONCE]).await;
    let puts = (0..8).map(|number: u8| send(&cloud.http, Method::PUT, &url, &[ONCE], vec![number; 100_000]));
    let responses = futures::future::join_all(puts).await;
    let won = responses.iter().filter(|response| response.status() == 200).count();
    let lost = responses.iter().filter(|response| response.status() == 412).count();
    assert_eq!((won, lost), (1, 7));
}

#[tokio::test]
async fn without_a_precondition_a_put_overwrites() {
    let cloud = Cloud::start().await;
    let first = cloud.send(Method::PUT, "x", &[], "first").await;
    let second = cloud.send(Method::PUT, "x", &[], "second").await;
    let generation = |response: &reqwest::Response| {
        header(response, "x-goog-generation").parse::<i64>().expect("a number")
    };
    assert!(generation(&first) < generation(&second));
    assert_eq!(cloud.content("x"), b"second");
    assert!(cloud.storage.open_object("uploads", "x", Some(generation(&first))).is_none());
}

#[tokio::test]
async fn the_size_must_be_in_the_signed_range() {
    let cloud = Cloud::start().await;
    let range = [("x-goog-content-length-range", "2,4")];
    for (size, code) in [(1, "EntityTooSmall"), (5, "EntityTooLarge"), (4_000_000, "EntityTooLarge")] {
        let known = cloud.send(Method::PUT, "x", &range, vec![b'x'; size]).await;
        assert_eq!(xml_error(known).await, (400, code.to_owned()), "{size}");
        let chunks = vec![Ok::<_, std::io::Error>(vec![b'x'; size])];
        let streamed = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
        let streamed = cloud.send(Method::PUT, "x", &range, streamed).await;
        assert_eq!(xml_error(streamed).await, (400, code.to_owned()), "{size}");
    }
    assert!(cloud.storage.open_object("uploads", "x", None).is_none());
    for size in [2, 4] {
        assert_eq!(cloud.send(Method::PUT, "x", &range, vec![b'x'; size]).await.status(), 200);
    }
    let nonsense = cloud.send(Method::PUT, "x", &[("x-goog-content-length-range", "4,2")], "abc").await;
    assert_eq!(xml_error(nonsense).await, (400, "InvalidArgument".to_owned()));
}

#[tokio::test]
async fn a_wrong_checksum_is_rejected() {
    let cloud = Cloud::start().await;
    let invalid = [
        ("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
        ("x-goog-hash", "crc32c=mnG7TA=="),
        ("x-goog-hash", "md5=XUFAKrxLKna5cZ2REBfFkg=="),
        ("x-goog-content-sha256", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
    ];
    for checksum in invalid {
        let response = cloud.send(Method::PUT, "x", &[checksum], "something else").await;
        assert_eq!(xml_error(response).await, (400, "BadDigest".to_owned()), "{checksum:?}");
        assert_eq!(cloud.send(Method::PUT, "x", &[checksum], "hello").await.status(), 200, "{checksum:?}");
    }
    let malformed = cloud.send(Method::PUT, "x", &[("content-md5", "short")], "hello").await;
    assert_eq!(xml_error(malformed).await, (400, "InvalidDigest".to_owned()));
}

#[tokio::test]
async fn a_broken_connection_leaves_nothing() {
    use tokio::io::AsyncWriteExt as _;

    let cloud = Cloud::start().await;
    let url = cloud.sign(Method::PUT, "x", &[]).await;
    let path = url.strip_prefix(&cloud.endpoint).expect("the endpoint");
    let mut stream = cloud.connect().await;
    let head = format!("PUT {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: 1000000\r\n\r\n", cloud.host());
    stream.write_all(head.as_bytes()).await.expect("a sent request");
    stream.write_all(&vec![b'x'; 500_000]).await.expect("a sent request");
    let staged = cloud.folder.0.join("staged");
    let files = || std::fs::read_dir(&staged).expect("a folder").count();
    crate::harness::wait_for(async || (files() == 1).then_some(())).await;
    drop(stream);
    crate::harness::wait_for(async || (files() == 0).then_some(())).await;
    assert!(cloud.storage.open_object("uploads", "x", None).is_none());
}

#[tokio::test]
async fn metadata_survives_a_restart() {
    let cloud = Cloud::start().await;
    let headers = [("x-goog-meta-owner", "alice"), ("cache-control", "no-store"), ("content-language", "fa")];
    assert_eq!(cloud.send(Method::PUT, "x", &headers, "hello").await.status(), 200);
    let cloud = cloud.restart().await;
    let response = cloud.send(Method::GET, "x", &[], "").await;
    for (name, value) in headers {
        assert_eq!(header(&response, name), value);
    }
    assert_eq!(response.text().await.expect("a body"), "hello");
}
