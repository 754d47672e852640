//! The errors of the service.

use std::time::Duration;

pub(crate) use local_engine::Fault;

pub(crate) const SERVICE: &str = "speech.googleapis.com";

pub(crate) fn unsupported_audio() -> Fault {
    Fault::invalid(
        "UNSUPPORTED_AUDIO",
        "Audio data does not appear to be in a supported encoding. If you believe this to be incorrect, try \
         explicitly specifying the decoding parameters.",
    )
}

/// Creates the error for audio that is too long for the call.
pub(crate) fn too_long(limit: Duration) -> Fault {
    let limit = limit.as_secs();
    Fault::invalid("AUDIO_LENGTH_EXCEEDED", format!("Audio can be of a maximum of {limit} seconds."))
        .with("limit_seconds", limit)
}

pub(crate) fn too_many_batches(limit: usize) -> Fault {
    Fault::quota(SERVICE, "Concurrent batch recognize requests", "project", limit)
}
