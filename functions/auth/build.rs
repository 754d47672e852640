//! Rebuilds the crate when a migration changes, so that sqlx checks the queries again.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
