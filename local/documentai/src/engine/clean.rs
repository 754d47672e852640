//! Cleans noisy, unevenly lit or skewed pages so that they can be recognized.

use crate::engine::{gray::Gray, skew};

/// The largest number of pixels, slightly more than an A3 sheet at 300 dots per inch. Larger pages are scaled down.
const MAX_PIXELS: usize = 20_000_000;
/// The longest allowed side. Tesseract rejects images with a side of more than 32767 pixels.
const MAX_SIDE: usize = 30_000;
/// The smallest length of a page's longer side. Smaller pages are enlarged, so that strokes are wide enough to
/// clean and recognize.
const MIN_SIDE: usize = 2400;
/// The number of squares along the page's longer side for which the light is measured.
const SQUARES_PER_SIDE: usize = 48;
/// The share of isolated specks from which a page needs the median filter.
const SPECKS: f64 = 0.0004;
/// The smallest skew angle that is corrected, in degrees.
const MIN_SKEW: f32 = 0.15;

pub(super) fn clean(page: Gray) -> Gray {
    let mut page = scaled(page);
    if median_of(&page.data) < 96 {
        page.data.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    }
    level_light(&mut page);
    if is_speckled(&page) {
        page = median(&page);
    }
    let angle = skew::angle(&page);
    if angle.abs() > MIN_SKEW { skew::rotated(&page, -angle) } else { page }
}

/// Scales a page that is too large to be recognized in reasonable time, or too small to be recognized.
fn scaled(page: Gray) -> Gray {
    let (longer, pixels) = (page.width.max(page.height), page.width * page.height);
    if pixels > MAX_PIXELS {
        let half = pixels.div_ceil(MAX_PIXELS).isqrt() + 1;
        return page.resized((page.width / half).max(1), (page.height / half).max(1));
    }
    if longer > MAX_SIDE {
        return page.resized(page.width.min(MAX_SIDE), page.height.min(MAX_SIDE));
    }
    if longer < MIN_SIDE && longer > 0 {
        let times = (MIN_SIDE / longer).clamp(1, 2) + 1;
        // Remove specks first, because enlarged ones would be too wide for the median filter.
        return without_specks(&page).resized(page.width * times, page.height * times);
    }
    page
}

fn median_of(data: &[u8]) -> u8 {
    percentile(data.iter().step_by(data.len() / 100_000 + 1).copied(), 50)
}

fn percentile(pixels: impl Iterator<Item = u8>, percent: usize) -> u8 {
    let mut counts = [0_usize; 256];
    let mut total = 0;
    for pixel in pixels {
        counts[usize::from(pixel)] += 1;
        total += 1;
    }
    let mut counted = 0;
    let found = counts.iter().position(|count| {
        counted += count;
        counted * 100 > total * percent
    });
    found.and_then(|gray| u8::try_from(gray).ok()).unwrap_or(u8::MAX)
}

/// Divides by the local brightness of the paper, so that shadows and gray paper become white.
fn level_light(page: &mut Gray) {
    let side = (page.width.max(page.height) / SQUARES_PER_SIDE).max(16);
    let (columns, rows) = (page.width.div_ceil(side), page.height.div_ceil(side));
    let brightest = percentile(page.data.iter().step_by(7).copied(), 90);
    // An area far darker than the paper is a picture or the table under the page, not paper in a shadow.
    let darkest = brightest / 3;
    let mut light = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        for column in 0..columns {
            let (left, right) = (column * side, ((column + 1) * side).min(page.width));
            let lines = row * side..((row + 1) * side).min(page.height);
            let pixels = lines.flat_map(|y| page.data[y * page.width + left..y * page.width + right].iter());
            light.push(percentile(pixels.copied(), 75).max(darkest).max(1));
        }
    }
    let light = smooth(&Gray { width: columns, height: rows, data: light });
    let light = light.resized(columns.max(2), rows.max(2));
    let scale = 1.0 / super::gray::coordinate(side);
    for (y, line) in page.data.chunks_exact_mut(page.width).enumerate() {
        let at_y = super::gray::coordinate(y) * scale - 0.5;
        // The light changes slowly, so one value for eight pixels is enough.
        for (x, pixels) in line.chunks_mut(8).enumerate() {
            let here = u32::from(light.between(super::gray::coordinate(x * 8) * scale - 0.5, at_y).max(1));
            for pixel in pixels {
                *pixel = u8::try_from((u32::from(*pixel) * 240 / here).min(255)).unwrap_or(u8::MAX);
            }
        }
    }
}

