//! The list of the platform's functions, and everything that is derived from it.
//!
//! [`FUNCTIONS`] is the list. The load balancer's [`url_map`], the API reference ([`api_docs`]), the table of variables
//! and the inputs of Terraform and Cloud Build ([`mod@reference`]) are derived from it, and the local cloud serves the same
//! list. Beside the functions, the load balancer serves static files from a bucket: the API reference and the
//! [`console`].
//!
//! To add a function, create its crate, add it to the manifests and to the list, and run `make reference`, which writes
//! the rest.

pub mod api_docs;
pub mod console;
mod descriptor;
pub mod reference;
pub mod url_map;
mod write_pages;

pub use api_docs::openapi;
pub use descriptor::Descriptor;
pub use write_pages::write_pages;

/// A result of the command-line program. Its errors are sentences for the person at the terminal.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// All functions, in the order of the generated tables and lists.
pub static FUNCTIONS: &[Descriptor] = &[
    Descriptor::of::<auth::Auth>(),
    Descriptor::of::<users::Users>(),
    Descriptor::of::<projects::Projects>(),
    Descriptor::of::<data::Data>(),
    Descriptor::of::<events::Events>(),
    Descriptor::of::<review::Review>(),
    Descriptor::of::<analytics::Analytics>(),
    Descriptor::of::<admin::Admin>(),
    Descriptor::of::<ocr::Ocr>(),
    Descriptor::of::<transcription::Transcription>(),
    Descriptor::of::<export::Export>(),
    Descriptor::of::<email::Email>(),
    Descriptor::of::<maintenance::Maintenance>(),
];

/// The names of every function.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}

/// The function with this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Descriptor> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
