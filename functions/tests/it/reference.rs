//! The generated files match the code.

use std::{fs, path::Path};

use functions::reference;

#[test]
fn every_generated_file_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (file, expected) in reference::files(&root).expect("the files") {
        let written = fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(written, expected, "{file}: run `make reference`");
    }
}