fn smooth(image: &Gray) -> Gray {
    let mut smoothed = image.clone();
    for y in 0..image.height {
        for x in 0..image.width {
            let rows = y.saturating_sub(1)..(y + 2).min(image.height);
            let columns = x.saturating_sub(1)..(x + 2).min(image.width);
            let near = rows.flat_map(|row| image.data[row * image.width..][columns.clone()].iter());
            // Prefer brighter neighbors, because a square full of text is darker than its paper.
            smoothed.data[y * image.width + x] = percentile(near.copied(), 60);
        }
    }
    smoothed
}

/// Returns true if many pixels differ from all their neighbors.
fn is_speckled(page: &Gray) -> bool {
    let (mut specks, mut counted) = (0_u32, 0_u32);
    for y in (2..page.height.saturating_sub(2)).step_by(2) {
        for x in 2..page.width.saturating_sub(2) {
            counted += 1;
            let at = |x: usize, y: usize| page.data[y * page.width + x];
            let here = at(x, y);
            // Compare at a distance of two pixels, because a rendered speck may be two pixels wide.
            let around =
                [at(x - 2, y), at(x + 2, y), at(x, y - 2), at(x, y + 2), at(x - 2, y - 2), at(x + 2, y + 2)];
            let darker = around.iter().all(|pixel| pixel.saturating_sub(here) > 60);
            let lighter = around.iter().all(|pixel| here.saturating_sub(*pixel) > 60);
            specks += u32::from(darker || lighter);
        }
    }
    f64::from(specks) > SPECKS * f64::from(counted.max(1))
}

/// Replaces pixels that differ from all their neighbors. Strokes of one pixel's width remain.
fn without_specks(page: &Gray) -> Gray {
    let mut cleaned = page.clone();
    let width = page.width;
    for y in 1..page.height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let at = y * width + x;
            let (here, above, below) = (page.data[at], at - width, at + width);
            let around = [above - 1, above, above + 1, at - 1, at + 1, below - 1, below, below + 1];
            let mut around = around.map(|near| page.data[near]);
            let darker = around.iter().all(|near| near.saturating_sub(here) > 40);
            let lighter = around.iter().all(|near| here.saturating_sub(*near) > 40);
            if darker || lighter {
                cleaned.data[at] = *around.select_nth_unstable(4).1;
            }
        }
    }
    cleaned
}

/// Replaces each pixel by the median of itself and its eight neighbors.
fn median(page: &Gray) -> Gray {
    let mut cleaned = page.clone();
    let width = page.width;
    if width < 3 || page.height < 3 {
        return cleaned;
    }
    for y in 1..page.height - 1 {
        let rows = [y - 1, y, y + 1].map(|row| &page.data[row * width..(row + 1) * width]);
        for x in 1..width - 1 {
            let mut near = [0; 9];
            for (three, row) in near.chunks_exact_mut(3).zip(rows) {
                three.copy_from_slice(&row[x - 1..x + 2]);
            }
            cleaned.data[y * width + x] = *near.select_nth_unstable(4).1;
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::{is_speckled, level_light, median};
    use crate::engine::gray::Gray;

    #[test]
    fn a_speck_is_removed_and_a_stroke_remains() {
        let mut page = Gray::white(9, 9);
        page.data[4 * 9 + 7] = 0;
        for y in 0..9 {
            page.data[y * 9 + 1..y * 9 + 4].fill(0);
        }
        let cleaned = median(&page);
        assert_eq!(cleaned.data[4 * 9 + 7], 255);
        assert_eq!(cleaned.data[4 * 9 + 2], 0);
    }

    #[test]
    fn only_a_dirty_page_is_speckled() {
        let mut page = Gray::white(400, 400);
        page.data[100 * 400 + 50..100 * 400 + 350].fill(0);
        assert!(!is_speckled(&page));
        for speck in 0..800 {
            page.data[speck * 199 + 5] = 0;
        }
        assert!(is_speckled(&page));
    }

    #[test]
    fn a_shadow_becomes_white_and_its_ink_stays_dark() {
        let data =
            (0..400 * 400).map(|index| 240 - u8::try_from(index % 400 / 4).expect("below 100")).collect();
        let mut page = Gray::new(400, 400, data).expect("a page");
        page.data[200 * 400 + 380] = 20;
        level_light(&mut page);
        let row = &page.data[200 * 400..201 * 400];
        assert!(row.iter().enumerate().all(|(x, pixel)| x == 380 || *pixel > 215), "{row:?}");
        assert!(row[380] < 60);
    }
}
