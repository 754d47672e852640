//! Rebuilds when a migration is added, so that the queries are checked again.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
