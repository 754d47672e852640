//! The process of the function `ocr`.

fn main() -> std::process::ExitCode {
    shared::function::main::<ocr::Ocr>()
}
