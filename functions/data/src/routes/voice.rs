//! `/voice` and what is below it.

pub(crate) mod create_voice_sample;
pub(crate) mod create_voice_samples;
pub(crate) mod delete_voice_sample;
pub(crate) mod download_voice_sample;
pub(crate) mod get_voice_sample;
pub(crate) mod list_voice_samples;
pub(crate) mod list_words;
pub(crate) mod renew_voice_upload_url;
pub(crate) mod reprocess_voice_sample;
pub(crate) mod update_voice_sample;
