use local_documentai::{MediaType, PageChoice, Wanted, word_error_rate};
use crate::harness::{Service, sample};
#[tokio::test]
async fn variants() {
    let service = Service::start().await;
    let truth = std::fs::read_to_string(sample("photo.txt")).unwrap();
    for entry in std::fs::read_dir("/tmp/v").unwrap() {
        let path = entry.unwrap().path();
        let start = std::time::Instant::now();
        let wanted = Wanted { pages: PageChoice::All, page_limit: 9, languages: vec![] };
        let d = service.ai.recognise(&path, MediaType::Png, &wanted).await.unwrap();
        println!("{path:?} {:.4} conf {} {:?} {:?}", word_error_rate(&truth, &d.text), d.pages[0].layout.confidence, d.pages[0].dimension, start.elapsed());
    }
}
