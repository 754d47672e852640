//! Listening to files: ffmpeg decodes, pauses divide, PocketSphinx recognises, independent of HTTP.

mod decoder;
mod level;
mod segment;
mod sphinx;
mod tool;

use std::{collections::VecDeque, fs, io, path::Path, time::Duration};

use futures::{TryStreamExt as _, stream};
use local_engine::Programs;
use tokio::sync::Semaphore;

pub(crate) use sphinx::Word;
pub(crate) use tool::missing_tools;

use crate::{
    engine::{
        decoder::Decoder,
        level::Levels,
        segment::{Segment, Segmenter},
        tool::Tools,
    },
    fault::{self, Fault},
    settings::Settings,
};

/// How many files are measured at once; the others wait.
const MEASURED_AT_ONCE: usize = 8;
/// What ffmpeg makes of any audio: mono, in 16 bits.
const SAMPLES_PER_SECOND: u64 = 16_000;
const BYTES_PER_SAMPLE: usize = 2;
/// Ten milliseconds, in bytes: as much as is loud or quiet together.
const FRAME: usize = SAMPLES_PER_SECOND as usize / 100 * BYTES_PER_SAMPLE;

pub(crate) struct Engine {
    at_once: usize,
    measuring: Semaphore,
    recognising: Semaphore,
    tools: Tools,
}

/// What was heard in a file.
#[derive(Debug)]
pub(crate) struct Transcript {
    pub(crate) heard: Vec<Heard>,
    pub(crate) length: Duration,
}

/// Words without a pause.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) words: Vec<Word>,
    pub(crate) end: Duration,
}

/// The longest audio that is listened to, and what is said of longer audio.
pub(crate) struct Longest {
    pub(crate) length: Duration,
    pub(crate) otherwise: Fault,
}

/// A file that was decoded once: how long it is, and from which level on it is speech.
struct Measured {
    length: Duration,
    threshold: f32,
}

impl Engine {
    pub(crate) fn open(settings: &Settings) -> io::Result<Self> {
        let at_once = settings.concurrency.max(1);
        // What a killed process left.
        let folder = settings.work_folder.join("audio");
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(&folder)?,
        }
        let programs = Programs {
            folder: folder.canonicalize()?,
            path: settings.tool_path.clone(),
            step_time: settings.limits.step_time,
        };
        let tools = Tools { programs, model: settings.model_folder.clone().or_else(tool::model) };
        Ok(Self {
            at_once,
            measuring: Semaphore::new(MEASURED_AT_ONCE),
            recognising: Semaphore::new(at_once),
            tools,
        })
    }

    /// Where audio is kept while it is recognised.
    pub(crate) fn folder(&self) -> &Path {
        &self.tools.programs.folder
    }

    /// Listens to a file; `progress` is told how much of it is done, in percent.
    pub(crate) async fn recognise(
        &self,
        file: &Path,
        longest: &Longest,
        progress: impl Fn(u8),
    ) -> Result<Transcript, Fault> {
        let heard = self.listen(file, longest, progress).await;
        match heard {
            // A file that went away while it was read looks broken to the tools.
            Err(_) if !tokio::fs::try_exists(file).await.unwrap_or(true) => {
                Err(Fault::not_found("OBJECT_NOT_FOUND", "The audio was deleted while it was read."))
            }
            heard => heard,
        }
    }

    async fn listen(
        &self,
        file: &Path,
        longest: &Longest,
        progress: impl Fn(u8),
    ) -> Result<Transcript, Fault> {
        let measured = self.measure(file, longest).await?;
        let (length, progress) = (measured.length, &progress);
        let heard = segments(file, &measured, &self.tools.programs)?
            .map_ok(|segment| self.hear(segment))
            .try_buffered(self.at_once)
            .inspect_ok(|heard| progress(percent(heard.end, length)))
            .try_filter(|heard| std::future::ready(!heard.words.is_empty()))
            .try_collect()
            .await?;
        Ok(Transcript { heard, length })
    }

    /// Decodes the whole file, so that what is too long or broken is refused before any work.
    async fn measure(&self, file: &Path, longest: &Longest) -> Result<Measured, Fault> {
        let _permit = self.measuring.acquire().await.map_err(|_| Fault::internal())?;
        let mut decoder = Decoder::start(file, &self.tools.programs)?;
        let (mut levels, mut bytes) = (Levels::default(), 0);
        while let Some(chunk) = decoder.chunk().await? {
            chunk.chunks_exact(FRAME).for_each(|frame| levels.add(level::of(frame)));
            bytes += chunk.len() as u64;
            if time(bytes) > longest.length {
                return Err(longest.otherwise.clone());
            }
        }
        if bytes == 0 {
            return Err(fault::unsupported_audio());
        }
        Ok(Measured { length: time(bytes), threshold: levels.threshold() })
    }

    async fn hear(&self, segment: Segment) -> Result<Heard, Fault> {
        let _permit = self.recognising.acquire().await.map_err(|_| Fault::internal())?;
        sphinx::recognise(segment, &self.tools).await
    }
}

/// Decodes the file again, as fast as its segments are taken.
fn segments<'a>(
    file: &Path,
    measured: &Measured,
    programs: &'a Programs,
) -> Result<impl stream::Stream<Item = Result<Segment, Fault>> + use<'a>, Fault> {
    let state = (Decoder::start(file, programs)?, Some(Segmenter::new(measured.threshold)), VecDeque::new());
    Ok(stream::try_unfold(state, |(mut decoder, mut segmenter, mut ready)| async move {
        loop {
            if let Some(segment) = ready.pop_front() {
                return Ok(Some((segment, (decoder, segmenter, ready))));
            }
            let Some(open) = &mut segmenter else {
                return Ok(None);
            };
            match decoder.chunk().await? {
                Some(chunk) => ready.extend(chunk.chunks_exact(FRAME).filter_map(|frame| open.push(frame))),
                None => ready.extend(segmenter.take().and_then(Segmenter::finish)),
            }
        }
    }))
}

/// How long so many bytes of samples sound.
fn time(bytes: u64) -> Duration {
    let samples = bytes / BYTES_PER_SAMPLE as u64;
    Duration::from_micros(samples * 1_000_000 / SAMPLES_PER_SECOND)
}

fn percent(done: Duration, whole: Duration) -> u8 {
    let share = done.as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE);
    (share * 100.0).clamp(0.0, 100.0) as u8
}
