//! The JSON API, mostly through the official client.

use google_cloud_storage::model_ext::ReadRange;
use http::Method;
use serde_json::{Value, json};

use crate::harness::{BUCKET, Cloud, RESOURCE, header};

async fn read(cloud: &Cloud, object: &str) -> Vec<u8> {
    let mut response = cloud.client().await.read_object(RESOURCE, object).send().await.expect("an object");
    let mut content = Vec::new();
    while let Some(bytes) = response.next().await {
        content.extend_from_slice(&bytes.expect("bytes with the right checksum"));
    }
    content
}

async fn write(cloud: &Cloud, object: &str, content: &'static str) -> i64 {
    let client = cloud.client().await;
    let object = client.write_object(RESOURCE, object, content).send_unbuffered().await.expect("an object");
    object.generation
}

#[tokio::test]
async fn the_official_client_reads_what_it_wrote() {
    let cloud = Cloud::start().await;
    let client = cloud.client().await;
    let written = client
        .write_object(RESOURCE, "a/b c", "hello")
        .set_content_type("text/plain")
        .set_metadata([("owner", "alice")])
        .set_if_generation_match(0)
        .compute_md5()
        .send_unbuffered()
        .await
        .expect("an object");
    assert_eq!((written.size, written.metageneration), (5, 1));
    assert_eq!(written.checksums.as_ref().and_then(|sums| sums.crc32c), Some(crc32c::crc32c(b"hello")));

    let response = client
        .read_object(RESOURCE, "a/b c")
        .set_generation(written.generation)
        .send()
        .await
        .expect("the object");
    let object = response.object();
    assert_eq!(
        (object.generation, object.size, object.content_type.as_str()),
        (written.generation, 5, "text/plain")
    );
    assert_eq!(object.metadata.get("owner").map(String::as_str), Some("alice"));
    assert_eq!(read(&cloud, "a/b c").await, b"hello");
}

#[tokio::test]
async fn buffered_and_resumable_writes_of_the_official_client_arrive_whole() {
    let cloud = Cloud::start().await;
    let client = cloud.client().await;
    let whole: Vec<u8> = (0..3_000_000_u32).map(|index| index.to_le_bytes()[1]).collect();
    for (name, length, threshold) in
        [("small", 1000, 1_usize << 20), ("large", 3_000_000, 0), ("empty", 0, 0), ("exact", 524_288, 0)]
    {
        let payload = bytes::Bytes::copy_from_slice(&whole[..length]);
        let buffered = client
            .write_object(RESOURCE, name, payload.clone())
            .with_resumable_upload_threshold(threshold)
            .with_resumable_upload_buffer_size(512 * 1024_usize)
            .send_buffered()
            .await
            .expect("an object");
        assert_eq!(usize::try_from(buffered.size), Ok(length));
        assert_eq!(cloud.content(name), whole[..length], "{name}");
        client
            .write_object(RESOURCE, name, payload)
            .with_resumable_upload_threshold(threshold)
            .send_unbuffered()
            .await
            .expect("an object");
        assert_eq!(read(&cloud, name).await, whole[..length], "{name}");
    }
}

#[tokio::test]
async fn a_range_read_returns_that_range() {
    let cloud = Cloud::start().await;
    write(&cloud, "x", "0123456789").await;
    let client = cloud.client().await;
    for (range, content) in [
        (ReadRange::segment(2, 3), "234"),
        (ReadRange::offset(7), "789"),
        (ReadRange::tail(2), "89"),
        (ReadRange::head(4), "0123"),
    ] {
        let mut response =
            client.read_object(RESOURCE, "x").set_read_range(range).send().await.expect("a part");
        let bytes = response.next().await.expect("bytes").expect("bytes");
        assert_eq!(bytes, content);
    }
}

#[tokio::test]
async fn an_absent_object_or_generation_is_not_found() {
    let cloud = Cloud::start().await;
    let generation = write(&cloud, "x", "hello").await;
    let client = cloud.client().await;
    let absent = client.read_object(RESOURCE, "y").send().await.expect_err("not found");
    assert_eq!(absent.http_status_code(), Some(404));
    let other = client.read_object(RESOURCE, "x").set_generation(generation - 1).send().await;
    assert_eq!(other.expect_err("not found").http_status_code(), Some(404));
    let metadata = cloud.json(Method::GET, "/storage/v1/b/uploads/o/y").send().await.expect("a response");
    assert_eq!(metadata.status(), 404);
    let error: Value = metadata.json().await.expect("JSON");
    assert_eq!(error["error"]["errors"][0]["reason"], "notFound");
}

