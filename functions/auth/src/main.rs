//! The binary of the function `auth`.

fn main() -> std::process::ExitCode {
    shared::function::main::<auth::Auth>()
}
