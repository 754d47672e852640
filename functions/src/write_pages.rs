//! Writes the OpenAPI document, its pages and the console as files, for the bucket that serves them in the cloud.

use std::{collections::BTreeSet, fs, path::Path};

use axum::{
    Router,
    body::{self, Body},
    http::{Request, StatusCode, header},
};
use tower::ServiceExt as _;

use crate::{Result, api_docs, console};

/// The size limit of a file.
const LARGEST: usize = 64 << 20;

/// Writes every file to `{folder}/{media type}/{path}`, since the name of a file does not tell its media type. The page
/// of a folder is called `index.html`, as in the bucket's settings, which redirect from `/docs` to `/docs/`. The console's
/// page is written once, since the load balancer requests the same file for each of its paths.
///
/// # Errors
/// When the folder `built` is not a built console, or a file cannot be written.
pub async fn write_pages(folder: &Path, built: &Path) -> Result<()> {
    let router = api_docs::router()?.merge(console::router(Some(built), console::STORAGE)?);
    let mut paths: BTreeSet<String> = console::asset_paths(built)?.into_iter().collect();
    paths.extend(["/", "/openapi.json", "/docs/", "/docs/problems"].map(str::to_owned));
    let (_, docs) = get(&router, "/docs/").await?;
    paths.extend(files_named_in(&docs).map(|name| format!("/docs/{name}")));

    for path in paths {
        let (kind, content) = get(&router, &path).await?;
        let index = if path.ends_with('/') { "index.html" } else { "" };
        write(folder, &kind, &format!("{path}{index}"), &content)?;
    }
    Ok(())
}

/// The local files that a page refers to.
fn files_named_in(page: &[u8]) -> impl Iterator<Item = String> {
    let text = String::from_utf8_lossy(page).into_owned();
    let named: Vec<String> =
        text.split("\"./").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect();
    named.into_iter()
}

async fn get(router: &Router, path: &str) -> Result<(String, Vec<u8>)> {
    let request = Request::get(path).body(Body::empty())?;
    let Ok(answer) = router.clone().oneshot(request).await;
    let (parts, body) = answer.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let (StatusCode::OK, Some(kind)) = (parts.status, kind) else {
        return Err(format!("{path} cannot be written: {}", parts.status).into());
    };
    let kind = kind.split(';').next().unwrap_or(kind).trim().to_owned();
    let bytes = body::to_bytes(body, LARGEST).await?;
    Ok((kind, bytes.to_vec()))
}

fn write(folder: &Path, kind: &str, path: &str, content: &[u8]) -> Result<()> {
    let file = folder.join(kind).join(path.trim_start_matches('/'));
    let parent = file.parent().unwrap_or(folder);
    let written = fs::create_dir_all(parent).and_then(|()| fs::write(&file, content));
    Ok(written.map_err(|error| format!("{}: {error}", file.display()))?)
}
