//! Word error rates of the samples, through the whole stand-in.

use local_documentai::word_error_rate;

use crate::harness::{Service, sample, stored};

/// Reads the sample and compares the result with the true text.
async fn assert_recognized(name: &str, mime_type: &str, truth: &str, max_rate: f64) {
    let service = Service::start().await;
    let document = service.process(stored(name, mime_type)).await.expect("a document");
    let expected = std::fs::read_to_string(sample(truth)).expect("the true text");
    let rate = word_error_rate(&expected, &document.text);
    println!("{name}: word error rate {rate:.4}");
    assert!(rate < max_rate, "{rate}\n{}", document.text);
}

#[tokio::test]
async fn a_skewed_grainy_scan_of_three_pages_is_read() {
    assert_recognized("letter.pdf", "application/pdf", "letter.txt", 0.03).await;
}

#[tokio::test]
async fn a_sideways_photo_in_uneven_light_is_read() {
    assert_recognized("photo.png", "image/png", "photo.txt", 0.05).await;
}

#[tokio::test]
async fn a_fax_of_two_pages_is_read() {
    assert_recognized("fax.tiff", "image/tiff", "fax.txt", 0.03).await;
}

#[tokio::test]
async fn a_clean_page_is_read() {
    assert_recognized("page.png", "image/png", "page.txt", 0.02).await;
}
