use crate::harness::*;
use http::Method;
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tmp_large() {
    let cloud = Cloud::start().await;
    let chunk = bytes::Bytes::from(vec![7u8; 1 << 20]);
    let t = std::time::Instant::now();
    let c = chunk.clone();
    let body = reqwest::Body::wrap_stream(futures::stream::iter(
        (0..1024).map(move |_| Ok::<_, std::io::Error>(c.clone())),
    ));
    let a = cloud.send(Method::PUT, "big", &[("x-goog-content-length-range", "1,2000000000")], body).await;
    println!("put {} {:?}", a.status(), t.elapsed());
    let t = std::time::Instant::now();
    let mut a = cloud.send(Method::GET, "big", &[], "").await;
    let mut n = 0;
    while let Some(b) = a.chunk().await.unwrap() {
        n += b.len();
    }
    println!("get {n} {:?}", t.elapsed());
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", s.lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
