//! The process of the function `transcription`.

fn main() -> std::process::ExitCode {
    shared::function::main::<transcription::Transcription>()
}
