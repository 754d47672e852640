//! Word error rates of the samples, through the whole stand-in.

use local_documentai::word_error_rate;

use crate::harness::{Service, sample, stored};

async fn rate(name: &str, mime_type: &str, truth: &str) -> f64 {
    let service = Service::start().await;
    let document = service.process(stored(name, mime_type)).await.expect("a document");
    let expected = std::fs::read_to_string(sample(truth)).expect("the true text");
    let rate = word_error_rate(&expected, &document.text);
    println!("{name}: word error rate {rate:.4}");
    if rate > 0.02 {
        println!("{}", document.text);
    }
    rate
}

#[tokio::test]
async fn a_skewed_grainy_scan_of_three_pages_is_read() {
    assert!(rate("letter.pdf", "application/pdf", "letter.txt").await < 0.02);
}

#[tokio::test]
async fn a_sideways_photo_in_uneven_light_is_read() {
    assert!(rate("photo.png", "image/png", "photo.txt").await < 0.02);
}

#[tokio::test]
async fn a_fax_of_two_pages_is_read() {
    assert!(rate("fax.tiff", "image/tiff", "fax.txt").await < 0.02);
}

#[tokio::test]
async fn a_clean_page_is_read() {
    assert!(rate("page.png", "image/png", "page.txt").await < 0.01);
}
