//! Makes a noisy, unevenly lit or skewed page readable.

use crate::engine::{grey::Grey, skew};

/// Pages larger than this are made smaller: 300 dots per inch of an A3 sheet, and a little more.
const MOST_PIXELS: usize = 20_000_000;
/// Tesseract takes no image with a side longer than 32767.
const LONGEST_SIDE: usize = 30_000;
/// Pages whose longer side is shorter than this are enlarged, so that strokes are wide enough to clean and read.
const FEWEST_PIXELS_A_SIDE: usize = 2400;
/// The side of the squares that the light is measured in, as a part of the page's longer side.
const SQUARES_A_SIDE: usize = 48;
/// From this share of lone specks on, a page needs the median.
const SPECKS: f64 = 0.0004;
/// Less skew than this is left alone.
const STRAIGHT: f32 = 0.15;

pub(super) fn clean(page: Grey) -> Grey {
    let mut page = comfortable(page);
    if median_of(&page.data) < 96 {
        page.data.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    }
    level_light(&mut page);
    if speckled(&page) {
        page = median(&page);
    }
    let angle = skew::angle(&page);
    if angle.abs() > STRAIGHT { skew::rotated(&page, -angle) } else { page }
}

/// Neither too large to be read in good time nor too small to be read at all.
fn comfortable(page: Grey) -> Grey {
    let (longer, pixels) = (page.width.max(page.height), page.width * page.height);
    if pixels > MOST_PIXELS {
        let half = pixels.div_ceil(MOST_PIXELS).isqrt() + 1;
        return page.resized((page.width / half).max(1), (page.height / half).max(1));
    }
    if longer > LONGEST_SIDE {
        return page.resized(page.width.min(LONGEST_SIDE), page.height.min(LONGEST_SIDE));
    }
    if longer < FEWEST_PIXELS_A_SIDE && longer > 0 {
        let times = (FEWEST_PIXELS_A_SIDE / longer).clamp(1, 2) + 1;
        // Enlarged specks would be too wide for the median.
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
    let mut seen = 0;
    let found = counts.iter().position(|count| {
        seen += count;
        seen * 100 > total * percent
    });
    found.and_then(|grey| u8::try_from(grey).ok()).unwrap_or(u8::MAX)
}

/// Divides by the local brightness of the paper, so that shadows and grey paper become white.
fn level_light(page: &mut Grey) {
    let side = (page.width.max(page.height) / SQUARES_A_SIDE).max(16);
    let (columns, rows) = (page.width.div_ceil(side), page.height.div_ceil(side));
    let brightest = percentile(page.data.iter().step_by(7).copied(), 90);
    // What is far darker than the paper is a picture or the table under the page, not paper in a shadow.
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
    let light = smooth(&Grey { width: columns, height: rows, data: light });
    let light = light.resized(columns.max(2), rows.max(2));
    let scale = 1.0 / super::grey::coordinate(side);
    for (y, line) in page.data.chunks_exact_mut(page.width).enumerate() {
        let at_y = super::grey::coordinate(y) * scale - 0.5;
        // The light changes slowly: once for each eight pixels is enough.
        for (x, pixels) in line.chunks_mut(8).enumerate() {
            let here = u32::from(light.between(super::grey::coordinate(x * 8) * scale - 0.5, at_y).max(1));
            for pixel in pixels {
                *pixel = u8::try_from((u32::from(*pixel) * 240 / here).min(255)).unwrap_or(u8::MAX);
            }
        }
    }
}

fn smooth(image: &Grey) -> Grey {
    let mut smoothed = image.clone();
    for y in 0..image.height {
        for x in 0..image.width {
            let rows = y.saturating_sub(1)..(y + 2).min(image.height);
            let columns = x.saturating_sub(1)..(x + 2).min(image.width);
            let near = rows.flat_map(|row| image.data[row * image.width..][columns.clone()].iter());
            // The brighter of the neighbours: a square full of text is darker than its paper.
            smoothed.data[y * image.width + x] = percentile(near.copied(), 60);
        }
    }
    smoothed
}

/// Whether enough pixels stand out from all their neighbours.
fn speckled(page: &Grey) -> bool {
    let (mut specks, mut seen) = (0_u32, 0_u32);
    for y in (2..page.height.saturating_sub(2)).step_by(2) {
        for x in 2..page.width.saturating_sub(2) {
            seen += 1;
            let at = |x: usize, y: usize| page.data[y * page.width + x];
            let here = at(x, y);
            // Two pixels away, since a rendered speck may be two wide.
            let around =
                [at(x - 2, y), at(x + 2, y), at(x, y - 2), at(x, y + 2), at(x - 2, y - 2), at(x + 2, y + 2)];
            let darker = around.iter().all(|pixel| pixel.saturating_sub(here) > 60);
            let lighter = around.iter().all(|pixel| here.saturating_sub(*pixel) > 60);
            specks += u32::from(darker || lighter);
        }
    }
    f64::from(specks) > SPECKS * f64::from(seen.max(1))
}

/// Pixels that stand out from all their neighbours become like them; strokes as thin as a pixel stay.
fn without_specks(page: &Grey) -> Grey {
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

/// The median of each pixel and its eight neighbours.
fn median(page: &Grey) -> Grey {
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
    use super::{level_light, median, speckled};
    use crate::engine::grey::Grey;

    #[test]
    fn a_lone_speck_is_removed_and_a_stroke_stays() {
        let mut page = Grey::white(9, 9);
        page.data[4 * 9 + 7] = 0;
        for y in 0..9 {
            page.data[y * 9 + 1..y * 9 + 4].fill(0);
        }
        let cleaned = median(&page);
        assert_eq!(cleaned.data[4 * 9 + 7], 255);
        assert_eq!(cleaned.data[4 * 9 + 2], 0);
    }

    #[test]
    fn a_clean_page_is_not_speckled_and_a_dirty_one_is() {
        let mut page = Grey::white(400, 400);
        page.data[100 * 400 + 50..100 * 400 + 350].fill(0);
        assert!(!speckled(&page));
        for speck in 0..800 {
            page.data[speck * 199 + 5] = 0;
        }
        assert!(speckled(&page));
    }

    #[test]
    fn a_shadow_becomes_white_and_ink_in_it_stays_dark() {
        let data =
            (0..400 * 400).map(|index| 240 - u8::try_from(index % 400 / 4).expect("below 100")).collect();
        let mut page = Grey::new(400, 400, data).expect("a page");
        page.data[200 * 400 + 380] = 20;
        level_light(&mut page);
        let row = &page.data[200 * 400..201 * 400];
        assert!(row.iter().enumerate().all(|(x, pixel)| x == 380 || *pixel > 215), "{row:?}");
        assert!(row[380] < 60);
    }
}
