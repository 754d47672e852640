//! Rebuilds when a migration is added, so that the queries are checked again, and embeds the templates in the binary,
//! since the container image holds no other file.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

/// The required files of each mail's folder.
const PARTS: [&str; 3] = ["subject.txt", "body.txt", "body.html"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../../migrations");
    println!("cargo:rerun-if-changed=templates");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("templates");
    let mut names = vec!["layout.html".to_owned(), "layout.txt".to_owned()];
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            let mail = entry.file_name().to_string_lossy().into_owned();
            names.extend(PARTS.map(|part| format!("{mail}/{part}")));
        }
    }
    // The order of directory entries differs between machines. Sorting makes the build reproducible.
    names.sort();
    let mut list = String::new();
    for name in names {
        writeln!(list, "({name:?}, include_str!({:?})),", folder.join(&name))?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("templates.rs"), format!("&[{list}]"))?;
    Ok(())
}
