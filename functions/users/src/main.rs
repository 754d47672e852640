//! The binary of the function `users`.

fn main() -> std::process::ExitCode {
    shared::function::main::<users::Users>()
}
