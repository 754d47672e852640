//! Creates an item for one file, uploads the file to storage as a browser does, and waits for the result.

use std::time::Duration;

use http::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{
    PAUSE, PROCESSING_TIMEOUT,
    account::Account,
    api::{Api, text},
    samples::Sample,
};
use crate::error::{Error, Result};

/// The result of one upload.
pub(super) struct Outcome {
    pub(super) status: String,
    /// The code and message of a failed item.
    pub(super) failure: Option<(String, String)>,
    pub(super) pages: Option<u64>,
    pub(super) confidence: Option<f64>,
    pub(super) text: Option<String>,
    /// From the end of the upload to the final state.
    pub(super) duration: Duration,
}

/// Creates an item, uploads its file, and waits until it is processed.
pub(super) async fn upload(api: &Api, account: &Account, sample: &Sample) -> Result<Outcome> {
    let draft = json!({
        "project_id": account.project_id,
        "filename": sample.name,
        "content_type": sample.content_type,
        "size_bytes": sample.bytes.len(),
    });
    let (collection, id) =
        if sample.is_voice() { ("/voice", "/voice_sample/id") } else { ("/documents", "/document/id") };
    let created = api.post(collection, &draft).await?;
    put(api, &created["upload"], sample).await?;
    let start = Instant::now();
    let path = format!("{collection}/{}", text(&created, id)?);
    loop {
        let document = api.get(&path).await?;
        let status = text(&document, "/status")?;
        if !matches!(status, "draft" | "processing") {
            return Ok(outcome(&document, status, start.elapsed()));
        }
        if start.elapsed() > PROCESSING_TIMEOUT {
            return Err(Error::new(format!(
                "{} is still {status} after {PROCESSING_TIMEOUT:?}",
                sample.name
            )));
        }
        sleep(PAUSE).await;
    }
}

/// Uploads the bytes as a page of this origin would: a CORS preflight request, then the upload itself.
async fn put(api: &Api, upload: &Value, sample: &Sample) -> Result<()> {
    let (method, url) = (text(upload, "/method")?, text(upload, "/url")?);
    let failed = |error: reqwest::Error| {
        Error::because(format!("{}: storage does not answer", sample.name), &error.without_url())
    };
    let headers: HeaderMap = upload["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.parse().ok()?, value.as_str()?.parse().ok()?)))
        .collect();
    let names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
    let preflight = api
        .client
        .request(Method::OPTIONS, url)
        .header("origin", &api.origin)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", names.join(","))
        .send()
        .await
        .map_err(failed)?;
    let allowed =
        preflight.headers().get("access-control-allow-origin").and_then(|value| value.to_str().ok());
    if allowed != Some(&api.origin) && allowed != Some("*") {
        return Err(Error::new(format!(
            "{}: storage does not allow uploads from pages of {}",
            sample.name, api.origin
        )));
    }
    let method: Method = method.parse().map_err(|_| Error::new("the upload has an unknown method"))?;
    let put =
        api.client.request(method, url).header("origin", &api.origin).headers(headers).body(sample.bytes);
    let answer = put.send().await.map_err(failed)?;
    match answer.status() {
        StatusCode::OK => Ok(()),
        status => {
            let body = answer.text().await.map_err(failed)?;
            Err(Error::new(format!("{}: storage answered the upload with {status}: {body}", sample.name)))
        }
    }
}

fn outcome(document: &Value, status: &str, duration: Duration) -> Outcome {
    let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let failure = &document["failure"];
    Outcome {
        status: status.to_owned(),
        failure: failure.is_object().then(|| (of(&failure["code"]), of(&failure["message"]))),
        pages: document["page_count"].as_u64(),
        confidence: document["confidence"].as_f64(),
        text: ["ocr_text", "transcription_text"]
            .iter()
            .find_map(|field| document[field].as_str())
            .map(str::to_owned),
        duration,
    }
}
