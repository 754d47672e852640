//! Resumable uploads, started by a signed POST.

use http::Method;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use crate::harness::{Cloud, header, send, wait_for, xml_error};

const START: (&str, &str) = ("x-goog-resumable", "start");
const QUANTUM: usize = 256 * 1024;

async fn start(cloud: &Cloud, headers: &[(&str, &str)]) -> String {
    let response = cloud.send(Method::POST, "big file", &[&[START], headers].concat(), "").await;
    assert_eq!(response.status(), 201);
    header(&response, "location").to_owned()
}

async fn put(cloud: &Cloud, session: &str, range: &str, body: &[u8]) -> reqwest::Response {
    send(&cloud.http, Method::PUT, session, &[("content-range", range)], body.to_vec()).await
}

/// Returns the status and range in the response to a status query.
async fn status(cloud: &Cloud, session: &str) -> (u16, String) {
    let response = put(cloud, session, "bytes */*", b"").await;
    (response.status().as_u16(), header(&response, "range").to_owned())
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| u8::try_from(index % 251).unwrap_or_default()).collect()
}

/// Starts a PUT of the whole file and stops after `sent` bytes, with the connection open.
async fn begin_put(cloud: &Cloud, session: &str, whole: &[u8], sent: usize) -> TcpStream {
    let path = session.strip_prefix(&cloud.endpoint).expect("the endpoint");
    let mut stream = cloud.connect().await;
    let head = format!("PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", whole.len());
    stream.write_all(head.as_bytes()).await.expect("a sent request");
    stream.write_all(&whole[..sent]).await.expect("a sent request");
    stream
}

#[tokio::test]
async fn an_upload_in_parts_becomes_one_object() {
    let cloud = Cloud::start().await;
    let whole = content(2 * QUANTUM + 1000);
    let session = start(&cloud, &[("content-type", "application/pdf")]).await;
    assert_eq!(status(&cloud, &session).await, (308, String::new()));

    let first = put(&cloud, &session, &format!("bytes 0-{}/*", QUANTUM - 1), &whole[..QUANTUM]).await;
    assert_eq!((first.status().as_u16(), header(&first, "range")), (308, "bytes=0-262143"));
    let total = whole.len();
    let second = format!("bytes {QUANTUM}-{}/{total}", 2 * QUANTUM - 1);
    let second = put(&cloud, &session, &second, &whole[QUANTUM..2 * QUANTUM]).await;
    assert_eq!((second.status().as_u16(), header(&second, "range")), (308, "bytes=0-524287"));
    let last = format!("bytes {}-{}/{total}", 2 * QUANTUM, total - 1);
    let last = put(&cloud, &session, &last, &whole[2 * QUANTUM..]).await;
    assert_eq!(last.status(), 200);
    assert_eq!(cloud.content("big file"), whole);

    assert_eq!(status(&cloud, &session).await.0, 200);
    let get = cloud.send(Method::GET, "big file", &[], "").await;
    assert_eq!(header(&get, "content-type"), "application/pdf");
    assert_eq!(header(&get, "x-goog-hash"), header(&last, "x-goog-hash"));
}

#[tokio::test]
async fn a_put_without_a_range_uploads_the_whole_object() {
    let cloud = Cloud::start().await;
    let session = start(&cloud, &[]).await;
    let response = send(&cloud.http, Method::PUT, &session, &[], "hello").await;
    assert_eq!(response.status(), 200);
    assert_eq!(cloud.content("big file"), b"hello");
    let empty = start(&cloud, &[]).await;
    assert_eq!(put(&cloud, &empty, "bytes */0", b"").await.status(), 200);
    assert_eq!(cloud.content("big file"), b"");
}

