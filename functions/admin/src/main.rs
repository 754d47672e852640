//! The process of the function `admin`.

fn main() -> std::process::ExitCode {
    shared::function::main::<admin::Admin>()
}
