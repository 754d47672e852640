//! Runs the function `admin`.

fn main() -> std::process::ExitCode {
    shared::function::main::<admin::Admin>()
}
