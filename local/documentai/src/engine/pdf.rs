//! PDF support through Poppler: counting, measuring and rendering pages.

use std::path::Path;

use local_engine::{Output, Programs};

use crate::{
    engine::{PDFIMAGES, PDFINFO, PDFTOPPM, grey::Grey},
    fault::{self, Fault},
};

/// The resolution that Tesseract is trained for.
const DOTS_PER_INCH: f64 = 300.0;
/// The lowest resolution at which text can be recognized. Larger sheets are rejected.
const MIN_DOTS_PER_INCH: f64 = 70.0;
const LISTING_BYTES: u64 = 16 << 20;

pub(super) async fn count_pages(file: &Path, programs: &Programs) -> Result<usize, Fault> {
    let output = programs.run(PDFINFO, [file], &[], LISTING_BYTES).await?;
    let listing = checked(&output)?;
    let pages =
        listing.lines().find_map(|line| line.strip_prefix("Pages:")?.trim().parse().ok()).unwrap_or(0);
    if pages == 0 { Err(fault::broken("The PDF has no pages.")) } else { Ok(pages) }
}

/// Returns the resolution for rendering each page: 300 dots per inch, or less for a large sheet.
pub(super) async fn resolutions(
    file: &Path,
    numbers: &[usize],
    max_pixels: u64,
    programs: &Programs,
) -> Result<Vec<(usize, Option<u32>)>, Fault> {
    let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else {
        return Ok(vec![]);
    };
    let (first, last) = (first.to_string(), last.to_string());
    let file = file.as_os_str();
    let range = ["-f", &first, "-l", &last].map(std::ffi::OsStr::new);
    let list = ["-list"].map(std::ffi::OsStr::new);
    let (sizes, images) = tokio::try_join!(
        programs.run(PDFINFO, range.into_iter().chain([file]), &[], LISTING_BYTES),
        programs.run(PDFIMAGES, list.into_iter().chain(range).chain([file]), &[], LISTING_BYTES),
    )?;
    let sizes: Vec<(usize, f64, f64)> = checked(&sizes)?.lines().filter_map(page_size).collect();
    for (page, pixels) in checked(&images)?.lines().filter_map(image_size) {
        if pixels > max_pixels && numbers.contains(&page) {
            return Err(too_many_pixels(page));
        }
    }
    numbers
        .iter()
        .map(|number| {
            let (_, width, height) = sizes
                .iter()
                .find(|(page, ..)| page == number)
                .ok_or_else(|| fault::broken(format!("Page {number} of the PDF has no size.")))?;
            let inches = (width / 72.0) * (height / 72.0);
            let highest = (max_pixels as f64 / 4.0 / inches).sqrt();
            if !(MIN_DOTS_PER_INCH..).contains(&highest) {
                return Err(too_many_pixels(*number));
            }
            let resolution = highest.min(DOTS_PER_INCH) as u32;
            Ok((*number, Some(resolution)))
        })
        .collect()
}

pub(super) async fn render(
    file: &Path,
    number: usize,
    resolution: u32,
    max_pixels: u64,
    programs: &Programs,
) -> Result<Grey, Fault> {
    let (number, resolution) = (number.to_string(), resolution.to_string());
    let options = ["-q", "-gray", "-cropbox", "-r", &resolution, "-f", &number, "-l", &number];
    let arguments = options.map(std::ffi::OsStr::new).into_iter().chain([file.as_os_str()]);
    let output = programs.run(PDFTOPPM, arguments, &[], max_pixels + 64).await?;
    if output.killed {
        return Err(Fault::internal());
    }
    Grey::from_pgm(&output.stdout).ok_or_else(|| {
        tracing::info!(page = number, stderr = output.stderr, "a page could not be rendered");
        fault::broken(format!("Page {number} of the PDF could not be rendered."))
    })
}

/// Returns a tool's listing, or an error if it could not open the file.
fn checked(output: &Output) -> Result<std::borrow::Cow<'_, str>, Fault> {
    if output.success {
        return Ok(String::from_utf8_lossy(&output.stdout));
    }
    if output.stderr.contains("Incorrect password") || output.stderr.contains("unsupported encryption") {
        return Err(Fault::invalid("ENCRYPTED_DOCUMENT", "The PDF is encrypted: remove its password first."));
    }
    if output.killed {
        return Err(Fault::internal());
    }
    Err(fault::broken("The PDF is damaged and cannot be opened."))
}

fn too_many_pixels(page: usize) -> Fault {
    Fault::invalid("PIXEL_LIMIT_EXCEEDED", format!("Page {page} is too large to be processed."))
}

/// Parses a line such as `Page 1 size:   595.44 x 842.04 pts (A4)`.
fn page_size(line: &str) -> Option<(usize, f64, f64)> {
    let mut words = line.strip_prefix("Page ")?.split_whitespace();
    let number = words.next()?.parse().ok()?;
    (words.next()? == "size:").then_some(())?;
    let width = words.next()?.parse().ok()?;
    (words.next()? == "x").then_some(())?;
    let height: f64 = words.next()?.parse().ok()?;
    (width > 0.0 && height > 0.0).then_some((number, width, height))
}

/// Parses a line such as `   1  0 image 1654  2339  gray 1   8  jpeg   no   8  0   200   200  320K 8.6%`.
fn image_size(line: &str) -> Option<(usize, u64)> {
    let mut words = line.split_whitespace();
    let page = words.next()?.parse().ok()?;
    let (width, height): (u64, u64) = (words.nth(2)?.parse().ok()?, words.next()?.parse().ok()?);
    Some((page, width.saturating_mul(height)))
}

#[cfg(test)]
mod tests {
    use super::{image_size, page_size};

    #[test]
    fn listings_of_poppler_are_parsed() {
        assert_eq!(page_size("Page    1 size:      595.44 x 842.04 pts (A4)"), Some((1, 595.44, 842.04)));
        assert_eq!(page_size("Page size:       595.44 x 842.04 pts (A4)"), None);
        assert_eq!(page_size("Page    1 rot:       0"), None);
        let line =
            "   2     1 image    1654  2339  gray    1   8  jpeg   no        11  0   200   200  318K 8.4%";
        assert_eq!(image_size(line), Some((2, 1654 * 2339)));
        assert_eq!(image_size("page   num  type   width height color comp bpc  enc interp  object ID"), None);
    }
}
