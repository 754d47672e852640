//! Verification of signed URLs.

use http::Method;

use crate::harness::{Cloud, header, send, xml_error};

const TEXT: (&str, &str) = ("content-type", "text/plain");

#[tokio::test]
async fn a_signed_get_returns_the_bytes_of_a_signed_put() {
    let cloud = Cloud::start().await;
    let put = cloud.send(Method::PUT, "a/b.txt", &[TEXT], "hello").await;
    assert_eq!(put.status(), 200);
    assert_eq!(header(&put, "etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    let hashes: Vec<_> = put.headers().get_all("x-goog-hash").iter().collect();
    assert_eq!(hashes, ["crc32c=mnG7TA==", "md5=XUFAKrxLKna5cZ2REBfFkg=="]);
    let generation = header(&put, "x-goog-generation").to_owned();

    let get = cloud.send(Method::GET, "a/b.txt", &[], "").await;
    assert_eq!(get.status(), 200);
    assert_eq!(header(&get, "content-type"), "text/plain");
    assert_eq!(header(&get, "x-goog-generation"), generation);
    assert_eq!(get.text().await.expect("a body"), "hello");

    let head = cloud.send(Method::HEAD, "a/b.txt", &[], "").await;
    assert_eq!(header(&head, "content-length"), "5");
}

#[tokio::test]
async fn a_tampered_signature_is_rejected() {
    let cloud = Cloud::start().await;
    let mut url = cloud.sign(Method::PUT, "x", &[]).await;
    let last = if url.ends_with('0') { '1' } else { '0' };
    url.pop();
    url.push(last);
    let response = send(&cloud.http, Method::PUT, &url, &[], "hello").await;
    assert_eq!(xml_error(response).await, (403, "SignatureDoesNotMatch".to_owned()));
    assert!(cloud.storage.open_object("uploads", "x", None).is_none());
}

#[tokio::test]
async fn another_object_method_or_parameter_breaks_the_signature() {
    let cloud = Cloud::start().await;
    let url = cloud.sign(Method::PUT, "mine", &[]).await;
    for (method, url) in [
        (Method::PUT, url.replace("/mine?", "/yours?")),
        (Method::GET, url.clone()),
        (Method::PUT, url.replace("X-Goog-Expires=3600", "X-Goog-Expires=7200")),
        (Method::PUT, format!("{url}&response-content-type=text/html")),
    ] {
        let response = send(&cloud.http, method, &url, &[], "").await;
        assert_eq!(xml_error(response).await, (403, "SignatureDoesNotMatch".to_owned()), "{url}");
    }
}

#[tokio::test]
async fn a_signed_header_must_have_the_signed_value() {
    let cloud = Cloud::start().await;
    let signed = [TEXT, ("x-goog-content-length-range", "1,10")];
    let url = cloud.sign(Method::PUT, "x", &signed).await;

    let missing = send(&cloud.http, Method::PUT, &url, &[TEXT], "hello").await;
    assert_eq!(xml_error(missing).await, (400, "MalformedSecurityHeader".to_owned()));
    let tampered = [TEXT, ("x-goog-content-length-range", "1,1000")];
    let tampered = send(&cloud.http, Method::PUT, &url, &tampered, "hello").await;
    assert_eq!(xml_error(tampered).await, (403, "SignatureDoesNotMatch".to_owned()));
    let other = [("content-type", "text/html"), signed[1]];
    let other = send(&cloud.http, Method::PUT, &url, &other, "hello").await;
    assert_eq!(xml_error(other).await, (403, "SignatureDoesNotMatch".to_owned()));
    assert_eq!(send(&cloud.http, Method::PUT, &url, &signed, "hello").await.status(), 200);
}

#[tokio::test]
async fn an_unsigned_extension_header_is_rejected() {
    let cloud = Cloud::start().await;
    let url = cloud.sign(Method::PUT, "x", &[]).await;
    let response = send(&cloud.http, Method::PUT, &url, &[("x-goog-meta-owner", "me")], "hello").await;
    assert_eq!(xml_error(response).await, (400, "MalformedSecurityHeader".to_owned()));
}

#[tokio::test]
async fn an_expired_url_is_rejected() {
    let cloud = Cloud::start().await;
    let url = cloud.sign(Method::PUT, "x", &[]).await;
    cloud.advance_clock(3601);
    let response = send(&cloud.http, Method::PUT, &url, &[], "hello").await;
    assert_eq!(xml_error(response).await, (400, "ExpiredToken".to_owned()));
}

#[tokio::test]
async fn a_url_from_the_future_is_rejected() {
    let cloud = Cloud::start().await;
    let url = cloud.sign(Method::PUT, "x", &[]).await;
    cloud.advance_clock(-1200);
    let response = send(&cloud.http, Method::PUT, &url, &[], "hello").await;
    assert_eq!(xml_error(response).await, (403, "RequestTimeTooSkewed".to_owned()));
}

#[tokio::test]
async fn malformed_parameters_are_rejected() {
    let cloud = Cloud::start().await;
    let url = cloud.sign(Method::GET, "x", &[]).await;
    let day = url.split("X-Goog-Date=").nth(1).map(|rest| &rest[..8]).expect("a date").to_owned();
    for (from, to, code) in [
        ("GOOG4-RSA-SHA256", "GOOG4-HMAC-SHA256", "MalformedSecurityHeader"),
        ("X-Goog-Expires=3600", "X-Goog-Expires=604801", "MalformedSecurityHeader"),
        ("X-Goog-Expires=3600", "X-Goog-Expires=-5", "MalformedSecurityHeader"),
        ("X-Goog-Expires=3600", "X-Goog-Expires=3600&X-Goog-Expires=3600", "MalformedSecurityHeader"),
        ("X-Goog-Expires=3600&", "", "MissingSecurityHeader"),
        ("%2Fauto%2Fstorage", "%2Fauto%2Fs3", "MalformedSecurityHeader"),
        (&format!("{day}%2Fauto"), "20200101%2Fauto", "MalformedSecurityHeader"),
        ("X-Goog-SignedHeaders=host", "X-Goog-SignedHeaders=range", "MalformedSecurityHeader"),
        ("X-Goog-Signature=", "X-Goog-Signature=zz", "MalformedSecurityHeader"),
    ] {
        assert!(url.contains(from), "{from}");
        let response = send(&cloud.http, Method::GET, &url.replace(from, to), &[], "").await;
        let (status, found) = xml_error(response).await;
        assert_eq!((status, found.as_str()), (400, code), "{from} as {to}");
    }
    let stranger = url.replace("alta%40", "mallory%40");
    assert_ne!(stranger, url);
    let response = send(&cloud.http, Method::GET, &stranger, &[], "").await;
    assert_eq!(xml_error(response).await, (403, "InvalidSecurity".to_owned()));
}

#[tokio::test]
async fn unsigned_requests_are_rejected() {
    let cloud = Cloud::start().await;
    for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE] {
        let response = send(&cloud.http, method, &format!("{}/uploads/x", cloud.endpoint), &[], "").await;
        assert_eq!(xml_error(response).await, (403, "AccessDenied".to_owned()));
    }
    let url = format!("{}/uploads/x", cloud.endpoint);
    let response = send(&cloud.http, Method::GET, &url, &[("authorization", "Bearer nonsense")], "").await;
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn absent_objects_and_buckets_are_not_found() {
    let cloud = Cloud::start().await;
    let response = cloud.send(Method::GET, "absent", &[], "").await;
    assert_eq!(xml_error(response).await, (404, "NoSuchKey".to_owned()));
    let url = google_cloud_storage::builder::storage::SignedUrlBuilder::for_object(
        "projects/_/buckets/absent",
        "x",
    )
    .with_endpoint(&cloud.endpoint)
    .sign_with(&cloud.signer())
    .await
    .expect("a signed URL");
    let response = send(&cloud.http, Method::GET, &url, &[], "").await;
    assert_eq!(xml_error(response).await, (404, "NoSuchBucket".to_owned()));
}
