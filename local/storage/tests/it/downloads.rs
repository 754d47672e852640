//! Downloads through signed URLs.

use std::time::Duration;

use google_cloud_storage::builder::storage::SignedUrlBuilder;
use http::Method;
use local_storage::canonical::CanonicalRequest;

use crate::harness::{Cloud, RESOURCE, header, send, xml_error};

#[tokio::test]
async fn a_range_request_returns_that_range() {
    let cloud = Cloud::start().await;
    cloud.send(Method::PUT, "x", &[], "0123456789").await;
    let url = cloud.sign(Method::GET, "x", &[]).await;
    for (range, part, content) in [
        ("bytes=0-0", "bytes 0-0/10", "0"),
        ("bytes=3-5", "bytes 3-5/10", "345"),
        ("bytes=7-", "bytes 7-9/10", "789"),
        ("bytes=8-100", "bytes 8-9/10", "89"),
        ("bytes=-4", "bytes 6-9/10", "6789"),
    ] {
        let response = send(&cloud.http, Method::GET, &url, &[("range", range)], "").await;
        assert_eq!(response.status(), 206);
        assert_eq!(header(&response, "content-range"), part);
        assert_eq!(response.text().await.expect("a body"), content);
    }
    for ignored in ["bytes=5-3", "lines=1-2", "bytes=0-1,3-4"] {
        let response = send(&cloud.http, Method::GET, &url, &[("range", ignored)], "").await;
        assert_eq!(response.status(), 200, "{ignored}");
    }
    let beyond = send(&cloud.http, Method::GET, &url, &[("range", "bytes=10-")], "").await;
    assert_eq!(xml_error(beyond).await, (416, "InvalidRange".to_owned()));
}

#[tokio::test]
async fn the_signer_chooses_disposition_and_type() {
    let cloud = Cloud::start().await;
    cloud.send(Method::PUT, "x", &[("content-type", "text/html")], "hello").await;
    let disposition = "attachment; filename=\"a b + c%20.pdf\"";
    let url = SignedUrlBuilder::for_object(RESOURCE, "x")
        .with_query_param("response-content-disposition", disposition)
        .with_query_param("response-content-type", "application/pdf")
        .with_expiration(Duration::from_secs(60))
        .with_endpoint(&cloud.endpoint)
        .sign_with(&cloud.signer())
        .await
        .expect("a signed URL");
    let response = send(&cloud.http, Method::GET, &url, &[], "").await;
    assert_eq!(header(&response, "content-disposition"), disposition);
    assert_eq!(header(&response, "content-type"), "application/pdf");
}

/// The canonical form encodes all characters except the unreserved ones (RFC 3986). A signer that leaves the
/// asterisk of `filename*` unencoded signs a different string.
#[tokio::test]
async fn an_asterisk_is_signed_in_its_encoded_form() {
    let cloud = Cloud::start().await;
    cloud.send(Method::PUT, "x", &[], "hello").await;
    let plain = cloud.sign(Method::GET, "x", &[]).await;
    let (address, query) = plain.split_once('?').expect("a query");
    let (query, _) = query.split_once("&X-Goog-Signature=").expect("a signature");
    let query =
        format!("{query}&response-content-disposition=attachment%3B%20filename*%3DUTF-8%27%27%25D9%2585.pdf");
    let headers = [("host".to_owned(), cloud.host().to_owned())];
    let canonical = CanonicalRequest::new("GET", "/uploads/x", &query, &headers).expect("a canonical form");
    assert!(canonical.as_str().contains("filename%2A%3DUTF-8"));

    let parameter =
        |name: &str| query.split(name).nth(1).and_then(|rest| rest.split('&').next()).expect("a parameter");
    let date = parameter("X-Goog-Date=");
    let scope = format!("{}/auto/storage/goog4_request", &date[..8]);
    let right = canonical.string_to_sign(date, &scope);
    let signed = async |text: &str| {
        let signature = cloud.signer().sign(text).await.expect("a signature");
        let digits = hex::encode(signature);
        send(&cloud.http, Method::GET, &format!("{address}?{query}&X-Goog-Signature={digits}"), &[], "").await
    };
    let response = signed(&right).await;
    assert_eq!(header(&response, "content-disposition"), "attachment; filename*=UTF-8''%D9%85.pdf");
    let bare = canonical.as_str().replace("filename%2A", "filename*");
    let hash = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bare.as_bytes()));
    let invalid = [local_storage::canonical::ALGORITHM, date, &scope, &hash].join("\n");
    assert_eq!(xml_error(signed(&invalid).await).await, (403, "SignatureDoesNotMatch".to_owned()));
}

#[tokio::test]
async fn only_the_requested_generation_is_returned() {
    let cloud = Cloud::start().await;
    let put = cloud.send(Method::PUT, "x", &[], "hello").await;
    let generation: i64 = header(&put, "x-goog-generation").parse().expect("a number");
    for (generation, status) in [(generation, 200), (generation + 1, 404)] {
        let url = SignedUrlBuilder::for_object(RESOURCE, "x")
            .with_query_param("generation", generation.to_string())
            .with_endpoint(&cloud.endpoint)
            .sign_with(&cloud.signer())
            .await
            .expect("a signed URL");
        assert_eq!(send(&cloud.http, Method::GET, &url, &[], "").await.status(), status);
    }
}

#[tokio::test]
async fn a_known_entity_is_not_sent_again() {
    let cloud = Cloud::start().await;
    let put = cloud.send(Method::PUT, "x", &[], "hello").await;
    let url = cloud.sign(Method::GET, "x", &[]).await;
    let known = send(&cloud.http, Method::GET, &url, &[("if-none-match", header(&put, "etag"))], "").await;
    assert_eq!(known.status(), 304);
    let other = send(&cloud.http, Method::GET, &url, &[("if-match", "\"other\"")], "").await;
    assert_eq!(other.status(), 412);
}

#[tokio::test]
async fn a_download_continues_after_its_object_is_overwritten() {
    let cloud = Cloud::start().await;
    let large = vec![b'a'; 8 << 20];
    cloud.send(Method::PUT, "x", &[], large.clone()).await;
    let response = cloud.send(Method::GET, "x", &[], "").await;
    cloud.send(Method::PUT, "x", &[], "short").await;
    assert_eq!(response.bytes().await.expect("a body"), large);
}
