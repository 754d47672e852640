//! PDF support through Poppler: counting, measuring and rendering pages.

use std::{ffi::OsStr, io::Write as _, path::Path};

use local_engine::{Output, Program, Programs};
use tempfile::{NamedTempFile, TempPath};

use crate::{
    engine::{PDFIMAGES, PDFINFO, PDFTOPPM, gray::Gray},
    fault::{self, Fault},
};

/// The resolution that Tesseract is trained for.
const DOTS_PER_INCH: f64 = 300.0;
/// The lowest resolution at which text can be recognized. Larger sheets are rejected.
const MIN_DOTS_PER_INCH: f64 = 70.0;
const LISTING_BYTES: u64 = 16 << 20;
/// The size of the files whose number of pages is corrected, in bytes.
const CORRECTED_BYTES: u64 = 32 << 20;

pub(super) async fn count_pages(file: &Path, programs: &Programs) -> Result<usize, Fault> {
    let output = run(programs, PDFINFO, [file], LISTING_BYTES, None).await?;
    let listing = checked(&output)?;
    let pages =
        listing.lines().find_map(|line| line.strip_prefix("Pages:")?.trim().parse().ok()).unwrap_or(0);
    if pages == 0 { Err(fault::broken("The PDF has no pages.")) } else { Ok(pages) }
}

/// Returns a copy of a PDF with the correct number of pages, if its page tree states a wrong one. Poppler opens no page
/// of such a file.
pub(super) async fn corrected(file: &Path, programs: &Programs) -> Result<Option<TempPath>, Fault> {
    let output = run(programs, PDFINFO, [file], LISTING_BYTES, None).await?;
    if output.success || !output.stderr.to_ascii_lowercase().contains("page count") {
        return Ok(None);
    }
    let (file, folder) = (file.to_owned(), programs.folder.clone());
    let copy = tokio::task::spawn_blocking(move || {
        if std::fs::metadata(&file)?.len() > CORRECTED_BYTES {
            return Ok(None);
        }
        let mut copy = NamedTempFile::new_in(folder)?;
        copy.write_all(&correct(&std::fs::read(file)?))?;
        std::io::Result::Ok(Some(copy.into_temp_path()))
    });
    copy.await.map_err(|_| Fault::internal())?.map_err(|_| Fault::internal())
}

/// Replaces the number in each `/Count` by the number of page objects, which is right for a flat page tree.
fn correct(pdf: &[u8]) -> Vec<u8> {
    const COUNT: &[u8] = b"/Count";
    let starts = |at: usize, text: &[u8]| pdf[at..].starts_with(text);
    let is_page = |at: usize| {
        let value = pdf[at..].strip_prefix(b"/Type").unwrap_or_default().trim_ascii_start();
        value.strip_prefix(b"/Page").is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphabetic))
    };
    let pages = (0..pdf.len()).filter(|at| is_page(*at)).count();
    let mut corrected = Vec::with_capacity(pdf.len());
    let mut at = 0;
    while at < pdf.len() {
        if !starts(at, COUNT) {
            corrected.push(pdf[at]);
            at += 1;
            continue;
        }
        let number = at + COUNT.len();
        let length =
            pdf[number..].iter().take_while(|byte| b" -+".contains(byte) || byte.is_ascii_digit()).count();
        // The length stays the same, so that the objects after it keep their places, unless the number is longer.
        corrected.extend(format!("/Count {pages:<0$}", length.saturating_sub(1)).bytes());
        at = number + length;
    }
    corrected
}

/// Returns the resolution for rendering each page: 300 dots per inch, or less for a large sheet. Pages that the document
/// only claims to have are left out.
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
    let range = ["-f", &first, "-l", &last].map(OsStr::new);
    let list = ["-list"].map(OsStr::new);
    let (sizes, images) = tokio::try_join!(
        run(programs, PDFINFO, range.into_iter().chain([file]), LISTING_BYTES, None),
        run(programs, PDFIMAGES, list.into_iter().chain(range).chain([file]), LISTING_BYTES, None),
    )?;
    let sizes: Vec<(usize, f64, f64)> = checked(&sizes)?.lines().filter_map(page_size).collect();
    for (page, pixels) in checked(&images)?.lines().filter_map(image_size) {
        if pixels > max_pixels && numbers.contains(&page) {
            return Err(fault::too_complex(Some(page)));
        }
    }
    let resolution = |(number, width, height): &(usize, f64, f64)| {
        let inches = (width / 72.0) * (height / 72.0);
        let highest = (max_pixels as f64 / 4.0 / inches).sqrt();
        if !(MIN_DOTS_PER_INCH..).contains(&highest) {
            return Err(fault::too_complex(Some(*number)));
        }
        let resolution = highest.min(DOTS_PER_INCH) as u32;
        Ok((*number, Some(resolution)))
    };
    let pages: Vec<_> =
        sizes.iter().filter(|(page, ..)| numbers.contains(page)).map(resolution).collect::<Result<_, _>>()?;
    if pages.is_empty() { Err(fault::broken("The pages of the PDF have no size.")) } else { Ok(pages) }
}

/// Runs a program. If it needs too much memory or time, the document or the page is too large.
pub(super) async fn run<S: AsRef<OsStr>>(
    programs: &Programs,
    program: Program,
    arguments: impl IntoIterator<Item = S>,
    limit: u64,
    page: Option<usize>,
) -> Result<Output, Fault> {
    match programs.run(program, arguments, &[], limit).await {
        Ok(output) if output.exhausted => Err(fault::too_complex(page)),
        Err(error) if error.status() == http::StatusCode::GATEWAY_TIMEOUT => Err(fault::too_complex(page)),
        result => result,
    }
}

pub(super) async fn render(
    file: &Path,
    number: usize,
    resolution: u32,
    max_pixels: u64,
    programs: &Programs,
) -> Result<Gray, Fault> {
    let (page, resolution) = (number.to_string(), resolution.to_string());
    let options = ["-q", "-gray", "-cropbox", "-r", &resolution, "-f", &page, "-l", &page];
    let arguments = options.map(OsStr::new).into_iter().chain([file.as_os_str()]);
    let output = run(programs, PDFTOPPM, arguments, max_pixels + 64, Some(number)).await?;
    if output.killed {
        return Err(Fault::internal());
    }
    Gray::from_pgm(&output.stdout).ok_or_else(|| {
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
    use super::{correct, image_size, page_size};

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
    #[test]
    fn a_wrong_number_of_pages_is_corrected_in_place() {
        let pdf = |count: &str| {
            format!(
                "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count {count}>> << /Type/Page >> << /Type /Page/X 1 >>"
            )
            .into_bytes()
        };
        assert_eq!(correct(&pdf("100000")), pdf("2     "));
        assert_eq!(correct(&pdf("-1 ")), pdf("2  "));
        assert_eq!(correct(&pdf("0")), pdf("2"));
    }
}
