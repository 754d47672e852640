//! The process of the function `export`.

fn main() -> std::process::ExitCode {
    shared::function::main::<export::Export>()
}
