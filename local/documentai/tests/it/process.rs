//! The content of `:process` responses.

use std::{io::Cursor, time::Duration};

use futures::future::join_all;
use google_cloud_documentai_v1::model::document::{Page, page::Layout};
use google_cloud_gax::error::rpc::Code;
use google_cloud_wkt::FieldMask;
use image::{DynamicImage, ImageEncoder as _, ImageFormat, codecs::jpeg::JpegEncoder};
use local_documentai::{DocumentAi, MediaType, PageChoice, ReadOptions, word_error_rate};
use serde_json::json;

use crate::harness::{PROCESSOR, Service, bytes_of, sample, sent, stored, until};

fn truth(name: &str) -> String {
    std::fs::read_to_string(sample(name)).expect("the true text")
}

fn slice(text: &str, layout: Option<&Layout>) -> String {
    let segments = &layout.expect("a layout").text_anchor.as_ref().expect("an anchor").text_segments;
    let part = |start: i64, end: i64| {
        let (start, end) = (usize::try_from(start).expect("a place"), usize::try_from(end).expect("a place"));
        text.chars().skip(start).take(end - start).collect::<String>()
    };
    segments.iter().map(|segment| part(segment.start_index, segment.end_index)).collect()
}

#[tokio::test]
async fn a_response_has_text_and_the_position_of_each_part() {
    let service = Service::start().await;
    let document = service.process(stored("page.png", "image/png")).await.expect("a document");
    assert_eq!(document.mime_type, "image/png");
    let [page]: &[Page; 1] = document.pages.as_slice().try_into().expect("one page");
    assert_eq!(page.page_number, 1);
    assert!(page.image.is_none());
    let dimension = page.dimension.as_ref().expect("a dimension");
    assert!(dimension.width > dimension.height && dimension.unit == "pixels");
    assert_eq!(slice(&document.text, page.layout.as_ref()), document.text);
    assert_eq!(page.detected_languages[0].language_code, "en");
    let lines: Vec<_> = page.lines.iter().map(|line| slice(&document.text, line.layout.as_ref())).collect();
    assert_eq!(lines[0], "The Garden Behind the Library\n");
    assert_eq!(lines.concat(), document.text);
    let tokens: Vec<_> =
        page.tokens.iter().map(|token| slice(&document.text, token.layout.as_ref())).collect();
    assert_eq!(tokens.concat(), document.text);
    assert!(page.blocks.len() <= page.paragraphs.len() && page.paragraphs.len() >= 3);

    let first = page.tokens[0].layout.as_ref().expect("a layout");
    assert!(first.confidence > 0.8 && first.confidence <= 1.0);
    let corners = &first.bounding_poly.as_ref().expect("a box").normalized_vertices;
    assert_eq!(corners.len(), 4);
    assert!(corners[0].x > 0.05 && corners[0].x < 0.15 && corners[0].y > 0.05 && corners[0].y < 0.15);
    assert!(corners[2].x > corners[0].x && corners[2].y > corners[0].y);
}

#[tokio::test]
async fn boxes_of_a_sideways_page_refer_to_the_upright_page() {
    let service = Service::start().await;
    let document = service.process(stored("photo.png", "image/png")).await.expect("a document");
    let page = &document.pages[0];
    let dimension = page.dimension.as_ref().expect("a dimension");
    assert!(dimension.height > dimension.width, "{dimension:?}");
    let top = |line: usize| {
        let layout = page.lines[line].layout.as_ref().expect("a layout");
        layout.bounding_poly.as_ref().expect("a box").normalized_vertices[0].y
    };
    assert!(top(0) < 0.3 && top(page.lines.len() - 1) > 0.6);
}

#[tokio::test]
async fn pages_are_in_order_and_can_be_selected() {
    let service = Service::start().await;
    let all = service.process(stored("letter.pdf", "application/pdf")).await.expect("a document");
    assert_eq!(all.pages.iter().map(|page| page.page_number).collect::<Vec<_>>(), [1, 2, 3]);
    for (page, end) in all.pages.iter().zip(["Page 1 of 3", "Page 2 of 3", "Page 3 of 3"]) {
        let text = slice(&all.text, page.layout.as_ref());
        assert!(text.trim_end().ends_with(end), "{text}");
    }
    let body = json!({
        "gcsDocument": {"gcsUri": "gs://samples/letter.pdf", "mimeType": "application/pdf"},
        "processOptions": {"individualPageSelector": {"pages": [3]}},
        "fieldMask": "text,pages.pageNumber",
    });
    let response: serde_json::Value = service.post("process", &body).await.json().await.expect("JSON");
    assert_eq!(response["document"]["pages"], json!([{"pageNumber": 3}]));
    assert!(response["document"]["text"].as_str().is_some_and(|text| text.contains("Edmund Farraday")));
}

