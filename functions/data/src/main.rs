//! The process of the function `data`.

fn main() -> std::process::ExitCode {
    shared::function::main::<data::Data>()
}
