//! The process of the function `users`.

fn main() -> std::process::ExitCode {
    shared::function::main::<users::Users>()
}
