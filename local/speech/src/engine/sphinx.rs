//! Recognizes one segment with PocketSphinx.

use std::{ffi::OsString, io::Write as _, time::Duration};

use tempfile::NamedTempFile;

use crate::{
    engine::{
        Utterance,
        segment::Segment,
        time,
        tool::{POCKETSPHINX, Tools},
    },
    fault::Fault,
};

/// The size limit of the output, far more than the words of a segment need.
const OUTPUT_BYTES: u64 = 1 << 20;
const EXTENSION: &str = ".raw";

/// A recognized word and its position.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) start: Duration,
    pub(crate) end: Duration,
    pub(crate) confidence: f32,
}

pub(super) async fn recognize(segment: Segment, tools: &Tools) -> Result<Utterance, Fault> {
    let model = tools.model()?;
    let start = time(segment.start * 2);
    let end = start + time(segment.audio.len() as u64);
    let folder = tools.programs.folder.clone();
    // The program needs a file, because it examines the whole audio before it starts.
    let file = tokio::task::spawn_blocking(move || {
        let mut file = NamedTempFile::with_suffix_in(EXTENSION, folder)?;
        file.write_all(&segment.audio)?;
        std::io::Result::Ok(file)
    });
    let file = file
        .await
        .map_err(|_| Fault::internal())?
        .map_err(|error| POCKETSPHINX.failed(&error))?
        .into_temp_path();
    let name = file.file_stem().and_then(|name| name.to_str()).ok_or_else(Fault::internal)?;

    // Without noise removal, clean speech is recognized better, and noisy speech hardly worse.
    let options = "-adcin yes -remove_noise no -cepdir . -cepext .raw -ctl /dev/stdin -ctm /dev/stdout";
    let mut arguments: Vec<OsString> = options.split(' ').map(OsString::from).collect();
    for (option, part) in [("-hmm", "en-us"), ("-lm", "en-us.lm.bin"), ("-dict", "cmudict-en-us.dict")] {
        arguments.extend([option.into(), model.join(part).into_os_string()]);
    }
    let list = format!("{name}\n");
    let output = tools.programs.run(POCKETSPHINX, arguments, list.as_bytes(), OUTPUT_BYTES).await?;
    if !output.success {
        tracing::error!(stderr = output.stderr, "PocketSphinx failed");
        return Err(Fault::internal());
    }
    let words =
        String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| word(line, start)).collect();
    Ok(Utterance { words, end })
}

/// Parses a line `file channel start length word confidence`, with times in seconds from the segment's start.
fn word(line: &str, segment: Duration) -> Option<Word> {
    let mut fields = line.split_whitespace().skip(2);
    let start = segment + Duration::try_from_secs_f64(fields.next()?.parse().ok()?).ok()?;
    let length = Duration::try_from_secs_f64(fields.next()?.parse().ok()?).ok()?;
    // `read(2)` is the second pronunciation of `read`.
    let text = fields
        .next()?
        .split('(')
        .next()
        .filter(|text| !text.is_empty() && !text.starts_with(['<', '[', '+']))?;
    let confidence: f32 = fields.next()?.parse().ok()?;
    let confidence = if confidence.is_finite() { confidence.clamp(0.0, 1.0) } else { 0.0 };
    Some(Word { text: text.to_owned(), start, end: start + length, confidence })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::word;

    #[test]
    fn a_line_becomes_a_word_with_its_position() {
        let read = word("x7 1 0.75 0.12 and(2) 1.001", Duration::from_secs(60)).expect("a word");
        assert_eq!((read.text.as_str(), read.confidence), ("and", 1.0));
        assert_eq!((read.start, read.end), (Duration::from_millis(60_750), Duration::from_millis(60_870)));
    }

    #[test]
    fn other_lines_are_ignored() {
        for line in ["", "x7 1 0.75", "x7 1 0.00 0.10 <sil> 0.9", "x7 1 -1 0.1 word 0.9", "a b c d e f"] {
            assert!(word(line, Duration::ZERO).is_none(), "{line}");
        }
    }
}
