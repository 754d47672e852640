//! Conversion of recordings that Speech-to-Text does not read: to WAV files with 16-bit samples, in the results bucket.
//!
//! The samples are written in pieces, and the name of a piece contains the range of its samples. A step therefore
//! continues after the last piece, whether the previous step ended in time or crashed. The last step composes the
//! pieces.
//!
//! As long as all channels are the same, or silent, only the first channel is written. If they differ later, the
//! conversion begins again with all channels.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use shared::{
    cloud::storage::{ComposeError, ListedObject, MAX_COMPONENTS, ObjectWriter, Objects},
    http::problem::Problem,
    items::processing::{EngineError, Job},
};
use tokio::{runtime::Handle, sync::mpsc};

use crate::{
    audio,
    decode::{self, Event, Plan, Stop},
    faults,
    models::LONGEST,
    source::{Part, Recording, Source},
};

/// The folder of conversions in the results bucket.
pub(crate) const FOLDER: &str = "converted";
const WAV: &str = "audio/wav";
/// The additional time in which a step can read the rest of its last piece.
const LAST_PIECE: Duration = Duration::from_secs(60);

/// The connections to Cloud Storage that a conversion needs.
#[derive(Clone)]
pub(crate) struct Converter {
    pub(crate) objects: Objects,
    pub(crate) writer: ObjectWriter,
    pub(crate) bucket: String,
}

/// A converted recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Converted {
    pub(crate) object: String,
    pub(crate) bytes: u64,
    pub(crate) duration: Duration,
    pub(crate) channels: usize,
}

/// The pieces of a conversion so far.
struct Pieces {
    folder: String,
    /// The name and generation of each piece, without a gap.
    objects: Vec<(String, i64)>,
    /// The number of samples of each channel.
    end: u64,
}

impl Converter {
    /// Runs a step of a conversion, which ends at `until`. Returns `None` if another step is needed.
    pub(crate) async fn step(
        &self,
        job: &Job,
        recording: &Arc<Recording>,
        part: &Part,
        until: Instant,
    ) -> Result<Option<Converted>, EngineError> {
        let folder = format!("{FOLDER}/{}/{}", job.item_id(), job.object.upload_no);
        let listed = self.objects.list(&self.bucket, &format!("{folder}/")).await;
        let listed = listed.map_err(EngineError::Transient)?;
        if let Some(done) = listed.iter().find_map(|object| Converted::parse(&object.name)) {
            return Ok(Some(done));
        }
        let (one, all) = (format!("{folder}/one"), format!("{folder}/all"));
        let mut has_all = listed.iter().any(|object| object.name.starts_with(&all));
        let mut pieces = Pieces::found(if has_all { all.clone() } else { one }, &listed);
        let mut start = pieces.end;
        loop {
            let decoded = self.decode(recording, part, &mut pieces, has_all, until).await?;
            match decoded {
                Stop::End { rate, channels } => return self.compose(&pieces, rate, channels).await.map(Some),
                Stop::Time if pieces.end == start => {
                    let problem = Problem::unavailable("the conversion made no progress");
                    return Err(EngineError::Transient(problem));
                }
                Stop::Time => return Ok(None),
                Stop::Differ => {
                    has_all = true;
                    pieces = Pieces::found(all.clone(), &[]);
                    start = 0;
                }
            }
        }
    }

    /// Decodes and stores pieces until the recording or the time ends, or the channels differ.
    async fn decode(
        &self,
        recording: &Arc<Recording>,
        part: &Part,
        pieces: &mut Pieces,
        all_channels: bool,
        until: Instant,
    ) -> Result<Stop, EngineError> {
        let (sender, mut events) = mpsc::channel(1);
        let (recording, part, runtime) = (recording.clone(), part.clone(), Handle::current());
        let open = move || Source::new(recording.clone(), part.clone(), runtime.clone(), until + LAST_PIECE);
        let plan = Plan { from: pieces.end, all_channels, until };
        let decoding = tokio::task::spawn_blocking(move || decode::run(open, &plan, &sender));
        while let Some(Event { samples, bytes }) = events.recv().await {
            let end = pieces.end + samples;
            let object = format!("{}/{:012}-{end:012}", pieces.folder, pieces.end);
            let generation = self.write(&object, bytes).await?;
            pieces.objects.push((object, generation));
            pieces.end = end;
        }
        match decoding.await {
            Ok(Ok(stop)) => Ok(stop),
            Ok(Err(decode::Error::Failure(failure))) => Err(EngineError::Permanent(failure)),
            Ok(Err(decode::Error::Unavailable(error))) => {
                Err(EngineError::Transient(Problem::unavailable(error)))
            }
            // The decoder panicked.
            Err(error) => {
                tracing::error!(%error, "a recording could not be decoded");
                Err(EngineError::Permanent(faults::unreadable()))
            }
        }
    }

