//! Decodes any supported file with ffmpeg, one second of samples at a time.

use std::{ffi::OsString, path::Path, process::Stdio, time::Duration};

use local_engine::Programs;
use tokio::{
    io::AsyncReadExt as _,
    process::{Child, ChildStdout},
};

use crate::{
    engine::{BYTES_PER_SAMPLE, SAMPLES_PER_SECOND, tool::FFMPEG},
    fault::{self, Fault},
};

/// One second, which is a whole number of frames.
const CHUNK: usize = SAMPLES_PER_SECOND as usize * BYTES_PER_SAMPLE;
/// The containers that the real service accepts. Others, such as playlists, could refer to other files.
const FORMATS: &str = "wav,flac,mp3,mov,mp4,m4a,ogg,matroska,webm,amr";
const CODECS: &str = "pcm_s16le,pcm_mulaw,pcm_alaw,flac,mp3float,mp3,aac,opus,libopus,amrnb,amrwb,libopencore_amrnb,\
                      libopencore_amrwb";

/// A running ffmpeg, which waits until its samples are read.
pub(super) struct Decoder {
    child: Child,
    samples: ChildStdout,
    step_time: Duration,
}

impl Decoder {
    pub(super) fn start(file: &Path, programs: &Programs) -> Result<Self, Fault> {
        let mut input = OsString::from("file:");
        input.push(file);
        let options = "-nostdin -v error -threads 1 -protocol_whitelist file";
        let whitelists = ["-format_whitelist", FORMATS, "-codec_whitelist", CODECS, "-i"];
        let output = "-map 0:a:0 -ac 1 -ar 16000 -f s16le pipe:1";
        let mut child = programs
            .command(FFMPEG, options.split(' ').chain(whitelists))
            .arg(input)
            .args(output.split(' '))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| FFMPEG.failed(&error))?;
        let samples = child.stdout.take().ok_or_else(Fault::internal)?;
        Ok(Self { child, samples, step_time: programs.step_time })
    }

    /// Returns the next second of samples, a shorter rest, or `None` at the end.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the file could not be decoded, which ffmpeg may only notice at the end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        tokio::time::timeout(self.step_time, self.read()).await.map_err(|_| Fault::deadline_exceeded())?
    }

    async fn read(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut samples = (&mut self.samples).take(CHUNK as u64);
        samples.read_to_end(&mut chunk).await.map_err(|error| FFMPEG.failed(&error))?;
        if !chunk.is_empty() {
            return Ok(Some(chunk));
        }
        let status = self.child.wait().await.map_err(|error| FFMPEG.failed(&error))?;
        match status.code() {
            Some(0) => Ok(None),
            Some(_) => Err(fault::unsupported_audio()),
            // A signal ended it, most likely for lack of memory.
            None => Err(Fault::internal()),
        }
    }
}
