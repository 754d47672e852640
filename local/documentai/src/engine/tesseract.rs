//! Recognizes a clean page with Tesseract.

use std::{collections::BTreeSet, ffi::OsStr, path::Path};

use http::StatusCode;
use local_engine::{Output, Programs};

use crate::{
    engine::{TESSERACT, gray::Gray},
    fault::{self, Fault},
};

const DEFAULT_LANGUAGE: &str = "eng";
const OUTPUT_BYTES: u64 = 64 << 20;
/// The page segmentation mode with orientation and script detection.
const ANY_ORIENTATION: &str = "1";
/// The page segmentation mode for an upright page.
const UPRIGHT: &str = "3";
/// The confidence below which a page is tried again in all orientations.
const MIN_CONFIDENCE: f32 = 0.55;
const MIN_CHARACTERS: usize = 24;

/// The result for one page: words with positions on the upright page.
pub(super) struct Recognition {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) words: Vec<Word>,
}

/// A recognized word and its position.
pub(super) struct Word {
    pub(super) text: String,
    /// The block, paragraph and line, each counted within the previous one.
    pub(super) place: [u32; 3],
    pub(super) confidence: f32,
    /// The left, top, right and bottom edges in pixels.
    pub(super) bounds: [f32; 4],
}

/// Returns the mean confidence of words, weighted by length.
pub(super) fn confidence(words: &[Word]) -> f32 {
    let (mut sum, mut letters) = (0.0, 0.0);
    for word in words {
        let length = super::gray::coordinate(word.text.chars().count());
        sum += word.confidence * length;
        letters += length;
    }
    if letters > 0.0 { sum / letters } else { 0.0 }
}

/// Returns the hinted languages that are installed, in Tesseract's notation.
pub(super) async fn languages(hints: &[String], programs: &Programs) -> Result<String, Fault> {
    if hints.is_empty() {
        return Ok(DEFAULT_LANGUAGE.to_owned());
    }
    let output = programs.run(TESSERACT, ["--list-langs"], &[], OUTPUT_BYTES).await?;
    let installed = String::from_utf8_lossy(&output.stdout).into_owned();
    let installed: BTreeSet<&str> = installed.lines().collect();
    let available: Vec<&str> = hints
        .iter()
        .filter_map(|hint| super::language::data(hint))
        .filter(|data| installed.contains(data))
        .collect();
    Ok(if available.is_empty() { DEFAULT_LANGUAGE.to_owned() } else { available.join("+") })
}

pub(super) async fn read(page: Gray, languages: &str, programs: &Programs) -> Result<Recognition, Fault> {
    let first = attempt(&page, languages, ANY_ORIENTATION, programs).await?;
    if !first.is_poor() || !has_ink(&page) {
        return Ok(first);
    }
    // There is too little text for orientation detection. The right orientation gives the most text.
    let mut best = first;
    for quarters in 0..4 {
        let recognition = attempt(&page.turned(quarters), languages, UPRIGHT, programs).await?;
        if recognition.score() > best.score() {
            best = recognition;
        }
    }
    Ok(best)
}

async fn attempt(
    page: &Gray,
    languages: &str,
    segmentation: &str,
    programs: &Programs,
) -> Result<Recognition, Fault> {
    let arguments = ["stdin", "stdout", "-l", languages, "--psm", segmentation, "tsv"];
    recognized(programs.run(TESSERACT, arguments, &page.to_pgm(), OUTPUT_BYTES).await)
}

/// Recognizes a page of a TIFF file, which Tesseract's own library decodes. It reads encodings that others do not.
pub(super) async fn read_tiff(
    file: &Path,
    number: usize,
    languages: &str,
    programs: &Programs,
) -> Result<Recognition, Fault> {
    let page = format!("tessedit_page_number={}", number - 1);
    let options = ["stdout", "-l", languages, "--psm", ANY_ORIENTATION, "-c", &page, "tsv"];
    let arguments = [file.as_os_str()].into_iter().chain(options.map(OsStr::new));
    recognized(programs.run(TESSERACT, arguments, &[], OUTPUT_BYTES).await)
}

/// Parses the output of Tesseract.
fn recognized(run: Result<Output, Fault>) -> Result<Recognition, Fault> {
    let output = match run {
        Ok(output) if output.exhausted => return Err(fault::too_complex(None)),
        Err(error) if error.status() == StatusCode::GATEWAY_TIMEOUT => return Err(fault::too_complex(None)),
        output => output?,
    };
    if !output.success {
        tracing::error!(stderr = output.stderr, "tesseract failed");
        if output.stderr.contains("loading language") || output.stderr.contains("traineddata") {
            return Err(Fault::unavailable(
                "tesseract's language data is missing: install the Debian packages tesseract-ocr-eng and \
                 tesseract-ocr-osd.",
            ));
        }
        return Err(if output.killed {
            Fault::internal()
        } else {
            fault::broken("The page could not be read.")
        });
    }
    let listing = String::from_utf8_lossy(&output.stdout);
    let [width, height] =
        listing.lines().find_map(page_size).ok_or_else(|| fault::broken("The page has no size."))?;
    Ok(Recognition { width, height, words: listing.lines().filter_map(word).collect() }.upright())
}

/// Parses a line `1 page_num 0 0 0 0 left top width height conf text`.
fn page_size(line: &str) -> Option<[f32; 2]> {
    let fields: Vec<&str> = line.split('\t').collect();
    let sides = fields.get(8).zip(fields.get(9)).filter(|_| fields.first() == Some(&"1"))?;
    Some([sides.0.parse().ok()?, sides.1.parse().ok()?])
}

