//! The resumable upload protocol, shared by both APIs
//! (<https://cloud.google.com/storage/docs/performing-resumable-uploads>).

use std::{fs::File, io::Read as _, path::Path, sync::Arc};

use http::{HeaderMap, header};

use crate::{
    digest::{Digests, Expected},
    fault::{Fault, Kind},
    files::Temporary,
    metadata::ObjectMetadata,
    payload::{Payload, Writer},
    sessions::{Progress, Sessions, Upload},
    store::{NewObject, Store, blocking},
};

/// The state of an upload after a request.
pub(crate) enum Outcome {
    /// The number of bytes kept.
    Incomplete(u64),
    Complete(Arc<ObjectMetadata>),
}

/// A parsed `Content-Range` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ContentRange {
    /// `bytes */*` or `bytes */N`: a status query.
    Query { total: Option<u64> },
    /// `bytes A-B/N`, where `B` and `N` may be `*`.
    Part { start: u64, end: Option<u64>, total: Option<u64> },
}

/// Handles a PUT to a session. Continues after the client disconnects, to keep the bytes that arrived.
pub(crate) async fn put(
    store: Arc<Store>,
    sessions: Arc<Sessions>,
    upload: Arc<Upload>,
    headers: HeaderMap,
    payload: Payload,
) -> Result<Outcome, Fault> {
    let range = ContentRange::from_headers(&headers)?;
    let expected = Expected::from_hash_header(&headers)?;
    if let ContentRange::Query { total } = range {
        let written = upload.written(&store.layout).await?;
        let incomplete = match upload.progress.try_lock() {
            Ok(progress) => progress.completed.is_none() && total != Some(written),
            Err(_) => true,
        };
        if incomplete {
            return Ok(Outcome::Incomplete(upload.stored(&store.layout).await?));
        }
    }
    let request = Request { store, sessions, upload, range, expected, payload };
    tokio::spawn(request.run()).await.unwrap_or_else(|error| Err(std::io::Error::other(error).into()))
}

/// Ends a session before its upload is complete.
pub(crate) async fn cancel(
    store: &Arc<Store>,
    sessions: &Sessions,
    upload: Arc<Upload>,
) -> Result<(), Fault> {
    upload.writers.send_modify(|count| *count += 1);
    let mut progress = upload.progress.lock().await;
    if progress.completed.is_some() {
        return Err(Fault::new(Kind::NoSuchUpload));
    }
    discard(store, sessions, &upload, &mut progress).await
}

struct Request {
    store: Arc<Store>,
    sessions: Arc<Sessions>,
    upload: Arc<Upload>,
    range: ContentRange,
    expected: Expected,
    payload: Payload,
}

impl Request {
    async fn run(mut self) -> Result<Outcome, Fault> {
        let upload = self.upload.clone();
        let mut turn = 0;
        upload.writers.send_modify(|count| {
            *count += 1;
            turn = *count;
        });
        let mut progress = upload.progress.lock().await;
        if let Some(object) = &progress.completed {
            return Ok(Outcome::Complete(object.clone()));
        }
        if progress.canceled {
            return Err(Fault::new(Kind::NoSuchUpload));
        }
        let result = self.advance(&mut progress, turn).await;
        match &result {
            Ok(Outcome::Complete(object)) => {
                progress.completed = Some(object.clone());
                self.sessions.evict(&upload.session.id).await;
            }
            Err(fault) if ends_session(fault.kind) => {
                discard(&self.store, &self.sessions, &upload, &mut progress).await?;
            }
            _ => {}
        }
        result
    }

    async fn advance(&mut self, progress: &mut Progress, turn: u64) -> Result<Outcome, Fault> {
        let session = &self.upload.session;
        let (start, end, total) = match self.range {
            ContentRange::Query { total } => (total.unwrap_or_default(), None, total),
            ContentRange::Part { start, end, total } => (start, end, total),
        };
        total.map_or(Ok(()), |total| session.range.check_upper(total))?;
        // A query reaches this point only when the object is fully written, whatever its size.
        let stored = match self.range {
            ContentRange::Query { .. } => self.upload.written(&self.store.layout).await?,
            ContentRange::Part { .. } => self.upload.stored(&self.store.layout).await?,
        };
        if start > stored {
            return Err(Fault::new(Kind::ServiceUnavailable).details(format!(
                "Invalid request.  According to the Content-Range header, the upload offset is {start} byte(s), \
                 which exceeds already uploaded size of {stored} byte(s)."
            )));
        }
        let data = self.store.layout.session_data(&session.id);
        let digests = match progress.digests.take().filter(|digests| digests.length() == stored) {
            Some(digests) => digests,
            None => recompute_digests(&data, stored).await?,
        };
        let mut writer = Writer::resume(&data, digests).await?;
        let received = self.receive(&mut writer, stored - start, end.map(|end| end + 1), turn).await;
        let digests = writer.finish().await?;
        let length = digests.length();
        progress.digests = Some(digests.clone());
        let missing = received?;

        let whole = match (end, total) {
            (Some(_), total) => total == Some(length),
            (None, Some(total)) if total != length => return Err(Fault::new(Kind::IncompleteBody)),
            (None, _) if missing > 0 => return Err(Fault::new(Kind::IncompleteBody)),
            (None, _) => true,
        };
        if whole {
            return self.complete(digests).await.map(Outcome::Complete);
        }
        Ok(Outcome::Incomplete(self.upload.stored(&self.store.layout).await?))
    }

