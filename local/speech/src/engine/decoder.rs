//! Decodes any supported file with ffmpeg, one second of samples at a time.

use std::{ffi::OsString, path::Path, process::Stdio, time::Duration};

use local_engine::Programs;
use tokio::{
    io::AsyncReadExt as _,
    process::{Child, ChildStdout},
};

use crate::{
    engine::{
        BYTES_PER_SAMPLE, SAMPLES_PER_SECOND,
        tool::{FFMPEG, FFPROBE},
    },
    fault::{self, Fault},
};

/// One second, which is a whole number of frames.
const CHUNK: usize = SAMPLES_PER_SECOND as usize * BYTES_PER_SAMPLE;
/// The containers that the real service accepts. Others, such as playlists, could refer to other files.
const FORMATS: &str = "wav,flac,mp3,mov,mp4,m4a,ogg,matroska,webm,amr";
const CODECS: &str = "pcm_s16le,pcm_mulaw,pcm_alaw,flac,mp3float,mp3,aac,opus,libopus,amrnb,amrwb,libopencore_amrnb,\
                      libopencore_amrwb";

/// The size limit of the output of ffprobe.
const OUTPUT_BYTES: u64 = 64 << 10;

/// A running ffmpeg, which waits until its samples are read.
pub(super) struct Decoder {
    child: Child,
    samples: ChildStdout,
    step_time: Duration,
}

/// Returns the number of channels of the first audio track. A file that is not audio has one, which cannot be decoded.
pub(super) async fn channels(file: &Path, programs: &Programs) -> Result<usize, Fault> {
    let mut input = OsString::from("file:");
    input.push(file);
    let options =
        "-v error -protocol_whitelist file -select_streams a:0 -show_entries stream=channels -of csv=p=0";
    let mut arguments: Vec<OsString> = options.split(' ').map(OsString::from).collect();
    arguments.extend(["-format_whitelist".into(), FORMATS.into(), input]);
    let output = programs.run(FFPROBE, arguments, b"", OUTPUT_BYTES).await?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().find_map(|line| line.trim().parse().ok()).unwrap_or(1))
}

impl Decoder {
    /// Starts to decode a channel, counted from 0.
    pub(super) fn start(file: &Path, channel: usize, programs: &Programs) -> Result<Self, Fault> {
        let mut input = OsString::from("file:");
        input.push(file);
        let options = "-nostdin -v error -threads 1 -protocol_whitelist file";
        let whitelists = ["-format_whitelist", FORMATS, "-codec_whitelist", CODECS, "-i"];
        let output = format!("-map 0:a:0 -af pan=mono|c0=c{channel} -ar 16000 -f s16le pipe:1");
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
