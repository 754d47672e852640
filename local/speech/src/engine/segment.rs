//! Divides audio at its pauses.

use crate::engine::{BYTES_PER_SAMPLE, FRAME, level};

/// The number of quiet frames that end a segment. They stay in it, because the last sound may be faint.
const PAUSE: usize = 25;
/// The number of frames that are kept before the first loud one.
const LEAD_IN: usize = 20;
/// The smallest number of loud frames. Segments with fewer are clicks.
const MIN_LOUD: usize = 8;
/// The number of frames after which a segment without a pause is divided.
const MAX_FRAMES: usize = 2000;
/// The number of last frames among which the quietest place is searched.
const SEARCH_FRAMES: usize = 500;
/// The number of frames over which quietness is measured.
const WINDOW: usize = 5;

/// Audio between two pauses.
#[derive(Debug)]
pub(super) struct Segment {
    /// The position of the first sample.
    pub(super) start: u64,
    pub(super) audio: Vec<u8>,
}

/// Divides a stream of frames into segments. Holds at most the open segment.
pub(super) struct Segmenter {
    threshold: f32,
    /// The number of frames so far.
    count: u64,
    before: Vec<u8>,
    open: Option<Open>,
}

struct Open {
    /// The position of the first frame.
    start: u64,
    audio: Vec<u8>,
    levels: Vec<f32>,
}

impl Segmenter {
    pub(super) fn new(threshold: f32) -> Self {
        Self { threshold, count: 0, before: vec![], open: None }
    }

    /// Adds the next frame, and returns the segment that it ends, if any.
    pub(super) fn push(&mut self, frame: &[u8]) -> Option<Segment> {
        let level = level::of(frame);
        if self.open.is_none() && level > self.threshold {
            self.open = Some(self.begin());
        }
        self.count += 1;
        if let Some(open) = &mut self.open {
            open.audio.extend_from_slice(frame);
            open.levels.push(level);
        } else {
            self.before.extend_from_slice(frame);
            let excess = self.before.len().saturating_sub(LEAD_IN * FRAME);
            self.before.drain(..excess);
        }
        let open = self.open.as_mut()?;
        let segment = if open.levels.iter().rev().take(PAUSE).all(|level| *level <= self.threshold) {
            self.open.take()?
        } else if open.levels.len() >= MAX_FRAMES {
            open.divide()
        } else {
            return None;
        };
        segment.close(self.threshold)
    }

    /// Returns the segment that the end of the audio ends, if any.
    pub(super) fn finish(self) -> Option<Segment> {
        self.open?.close(self.threshold)
    }

    fn begin(&mut self) -> Open {
        let audio = std::mem::take(&mut self.before);
        let levels: Vec<f32> = audio.chunks_exact(FRAME).map(level::of).collect();
        Open { start: self.count - levels.len() as u64, audio, levels }
    }
}

impl Open {
    /// Splits off the part up to the quietest place.
    fn divide(&mut self) -> Self {
        let first = self.levels.len().saturating_sub(SEARCH_FRAMES);
        let sum = |place: &usize| self.levels[*place..*place + WINDOW].iter().sum::<f32>();
        let quietest =
            (first..self.levels.len() - WINDOW).min_by(|one, other| sum(one).total_cmp(&sum(other)));
        let place = quietest.unwrap_or(first) + WINDOW / 2;
        let (audio, levels) = (self.audio.split_off(place * FRAME), self.levels.split_off(place));
        let rest = Self { start: self.start + place as u64, audio, levels };
        std::mem::replace(self, rest)
    }

    fn close(self, threshold: f32) -> Option<Segment> {
        let loud = self.levels.iter().filter(|level| **level > threshold).count();
        let start = self.start * (FRAME / BYTES_PER_SAMPLE) as u64;
        (loud >= MIN_LOUD).then_some(Segment { start, audio: self.audio })
    }
}

#[cfg(test)]
mod tests {
    use super::{FRAME, Segment, Segmenter};

    /// Divides test audio, given as numbers of frames and their amplitudes, and returns the segments.
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
    fn pauses_divide_and_are_partly_kept() {
        assert_eq!(segments(&[(100, 0), (50, 1000), (100, 3), (50, 1000)]), [(80, 95), (230, 70)]);
        assert_eq!(segments(&[(5, 0), (50, 1000), (10, 3), (50, 1000), (10, 0)]), [(0, 125)]);
    }

    #[test]
    fn silence_and_clicks_produce_no_segments() {
        assert_eq!(segments(&[(1000, 3)]), []);
        assert_eq!(segments(&[(100, 0), (5, 20_000), (100, 0)]), []);
        assert_eq!(segments(&[]), []);
    }

    #[test]
    fn audio_without_a_pause_is_divided_at_its_quietest_place() {
        let divided = segments(&[(1800, 2000), (10, 500), (2000, 2000)]);
        let lengths: Vec<usize> = divided.iter().map(|(_, length)| *length).collect();
        assert_eq!(lengths.iter().sum::<usize>(), 3810);
        assert!(lengths.iter().all(|length| *length <= 2000));
        assert!((1800..1810).contains(&lengths[0]), "{lengths:?}");
        assert_eq!(divided[1].0, lengths[0] as u64);
    }
}
