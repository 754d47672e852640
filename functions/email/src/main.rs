//! Runs the function `email`.

fn main() -> std::process::ExitCode {
    shared::function::main::<email::Email>()
}
