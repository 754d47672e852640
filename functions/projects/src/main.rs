//! The binary of the function `projects`.

fn main() -> std::process::ExitCode {
    shared::function::main::<projects::Projects>()
}
