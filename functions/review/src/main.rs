//! The process of the function `review`.

fn main() -> std::process::ExitCode {
    shared::function::main::<review::Review>()
}
