//! The static files, as they are uploaded to their bucket.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use functions::reference;
use serde_json::Value;

use crate::console::built;

/// The path of each request, and the file that the bucket returns. The file's folder names the media type.
fn files(folder: &Path) -> BTreeMap<String, (String, PathBuf)> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner).expect("a folder") {
            let file = entry.expect("an entry").path();
            if file.is_dir() {
                folders.push(file);
                continue;
            }
            let parts: Vec<&str> =
                file.strip_prefix(folder).expect("inside").iter().filter_map(|part| part.to_str()).collect();
            let path = format!("/{}", parts[2..].join("/"));
            let path = path.strip_suffix("index.html").unwrap_or(&path).to_owned();
            let kind = format!("{}/{}", parts[0], parts[1]);
            assert!(files.insert(path.clone(), (kind, file)).is_none(), "{path} has two media types");
        }
    }
    files
}

fn text(file: &Path) -> String {
    String::from_utf8_lossy(&fs::read(file).expect("a file")).into_owned()
}

#[tokio::test]
async fn the_bucket_holds_every_file_at_the_path_that_the_load_balancer_requests() {
    let folder = tempfile::tempdir().expect("a folder");
    let built = built();
    functions::write_pages(folder.path(), built.path()).await.expect("the pages");
    let files = files(folder.path());
    for (path, kind) in [
        ("/", "text/html"),
        ("/assets/index-1a2b3c4d.js", "text/javascript"),
        ("/assets/index-5e6f7a8b.css", "text/css"),
        ("/assets/library-1.2.3/fonts/serif.ttf", "font/ttf"),
        ("/assets/icon-9c0d1e2f.svg", "image/svg+xml"),
        ("/docs/", "text/html"),
        ("/docs/problems", "text/html"),
        ("/docs/scalar.js", "text/javascript"),
        ("/openapi.json", "application/json"),
    ] {
        let found = files.get(path).map(|(kind, _)| kind.as_str());
        assert_eq!(found, Some(kind), "{path}: {:?}", files.keys());
    }
    let document: Value = serde_json::from_str(&text(&files["/openapi.json"].1)).expect("JSON");
    assert_eq!(document, functions::openapi());

    for (path, (kind, file)) in &files {
        if kind != "text/html" {
            continue;
        }
        let html = text(file);
        assert!(!html.contains("127.0.0.1"), "{path} contains an address of this machine");
        let named = html.split('"').filter(|name| name.starts_with("/assets/")).map(str::to_owned);
        let beside = html.split("\"./").skip(1).filter_map(|rest| rest.split('"').next());
        for name in named.chain(beside.map(|name| format!("{path}{name}"))) {
            assert!(files.contains_key(&name), "{path} names {name}");
        }
    }

    let platform: Value = serde_json::from_str(&reference::platform()).expect("JSON");
    let routes =
        ["assets", "console", "docs"].map(|kind| platform["static"][kind].as_array().expect("routes"));
    let routes: Vec<&str> = routes.into_iter().flatten().filter_map(Value::as_str).collect();
    for path in files.keys() {
        let served = |route: &str| match route.strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix),
            None => path == route,
        };
        assert!(routes.iter().any(|route| served(route)), "{path} is not in the URL map: {routes:?}");
    }
    let rewritten = platform["static_rewrites"]["console"].as_str().expect("a path");
    assert!(files.contains_key(rewritten.trim_end_matches("index.html")), "{rewritten} is not in the bucket");
}
