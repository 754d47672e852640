//! Runs the function `maintenance`.

fn main() -> std::process::ExitCode {
    shared::function::main::<maintenance::Maintenance>()
}
