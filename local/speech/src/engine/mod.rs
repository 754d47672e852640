//! The speech engine, independent of HTTP: ffmpeg decodes the audio, pauses divide it into segments, and PocketSphinx
//! recognizes each segment.

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

/// The number of files that are measured at the same time.
const CONCURRENT_MEASUREMENTS: usize = 8;
/// The format that ffmpeg converts all audio to: mono, in 16 bits.
const SAMPLES_PER_SECOND: u64 = 16_000;
const BYTES_PER_SAMPLE: usize = 2;
/// Ten milliseconds in bytes: the unit for measuring levels.
const FRAME: usize = SAMPLES_PER_SECOND as usize / 100 * BYTES_PER_SAMPLE;

pub(crate) struct Engine {
    concurrency: usize,
    measuring: Semaphore,
    recognizing: Semaphore,
    tools: Tools,
}

/// The recognized speech of a file.
#[derive(Debug)]
pub(crate) struct Transcript {
    /// The utterances of each recognized channel.
    pub(crate) channels: Vec<Vec<Utterance>>,
    pub(crate) length: Duration,
}

/// Words without a pause between them.
#[derive(Debug)]
pub(crate) struct Utterance {
    pub(crate) words: Vec<Word>,
    pub(crate) end: Duration,
}

/// The length limit for audio, and the error for longer audio.
pub(crate) struct LengthLimit {
    pub(crate) length: Duration,
    pub(crate) fault: Fault,
}

/// The memory limit of a program, in bytes of address space.
const MEMORY: u64 = 2 << 30;

/// The result of decoding a file once: its length, and the level from which it contains speech.
struct Measured {
    length: Duration,
    threshold: f32,
}

impl Engine {
    pub(crate) fn open(settings: &Settings) -> io::Result<Self> {
        let concurrency = settings.concurrency.max(1);
        // Remove leftovers of a killed process.
        let folder = settings.work_folder.join("audio");
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(&folder)?,
        }
        let programs = Programs {
            folder: folder.canonicalize()?,
            path: settings.tool_path.clone(),
            step_time: settings.limits.step_time,
            memory: MEMORY,
        };
        let tools = Tools { programs, model: settings.model_folder.clone().or_else(tool::model) };
        Ok(Self {
            concurrency,
            measuring: Semaphore::new(CONCURRENT_MEASUREMENTS),
            recognizing: Semaphore::new(concurrency),
            tools,
        })
    }

    /// The folder for audio while it is recognized.
    pub(crate) fn folder(&self) -> &Path {
        &self.tools.programs.folder
    }

    /// Transcribes the first channel or all channels of a file, and reports the progress in percent to `progress`.
    pub(crate) async fn recognize(
        &self,
        file: &Path,
        all_channels: bool,
        limit: &LengthLimit,
        progress: impl Fn(u8),
    ) -> Result<Transcript, Fault> {
        let result = self.transcribe(file, all_channels, limit, progress).await;
        match result {
            // The tools report a file that was deleted meanwhile as broken.
            Err(_) if !tokio::fs::try_exists(file).await.unwrap_or(true) => {
                Err(Fault::not_found("OBJECT_NOT_FOUND", "The audio was deleted while it was being read."))
            }
            result => result,
        }
    }

    async fn transcribe(
        &self,
        file: &Path,
        all_channels: bool,
        limit: &LengthLimit,
        progress: impl Fn(u8),
    ) -> Result<Transcript, Fault> {
        let count = if all_channels { decoder::channels(file, &self.tools.programs).await? } else { 1 };
        let mut transcript = Transcript { channels: vec![], length: Duration::ZERO };
        for channel in 0..count {
            let measured = self.measure(file, channel, limit).await?;
            let (length, progress) = (measured.length, &progress);
            let share = |percent: u8| ((channel * 100 + usize::from(percent)) / count) as u8;
            let utterances = segments(file, channel, &measured, &self.tools.programs)?
                .map_ok(|segment| self.recognize_segment(segment))
                .try_buffered(self.concurrency)
                .inspect_ok(|utterance| progress(share(percent(utterance.end, length))))
                .try_filter(|utterance| std::future::ready(!utterance.words.is_empty()))
                .try_collect()
                .await?;
            transcript.channels.push(utterances);
            transcript.length = transcript.length.max(length);
        }
        Ok(transcript)
    }

    /// Decodes the whole file, so that broken or too long audio fails before any recognition.
    async fn measure(&self, file: &Path, channel: usize, limit: &LengthLimit) -> Result<Measured, Fault> {
        let _permit = self.measuring.acquire().await.map_err(|_| Fault::internal())?;
        let mut decoder = Decoder::start(file, channel, &self.tools.programs)?;
        let (mut levels, mut bytes) = (Levels::default(), 0);
        while let Some(chunk) = decoder.chunk().await? {
            chunk.chunks_exact(FRAME).for_each(|frame| levels.add(level::of(frame)));
            bytes += chunk.len() as u64;
            if time(bytes) > limit.length {
                return Err(limit.fault.clone());
            }
        }
        if bytes == 0 {
            return Err(fault::unsupported_audio());
        }
        Ok(Measured { length: time(bytes), threshold: levels.threshold() })
    }

    async fn recognize_segment(&self, segment: Segment) -> Result<Utterance, Fault> {
        let _permit = self.recognizing.acquire().await.map_err(|_| Fault::internal())?;
        sphinx::recognize(segment, &self.tools).await
    }
}

/// Decodes the file again, as fast as the segments are consumed.
fn segments<'a>(
    file: &Path,
    channel: usize,
    measured: &Measured,
    programs: &'a Programs,
) -> Result<impl stream::Stream<Item = Result<Segment, Fault>> + use<'a>, Fault> {
    let state =
        (Decoder::start(file, channel, programs)?, Some(Segmenter::new(measured.threshold)), VecDeque::new());
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

/// Returns the duration of this number of bytes of samples.
fn time(bytes: u64) -> Duration {
    let samples = bytes / BYTES_PER_SAMPLE as u64;
    Duration::from_micros(samples * 1_000_000 / SAMPLES_PER_SECOND)
}

fn percent(done: Duration, whole: Duration) -> u8 {
    let share = done.as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE);
    (share * 100.0).clamp(0.0, 100.0) as u8
}