#[tokio::test]
async fn a_failed_precondition_has_its_own_status() {
    let cloud = Cloud::start().await;
    let generation = write(&cloud, "x", "hello").await;
    let client = cloud.client().await;
    let second =
        client.write_object(RESOURCE, "x", "again").set_if_generation_match(0).send_unbuffered().await;
    assert_eq!(second.expect_err("the object exists").http_status_code(), Some(412));
    let started = client
        .write_object(RESOURCE, "x", "again")
        .set_if_generation_match(0)
        .with_resumable_upload_threshold(0_usize)
        .send_unbuffered()
        .await;
    assert_eq!(started.expect_err("the object exists").http_status_code(), Some(412));
    let path = format!("/storage/v1/b/uploads/o/x?ifGenerationNotMatch={generation}");
    assert_eq!(cloud.json(Method::GET, &path).send().await.expect("a response").status(), 304);
    assert_eq!(cloud.content("x"), b"hello");
}

#[tokio::test]
async fn a_wrong_checksum_is_rejected() {
    let cloud = Cloud::start().await;
    let client = cloud.client().await;
    for threshold in [0_usize, 1 << 20] {
        let written = client
            .write_object(RESOURCE, "x", "hello")
            .with_known_crc32c(1_u32)
            .with_resumable_upload_threshold(threshold)
            .send_unbuffered()
            .await;
        assert_eq!(written.expect_err("another checksum").http_status_code(), Some(400));
    }
    assert!(cloud.storage.open_object(BUCKET, "x", None).is_none());
}

#[tokio::test]
async fn requests_without_a_valid_token_are_unauthorized() {
    let cloud = Cloud::start().await;
    write(&cloud, "x", "hello").await;
    for (method, path) in [
        (Method::GET, "/storage/v1/b/uploads/o"),
        (Method::GET, "/storage/v1/b/uploads/o/x"),
        (Method::GET, "/storage/v1/b/uploads/o/x?alt=media"),
        (Method::DELETE, "/storage/v1/b/uploads/o/x"),
        (Method::POST, "/upload/storage/v1/b/uploads/o?uploadType=media&name=y"),
        (Method::POST, "/storage/v1/b/uploads/o/y/compose"),
    ] {
        let url = format!("{}{path}", cloud.endpoint);
        let without = cloud.http.request(method.clone(), &url).send().await.expect("a response");
        assert_eq!(without.status(), 401, "{path}");
        let invalid = cloud.http.request(method, &url).bearer_auth("eyJhbGciOiJub25lIn0.e30.").send().await;
        assert_eq!(invalid.expect("a response").status(), 401, "{path}");
    }
    assert_eq!(cloud.content("x"), b"hello");
}

#[tokio::test]
async fn a_deleted_object_is_gone() {
    let cloud = Cloud::start().await;
    let generation = write(&cloud, "a/b", "hello").await;
    let (_, file) = cloud.storage.open_object(BUCKET, "a/b", None).expect("an object");
    let other = format!("/storage/v1/b/uploads/o/a%2Fb?generation={}", generation + 1);
    assert_eq!(cloud.json(Method::DELETE, &other).send().await.expect("a response").status(), 404);
    let guarded = "/storage/v1/b/uploads/o/a%2Fb?ifGenerationMatch=1";
    assert_eq!(cloud.json(Method::DELETE, guarded).send().await.expect("a response").status(), 412);
    let path = format!("/storage/v1/b/uploads/o/a%2Fb?generation={generation}");
    assert_eq!(cloud.json(Method::DELETE, &path).send().await.expect("a response").status(), 204);
    assert_eq!(cloud.json(Method::DELETE, &path).send().await.expect("a response").status(), 404);
    assert!(!file.exists());
    let cloud = cloud.restart().await;
    assert!(cloud.storage.open_object(BUCKET, "a/b", None).is_none());
}

