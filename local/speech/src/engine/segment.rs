//! Dividing audio at its pauses.

use crate::engine::{BYTES_PER_SAMPLE, FRAME, level};

/// Frames of quiet that end a segment; they are kept, as the last sound may be a faint one.
const PAUSE: usize = 25;
/// Frames that are kept before the first loud one.
const BEFORE: usize = 20;
/// Fewer loud frames than this are a click.
const LEAST_LOUD: usize = 8;
/// Frames after which a segment without a pause is divided ...
const MOST: usize = 2000;
/// ... where it is quietest among its last ones ...
const CHOICE: usize = 500;
/// ... over so many together.
const TOGETHER: usize = 5;

/// Audio between two pauses.
#[derive(Debug)]
pub(super) struct Segment {
    /// Where it begins, in samples.
    pub(super) start: u64,
    pub(super) audio: Vec<u8>,
}

/// Takes frames and gives segments; it holds no more than the segment that is open.
pub(super) struct Segmenter {
    threshold: f32,
    /// Frames seen.
    seen: u64,
    before: Vec<u8>,
    open: Option<Open>,
}

struct Open {
    /// The frame it begins with.
    start: u64,
    audio: Vec<u8>,
    levels: Vec<f32>,
}

impl Segmenter {
    pub(super) fn new(threshold: f32) -> Self {
        Self { threshold, seen: 0, before: vec![], open: None }
    }

    /// Takes the next frame; gives the segment that it ends.
    pub(super) fn push(&mut self, frame: &[u8]) -> Option<Segment> {
        let level = level::of(frame);
        if self.open.is_none() && level > self.threshold {
            self.open = Some(self.begin());
        }
        self.seen += 1;
        if let Some(open) = &mut self.open {
            open.audio.extend_from_slice(frame);
            open.levels.push(level);
        } else {
            self.before.extend_from_slice(frame);
            let needless = self.before.len().saturating_sub(BEFORE * FRAME);
            self.before.drain(..needless);
        }
        let open = self.open.as_mut()?;
        let segment = if open.levels.iter().rev().take(PAUSE).all(|level| *level <= self.threshold) {
            self.open.take()?
        } else if open.levels.len() >= MOST {
            open.divide()
        } else {
            return None;
        };
        segment.close(self.threshold)
    }

    /// The segment that the end of the audio ends.
    pub(super) fn finish(self) -> Option<Segment> {
        self.open?.close(self.threshold)
    }

    fn begin(&mut self) -> Open {
        let audio = std::mem::take(&mut self.before);
        let levels: Vec<f32> = audio.chunks_exact(FRAME).map(level::of).collect();
        Open { start: self.seen - levels.len() as u64, audio, levels }
    }
}

impl Open {
    /// Takes the part up to its quietest place off.
    fn divide(&mut self) -> Self {
        let first = self.levels.len().saturating_sub(CHOICE);
        let sum = |place: &usize| self.levels[*place..*place + TOGETHER].iter().sum::<f32>();
        let quietest =
            (first..self.levels.len() - TOGETHER).min_by(|one, other| sum(one).total_cmp(&sum(other)));
        let place = quietest.unwrap_or(first) + TOGETHER / 2;
        let (audio, levels) = (self.audio.split_off(place * FRAME), self.levels.split_off(place));
        let rest = Self { start: self.start + place as u64, audio, levels };
        std::mem::replace(self, rest)
    }

    fn close(self, threshold: f32) -> Option<Segment> {
        let loud = self.levels.iter().filter(|level| **level > threshold).count();
        let start = self.start * (FRAME / BYTES_PER_SAMPLE) as u64;
        (loud >= LEAST_LOUD).then_some(Segment { start, audio: self.audio })
    }
}

#[cfg(test)]
mod tests {
    use super::{FRAME, Segment, Segmenter};

    /// Segments of stretches of frames that swing by so much.
    fn segments(stretches: &[(usize, i16)]) -> Vec<(u64, usize)> {
        let mut segmenter = Segmenter::new(40.0);
        let mut segments: Vec<Segment> = vec![];
        for (frames, amplitude) in stretches {
            let frame: Vec<u8> =
                [amplitude.to_le_bytes(), (-amplitude).to_le_bytes()].concat().repeat(FRAME / 4);
            segments.extend((0..*frames).filter_map(|_| segmenter.push(&frame)));
        }
        segments.extend(segmenter.finish());
        segments.iter().map(|segment| (segment.start / 160, segment.audio.len() / FRAME)).collect()
    }

    #[test]
    fn pauses_divide_and_a_little_of_them_is_kept() {
        assert_eq!(segments(&[(100, 0), (50, 1000), (100, 3), (50, 1000)]), [(80, 95), (230, 70)]);
        assert_eq!(segments(&[(5, 0), (50, 1000), (10, 3), (50, 1000), (10, 0)]), [(0, 125)]);
    }

    #[test]
    fn silence_and_clicks_are_no_segments() {
        assert_eq!(segments(&[(1000, 3)]), []);
        assert_eq!(segments(&[(100, 0), (5, 20_000), (100, 0)]), []);
        assert_eq!(segments(&[]), []);
    }

    #[test]
    fn what_has_no_pause_is_divided_where_it_is_quietest() {
        let divided = segments(&[(1800, 2000), (10, 500), (2000, 2000)]);
        let lengths: Vec<usize> = divided.iter().map(|(_, length)| *length).collect();
        assert_eq!(lengths.iter().sum::<usize>(), 3810);
        assert!(lengths.iter().all(|length| *length <= 2000));
        assert!((1800..1810).contains(&lengths[0]), "{lengths:?}");
        assert_eq!(divided[1].0, lengths[0] as u64);
    }
}