#[tokio::test]
async fn a_field_mask_of_the_official_client_omits_other_fields() {
    let service = Service::start().await;
    let mask = FieldMask::default().set_paths(["text", "pages.page_number"]);
    let request = stored("page.png", "image/png").set_field_mask(mask);
    let document = service.process(request).await.expect("a document");
    assert!(document.text.contains("gooseberries") && document.mime_type.is_empty());
    assert!(document.pages[0].page_number == 1 && document.pages[0].tokens.is_empty());
}

#[tokio::test]
async fn a_document_sent_with_the_request_is_read_and_removed() {
    let service = Service::start().await;
    let document = service.process(sent(bytes_of("page.png"), "image/png")).await.expect("a document");
    assert!(word_error_rate(&truth("page.txt"), &document.text) < 0.01);
    assert_eq!(service.work_files(), 0);
    assert_eq!(service.ai.calls(), 1);
}

#[tokio::test]
async fn every_image_type_is_read() {
    let page = image::open(sample("page.png")).expect("an image");
    let page = DynamicImage::from(page.to_rgb8());
    let service = Service::start().await;
    let formats = [
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::Gif, "image/gif"),
        (ImageFormat::Bmp, "image/bmp"),
        (ImageFormat::WebP, "image/webp"),
    ];
    for (format, mime_type) in formats {
        let mut bytes = Cursor::new(vec![]);
        page.write_to(&mut bytes, format).expect("an image");
        let document = service.process(sent(bytes.into_inner(), mime_type)).await.expect("a document");
        let rate = word_error_rate(&truth("page.txt"), &document.text);
        assert!(rate < 0.03, "{mime_type}: {rate}\n{}", document.text);
    }
}

