//! Runs the function `events`.

fn main() -> std::process::ExitCode {
    shared::function::main::<events::Events>()
}
