//! Item processing for these tests: the real implementation with an engine that returns the texts a test sets.

use std::{
    collections::HashMap,
    marker::PhantomData,
    sync::{Arc, Mutex},
};

use shared::{
    base::{
        config::Settings as _,
        database::{self, DatabaseSettings},
        ids::ItemId,
    },
    cloud::storage::Head,
    http::{
        health::Health,
        server::{HttpSettings, Service},
    },
    items::{
        Failure, FailureCode, ItemKind,
        locators::Kind,
        parts::{Part, Text, Word},
        processing::{
            Engine, EngineError, EngineOutput, Job, OperationState, Processing, ProcessingSettings, Shard,
        },
    },
    testing::{Client, Platform},
};

/// The pages or segments that the engine returns for each item.
pub(crate) type Texts = Arc<Mutex<HashMap<ItemId, Vec<String>>>>;

#[derive(Clone)]
struct FixedText<K> {
    texts: Texts,
    kind: PhantomData<K>,
}

impl<K: Kind + Clone> Engine for FixedText<K> {
    const KIND: ItemKind = K::KIND;
    const FOLDER: &'static str = "told";
    const HEAD_BYTES: u64 = 5;

    fn detect(job: &Job, head: &Head) -> Option<&'static str> {
        match head.bytes[..] {
            [b'M', b'Z', ..] => None,
            [0x89, b'P', ..] => Some("image/png"),
            [b'O', b'g', ..] => Some("audio/ogg"),
            _ => K::KIND.definition().media_types.iter().copied().find(|known| *known == job.content_type),
        }
    }

    fn check(_: &Job, _: &Head) -> Option<Failure> {
        None
    }

    async fn read(&self, job: &Job, _: &Head, _: &str, _: &str) -> Result<EngineOutput, EngineError> {
        let texts = self.texts.lock().expect("the mutex is not poisoned");
        texts
            .get(&job.item_id())
            .map(|texts| EngineOutput::Text(text(K::KIND, texts)))
            .ok_or_else(|| EngineError::Permanent(Failure::new(FailureCode::Unreadable, "Upload another.")))
    }

    async fn poll(&self, _: &str) -> Result<OperationState, EngineError> {
        Ok(OperationState::Lost)
    }

    fn shard(_: &str, _: &[u8]) -> Result<Shard, EngineError> {
        Ok(Shard { index: 0, count: 1, text: Text::default() })
    }
}

fn text(kind: ItemKind, texts: &[String]) -> Text {
    let parts = texts.iter().zip(1..).map(|(text, number)| Part {
        number,
        text: text.clone(),
        confidence: Some(0.5),
        language: Some("en".to_owned()),
        layout: (kind == ItemKind::Document).then(Vec::new),
        words: (kind == ItemKind::Voice).then(|| words(text)),
        channel: None,
    });
    Text { parts: parts.collect(), duration_seconds: None }
}

/// Splits a text into words of half a second each. Every second word has no confidence, as with some real engines.
fn words(text: &str) -> Vec<Word> {
    let words = text.split_whitespace().enumerate();
    words
        .map(|(number, word)| {
            let start = 0.5 * f64::from(u32::try_from(number).unwrap_or_default());
            let confidence = (number % 2 == 0).then_some(0.75);
            Word { word: word.to_owned(), start, end: start + 0.5, confidence }
        })
        .collect()
}

/// Returns a client of a function that processes items of a kind.
pub(crate) fn reader<K: Kind + Clone>(platform: &Platform, texts: &Texts) -> Client {
    let env = platform.env();
    let settings = ProcessingSettings::from_env(&env).expect("settings");
    let db = database::connect(&DatabaseSettings::from_env(&env).expect("settings"), None).expect("a pool");
    let engine = FixedText::<K> { texts: texts.clone(), kind: PhantomData };
    let processing = Processing::new(settings, engine, db, platform.clock.clone());
    let routes = Processing::routes().into_router(processing.expect("a function"));
    let http = HttpSettings::from_env(&env).expect("settings");
    let service = Service::new(routes, Health::default(), &http).expect("a service");
    platform.client(service.router()).with("authorization", &platform.push_authorization())
}
