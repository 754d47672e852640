//! Measures and corrects small skew angles of pages in any orientation.

use crate::engine::gray::{Gray, coordinate};

/// The largest detected skew, in degrees.
const MAX_ANGLE: f32 = 12.0;
/// The longer side of the scaled page on which the angle is measured.
const SIDE: usize = 1200;
/// The number of points needed for a measurement.
const MIN_POINTS: usize = 200;

/// Returns the clockwise angle of text lines from the nearest axis, in degrees.
pub(super) fn angle(page: &Gray) -> f32 {
    let longer = page.width.max(page.height);
    let small = if longer > SIDE {
        page.resized((page.width * SIDE / longer).max(1), (page.height * SIDE / longer).max(1))
    } else {
        page.clone()
    };
    let (under, beside) = edges(&small);
    let across = best(&under, |(x, y)| (y, x));
    let down = best(&beside, |(x, y)| (x, -y));
    let found = match (across, down) {
        (Some(across), Some(down)) => Some(if across.1 >= down.1 { across } else { down }),
        (across, down) => across.or(down),
    };
    found.map_or(0.0, |(angle, _)| angle)
}

type Points = Vec<(f32, f32)>;

/// Returns the points where ink ends downwards and sideways. Solid areas have few such points.
fn edges(page: &Gray) -> (Points, Points) {
    let (middle_x, middle_y) = (coordinate(page.width) / 2.0, coordinate(page.height) / 2.0);
    let (mut under, mut beside) = (vec![], vec![]);
    for y in 0..page.height - 1 {
        for x in 0..page.width - 1 {
            let at = y * page.width + x;
            if page.data[at] < 140 {
                let point = (coordinate(x) - middle_x, coordinate(y) - middle_y);
                if page.data[at + page.width] >= 140 {
                    under.push(point);
                }
                if page.data[at + 1] >= 140 {
                    beside.push(point);
                }
            }
        }
    }
    (under, beside)
}

/// Returns the angle at which the points form the sharpest rows, and the ratio to the median sharpness.
fn best(points: &[(f32, f32)], axes: impl Fn((f32, f32)) -> (f32, f32)) -> Option<(f32, f32)> {
    if points.len() < MIN_POINTS {
        return None;
    }
    let points: Points = points.iter().step_by(points.len() / 40_000 + 1).map(|point| axes(*point)).collect();
    let coarse: Vec<(f32, f32)> =
        steps(-MAX_ANGLE, MAX_ANGLE, 0.5).map(|angle| (angle, sharpness(&points, angle))).collect();
    let mut usual: Vec<f32> = coarse.iter().map(|(_, sharpness)| *sharpness).collect();
    usual.sort_by(f32::total_cmp);
    let peak = coarse.iter().max_by(|one, other| one.1.total_cmp(&other.1))?.0;
    let fine = steps(peak - 0.5, peak + 0.5, 0.05).map(|angle| (angle, sharpness(&points, angle)));
    let (angle, sharpest) = fine.max_by(|one, other| one.1.total_cmp(&other.1))?;
    Some((angle, sharpest / usual[usual.len() / 2].max(1.0)))
}

fn steps(from: f32, to: f32, step: f32) -> impl Iterator<Item = f32> {
    std::iter::successors(Some(from), move |angle| Some(angle + step))
        .take_while(move |angle| *angle <= to + 0.001)
}

/// Returns the sum of the squared number of points per row, for rows turned by the angle.
fn sharpness(points: &[(f32, f32)], angle: f32) -> f32 {
    let (sine, cosine) = angle.to_radians().sin_cos();
    let mut rows = vec![0_u16; SIDE * 2];
    for (height, along) in points {
        let row = height * cosine - along * sine + coordinate(SIDE);
        let row = row as usize;
        if let Some(count) = rows.get_mut(row) {
            *count = count.saturating_add(1);
        }
    }
    rows.iter().map(|count| f32::from(*count) * f32::from(*count)).sum()
}

/// Rotates the page clockwise about its center, on a sheet that contains the whole page.
pub(super) fn rotated(page: &Gray, degrees: f32) -> Gray {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (width, height) = (coordinate(page.width), coordinate(page.height));
    let sheet = |along: f32, across: f32| (along * cosine + across * sine.abs()) as usize;
    let mut turned = Gray::white(sheet(width, height).max(1), sheet(height, width).max(1));
    let (middle_x, middle_y) = (coordinate(turned.width) / 2.0, coordinate(turned.height) / 2.0);
    let columns = turned.width;
    for (y, row) in turned.data.chunks_exact_mut(columns).enumerate() {
        let down = coordinate(y) - middle_y;
        for (x, pixel) in row.iter_mut().enumerate() {
            let right = coordinate(x) - middle_x;
            let from_x = right * cosine + down * sine + width / 2.0;
            let from_y = down * cosine - right * sine + height / 2.0;
            if from_x >= 0.0 && from_y >= 0.0 && from_x <= width - 1.0 && from_y <= height - 1.0 {
                *pixel = page.between(from_x, from_y);
            }
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::{angle, rotated};
    use crate::engine::gray::Gray;

    /// Draws rows of words, similar to a page of text.
    fn page() -> Gray {
        let mut page = Gray::white(800, 1000);
        for line in (100..900).step_by(24) {
            for x in (80..720).filter(|x| (x * 7 + line * 3) % 61 > 12) {
                for y in line..line + 10 {
                    page.data[y * 800 + x] = 0;
                }
            }
        }
        page
    }

    #[test]
    fn a_small_skew_is_found_in_any_orientation() {
        for skew in [-7.0, -2.3, 0.0, 1.0, 5.5] {
            let skewed = rotated(&page(), skew);
            for quarters in 0..4 {
                let found = angle(&skewed.turned(quarters));
                assert!((found - skew).abs() < 0.3, "{found} instead of {skew}, turned {quarters} times");
            }
        }
    }

    #[test]
    fn a_blank_page_is_straight() {
        assert!(angle(&Gray::white(600, 800)).abs() < f32::EPSILON);
    }
}