    async fn write(&self, object: &str, bytes: Vec<u8>) -> Result<i64, EngineError> {
        let (sender, pieces) = mpsc::channel(1);
        // The channel has room for the piece, and its receiver exists.
        drop(sender.try_send(Ok(bytes.into())));
        drop(sender);
        let written = self.writer.create(&self.bucket, object, WAV, pieces).await;
        written.map(|written| written.generation).map_err(EngineError::Transient)
    }

    /// Composes the pieces behind a header. Each round adds pieces to the object of the round before.
    async fn compose(&self, pieces: &Pieces, rate: u32, channels: usize) -> Result<Converted, EngineError> {
        let Pieces { folder, objects, end } = pieces;
        let converted = Converted::new(folder, *end, rate, channels);
        if objects.is_empty() {
            return Err(EngineError::Permanent(faults::no_speech()));
        }
        let size = u32::try_from(converted.bytes - HEADER).ok();
        let (Some(size), true) = (size, converted.duration <= LONGEST) else {
            return Err(EngineError::Permanent(faults::too_long(LONGEST)));
        };
        let object = format!("{folder}/header-{end}");
        let generation = self.write(&object, header(size, rate, channels)).await?;
        let mut whole = (object, generation);
        let rounds = objects.chunks(MAX_COMPONENTS - 1);
        let last = rounds.len();
        for (round, number) in rounds.zip(1..) {
            let name =
                if number == last { converted.object.clone() } else { format!("{folder}/round-{number}") };
            let components = [&[whole], round].concat();
            let composed = self.objects.compose(&self.bucket, &name, WAV, &components).await;
            let written = composed.map_err(|error| match error {
                ComposeError::Absent => EngineError::Transient(Problem::internal("a piece is missing")),
                ComposeError::Transient(problem) => EngineError::Transient(problem),
            })?;
            whole = (name, written.generation);
        }
        Ok(converted)
    }
}

impl Pieces {
    /// Finds the pieces of a folder up to the first gap.
    fn found(folder: String, listed: &[ListedObject]) -> Self {
        let mut pieces = Self { folder, objects: Vec::new(), end: 0 };
        // The list is ordered by name.
        for object in listed {
            let name = object.name.strip_prefix(&pieces.folder).and_then(|name| name.strip_prefix('/'));
            let range = name.and_then(|name| name.split_once('-'));
            let numbers = range.map(|(start, end)| (start.parse::<u64>(), end.parse::<u64>()));
            let Some((Ok(start), Ok(end))) = numbers else { continue };
            if pieces.end == start {
                pieces.objects.push((object.name.clone(), object.generation));
                pieces.end = end;
            }
        }
        pieces
    }
}

/// The size of the header of a converted recording.
const HEADER: u64 = 44;

fn header(size: u32, rate: u32, channels: usize) -> Vec<u8> {
    let channels = u16::try_from(channels).unwrap_or(u16::MAX);
    let format = [
        audio::PCM.to_le_bytes().as_slice(),
        &channels.to_le_bytes(),
        &rate.to_le_bytes(),
        &rate.saturating_mul(u32::from(channels) * 2).to_le_bytes(),
        &channels.saturating_mul(2).to_le_bytes(),
        &16_u16.to_le_bytes(),
    ]
    .concat();
    audio::wav_header(&format, size)
}

impl Converted {
    fn new(folder: &str, samples: u64, rate: u32, channels: usize) -> Self {
        Self {
            object: format!("{folder}/recording-{samples}-{rate}-{channels}.wav"),
            bytes: HEADER + samples * 2 * channels as u64,
            duration: audio::seconds(samples, rate.max(1).into()),
            channels,
        }
    }

    /// Parses the name of a converted recording.
    fn parse(object: &str) -> Option<Self> {
        let (folder, name) = object.rsplit_once('/')?;
        let mut numbers = name.strip_prefix("recording-")?.strip_suffix(".wav")?.split('-');
        let (samples, rate, channels) = (numbers.next()?, numbers.next()?, numbers.next()?);
        Some(Self::new(folder, samples.parse().ok()?, rate.parse().ok()?, channels.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::{Converted, header};

    #[test]
    fn the_name_of_a_converted_recording_describes_it() {
        let converted = Converted::new("converted/item/1/all", 24_000, 16_000, 2);
        assert_eq!(Converted::parse(&converted.object), Some(converted.clone()));
        assert_eq!((converted.bytes, converted.duration.as_millis()), (96_044, 1500));
        assert_eq!(Converted::parse("converted/item/1/all/000000000000-000000024000"), None);
        assert_eq!(header(0, 16_000, 2).len(), 44);
    }
}