#[tokio::test]
async fn lists_have_pages_and_folders() {
    let cloud = Cloud::start().await;
    for name in ["a/1", "a/2", "a/b/3", "a/b/4", "c", "نام"] {
        write(&cloud, name, "x").await;
    }
    let list = async |query: &str| -> Value {
        let response = cloud.json(Method::GET, &format!("/storage/v1/b/uploads/o?{query}")).send().await;
        response.expect("a response").json().await.expect("JSON")
    };
    let names = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(&list("versions=true").await), ["a/1", "a/2", "a/b/3", "a/b/4", "c", "نام"]);
    assert_eq!(names(&list("prefix=a/b").await), ["a/b/3", "a/b/4"]);
    assert_eq!(names(&list("prefix=%D9%86").await), ["نام"]);
    let folders = list("delimiter=/").await;
    assert_eq!(
        (names(&folders), &folders["prefixes"]),
        (vec!["c".to_owned(), "نام".to_owned()], &json!(["a/"]))
    );

    let (mut listed, mut token) = (Vec::new(), String::new());
    loop {
        let page = list(&format!("prefix=a/&delimiter=/&maxResults=1&pageToken={token}")).await;
        listed.extend(names(&page));
        listed.extend(
            page["prefixes"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|prefix| Some(prefix.as_str()?.to_owned())),
        );
        match page["nextPageToken"].as_str() {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(listed, ["a/1", "a/2", "a/b/"]);
    let absent = cloud.json(Method::GET, "/storage/v1/b/absent/o").send().await.expect("a response");
    assert_eq!(absent.status(), 404);
}

#[tokio::test]
async fn objects_are_composed_in_order() {
    let cloud = Cloud::start().await;
    let first = write(&cloud, "1", "hello ").await;
    write(&cloud, "2", "world").await;
    let compose = async |sources: Value| {
        let request = json!({"destination": {"contentType": "text/plain"}, "sourceObjects": sources});
        cloud
            .json(Method::POST, "/storage/v1/b/uploads/o/both/compose")
            .json(&request)
            .send()
            .await
            .expect("a response")
    };
    let response = compose(json!([{"name": "1", "generation": first.to_string()}, {"name": "2"}])).await;
    assert_eq!(response.status(), 200);
    let object: Value = response.json().await.expect("JSON");
    assert_eq!((&object["componentCount"], &object["md5Hash"]), (&json!(2), &Value::Null));
    assert_eq!(read(&cloud, "both").await, b"hello world");

    assert_eq!(compose(json!([{"name": "1", "generation": 1}])).await.status(), 404);
    let guarded = json!([{"name": "1", "objectPreconditions": {"ifGenerationMatch": "1"}}]);
    assert_eq!(compose(guarded).await.status(), 412);
    assert_eq!(compose(json!([])).await.status(), 400);
    assert_eq!(compose(json!(vec![json!({"name": "1"}); 33])).await.status(), 400);
}

#[tokio::test]
async fn multipart_bodies_may_contain_any_bytes() {
    let cloud = Cloud::start().await;
    let content = "line\r\n--\r\n--bou\r\n--boundar\r\n".repeat(20_000);
    let body = format!(
        "preamble\r\n--boundary  \r\ncontent-type: application/json\r\n\r\n{{\"name\": \"m\"}}\r\n\
         --boundary\r\ncontent-type: text/plain\r\n\r\n{content}\r\n--boundary--\r\n"
    );
    let chunks: Vec<_> =
        body.as_bytes().chunks(7001).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect();
    let send = async |chunks: Vec<Result<Vec<u8>, std::io::Error>>| {
        cloud
            .json(Method::POST, "/upload/storage/v1/b/uploads/o?uploadType=multipart")
            .header("content-type", "multipart/related; boundary=\"boundary\"")
            .body(reqwest::Body::wrap_stream(futures::stream::iter(chunks)))
            .send()
            .await
            .expect("a response")
    };
    let response = send(chunks).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "application/json; charset=UTF-8");
    let object: Value = response.json().await.expect("JSON");
    assert_eq!((&object["name"], &object["contentType"]), (&json!("m"), &json!("text/plain")));
    assert_eq!(cloud.content("m"), content.as_bytes());

    let cut = body.as_bytes()[..body.len() - 20].to_vec();
    assert_eq!(send(vec![Ok(cut)]).await.status(), 400);
    assert_eq!(cloud.content("m"), content.as_bytes());
}