#[tokio::test]
async fn tiff_files_of_every_kind_are_read() {
    let service = Service::start().await;
    let kinds = [
        ("palette", include_bytes!("../data/palette.tiff").as_slice(), 1),
        ("gray-alpha", include_bytes!("../data/gray-alpha.tiff"), 1),
        ("tiled", include_bytes!("../data/tiled.tiff"), 1),
        ("planar", include_bytes!("../data/planar.tiff"), 1),
        ("several-pages", include_bytes!("../data/several-pages.tiff"), 3),
    ];
    for (name, bytes, pages) in kinds {
        let document = service.process(sent(bytes.to_vec(), "image/tiff")).await;
        let document = document.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(document.pages.len(), pages, "{name}");
        for page in &document.pages {
            let text = slice(&document.text, page.layout.as_ref());
            assert!(text.starts_with("The Garden Behind the Library"), "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn a_pdf_that_states_a_wrong_number_of_pages_is_read() {
    let service = Service::start().await;
    let pdf = |stated: &str| {
        let pdf = String::from_utf8(crate::harness::blank_pdf(2, 100)).expect("text");
        pdf.replace("/Count 2", &format!("/Count {stated}")).into_bytes()
    };
    for (stated, pages) in [("2", 2), ("4", 2), ("100000", 2), ("0", 2), ("-1", 2), ("1", 1)] {
        let document = service.process(sent(pdf(stated), "application/pdf")).await;
        let document = document.unwrap_or_else(|error| panic!("{stated}: {error:?}"));
        assert_eq!(document.pages.len(), pages, "{stated}");
    }
    assert_eq!(service.work_files(), 0);
}

#[tokio::test]
async fn a_jpeg_is_rotated_by_its_exif_data() {
    let page = image::open(sample("page.png")).expect("an image").rotate270().into_luma8();
    // TIFF header, one entry: Orientation (0x0112), SHORT, 6 (turn clockwise to see it upright).
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    let mut bytes = vec![];
    let mut encoder = JpegEncoder::new(&mut bytes);
    encoder.set_exif_metadata(exif).expect("EXIF");
    encoder.write_image(&page, page.width(), page.height(), image::ExtendedColorType::L8).expect("a JPEG");
    let service = Service::start().await;
    let document = service.process(sent(bytes, "image/jpeg")).await.expect("a document");
    assert!(word_error_rate(&truth("page.txt"), &document.text) < 0.01);
    let dimension = document.pages[0].dimension.as_ref().expect("a dimension");
    assert!(dimension.width > dimension.height);
}

#[tokio::test]
async fn transparent_paper_and_white_ink_are_read() {
    let page = image::open(sample("page.png")).expect("an image").into_luma8();
    let ink = image::RgbaImage::from_fn(page.width(), page.height(), |x, y| {
        image::Rgba([0, 0, 0, 255 - page.get_pixel(x, y).0[0]])
    });
    let mut inverted = page.clone();
    image::imageops::invert(&mut inverted);
    let service = Service::start().await;
    for image in [DynamicImage::from(ink), DynamicImage::from(inverted)] {
        let mut bytes = Cursor::new(vec![]);
        image.write_to(&mut bytes, ImageFormat::Png).expect("a PNG");
        let document = service.process(sent(bytes.into_inner(), "image/png")).await.expect("a document");
        assert!(word_error_rate(&truth("page.txt"), &document.text) < 0.02, "{}", document.text);
    }
}

#[tokio::test]
async fn a_page_with_few_words_is_read_upside_down() {
    let page = image::open(sample("page.png")).expect("an image");
    let title = page.crop_imm(0, 0, page.width(), 190).rotate180();
    let mut bytes = Cursor::new(vec![]);
    title.write_to(&mut bytes, ImageFormat::Png).expect("a PNG");
    let service = Service::start().await;
    let document = service.process(sent(bytes.into_inner(), "image/png")).await.expect("a document");
    assert_eq!(document.text.trim(), "The Garden Behind the Library");
}

#[tokio::test]
async fn an_image_of_an_unusual_shape_has_no_text() {
    let service = Service::start().await;
    for (width, height) in [(1, 1), (3, 5000), (40_000, 2), (2, 40_000)] {
        let dark = image::GrayImage::from_fn(width, height, |x, y| {
            image::Luma([if (x + y) % 3 == 0 { 0 } else { 255 }])
        });
        let mut bytes = Cursor::new(vec![]);
        dark.write_to(&mut bytes, ImageFormat::Png).expect("a PNG");
        match service.process(sent(bytes.into_inner(), "image/png")).await {
            Ok(document) => assert!(document.text.len() < 20, "{}", document.text),
            Err(error) => assert_eq!(error.reason, "INVALID_DOCUMENT", "{width} x {height}: {error:?}"),
        }
    }
}

#[tokio::test]
async fn a_blank_page_has_no_text() {
    let service = Service::start().await;
    let document = service
        .process(sent(crate::harness::blank_pdf(2, 300), "application/pdf"))
        .await
        .expect("a document");
    assert_eq!((document.text.as_str(), document.pages.len()), ("", 2));
}

#[tokio::test]
async fn concurrent_requests_do_not_block_others() {
    let service = Service::start().await;
    let requests = ["page.png"; 4].map(|name| service.process(stored(name, "image/png")));
    let health = async {
        until("a call", || service.ai.calls() > 0).await;
        let url = format!("http://{}/health", service.address);
        let response = tokio::time::timeout(Duration::from_secs(2), reqwest::get(url)).await;
        assert!(response.expect("a response in time").expect("a response").status().is_success());
    };
    let (documents, ()) = tokio::join!(join_all(requests), health);
    for document in documents {
        assert!(word_error_rate(&truth("page.txt"), &document.expect("a document").text) < 0.01);
    }
    assert_eq!(service.ai.calls(), 4);
}

#[tokio::test]
async fn a_known_processor_version_responds_like_its_processor_and_an_unknown_one_is_not_found() {
    let service = Service::start().await;
    service.ai.instant(Some("at once"));
    let request = |version: &str| {
        stored("page.png", "image/png").set_name(format!("{PROCESSOR}/processorVersions/{version}"))
    };
    for version in ["rc", "stable", "pretrained-ocr-v2.1-2024-08-07"] {
        assert_eq!(service.process(request(version)).await.expect("a document").text, "at once", "{version}");
    }
    // Google does not offer this version in `eu`.
    for version in ["pretrained-ocr-v2.1.1-2025-01-31", "7"] {
        let error = service.error(request(version)).await;
        assert_eq!(error, (Code::NotFound, "PROCESSOR_VERSION_NOT_FOUND".to_owned()), "{version}");
    }
}

#[tokio::test]
async fn instant_mode_returns_its_text_without_the_engine() {
    let service = Service::with(|settings| settings.limits.requests_per_minute = Some(1)).await;
    service.ai.instant(Some("fixed"));
    for _ in 0..3 {
        let document = service.process(stored("absent.pdf", "application/pdf")).await.expect("a document");
        assert_eq!((document.text.as_str(), document.pages.len()), ("fixed", 1));
    }
    assert_eq!(service.ai.calls(), 3);
}

#[tokio::test]
async fn the_engine_reads_a_file_without_http() {
    let service = Service::start().await;
    let options =
        ReadOptions { pages: PageChoice::First(1), page_limit: 1, languages: vec!["en-GB".to_owned()] };
    let read = service.ai.recognize(&sample("fax.tiff"), MediaType::Tiff, &options).await;
    assert!(read.expect("a document").text.starts_with("TELEFAX"));
    assert_eq!(service.ai.calls(), 0);
    assert_eq!(DocumentAi::missing_tools(), Vec::<&str>::new());
}
