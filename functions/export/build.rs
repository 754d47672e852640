//! Rebuilds the crate when a migration is added, so that sqlx checks the queries against the new schema.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