    /// Writes the body, except its first `skip` bytes, which are stored already. `end` limits the object's
    /// length. Returns how many of the bytes to skip did not arrive.
    async fn receive(
        &mut self,
        writer: &mut Writer,
        mut skip: u64,
        end: Option<u64>,
        turn: u64,
    ) -> Result<u64, Fault> {
        let mut writers = self.upload.writers.subscribe();
        loop {
            let bytes = tokio::select! {
                biased;
                _ = writers.wait_for(|latest| *latest != turn) => {
                    return Err(Fault::new(Kind::ServiceUnavailable).details("Another request took over this upload."));
                }
                bytes = self.payload.next() => bytes?,
            };
            let Some(mut bytes) = bytes else { return Ok(skip) };
            let skipped = usize::try_from(skip).unwrap_or(usize::MAX).min(bytes.len());
            bytes = bytes.split_off(skipped);
            skip -= skipped as u64;
            let length = writer.length() + bytes.len() as u64;
            self.upload.session.range.check_upper(length)?;
            if !bytes.is_empty() && end.is_some_and(|end| length > end) {
                return Err(
                    Fault::new(Kind::InvalidArgument).details("The body is longer than its Content-Range.")
                );
            }
            writer.write(&bytes).await?;
        }
    }

    async fn complete(&mut self, digests: Digests) -> Result<Arc<ObjectMetadata>, Fault> {
        let session = &self.upload.session;
        let sums = digests.finish();
        session.range.check(sums.length)?;
        session.expected.check(&sums)?;
        self.expected.check(&sums)?;
        let new = NewObject {
            bucket: session.bucket.clone(),
            name: session.object.clone(),
            attributes: session.attributes.clone(),
            component_count: None,
            sums,
            staged: Temporary::new(self.store.layout.session_data(&session.id)),
            preconditions: session.preconditions,
            session: Some(session.clone()),
        };
        self.store.put(new).await
    }
}

impl ContentRange {
    fn from_headers(headers: &HeaderMap) -> Result<Self, Fault> {
        let Some(value) = headers.get(header::CONTENT_RANGE) else {
            return Ok(Self::Part { start: 0, end: None, total: None });
        };
        value
            .to_str()
            .ok()
            .and_then(Self::parse)
            .ok_or_else(|| Fault::new(Kind::InvalidArgument).details("Failed to parse Content-Range header."))
    }

    fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.strip_prefix("bytes ")?.trim().split_once('/')?;
        let total = number_or_star(total)?;
        if range == "*" {
            return Some(Self::Query { total });
        }
        let (start, end) = range.split_once('-')?;
        let (start, end) = (start.parse::<u64>().ok()?, number_or_star(end)?);
        // The byte after the end must fit a number too.
        let is_valid = match (end, total) {
            (Some(end), Some(total)) => start <= end && end < total,
            (Some(end), None) => start <= end && end < u64::MAX,
            (None, total) => total.is_none_or(|total| start <= total),
        };
        is_valid.then_some(Self::Part { start, end, total })
    }
}

fn number_or_star(text: &str) -> Option<Option<u64>> {
    if text == "*" { Some(None) } else { text.parse().ok().map(Some) }
}

/// Returns true if an error concerns the whole object, so that further requests cannot succeed.
fn ends_session(kind: Kind) -> bool {
    use Kind::{BadDigest, EntityTooLarge, EntityTooSmall, PreconditionFailed};
    matches!(kind, BadDigest | EntityTooLarge | EntityTooSmall | PreconditionFailed)
}

async fn discard(
    store: &Arc<Store>,
    sessions: &Sessions,
    upload: &Arc<Upload>,
    progress: &mut Progress,
) -> Result<(), Fault> {
    progress.canceled = true;
    let (layout, discarded) = (store.layout.clone(), upload.clone());
    blocking(move || Ok(discarded.discard(&layout)?)).await?;
    sessions.evict(&upload.session.id).await;
    Ok(())
}

/// Computes the checksums of a file's first `length` bytes.
async fn recompute_digests(path: &Path, length: u64) -> Result<Digests, Fault> {
    let path = path.to_owned();
    blocking(move || {
        let mut digests = Digests::new();
        if length == 0 {
            return Ok(digests);
        }
        let mut file = File::open(path)?.take(length);
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(digests),
                read => digests.update(&buffer[..read]),
            }
        }
    })
    .await
}
