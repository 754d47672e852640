//! Runs the function `analytics`.

fn main() -> std::process::ExitCode {
    shared::function::main::<analytics::Analytics>()
}
