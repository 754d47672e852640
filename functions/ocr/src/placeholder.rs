//! PDFs whose content only some programs show: forms in XFA, and portfolios. Document AI recognizes the page that other
//! programs show instead.

use shared::items::{Failure, FailureCode};

/// The maximum length of a page that only explains how to open the file. Adobe's text for forms has 700 letters.
const FORM_LETTERS: usize = 1200;
const PORTFOLIO_LETTERS: usize = 300;

/// Returns the failure of a PDF whose first bytes show that its pages are placeholders. Most such files have these
/// entries in a compressed object, which this check does not read.
pub(crate) fn in_head(head: &[u8]) -> Option<Failure> {
    // The text after each entry with exactly this name.
    let values = |name: &'static [u8]| {
        let places = head.windows(name.len()).enumerate().filter(move |(_, window)| *window == name);
        places
            .map(move |(at, _)| &head[at + name.len()..])
            .filter(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
            .map(<[u8]>::trim_ascii_start)
    };
    if values(b"/NeedsRendering").any(|value| value.starts_with(b"true")) {
        return Some(form());
    }
    // The value is a dictionary, or a reference to a dictionary.
    let holds_files = |value: &[u8]| value.first().is_some_and(|one| *one == b'<' || one.is_ascii_digit());
    values(b"/Collection").any(holds_files).then(portfolio)
}

/// Returns the failure of a document whose only page explains how to open it.
pub(crate) fn in_text(pages: &[&str]) -> Option<Failure> {
    let [page] = pages else { return None };
    let letters: String =
        page.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let length = letters.chars().count();
    // The web addresses are the same in all languages of the placeholder.
    let is_form = ["adobecomgoreader", "adobecomgoacrreader", "notbeabletodisplaythistypeofdocument"]
        .iter()
        .filter(|phrase| letters.contains(**phrase))
        .count()
        >= 2;
    if is_form && length <= FORM_LETTERS {
        return Some(form());
    }
    let is_portfolio = letters.contains("pdfportfolio") && letters.contains("acrobat");
    (is_portfolio && length <= PORTFOLIO_LETTERS).then(portfolio)
}

fn form() -> Failure {
    let message = "The PDF is a form that only Adobe Reader can show. Open it there, print it to PDF, and upload the new PDF.";
    Failure::new(FailureCode::XfaForm, message)
}

fn portfolio() -> Failure {
    let message =
        "The PDF is a portfolio, which contains other files. Extract the files and upload each of them.";
    Failure::new(FailureCode::PdfPortfolio, message)
}

#[cfg(test)]
mod tests {
    use super::{in_head, in_text};

    const FORM: &str = "Please wait...\nIf this message is not eventually replaced with the proper contents of the document, your \
        PDF viewer may not be able to display this type of document.\nYou can upgrade to the latest version of Adobe Reader for \
        Windows®, Mac, or Linux® by visiting http://www.adobe.com/go/reader_download.\nFor more assistance with Adobe Reader \
        visit http://www.adobe.com/go/acrreader.";
    const GERMAN_FORM: &str = "Bitte warten...\nFalls diese Meldung nicht durch den richtigen Inhalt ersetzt wird, kann Ihr \
        PDF-Viewer diese Art von Dokument möglicherweise nicht anzeigen. http://www.adobe.com/go/reader_download \
        http://www.adobe.com/go/acrreader";
    const PORTFOLIO: &str = "For the best experience, open this PDF portfolio in\nAcrobat X or Adobe Reader X, or later.\n\
        Get Adobe Reader Now!";

    fn codes(pages: &[&str]) -> Option<String> {
        in_text(pages).map(|failure| failure.code)
    }

    #[test]
    fn a_page_that_only_says_how_to_open_the_file_is_recognized() {
        let long = format!("{FORM} {}", "and a chapter about it ".repeat(100));
        for (pages, code) in [
            (&[FORM] as &[&str], Some("xfa_form")),
            (&[GERMAN_FORM], Some("xfa_form")),
            (&[PORTFOLIO], Some("pdf_portfolio")),
            (&[FORM, "page 2"], None),
            (&[&long], None),
            (&["Please wait for my answer. Yours, Ada"], None),
            (&["Get the reader at www.adobe.com/go/reader_download"], None),
            (&[], None),
        ] {
            assert_eq!(codes(pages).as_deref(), code, "{pages:?}");
        }
    }

    #[test]
    fn the_first_bytes_may_show_a_form_or_a_portfolio() {
        for (head, code) in [
            (
                b"%PDF-1.7 1 0 obj<</Type/Catalog/NeedsRendering true/AcroForm 5 0 R".as_slice(),
                Some("xfa_form"),
            ),
            (b"%PDF-1.7 1 0 obj<</NeedsRendering\ntrue>>", Some("xfa_form")),
            (b"%PDF-1.7 1 0 obj<</NeedsRendering false>>", None),
            (b"%PDF-1.7 1 0 obj<</Type/Catalog/Collection<</View/T>>", Some("pdf_portfolio")),
            (b"%PDF-1.7 1 0 obj<</Collection 12 0 R>>", Some("pdf_portfolio")),
            (b"%PDF-1.7 1 0 obj<</CollectionItem 3 0 R /Kind/Collection>>", None),
            (b"%PDF-1.7", None),
        ] {
            assert_eq!(in_head(head).map(|failure| failure.code).as_deref(), code);
        }
    }
}
