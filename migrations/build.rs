//! Rebuilds the crate when a migration is added or changed, since it embeds the files.

fn main() {
    println!("cargo:rerun-if-changed=.");
}