/// Returns true if the page has more ink than specks.
fn has_ink(page: &Gray) -> bool {
    page.data.iter().step_by(5).filter(|pixel| **pixel < 128).count() * 5 > page.data.len() / 400
}

/// Parses a line `level page_num block_num par_num line_num word_num left top width height conf text`, where
/// level 5 is a word.
fn word(line: &str) -> Option<Word> {
    let mut fields = line.splitn(12, '\t');
    (fields.next()? == "5").then_some(())?;
    let mut place = [0_u32; 3];
    fields.next()?;
    for number in &mut place {
        *number = fields.next()?.parse().ok()?;
    }
    fields.next()?;
    let mut bounds = [0_f32; 4];
    for side in &mut bounds {
        *side = fields.next()?.parse().ok()?;
    }
    let confidence: f32 = fields.next()?.parse().ok()?;
    let text = fields.next()?.trim();
    let confidence = (confidence / 100.0).clamp(0.0, 1.0);
    // Specks and the edges of paper are recognized as single strokes.
    let doubtful = confidence < 0.5 && !text.chars().any(char::is_alphanumeric);
    let [left, top, width, height] = bounds;
    (!text.is_empty() && !doubtful).then(|| Word {
        text: text.to_owned(),
        place,
        confidence,
        bounds: [left, top, left + width, top + height],
    })
}

impl Recognition {
    /// Returns the amount of text: characters, weighted by confidence.
    fn score(&self) -> f32 {
        self.words.iter().map(|word| super::gray::coordinate(word.text.len()) * word.confidence.powi(2)).sum()
    }

    fn is_poor(&self) -> bool {
        let characters: usize = self.words.iter().map(|word| word.text.len()).sum();
        let mean = confidence(&self.words);
        characters < MIN_CHARACTERS || mean < MIN_CONFIDENCE
    }

    /// Turns the boxes upright. Tesseract detects the orientation of a page but reports boxes for the original
    /// page. The direction from word to word in a line reveals the orientation.
    fn upright(mut self) -> Self {
        let middle = |word: &Word| {
            let [left, top, right, bottom] = word.bounds;
            (left + right, top + bottom)
        };
        let (mut right, mut down) = (0.0_f32, 0.0_f32);
        for pair in self.words.windows(2).filter(|pair| pair[0].place == pair[1].place) {
            let ((from_x, from_y), (to_x, to_y)) = (middle(&pair[0]), middle(&pair[1]));
            right += to_x - from_x;
            down += to_y - from_y;
        }
        let (width, height) = (self.width, self.height);
        let turn = |[left, top, right_side, bottom]: [f32; 4]| {
            if right.abs() >= down.abs() {
                if right >= 0.0 {
                    [left, top, right_side, bottom]
                } else {
                    [width - right_side, height - bottom, width - left, height - top]
                }
            } else if down > 0.0 {
                [top, width - right_side, bottom, width - left]
            } else {
                [height - bottom, left, height - top, right_side]
            }
        };
        for word in &mut self.words {
            word.bounds = turn(word.bounds);
        }
        if down.abs() > right.abs() {
            (self.width, self.height) = (height, width);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Word;
    use super::{Recognition, word};

    #[test]
    fn words_are_parsed_and_doubtful_strokes_are_dropped() {
        let read = word("5\t1\t2\t1\t3\t4\t10\t20\t30\t40\t96.5\tlamp").expect("a word");
        assert_eq!(
            (read.text.as_str(), read.place, read.bounds),
            ("lamp", [2, 1, 3], [10.0, 20.0, 40.0, 60.0])
        );
        assert!(word("5\t1\t2\t1\t3\t4\t10\t20\t30\t40\t20.1\t~|").is_none());
        assert!(word("5\t1\t2\t1\t3\t4\t10\t20\t30\t40\t95\t ").is_none());
        assert!(word("4\t1\t2\t1\t3\t0\t10\t20\t30\t40\t-1\t").is_none());
    }

    #[test]
    fn boxes_of_a_sideways_page_are_turned_upright() {
        let at = |bounds| Word { text: "word".to_owned(), place: [1, 1, 1], confidence: 0.9, bounds };
        // The words follow downwards: the page lies on its right side.
        let words = vec![at([80.0, 10.0, 90.0, 30.0]), at([80.0, 40.0, 90.0, 60.0])];
        let upright = Recognition { width: 100.0, height: 200.0, words }.upright();
        assert_eq!((upright.width, upright.height), (200.0, 100.0));
        assert_eq!(upright.words[0].bounds, [10.0, 10.0, 30.0, 20.0]);
        assert_eq!(upright.words[1].bounds, [40.0, 10.0, 60.0, 20.0]);
        // The words follow upwards.
        let words = vec![at([10.0, 170.0, 20.0, 190.0]), at([10.0, 140.0, 20.0, 160.0])];
        let upright = Recognition { width: 100.0, height: 200.0, words }.upright();
        assert_eq!(upright.words[0].bounds, [10.0, 10.0, 30.0, 20.0]);
        // The page is upside down.
        let words = vec![at([70.0, 180.0, 90.0, 190.0]), at([40.0, 180.0, 60.0, 190.0])];
        let upright = Recognition { width: 100.0, height: 200.0, words }.upright();
        assert_eq!(upright.words[0].bounds, [10.0, 10.0, 30.0, 20.0]);
    }
}