#[tokio::test]
async fn an_interrupted_upload_resumes_even_after_a_restart() {
    let mut cloud = Cloud::start().await;
    let whole = content(3 * QUANTUM);
    let mut session = start(&cloud, &[]).await;
    let stream = begin_put(&cloud, &session, &whole, 2 * QUANTUM + 5000).await;
    wait_for(async || (status(&cloud, &session).await.1 == "bytes=0-524287").then_some(())).await;
    drop(stream);

    let endpoint = cloud.endpoint.clone();
    cloud = cloud.restart().await;
    session = session.replace(&endpoint, &cloud.endpoint);
    assert_eq!(status(&cloud, &session).await, (308, "bytes=0-524287".to_owned()));
    let rest = format!("bytes {}-{}/{}", 2 * QUANTUM, whole.len() - 1, whole.len());
    let response = put(&cloud, &session, &rest, &whole[2 * QUANTUM..]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(cloud.content("big file"), whole);

    cloud = cloud.restart().await;
    session = session.replace(session.split("/uploads/").next().expect("an address"), &cloud.endpoint);
    assert_eq!(status(&cloud, &session).await.0, 200);
}

#[tokio::test]
async fn a_new_put_takes_over_from_a_stalled_one() {
    let cloud = Cloud::start().await;
    let whole = content(2 * QUANTUM);
    let session = start(&cloud, &[]).await;
    let hanging = begin_put(&cloud, &session, &whole, QUANTUM + 10).await;
    wait_for(async || (status(&cloud, &session).await.1 == "bytes=0-262143").then_some(())).await;
    let rest = format!("bytes {QUANTUM}-{}/{}", whole.len() - 1, whole.len());
    assert_eq!(put(&cloud, &session, &rest, &whole[QUANTUM..]).await.status(), 200);
    assert_eq!(cloud.content("big file"), whole);
    drop(hanging);
}

#[tokio::test]
async fn repeated_bytes_are_skipped() {
    let cloud = Cloud::start().await;
    let whole = content(2 * QUANTUM);
    let session = start(&cloud, &[]).await;
    let first = format!("bytes 0-{}/*", QUANTUM - 1);
    put(&cloud, &session, &first, &whole[..QUANTUM]).await;
    let again = put(&cloud, &session, &first, &whole[..QUANTUM]).await;
    assert_eq!((again.status().as_u16(), header(&again, "range")), (308, "bytes=0-262143"));
    let all = format!("bytes 0-{}/{}", whole.len() - 1, whole.len());
    assert_eq!(put(&cloud, &session, &all, &whole).await.status(), 200);
    assert_eq!(cloud.content("big file"), whole);
}

#[tokio::test]
async fn a_gap_is_rejected() {
    let cloud = Cloud::start().await;
    let session = start(&cloud, &[]).await;
    let response = put(&cloud, &session, "bytes 262144-262147/262148", b"gap!").await;
    assert_eq!(response.status(), 503);
    assert_eq!(status(&cloud, &session).await, (308, String::new()));
}

#[tokio::test]
async fn a_part_is_kept_up_to_a_multiple_of_256_kib() {
    let cloud = Cloud::start().await;
    let session = start(&cloud, &[]).await;
    let part = put(&cloud, &session, "bytes 0-299999/*", &content(300_000)).await;
    assert_eq!((part.status().as_u16(), header(&part, "range")), (308, "bytes=0-262143"));
}

#[tokio::test]
async fn a_status_query_with_the_total_length_completes_the_upload() {
    let cloud = Cloud::start().await;
    let whole = content(QUANTUM);
    let session = start(&cloud, &[]).await;
    put(&cloud, &session, &format!("bytes 0-{}/*", QUANTUM - 1), &whole).await;
    assert_eq!(put(&cloud, &session, "bytes */300000", b"").await.status(), 308);
    assert_eq!(put(&cloud, &session, "bytes */262144", b"").await.status(), 200);
    assert_eq!(cloud.content("big file"), whole);
}

#[tokio::test]
async fn invalid_ranges_are_rejected() {
    let cloud = Cloud::start().await;
    let session = start(&cloud, &[]).await;
    for range in [
        "bytes 5-3/10",
        "bytes 0-10/10",
        "bytes a-b/c",
        "0-1/2",
        "bytes 0-18446744073709551615/*",
        "bytes -5/9",
    ] {
        assert_eq!(put(&cloud, &session, range, b"xx").await.status(), 400, "{range}");
    }
    assert_eq!(put(&cloud, &session, "bytes 0-0/1", b"too long").await.status(), 400);
}

#[tokio::test]
async fn a_canceled_upload_is_gone() {
    let cloud = Cloud::start().await;
    let session = start(&cloud, &[]).await;
    put(&cloud, &session, &format!("bytes 0-{}/*", QUANTUM - 1), &content(QUANTUM)).await;
    assert_eq!(send(&cloud.http, Method::DELETE, &session, &[], "").await.status(), 499);
    let response = put(&cloud, &session, "bytes */*", b"").await;
    assert_eq!(xml_error(response).await, (404, "NoSuchUpload".to_owned()));
    let left = std::fs::read_dir(cloud.folder.0.join("sessions")).expect("a folder").count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_session_is_valid_for_a_week_and_one_object() {
    let cloud = Cloud::start().await;
    let session = start(&cloud, &[]).await;
    for other in [
        session.replace("big%20file", "other"),
        session.replace("upload_id=", "upload_id=0"),
        format!("{session}/.."),
    ] {
        let response = put(&cloud, &other, "bytes */*", b"").await;
        assert_eq!(xml_error(response).await, (404, "NoSuchUpload".to_owned()));
    }
    cloud.advance_clock(6 * 24 * 3600);
    assert_eq!(status(&cloud, &session).await.0, 308);
    cloud.advance_clock(24 * 3600 + 1);
    assert_eq!(status(&cloud, &session).await.0, 404);
}

#[tokio::test]
async fn the_signed_limits_apply_to_the_whole_upload() {
    let cloud = Cloud::start().await;
    let range = ("x-goog-content-length-range", "10,300000");
    let once = ("x-goog-if-generation-match", "0");
    let large = start(&cloud, &[range]).await;
    let first = format!("bytes 0-{}/*", QUANTUM - 1);
    assert_eq!(put(&cloud, &large, &first, &content(QUANTUM)).await.status(), 308);
    let second =
        put(&cloud, &large, &format!("bytes {QUANTUM}-{}/*", 2 * QUANTUM - 1), &content(QUANTUM)).await;
    assert_eq!(xml_error(second).await, (400, "EntityTooLarge".to_owned()));
    let small = start(&cloud, &[range]).await;
    let response = put(&cloud, &small, "bytes 0-4/5", b"hello").await;
    assert_eq!(xml_error(response).await, (400, "EntityTooSmall".to_owned()));
    let hashed = start(&cloud, &[("x-goog-hash", "crc32c=AAAAAA==")]).await;
    let response = put(&cloud, &hashed, "bytes 0-4/5", b"hello").await;
    assert_eq!(xml_error(response).await, (400, "BadDigest".to_owned()));

    let (winner, loser) = (start(&cloud, &[once]).await, start(&cloud, &[once]).await);
    assert_eq!(put(&cloud, &winner, "bytes 0-4/5", b"first").await.status(), 200);
    let response = put(&cloud, &loser, "bytes 0-5/6", b"second").await;
    assert_eq!(xml_error(response).await, (412, "PreconditionFailed".to_owned()));
    let late = cloud.send(Method::POST, "big file", &[START, once], "").await;
    assert_eq!(xml_error(late).await, (412, "PreconditionFailed".to_owned()));
    assert_eq!(cloud.content("big file"), b"first");
}

#[tokio::test]
async fn a_post_must_start_an_upload() {
    let cloud = Cloud::start().await;
    let response = cloud.send(Method::POST, "x", &[], "").await;
    assert_eq!(xml_error(response).await, (400, "InvalidArgument".to_owned()));
}
