//! The platform's functions, listed once.
//!
//! [`FUNCTIONS`] is the list. Everything that the platform says of its functions follows from it: the load balancer's
//! [`url_map`], the interface's documents ([`api_docs`]), the table of variables, what Terraform builds the cloud from
//! and what Cloud Build builds ([`reference`]). The local cloud serves the same list. Beside the functions, the load
//! balancer serves static files from a bucket: the documents and the reference [`page`].
//!
//! A function is added with its crate, its lines in the manifests and its line in the list; `make reference` writes the
//! rest.

pub mod api_docs;
mod descriptor;
pub mod page;
pub mod reference;
pub mod url_map;
mod write_pages;

pub use api_docs::openapi;
pub use descriptor::Descriptor;
pub use write_pages::write_pages;

/// The result of what the binary does: an error is a sentence for the person at the terminal.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Every function.
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

/// The function with a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Descriptor> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
